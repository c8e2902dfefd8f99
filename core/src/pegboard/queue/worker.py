"""Carries out what the scheduler decides, and gives every accepted event exactly one end.

The engine is woken by events: a join, an end, a reader that left. It has no loop of its own; the only
timers are those of events that need one (a place to announce, a start that took a moment),
so an idle engine does nothing at all.

All methods run on the event loop's thread. `Reporter` methods may be called from any thread.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from pegboard.queue.estimate import Durations
from pegboard.queue.job import Call, FunctionLimits, Job, JobId, JobState, Runner, SessionId
from pegboard.queue.messages import (
    Ended,
    Failure,
    Logged,
    LogLevel,
    Message,
    Output,
    Progressed,
    ProgressUnit,
    Queued,
    Started,
    Stepped,
)
from pegboard.queue.outbox import Outbox
from pegboard.queue.scheduler import Scheduler

Lifecycle = Literal["queued", "started", "finished", "failed", "cancelled", "lost"]
Observer = Callable[[Lifecycle, Job], None]

PLACES_EVERY_S = 0.25
STARTED_AFTER_S = 0.05
_PLACE_EVERY_S = 2.5
_CLIENT_GONE = "The client left before the event ended."
_SHUTDOWN = Failure("The server is shutting down. Please try again later.", title="Server stopped")


@dataclass(eq=False)
class _Run:
    """One run of a function: one job, or a batch of them."""

    lane: str
    jobs: list[Job]
    task: asyncio.Task[None] | None = None


@dataclass(eq=False)
class _Track:
    """What the engine keeps about a job beyond the job itself."""

    job: Job
    outbox: Outbox
    run: _Run | None = None
    last_output: Output | None = None
    told_rank: int | None = None
    told_at_s: float = 0.0
    was_told_started: bool = False
    units: Sequence[ProgressUnit] | None = None


class Engine:
    """The event queue of one app.

    Args:
        functions: How each function is scheduled.
        runner: Runs user code.
        max_size: Waiting events beyond which a join is refused; ``None`` for no limit.
        clock: Seconds, monotonic.
        describe_failure: Words an exception for the person.
        output_count: How many outputs a function has; a cancelled event ends with as many nulls.
        observer: Told of each step in a job's life.
    """

    def __init__(
        self,
        functions: Iterable[FunctionLimits],
        runner: Runner,
        *,
        max_size: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        describe_failure: Callable[[BaseException, Call], Failure] | None = None,
        output_count: Callable[[int], int] | None = None,
        status_every_s: float | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._scheduler = Scheduler(functions, max_size)
        self._runner = runner
        self._clock = clock
        self._describe = describe_failure or _plain_failure
        self._output_count = output_count or (lambda function_id: 0)
        self._status_every_s = status_every_s
        self._observer = observer
        self._durations = Durations()
        self._tracks: dict[JobId, _Track] = {}
        self._of_session: dict[SessionId, set[JobId]] = {}
        self._outboxes: dict[SessionId, Outbox] = {}
        self._moved_lanes: set[str] = set()
        self._places_timer: asyncio.TimerHandle | None = None
        self._dispatch_scheduled = False
        self._direct: set[asyncio.Task[Any]] = set()
        self._joined_lanes: set[str] = set()
        self._is_stopped = False

    # -- joining -----------------------------------------------------------------------------------

    def outbox(self, session: SessionId) -> Outbox:
        """Return a session's outbox, made at first use."""
        box = self._outboxes.get(session)
        if box is None:
            box = self._outboxes[session] = Outbox()
        return box

    def forget(self, session: SessionId) -> None:
        """Drop the outbox of a session that has nothing pending."""
        if not self._of_session.get(session):
            self._outboxes.pop(session, None)
            self._of_session.pop(session, None)

    def submit(self, call: Call, outbox: Outbox | None = None) -> JobId:
        """Accept an event; its messages go to the session's outbox, or to the one given.

        Raises:
            QueueFull: The queue has no room, or the server is stopping.
        """
        if self._is_stopped:
            from pegboard.errors import QueueFull

            raise QueueFull("The server is stopping and takes no more events.")
        job = Job(
            id=JobId(secrets.token_hex(16)),
            call=call,
            lane=self._scheduler.lane_of(call.function_id),
            joined_at_s=self._clock(),
        )
        self._scheduler.join(job)
        self._tracks[job.id] = _Track(job, outbox or self.outbox(call.session))
        self._of_session.setdefault(call.session, set()).add(job.id)
        self._joined_lanes.add(job.lane)
        self._tell_observer("queued", job)
        self._dispatch_soon()
        return job.id

    def has_pending(self, session: SessionId) -> bool:
        """Whether an event of the session has not ended yet."""
        return bool(self._of_session.get(session))

    def waiting_count(self) -> int:
        """Return how many events wait."""
        return self._scheduler.waiting_count

    def running_count(self) -> int:
        """Return how many runs are going on."""
        return self._scheduler.running_count

    def _dispatch_soon(self) -> None:
        # Joins of one turn of the loop are seen together, so that they can share a batch.
        if not self._dispatch_scheduled:
            self._dispatch_scheduled = True
            asyncio.get_running_loop().call_soon(self._dispatch)

    def _dispatch(self) -> None:
        self._dispatch_scheduled = False
        now = self._clock()
        while (jobs := self._scheduler.start_next()) is not None:
            run = _Run(jobs[0].lane, jobs)
            for job in jobs:
                job.started_at_s = now
                self._tracks[job.id].run = run
                self._tell_observer("started", job)
            run.task = asyncio.get_running_loop().create_task(self._carry_out(run))
            if self._scheduler.waiting_in(run.lane):
                self._moved_lanes.add(run.lane)
        self._moved_lanes |= {name for name in self._joined_lanes if self._scheduler.waiting_in(name)}
        self._joined_lanes.clear()
        if self._moved_lanes and self._places_timer is None:
            # The first word about a place comes at once, later ones a few times a second.
            self._tell_places()

    # -- running -----------------------------------------------------------------------------------

    async def _carry_out(self, run: _Run) -> None:
        """Run one function to its end; frees the slot whatever happens."""
        loop = asyncio.get_running_loop()
        tracks = [self._tracks[job.id] for job in run.jobs if job.id in self._tracks]
        reporters = [_Reporter(self, track, loop) for track in tracks]
        started = loop.call_later(STARTED_AFTER_S, self._tell_started, tracks)
        begin = self._clock()
        failure: Failure | None = None
        outputs: Sequence[Output] | None = None
        steps = self._runner.run([job.call for job in run.jobs], reporters)
        limits = self._scheduler.limits_of(run.jobs[0])
        try:
            async for outputs in steps:
                if len(outputs) != len(run.jobs):
                    raise RuntimeError(
                        f"the runner gave {len(outputs)} outputs for {len(run.jobs)} events"
                    )
                for track, output in zip(tracks, outputs):
                    if track.job.state is JobState.RUNNING:
                        track.last_output = output
                        if output.is_generating:
                            self._say(track, Stepped(track.job.id, output, limits.time_limit_s))
                if not any(track.job.state is JobState.RUNNING for track in tracks):
                    break
                if limits.time_limit_s is not None and self._clock() - begin > limits.time_limit_s:
                    break
        except asyncio.CancelledError:
            if not self._is_stopped and any(_is_wanted(track.job) for track in tracks):
                # The function cancelled itself: that is a failure of the event, not of the engine.
                failure = self._worded(asyncio.CancelledError("the function was cancelled"), run)
        except BaseException as problem:
            # The one border: whatever user code raises ends its own events and nothing else.
            failure = self._worded(problem, run)
        finally:
            started.cancel()
            self._scheduler.finish(run.lane)
            with suppress(BaseException):
                close = getattr(steps, "aclose", None)
                if close is not None:
                    await close()
        seconds = self._clock() - begin
        if failure is None:
            self._durations.add(run.jobs[0].call.function_id, seconds)
        for track in tracks:
            if track.pending_end is not None:
                continue  # cancelled: its end is on its way
            if failure is not None:
                self._end(track, JobState.FAILED, None, failure)
            else:
                output = track.last_output or self._nulls(track.job)
                self._end(track, JobState.DONE, output, None)
        if not self._is_stopped:
            self._moved_lanes.add(run.lane)
            self._dispatch()

    def _worded(self, problem: BaseException, run: _Run) -> Failure:
        try:
            return self._describe(problem, run.jobs[0].call)
        except Exception:
            return Failure(None)

    def _nulls(self, job: Job) -> Output:
        return Output([None] * self._output_count(job.call.function_id))

    async def run_once(self, call: Call) -> tuple[Output, float] | Failure:
        """Run a call to its end outside the queue; generators give their last value."""
        begin = self._clock()
        last: Output | None = None

        async def whole() -> None:
            nonlocal last
            async for outputs in self._runner.run([call], [_Silent()]):
                last = outputs[0]

        # A task of its own: what the function does to its task is not done to the request's.
        task = asyncio.get_running_loop().create_task(whole())
        self._direct.add(task)
        task.add_done_callback(self._direct.discard)
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            raise
        if task.cancelled():
            return self._describe(asyncio.CancelledError("the function was cancelled"), call)
        problem = task.exception()
        if problem is not None:
            return self._describe(problem, call)
        seconds = self._clock() - begin
        self._durations.add(call.function_id, seconds)
        output = last or Output([None] * self._output_count(call.function_id))
        return Output(output.data, False, output.changed_state_ids), seconds

    # -- ending ------------------------------------------------------------------------------------

    def _end(
        self, track: _Track, state: JobState, output: Output | None, failure: Failure | None
    ) -> bool:
        """The only place that ends a job: the transition decides who is first."""
        job = track.job
        if not job.move_to(state):
            return False
        started = job.started_at_s
        seconds = self._clock() - started if started is not None else 0.0
        average = self._durations.mean_s(job.call.function_id) or seconds
        final = None if output is None else Output(output.data, False, output.changed_state_ids)
        self._tracks.pop(job.id, None)
        mine = self._of_session.get(job.call.session)
        if mine is not None:
            mine.discard(job.id)
            if not mine:
                del self._of_session[job.call.session]
        track.outbox.append(Ended(job.id, final, failure, seconds, average))
        names: dict[JobState, Lifecycle] = {
            JobState.DONE: "finished",
            JobState.FAILED: "failed",
            JobState.CANCELLED: "cancelled",
            JobState.LOST: "lost",
        }
        self._tell_observer(names[state], job)
        return True

    def cancel(self, job_id: str, session: SessionId) -> bool:
        """Stop an event of this session: it ends with the last values it gave, or nulls.

        Returns:
            Whether there was such an event.
        """
        track = self._tracks.get(JobId(job_id))
        if track is None or track.job.call.session != session:
            return False
        self._scheduler.leave(track.job)
        self._close_run(track)
        return self._end(
            track, JobState.CANCELLED, track.last_output or self._nulls(track.job), None
        )

    def _close_run(self, track: _Track) -> None:
        """Stop the run of a job, unless another job of its batch still wants the result."""
        run = track.run
        if run is None or run.task is None:
            return
        track.job.extra["is_unwanted"] = True
        if all(job.is_over or job.extra.get("is_unwanted") for job in run.jobs):
            run.task.cancel()

    def abandon(self, job_id: str) -> None:
        """Nobody will read this event's end: drop it if it waits, close it if it runs."""
        track = self._tracks.get(JobId(job_id))
        if track is not None:
            self._scheduler.leave(track.job)
            self._close_run(track)
            self._end(track, JobState.LOST, None, Failure(_CLIENT_GONE, visible=False))

    def leave(self, session: SessionId) -> None:
        """Nobody reads this session any more: drop what waits, close what runs."""
        for job_id in list(self._of_session.get(session, ())):
            self.abandon(job_id)
        self._outboxes.pop(session, None)

    async def stop(self, drain_s: float = 0.0) -> None:
        """Take no more events; wait for running ones up to ``drain_s`` seconds; fail the rest in words."""
        if self._is_stopped:
            return
        for job in self._scheduler.all_waiting():
            self._scheduler.leave(job)
            self._end(self._tracks[job.id], JobState.FAILED, None, _SHUTDOWN)
        self._is_stopped = True
        runs = {track.run.task for track in self._tracks.values() if track.run and track.run.task}
        if runs and drain_s > 0:
            await asyncio.wait(runs, timeout=drain_s)
        left = list(self._tracks.values())
        for track in left:
            self._end(track, JobState.FAILED, None, _SHUTDOWN)
            self._close_run(track)
        for task in self._direct:
            task.cancel()
        if self._places_timer is not None:
            self._places_timer.cancel()
            self._places_timer = None
        for box in self._outboxes.values():
            box.close()

    # -- telling -----------------------------------------------------------------------------------

    def _say(self, track: _Track, message: Message) -> None:
        if not track.job.is_over and not track.job.extra.get("is_unwanted"):
            track.outbox.append(message)

    def _tell_started(self, tracks: Sequence[_Track]) -> None:
        for track in tracks:
            if not track.was_told_started:
                track.was_told_started = True
                eta = self._durations.mean_s(track.job.call.function_id)
                self._say(track, Started(track.job.id, eta))

    def _tell_places(self) -> None:
        """Announce places in the lanes that moved: to those whose place has changed much, or long ago.

        A place is told when it has halved, or after some seconds if it changed at all, so the number of
        messages of one event grows with the logarithm of its place, not with the length of the queue.
        """
        self._places_timer = None
        now = self._clock()
        every_s = self._status_every_s or _PLACE_EVERY_S
        lanes, self._moved_lanes = self._moved_lanes, set()
        walked = 0
        for name in lanes:
            size = self._scheduler.waiting_in(name)
            for rank, job in enumerate(self._scheduler.waiting(name)):
                walked += 1
                track = self._tracks[job.id]
                told = track.told_rank
                if told is not None and (
                    rank == told or (rank > told // 2 and now - track.told_at_s < every_s)
                ):
                    continue
                track.told_rank, track.told_at_s = rank, now
                limits = self._scheduler.limits_of(job)
                eta = self._durations.wait_s(job.call.function_id, rank, limits.concurrency_limit)
                self._say(track, Queued(job.id, rank, size, eta))
        if walked:
            # The walk costs what waits, so it is spaced out as the queue grows.
            pause = max(PLACES_EVERY_S, walked / 40_000)
            self._places_timer = asyncio.get_running_loop().call_later(pause, self._places_due)

    def _places_due(self) -> None:
        self._places_timer = None
        if self._moved_lanes:
            self._tell_places()

    def _tell_observer(self, what: Lifecycle, job: Job) -> None:
        if self._observer is not None:
            with suppress(Exception):
                self._observer(what, job)


class _Reporter:
    """Carries progress and messages of one running event to its outbox, from any thread."""

    def __init__(self, engine: Engine, track: _Track, loop: asyncio.AbstractEventLoop) -> None:
        self._engine = engine
        self._track = track
        self._loop = loop

    def progress(self, units: Sequence[ProgressUnit]) -> None:
        """Show progress bars; only the latest of those that come faster than they can be sent."""
        is_first = self._track.units is None
        self._track.units = list(units)
        if is_first:
            self._on_loop(self._send_progress)

    def log(
        self, text: str, level: LogLevel, title: str, duration_s: float | None, visible: bool
    ) -> None:
        """Show a message."""
        message = Logged(self._track.job.id, text, level, title, duration_s, visible)
        self._on_loop(lambda: self._engine._say(self._track, message))

    def _send_progress(self) -> None:
        units, self._track.units = self._track.units, None
        if units is not None:
            self._engine._say(self._track, Progressed(self._track.job.id, units))

    def _on_loop(self, work: Callable[[], None]) -> None:
        # The loop may be gone when a thread that nobody waits for speaks late.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(work)


class _Silent:
    """A reporter for calls that nobody watches."""

    def progress(self, units: Sequence[ProgressUnit]) -> None:
        """Drop it."""

    def log(
        self, text: str, level: LogLevel, title: str, duration_s: float | None, visible: bool
    ) -> None:
        """Drop it."""


def _is_wanted(job: Job) -> bool:
    return job.state is JobState.RUNNING and not job.extra.get("is_unwanted")


def _plain_failure(problem: BaseException, call: Call) -> Failure:
    return Failure(None)
