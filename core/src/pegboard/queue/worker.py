"""Carries out what the scheduler decides, and gives every accepted event exactly one end.

The engine is woken by events: a join, an end, a reader that left. It has no loop of its own; the only
timers are those of events that need one (a place to announce, a start that took a moment),
so an idle engine does nothing at all.

All methods run on the event loop's thread. `Reporter` methods may be called from any thread.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from pegboard.errors import QueueFull
from pegboard.queue.estimate import Durations
from pegboard.queue.ids import Ids
from pegboard.queue.intake import Intake
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
from pegboard.queue.slots import Slots

log = logging.getLogger("pegboard.queue")

Lifecycle = Literal["queued", "started", "finished", "failed", "cancelled", "lost"]
Observer = Callable[[Lifecycle, Job], None]

_ENDINGS: dict[JobState, Lifecycle] = {
    JobState.DONE: "finished",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "cancelled",
    JobState.LOST: "lost",
}

CLOSE_S = 2.0
"""Time that stopped functions get to run their ``finally`` blocks."""

PROGRESS_EVERY_S = 0.05
PLACES_EVERY_S = 0.25
STARTED_AFTER_S = 0.05
QUICK_S = 0.1
"""Jobs of functions that take less on average may be started ahead of their slot: one a slot, or more."""

_AHEAD_S = 0.05
_AHEAD_MOST = 8
"""A slot's jobs that are started ahead last so long together: a busy loop's turn. At most so many."""

STREAM_IDLE_S = 60.0
"""A streaming event ends when no chunk has come for so long: it holds a slot that others wait for."""

_PLACE_EVERY_S = 2.5
_PLACES_PER_S = 400
"""Words about places in one lane, all clients together, apart from those about a halved place."""
_WORDS_EVERY_S = 0.01
_WORDS_A_TURN = 8
"""Words about places are spread: a hundred at once would keep threads that end from the interpreter's lock."""

_TIMER_S = 0.001

_CLIENT_GONE = "The client left before the event ended."
_SHUTDOWN = Failure("The server is shutting down. Please try again later.", title="Server stopped")


@dataclass(eq=False)
class _Run:
    """One run of a function: one job, or a batch of them. It holds one slot of its lane."""

    lane: str
    tracks: list[_Track]
    task: asyncio.Task[None] | None = None
    holds_slot: bool = True
    has_begun: bool = True
    """Whether it holds a slot by the count of whoever runs it."""

    tell_at_s: float = 0.0
    """When to say that it runs, by the loop's clock."""

    is_entered: bool = False
    """Whether its task has taken its first step, and will end it."""

    @property
    def calls(self) -> list[Call]:
        """What is to be run."""
        return [track.job.call for track in self.tracks]

    @property
    def is_wanted(self) -> bool:
        """Whether anybody still waits for what it gives."""
        for track in self.tracks:  # noqa: SIM110 - asked at every step, and a generator costs more
            if not track.job.is_over:
                return True
        return False


