"""Who runs next: no clock, no I/O, no asyncio.

Jobs wait in lanes (one per concurrency id), each a FIFO with its own limit; lanes that have both work and
room take turns. Every operation is O(1): a lane is an ordered dictionary (so a job in the middle leaves
without a scan), and ready lanes stand in an ordered ring. A batched function also keeps its own waiting
jobs in order, so that a batch is taken without looking at the rest of the lane.

A lane may be allowed to start a few jobs ahead of its slots, where whoever runs them counts the slots
(`pegboard.queue.slots`). Such a job still counts as waiting, for the places of others and for ``max_size``.

Places are not kept per job, because one start would change them all: a job's place is found by walking
its lane, which the worker does a few times a second for the lanes that moved.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pegboard.errors import QueueFull
from pegboard.queue.job import FunctionLimits, Job, JobId, JobState


@dataclass(slots=True)
class _Lane:
    name: str
    limit: int | None
    waiting: OrderedDict[JobId, Job] = field(default_factory=OrderedDict)
    running: int = 0
    ahead: int = 0

    @property
    def has_room(self) -> bool:
        return self.limit is None or self.running < self.limit + self.ahead

    @property
    def is_at_limit(self) -> bool:
        return self.limit is not None and self.running >= self.limit


class Scheduler:
    """Decides the order of jobs.

    Args:
        functions: Every function's lane and limits. Functions of one lane share the smallest limit.
        max_size: Waiting jobs beyond which a join is refused; ``None`` for no limit.
    """

    def __init__(self, functions: Iterable[FunctionLimits], max_size: int | None = None) -> None:
        self._functions = {function.function_id: function for function in functions}
        self._max_size = max_size
        self._lanes: dict[str, _Lane] = {}
        for function in self._functions.values():
            lane = self._lanes.setdefault(function.lane, _Lane(function.lane, None))
            if function.concurrency_limit is not None:
                limit = function.concurrency_limit
                lane.limit = limit if lane.limit is None else min(lane.limit, limit)
        self._ready: OrderedDict[str, _Lane] = OrderedDict()
        self._batches: dict[int, OrderedDict[JobId, Job]] = {}
        self._waiting_count = 0
        self._started_count = 0
        self._ahead_count = 0

    @property
    def waiting_count(self) -> int:
        """How many jobs have no slot yet."""
        return self._waiting_count + self._ahead_count

    @property
    def running_count(self) -> int:
        """How many runs hold a slot."""
        return self._started_count - self._ahead_count

    def limits_of(self, job: Job) -> FunctionLimits:
        """Return how the job's function is scheduled."""
        return self._functions[job.call.function_id]

    def lane_of(self, function_id: int) -> str:
        """Return the lane a function's jobs wait in."""
        return self._functions[function_id].lane

    def limit_in(self, lane_name: str) -> int | None:
        """Return how many runs a lane allows at once; ``None`` for any number."""
        return self._lanes[lane_name].limit

    @property
    def has_waiting(self) -> bool:
        """Whether any job has not started yet."""
        return self._waiting_count > 0

    def allow_ahead(self, lane_name: str, count: int) -> None:
        """Let a lane start so many jobs ahead of its slots from now on."""
        lane = self._lanes[lane_name]
        if lane.ahead != count:
            lane.ahead = count
            if lane.waiting and lane.has_room:
                self._ready.setdefault(lane_name, lane)

    def ahead_in(self, lane_name: str) -> int:
        """Return how many jobs of a lane were started ahead of their slots, and wait for these."""
        lane = self._lanes[lane_name]
        return max(0, lane.running - lane.limit) if lane.limit is not None else 0

    @property
    def is_full(self) -> bool:
        """Whether as many jobs wait as may."""
        return self._max_size is not None and self.waiting_count >= self._max_size

    def join(self, job: Job) -> None:
        """Put a job at the end of its lane.

        Raises:
            QueueFull: As many jobs wait as may.
        """
        if self.is_full:
            raise QueueFull(
                f"Queue is full. {self.waiting_count} events are waiting, and no more than "
                f"{self._max_size} may; try again in a moment."
            )
        lane = self._lanes[job.lane]
        lane.waiting[job.id] = job
        self._waiting_count += 1
        if self._functions[job.call.function_id].is_batched:
            self._batches.setdefault(job.call.function_id, OrderedDict())[job.id] = job
        if lane.has_room:
            self._ready.setdefault(lane.name, lane)

    def start_next(self) -> list[Job] | None:
        """Take the next job, or a batch of them, off the ring; ``None`` when nothing may start."""
        while self._ready:
            name, lane = self._ready.popitem(last=False)
            if not lane.waiting or not lane.has_room:
                continue
            first = next(iter(lane.waiting.values()))
            function = self._functions[first.call.function_id]
            jobs = [first]
            if function.is_batched:
                together = self._batches[function.function_id]
                if lane.is_at_limit and len(together) < function.max_batch_size:
                    continue  # more may join it before its slot is free
                jobs = [job for job, _ in zip(together.values(), range(function.max_batch_size))]
            for job in jobs:
                self._remove_waiting(lane, job)
                job.move_to(JobState.RUNNING)
            self._ahead_count += lane.is_at_limit
            lane.running += 1
            self._started_count += 1
            if lane.waiting and lane.has_room:
                self._ready[name] = lane  # to the end of the ring: the others come first
            return jobs
        return None

    def finish(self, lane_name: str) -> None:
        """Free the slot of one run (of one job, or of one batch)."""
        lane = self._lanes[lane_name]
        lane.running -= 1
        self._started_count -= 1
        self._ahead_count -= lane.is_at_limit
        if lane.waiting and lane.has_room:
            self._ready.setdefault(lane_name, lane)

    def leave(self, job: Job) -> bool:
        """Take a waiting job out; ``False`` when it does not wait."""
        lane = self._lanes[job.lane]
        if job.id not in lane.waiting:
            return False
        self._remove_waiting(lane, job)
        return True

    def waiting(self, lane_name: str) -> Iterator[Job]:
        """Yield the waiting jobs of a lane, first to start first."""
        yield from self._lanes[lane_name].waiting.values()

    def waiting_in(self, lane_name: str) -> int:
        """Return how many jobs wait in a lane."""
        return len(self._lanes[lane_name].waiting)

    def all_waiting(self) -> list[Job]:
        """Return every waiting job."""
        return [job for lane in self._lanes.values() for job in lane.waiting.values()]

    def _remove_waiting(self, lane: _Lane, job: Job) -> None:
        del lane.waiting[job.id]
        self._waiting_count -= 1
        batch = self._batches.get(job.call.function_id)
        if batch is not None:
            batch.pop(job.id, None)
