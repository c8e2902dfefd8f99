"""The scheduler: order, limits, turns between lanes, and costs that do not grow with the queue."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pegboard.errors import QueueFull
from pegboard.queue.job import Call, FunctionLimits, Job, JobId, JobState, SessionId
from pegboard.queue.scheduler import Scheduler


def limits(function_id: int, lane: str, limit: int | None = 1, batch: int = 1) -> FunctionLimits:
    return FunctionLimits(function_id, lane, limit, is_batched=batch > 1, max_batch_size=batch)


class Names:
    """Makes jobs and speaks of them by name."""

    def __init__(self, *functions: FunctionLimits, max_size: int | None = None) -> None:
        self.scheduler = Scheduler(functions, max_size)

    def join(self, *names: str, function: int = 0) -> list[Job]:
        lane = self.scheduler.lane_of(function)
        jobs = [Job(JobId(name), Call(function, SessionId("s"), []), lane) for name in names]
        for job in jobs:
            self.scheduler.join(job)
        return jobs

    def start(self) -> list[str] | None:
        jobs = self.scheduler.start_next()
        return None if jobs is None else [str(job.id) for job in jobs]

    def start_all(self) -> list[list[str]]:
        return list(iter(self.start, None))  # type: ignore[arg-type]


def test_jobs_of_one_lane_start_in_the_order_they_came() -> None:
    names = Names(limits(0, "lane"))
    names.join("a", "b", "c")
    started = []
    while (job := names.start()) is not None:
        started += job
        names.scheduler.finish("lane")
    assert started == ["a", "b", "c"]


def test_no_more_jobs_run_than_the_lane_allows() -> None:
    names = Names(limits(0, "lane", 2))
    names.join("a", "b", "c")
    assert names.start_all() == [["a"], ["b"]]
    names.scheduler.finish("lane")
    assert names.start_all() == [["c"]]


def test_functions_of_one_lane_share_the_smallest_limit() -> None:
    names = Names(limits(0, "lane", 3), limits(1, "lane", 1), limits(2, "lane", None))
    names.join("a", "b", function=0)
    assert names.start_all() == [["a"]]
    assert names.scheduler.limit_in("lane") == 1


def test_no_limit_means_no_limit() -> None:
    names = Names(limits(0, "lane", None))
    names.join(*map(str, range(100)))
    assert len(names.start_all()) == 100


def test_lanes_take_turns() -> None:
    names = Names(limits(0, "x", 3), limits(1, "y", 3))
    names.join("x1", "x2", "x3", function=0)
    names.join("y1", "y2", "y3", function=1)
    assert sum(names.start_all(), []) == ["x1", "y1", "x2", "y2", "x3", "y3"]


def test_a_lane_without_room_does_not_hold_up_another() -> None:
    names = Names(limits(0, "slow", 1), limits(1, "quick", 1))
    names.join("s1", "s2", function=0)
    names.join("q1", function=1)
    assert sum(names.start_all(), []) == ["s1", "q1"]


def test_a_batch_takes_waiting_calls_of_its_own_function_only() -> None:
    names = Names(limits(0, "lane", 1, batch=3), limits(1, "lane", 1))
    names.join("b1", function=0)
    names.join("other", function=1)
    names.join("b2", "b3", "b4", function=0)
    assert names.start() == ["b1", "b2", "b3"]
    names.scheduler.finish("lane")
    assert names.start() == ["other"]
    names.scheduler.finish("lane")
    assert names.start() == ["b4"]


def test_a_job_that_left_is_neither_started_nor_batched() -> None:
    names = Names(limits(0, "lane", 1, batch=3))
    _, second, _ = names.join("a", "b", "c")
    assert names.scheduler.leave(second) is True
    assert names.scheduler.leave(second) is False
    assert names.start() == ["a", "c"]


def test_a_full_queue_counts_only_what_waits() -> None:
    names = Names(limits(0, "lane", 1), max_size=2)
    names.join("a")
    names.start()
    names.join("b", "c")
    with pytest.raises(QueueFull, match="2 events are waiting"):
        names.join("d")
    names.scheduler.finish("lane")
    names.start()
    names.join("d")
    assert names.scheduler.waiting_count == 2


def test_starting_moves_the_job_along_its_table() -> None:
    names = Names(limits(0, "lane"))
    (job,) = names.join("a")
    names.start()
    assert job.state is JobState.RUNNING


@pytest.mark.parametrize(
    "last", [JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.LOST]
)
def test_a_job_that_is_over_stays_as_it_is(last: JobState) -> None:
    job = Job(JobId("a"), Call(0, SessionId("s"), []), "lane")
    job.move_to(JobState.RUNNING)
    assert job.move_to(last)
    assert job.is_over
    for state in JobState:
        assert not job.move_to(state)
    assert job.state is last


@given(st.data())
def test_the_scheduler_agrees_with_a_simple_list(data: st.DataObject) -> None:
    """A list per lane, scanned from the front, is the model."""
    functions = [
        limits(0, "x", 1),
        limits(1, "x", 2, batch=2),
        limits(2, "y", 2),
        limits(3, "z", None),
    ]
    names = Names(*functions)
    waiting: dict[str, list[Job]] = {"x": [], "y": [], "z": []}
    running = {"x": 0, "y": 0, "z": 0}
    limit = {"x": 1, "y": 2, "z": 10_000}
    for number in range(data.draw(st.integers(1, 30))):
        what = data.draw(st.sampled_from(["join", "join", "start", "finish", "leave"]))
        if what == "join":
            (job,) = names.join(str(number), function=data.draw(st.integers(0, 3)))
            waiting[job.lane].append(job)
        elif what == "start":
            jobs = names.scheduler.start_next()
            if jobs is None:
                assert not any(waiting[lane] and running[lane] < limit[lane] for lane in waiting)
                continue
            lane = jobs[0].lane
            assert running[lane] < limit[lane]
            assert jobs[0] is waiting[lane][0]
            function = functions[jobs[0].call.function_id]
            same = [job for job in waiting[lane] if job.call.function_id == function.function_id]
            assert jobs == same[: function.max_batch_size]
            waiting[lane] = [job for job in waiting[lane] if job not in jobs]
            running[lane] += 1
        elif what == "finish":
            busy = [lane for lane in running if running[lane]]
            if busy:
                lane = data.draw(st.sampled_from(busy))
                names.scheduler.finish(lane)
                running[lane] -= 1
        elif any(waiting.values()):
            job = data.draw(st.sampled_from(sum(waiting.values(), [])))
            assert names.scheduler.leave(job)
            waiting[job.lane].remove(job)
        assert names.scheduler.waiting_count == sum(map(len, waiting.values()))
        assert names.scheduler.running_count == sum(running.values())
        for lane, jobs_there in waiting.items():
            assert list(names.scheduler.waiting(lane)) == jobs_there


def test_an_event_costs_the_same_whether_twenty_or_twenty_thousand_wait() -> None:
    assert _steps_with(20_000) <= _steps_with(20) * 1.5


def _steps_with(count: int) -> int:
    """Count the lines that one join, one leave and one start execute, with so many waiting."""
    names = Names(limits(0, "lane", 1, batch=4), limits(1, "lane", 1))
    jobs = names.join(*map(str, range(count)), function=0)
    middle = jobs[count // 2]

    def one_of_each() -> Iterable[object]:
        names.join("last", function=1)
        names.scheduler.leave(middle)
        names.start()
        names.scheduler.finish("lane")
        return ()

    return _lines(one_of_each)


def _lines(work: Callable[[], object]) -> int:
    lines = 0

    def trace(frame: object, event: str, argument: object) -> object:
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        work()
    finally:
        sys.settrace(before)
    return lines


# -- ahead of a slot ---------------------------------------------------------------------------------


def test_a_lane_may_start_jobs_ahead_of_its_slots_and_these_still_wait() -> None:
    names = Names(limits(0, "lane", 2))
    names.join("a", "b", "c", "d", "e")
    names.scheduler.allow_ahead("lane", 1)

    assert names.start_all() == [["a"], ["b"], ["c"]]
    assert names.scheduler.ahead_in("lane") == 1
    assert (names.scheduler.running_count, names.scheduler.waiting_count) == (2, 3)
    names.scheduler.finish("lane")
    assert names.start_all() == [["d"]]
    assert (names.scheduler.running_count, names.scheduler.waiting_count) == (2, 2)


def test_what_was_started_ahead_counts_for_the_size_of_the_queue() -> None:
    names = Names(limits(0, "lane"), max_size=2)
    names.scheduler.allow_ahead("lane", 1)
    names.join("a")
    names.start_all()
    names.join("b")
    names.start_all()
    names.join("c")
    with pytest.raises(QueueFull):
        names.join("d")


def test_no_more_go_ahead_once_a_lane_may_not_any_more() -> None:
    names = Names(limits(0, "lane"))
    names.scheduler.allow_ahead("lane", 2)
    names.join("a", "b", "c", "d", "e")
    assert len(names.start_all()) == 3
    names.scheduler.allow_ahead("lane", 0)
    for _ in range(2):
        names.scheduler.finish("lane")
        assert names.start() is None
    names.scheduler.finish("lane")
    assert names.start_all() == [["d"]]
    assert names.scheduler.ahead_in("lane") == 0


def test_a_batch_goes_ahead_only_when_it_is_full() -> None:
    names = Names(limits(0, "lane", 1, batch=2))
    names.scheduler.allow_ahead("lane", 1)
    names.join("a", "b", "c")
    assert names.start_all() == [["a", "b"]]
    names.join("d")
    assert names.start_all() == [["c", "d"]]
    names.join("e")
    assert names.start_all() == []
    names.scheduler.finish("lane")
    assert names.start_all() == []  # one slot's worth is ahead already, and this batch is not full
    names.scheduler.finish("lane")
    assert names.start_all() == [["e"]]
