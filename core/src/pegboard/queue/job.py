"""Job: one accepted event from join to its single terminal message, and its legal transitions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple, NewType, Protocol

from pegboard.queue.messages import LogLevel, Output, ProgressUnit
from pegboard.queue.slots import Slots

JobId = NewType("JobId", str)
SessionId = NewType("SessionId", str)


class JobState(Enum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"

    # By identity: Enum's own is written in Python, and every event looks states up.
    __hash__ = object.__hash__


TRANSITIONS: dict[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset(
        {JobState.RUNNING, JobState.FAILED, JobState.CANCELLED, JobState.LOST}
    ),
    JobState.RUNNING: frozenset(
        {JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.LOST}
    ),
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
    JobState.LOST: frozenset(),
}


class Call(NamedTuple):
    """What a client asked for.

    Attributes:
        function_id: The listener's id.
        session: Whose state and outbox this belongs to.
        data: One wire value per input, ``None`` for state.
        event_data: What the browser says about the event, or ``None``.
        trigger_id: Block whose event fired, or ``None``.
        request: The HTTP request's facts (headers, user, query), opaque to the queue.
    """

    function_id: int
    session: SessionId
    data: Sequence[Any]
    event_data: Any = None
    trigger_id: int | None = None
    request: Any = None


@dataclass(frozen=True, slots=True)
class FunctionLimits:
    """How one function is scheduled.

    Attributes:
        lane: Concurrency id; functions of one lane share a limit and one FIFO.
        concurrency_limit: Runs at once in the lane; ``None`` for no limit.
        max_batch_size: How many waiting calls one run may take; 1 unless the function is batched.
        time_limit_s: A streaming event is closed after so many seconds; ``None`` for no limit.
        is_stream: An event of this function takes further inputs (chunks) while it runs.
        keeps_every_chunk: Chunks wait in order; otherwise the newest replaces one that waits.
        is_plain: One piece of blocking work from beginning to end, so that its runner can count slots.
    """

    function_id: int
    lane: str
    concurrency_limit: int | None
    is_batched: bool = False
    max_batch_size: int = 1
    time_limit_s: float | None = None
    is_stream: bool = False
    keeps_every_chunk: bool = False
    is_plain: bool = False


class Reporter(Protocol):
    """How a running call speaks to the person; safe to call from any thread."""

    def begun(self) -> None:
        """Say that a run that was given slots has one of them now."""

    def progress(self, units: Sequence[ProgressUnit]) -> None:
        """Show progress bars."""

    def log(
        self, text: str, level: LogLevel, title: str, duration_s: float | None, visible: bool
    ) -> None:
        """Show a message."""


class Runner(Protocol):
    """Runs user code for the queue. Implemented by ``call``; the queue knows nothing of components."""

    def run(
        self, calls: Sequence[Call], reporters: Sequence[Reporter]
    ) -> AsyncIterator[Sequence[Output]]:
        """Run one function for one call, or for a batch of calls.

        Yields one `Output` per call at each step. A plain function yields once with
        ``is_generating`` false; a generator yields each step with it true, and ends. Raises what the
        user's function raised. ``aclose()`` on the iterator closes the user's generator.
        """
        ...

    async def run_whole(
        self,
        calls: Sequence[Call],
        reporters: Sequence[Reporter],
        slots: Slots[Any] | None = None,
    ) -> Sequence[Output]:
        """Do the same for a function that is `FunctionLimits.is_plain`: return its only step.

        With ``slots`` it begins when one of these is free, and tells the first reporter then.
        """
        ...


@dataclass(slots=True)
class Job:
    """One accepted event. Only the scheduler and worker change it, and only along `TRANSITIONS`."""

    id: JobId
    call: Call
    lane: str
    state: JobState = JobState.QUEUED
    joined_at_s: float = 0.0
    started_at_s: float | None = None
    is_over: bool = False
    """Whether the job is in a terminal state."""

    def move_to(self, state: JobState) -> bool:
        """Take a transition; return ``False``, changing nothing, when it is not legal."""
        if state not in TRANSITIONS[self.state]:
            return False
        self.state = state
        self.is_over = not TRANSITIONS[state]
        return True