@dataclass(eq=False)
class _Track:
    """What the engine keeps about a job beyond the job itself."""

    job: Job
    outbox: Outbox
    run: _Run | None = None
    intake: Intake | None = None
    last_output: Output | None = None
    told_rank: int | None = None
    told_at_s: float = 0.0


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
        functions = list(functions)
        self._scheduler = Scheduler(functions, max_size)
        self._runner = runner
        self._clock = clock
        self._describe = describe_failure or _plain_failure
        self._output_count = output_count or (lambda function_id: 0)
        self._status_every_s = status_every_s
        self._observer = observer
        self._durations = Durations()
        self._ids = Ids()
        self._tracks: dict[JobId, _Track] = {}
        self._of_session: dict[SessionId, set[JobId]] = {}
        self._outboxes: dict[SessionId, Outbox] = {}
        self._moved_lanes: set[str] = set()
        self._places_timer: asyncio.TimerHandle | None = None
        self._words: deque[tuple[_Track, Queued]] = deque()
        self._words_timer: asyncio.TimerHandle | None = None
        self._started_timer: asyncio.TimerHandle | None = None
        self._untold: deque[_Run] = deque()
        self._dispatch_scheduled = False
        self._slots = self._slots_of_lanes(functions)
        self._direct: set[asyncio.Task[Any]] = set()
        self._joined_lanes: set[str] = set()
        self._is_stopped = False

    def _slots_of_lanes(self, functions: Sequence[FunctionLimits]) -> dict[str, Slots[Any]]:
        """Return slots to be counted where work runs, for the lanes whose functions all allow it."""
        others = {function.lane for function in functions if not function.is_plain}
        limits = {name: self._scheduler.limit_in(name) for name in {f.lane for f in functions} - others}
        return {name: Slots(limit) for name, limit in limits.items() if limit is not None}

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

    def submit(
        self, call: Call, outbox: Outbox | None = None, *, is_single: bool = False
    ) -> JobId:
        """Accept an event; its messages go to the session's outbox, or to the one given.

        Args:
            is_single: The client sends no further chunks, so a streaming event ends after this one.

        Raises:
            QueueFull: The queue has no room, or the server is stopping.
        """
        if self._is_stopped:
            raise QueueFull("The server is stopping and takes no more events.")
        job = Job(
            id=JobId(self._ids.next()),
            call=call,
            lane=self._scheduler.lane_of(call.function_id),
            joined_at_s=self._clock(),
        )
        if self._scheduler.is_full:
            # Those that may start at once do not wait, so they take no place.
            self._dispatch()
        self._scheduler.join(job)
        track = self._tracks[job.id] = _Track(job, outbox or self.outbox(call.session))
        limits = self._scheduler.limits_of(job)
        if limits.is_stream and not is_single:
            track.intake = Intake(keeps_all=limits.keeps_every_chunk)
        self._of_session.setdefault(call.session, set()).add(job.id)
        self._joined_lanes.add(job.lane)
        self._tell_observer("queued", job)
        self._dispatch_soon()
        return job.id

    def streaming_call(self, job_id: str) -> Call | None:
        """Return the call that opened a streaming event, ``None`` when it takes no more chunks."""
        track = self._tracks.get(JobId(job_id))
        is_open = track is not None and track.intake is not None and not track.intake.is_closed
        return track.job.call if track is not None and is_open else None

    def feed(self, job_id: str, chunk: Call) -> bool:
        """Give a streaming event its next inputs; ``False`` when it takes no more."""
        track = self._tracks.get(JobId(job_id))
        return track is not None and track.intake is not None and track.intake.put(chunk)

    def close_stream(self, job_id: str) -> bool:
        """Say that a streaming event gets no more inputs; ``False`` when there is no such event."""
        track = self._tracks.get(JobId(job_id))
        if track is None or track.intake is None:
            return False
        track.intake.close()
        return True

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
        if self._is_stopped:
            return
        now, loop = self._clock(), asyncio.get_running_loop()
        while (jobs := self._scheduler.start_next()) is not None:
            run = _Run(jobs[0].lane, [self._tracks[job.id] for job in jobs])
            for track in run.tracks:
                track.job.started_at_s = now
                track.run = run
                self._tell_observer("started", track.job)
            run.task = loop.create_task(self._carry_out(run))
            run.task.add_done_callback(partial(self._task_over, run))
            if self._scheduler.waiting_in(run.lane):
                self._moved_lanes.add(run.lane)
        if self._scheduler.has_waiting:
            self._moved_lanes |= {
                name for name in self._joined_lanes if self._scheduler.waiting_in(name)
            }
        self._joined_lanes.clear()
        if self._moved_lanes and self._places_timer is None:
            # The first word about a place comes at once, later ones a few times a second.
            self._tell_places()

    # -- running -----------------------------------------------------------------------------------

    async def _carry_out(self, run: _Run) -> None:
        """Run one function to its end."""
        loop = asyncio.get_running_loop()
        run.is_entered = True
        run.tell_at_s = loop.time() + STARTED_AFTER_S
        self._untold.append(run)
        if self._started_timer is None:
            # One timer for all: most runs are over before they are worth a word.
            self._started_timer = loop.call_later(STARTED_AFTER_S, self._tell_started)
        failure: Failure | None = None
        steps: AsyncIterator[Sequence[Output]] | None = None
        try:
            reporters = [_Reporter(self, track, loop) for track in run.tracks]
            if self._scheduler.limits_of(run.tracks[0].job).is_plain:
                slots = self._slots.get(run.lane)
                run.has_begun = slots is None
                self._keep(run, await self._runner.run_whole(run.calls, reporters, slots))
            else:
                calls: list[Call] | None = run.calls
                begin = self._clock()
                while calls is not None:
                    steps = self._runner.run(calls, reporters)
                    await self._follow(run, steps, begin)
                    calls = await self._next_chunk(run, begin)
        except asyncio.CancelledError as problem:
            # Wanted still: the function cancelled itself, or the loop is being torn down.
            failure = self._worded(problem, run.tracks[0].job.call) if run.is_wanted else None
        except BaseException as problem:  # the border where user code ends
            failure = self._worded(problem, run.tracks[0].job.call)
        self._finish(run, failure, is_whole=failure is None)
        close = getattr(steps, "aclose", None)
        if close is not None:
            # After the end, because the user's `finally` may take its time.
            with suppress(BaseException):
                await close()

    def _keep(self, run: _Run, outputs: Sequence[Output]) -> None:
        """Take the only step of a plain function."""
        if len(outputs) != len(run.tracks):
            raise RuntimeError(f"the runner gave {len(outputs)} outputs for {len(run.tracks)} events")
        for track, output in zip(run.tracks, outputs):
            track.last_output = output

    async def _follow(
        self, run: _Run, steps: AsyncIterator[Sequence[Output]], begin_s: float
    ) -> None:
        """Hand on each step of a run until it ends, nobody wants it, or its time is over."""
        limit_s = self._scheduler.limits_of(run.tracks[0].job).time_limit_s
        tracks = run.tracks
        async for outputs in steps:
            if len(outputs) != len(tracks):
                raise RuntimeError(f"the runner gave {len(outputs)} outputs for {len(tracks)} events")
            for track, output in zip(tracks, outputs):
                if not track.job.is_over:
                    track.last_output = output
                    is_stream = track.intake is not None
                    if output.is_generating or is_stream:
                        track.outbox.append(Stepped(track.job.id, output, limit_s, is_stream))
            if not run.is_wanted or (limit_s is not None and self._clock() - begin_s > limit_s):
                return

    async def _next_chunk(self, run: _Run, begin_s: float) -> list[Call] | None:
        """Wait for the next inputs of a streaming event; ``None`` when there will be none."""
        track = run.tracks[0]
        intake = track.intake
        if intake is None or not run.is_wanted:
            return None
        wait_s = STREAM_IDLE_S
        limit_s = self._scheduler.limits_of(track.job).time_limit_s
        if limit_s is not None:
            wait_s = min(wait_s, begin_s + limit_s - self._clock())
        chunk = await intake.next(wait_s) if wait_s > 0 else None
        if chunk is None:
            intake.close()
            return None
        return [chunk]

    def _finish(self, run: _Run, failure: Failure | None, *, is_whole: bool = False) -> None:
        """End what a run leaves unended, and free its slot; repeated calls do nothing."""
        if is_whole and run.is_wanted:
            first = run.tracks[0].job
            begin = first.started_at_s if first.started_at_s is not None else self._clock()
            self._durations.add(first.call.function_id, self._clock() - begin)
            self._set_ahead(run.lane, first.call.function_id)
        for track in run.tracks:
            if track.job.is_over:
                continue
            if is_whole:
                output = track.last_output or self._nulls(track.job)
                self._end(track, JobState.DONE, output, None)
            else:
                self._end(track, JobState.FAILED, None, failure or _SHUTDOWN)
        self._release(run)

    def _set_ahead(self, lane: str, function_id: int) -> None:
        """Let jobs of a quick function start ahead of their slots, so that no slot stands empty."""
        if lane in self._slots:
            mean_s = self._durations.mean_s(function_id)
            count = 0
            if mean_s is not None and mean_s < QUICK_S:
                each = min(max(1, int(_AHEAD_S / max(mean_s, 1e-6))), _AHEAD_MOST)
                count = each * (self._scheduler.limit_in(lane) or 0)
            self._scheduler.allow_ahead(lane, count)

    def _release(self, run: _Run) -> None:
        """Free a run's slot, once."""
        if not run.holds_slot:
            return
        run.holds_slot = False
        self._scheduler.finish(run.lane)
        if not self._is_stopped:
            if self._scheduler.waiting_in(run.lane):
                self._moved_lanes.add(run.lane)
            if self._scheduler.has_waiting and not self._dispatch_scheduled:
                # At once: a turn of the loop may be long, and the slot is free.
                self._dispatch()

    def _worded(self, problem: BaseException, call: Call) -> Failure:
        try:
            return self._describe(problem, call)
        except Exception:  # an end without words is better than no end
            return Failure(None)

    def _nulls(self, job: Job) -> Output:
        return Output([None] * self._output_count(job.call.function_id))

    def _task_over(self, run: _Run, task: asyncio.Task[None]) -> None:
        if not run.is_entered:
            # Cancelled before its first step, it has not reached its own `_finish`.
            self._finish(run, None)
        # Nobody asks any more, and a circle would wait, with the event's data, for the collector.
        run.task = None
        for track in run.tracks:
            track.run = None

    async def run_once(self, call: Call) -> tuple[Output, float] | Failure:
        """Run a call to its end outside the queue; generators give their last value."""
        if self._is_stopped:
            return _SHUTDOWN
        begin = self._clock()
        last: Output | None = None
        failure: Failure | None = None

        async def whole() -> None:
            nonlocal last, failure
            try:
                async for outputs in self._runner.run([call], [_Silent()]):
                    last = outputs[0]
            except asyncio.CancelledError as problem:
                failure = _SHUTDOWN if self._is_stopped else self._worded(problem, call)
            except BaseException as problem:  # the border where user code ends
                failure = self._worded(problem, call)

        # A task of its own: what the function does to its task is not done to the request's.
        task = asyncio.get_running_loop().create_task(whole())
        self._direct.add(task)
        task.add_done_callback(self._direct.discard)
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            raise
        if failure is None and task.cancelled():
            failure = _SHUTDOWN  # stopped before its first step
        if failure is not None:
            return failure
        seconds = self._clock() - begin
        self._durations.add(call.function_id, seconds)
        output = last or Output([None] * self._output_count(call.function_id))
        return Output(
            output.data, False, output.changed_state_ids, output.size_bytes
        ), seconds

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
        final = output
        if output is not None and output.is_generating:
            final = Output(output.data, False, output.changed_state_ids, output.size_bytes)
        self._tracks.pop(job.id, None)
        mine = self._of_session.get(job.call.session)
        if mine is not None:
            mine.discard(job.id)
            if not mine:
                del self._of_session[job.call.session]
        track.outbox.append(Ended(job.id, final, failure, seconds, average))
        self._tell_observer(_ENDINGS[state], job)
        run = track.run
        if run is not None and not run.is_wanted:
            # In the same transition, so that a function that will not be stopped blocks nobody.
            self._release(run)
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
        output = track.last_output or self._nulls(track.job)
        has_ended = self._end(track, JobState.CANCELLED, output, None)
        self._close_run(track)
        return has_ended

    def _close_run(self, track: _Track) -> None:
        """Stop the run of a job, unless another job of its batch still wants the result."""
        run = track.run
        if run is not None and run.task is not None and not run.is_wanted:
            run.task.cancel()

    def abandon(self, job_id: str) -> None:
        """Nobody will read this event's end: drop it if it waits, close it if it runs."""
        track = self._tracks.get(JobId(job_id))
        if track is not None:
            self._scheduler.leave(track.job)
            self._end(track, JobState.LOST, None, Failure(_CLIENT_GONE, visible=False))
            self._close_run(track)

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
        unfinished = [task for task in (*runs, *self._direct) if not task.done()]
        if unfinished:
            # So that the `finally` blocks of generators run while there is still a loop.
            await asyncio.wait(unfinished, timeout=CLOSE_S)
        for timer in (self._places_timer, self._started_timer, self._words_timer):
            if timer is not None:
                timer.cancel()
        self._places_timer = self._started_timer = self._words_timer = None
        for box in self._outboxes.values():
            box.close()

    # -- telling -----------------------------------------------------------------------------------

    def _say(self, track: _Track, message: Message) -> None:
        if not track.job.is_over:
            track.outbox.append(message)

    def _tell_started(self) -> None:
        """Say of events that they run, when they take long enough for anybody to care."""
        loop = asyncio.get_running_loop()
        now, untold = loop.time(), self._untold
        # The loop's clock counts in milliseconds: to wait for less would be turn after turn. And the next time is
        # that of a run that is not over, or each quick one would wake the loop once more.
        while untold and (untold[0].tell_at_s <= now + _TIMER_S or not untold[0].is_wanted):
            run = untold.popleft()
            if not run.is_wanted:
                continue
            if not run.has_begun:
                # Started ahead of its slot, and that is not free yet.
                run.tell_at_s = now + STARTED_AFTER_S
                untold.append(run)
                continue
            for track in run.tracks:
                eta = self._durations.mean_s(track.job.call.function_id)
                self._say(track, Started(track.job.id, eta))
        self._started_timer = None
        if untold:
            self._started_timer = loop.call_at(untold[0].tell_at_s, self._tell_started)

    def _tell_places(self) -> None:
        """Announce places in the lanes that moved: to those whose place has changed much, or long ago.

        A place is told when it has halved, or after some seconds if it changed at all, so the number of
        messages of one event grows with the logarithm of its place, not with the length of the queue.
        """
        self._places_timer = None
        now = self._clock()
        lanes, self._moved_lanes = self._moved_lanes, set()
        walked = 0
        for name in lanes:
            ahead = self._scheduler.ahead_in(name)
            size = self._scheduler.waiting_in(name) + ahead
            limit = self._scheduler.limit_in(name)
            # The longer the queue, the less a step forward means, and the more clients would be told.
            every_s = self._status_every_s or max(_PLACE_EVERY_S, size / _PLACES_PER_S)
            for rank, job in enumerate(self._scheduler.waiting(name), ahead):
                walked += 1
                track = self._tracks[job.id]
                told = track.told_rank
                if told is not None:
                    if rank == told:
                        continue
                    if rank > told // 2 and now - track.told_at_s < every_s:
                        self._moved_lanes.add(name)  # not worth a message yet, but soon
                        continue
                track.told_rank, track.told_at_s = rank, now
                eta = self._durations.wait_s(job.call.function_id, rank, limit)
                word = Queued(job.id, rank, size, eta)
                if told is None:
                    self._say(track, word)
                else:
                    self._words.append((track, word))
        if self._words and self._words_timer is None:
            self._tell_words()
        if walked:
            # The walk costs what waits, so it is spaced out as the queue grows.
            pause = max(PLACES_EVERY_S, walked / 40_000)
            self._places_timer = asyncio.get_running_loop().call_later(pause, self._places_due)

    def _tell_words(self) -> None:
        self._words_timer = None
        for _ in range(min(_WORDS_A_TURN, len(self._words))):
            track, word = self._words.popleft()
            if track.run is None and word.event_id in self._tracks:  # it still waits
                self._say(track, word)
        if self._words:
            self._words_timer = asyncio.get_running_loop().call_later(_WORDS_EVERY_S, self._tell_words)

    def _places_due(self) -> None:
        self._places_timer = None
        if self._moved_lanes:
            self._tell_places()

    def _tell_observer(self, what: Lifecycle, job: Job) -> None:
        if self._observer is None:
            return
        try:
            self._observer(what, job)
        except Exception:  # an observer must not keep an event from its end
            log.exception("an observer of the queue failed")


class _Reporter:
    """Carries progress and messages of one running event to its outbox, from any thread."""

    def __init__(self, engine: Engine, track: _Track, loop: asyncio.AbstractEventLoop) -> None:
        self._engine = engine
        self._track = track
        self._loop = loop
        self._lock = threading.Lock()
        self._units: Sequence[ProgressUnit] | None = None
        self._sent_at_s = float("-inf")

    def begun(self) -> None:
        """Count the time from here on."""
        run = self._track.run
        if run is not None:
            now = self._engine._clock()
            for track in run.tracks:
                track.job.started_at_s = now
            run.has_begun = True

    def progress(self, units: Sequence[ProgressUnit]) -> None:
        """Show progress bars; only the latest of those that come faster than anybody can see."""
        with self._lock:
            is_first, self._units = self._units is None, list(units)
        if is_first:
            self._on_loop(self._plan_progress)

    def log(
        self, text: str, level: LogLevel, title: str, duration_s: float | None, visible: bool
    ) -> None:
        """Show a message."""
        message = Logged(self._track.job.id, text, level, title, duration_s, visible)
        self._on_loop(lambda: self._engine._say(self._track, message))

    def _plan_progress(self) -> None:
        wait_s = self._sent_at_s + PROGRESS_EVERY_S - self._loop.time()
        if wait_s > 0:
            self._loop.call_later(wait_s, self._send_progress)
        else:
            self._send_progress()

    def _send_progress(self) -> None:
        with self._lock:
            units, self._units = self._units, None
        if units is not None:
            self._sent_at_s = self._loop.time()
            self._engine._say(self._track, Progressed(self._track.job.id, units))

    def _on_loop(self, work: Callable[[], None]) -> None:
        # The loop may be gone when a thread that nobody waits for speaks late.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(work)


class _Silent:
    """A reporter for calls that nobody watches."""

    def begun(self) -> None:
        """Drop it."""

    def progress(self, units: Sequence[ProgressUnit]) -> None:
        """Drop it."""

    def log(
        self, text: str, level: LogLevel, title: str, duration_s: float | None, visible: bool
    ) -> None:
        """Drop it."""


def _plain_failure(problem: BaseException, call: Call) -> Failure:
    return Failure(None)
