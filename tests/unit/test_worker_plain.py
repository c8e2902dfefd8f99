"""Plain functions, which the engine begins without a task: the same promises as for any other run."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextvars import copy_context
from typing import Any

import pytest

from pegboard.executor import Outcome, ThreadExecutor
from pegboard.queue.job import Call, FunctionLimits, Reporter, SessionId
from pegboard.queue.messages import Ended, Output, Started
from pegboard.queue.worker import Engine


class Plainly:
    """A runner whose functions are all plain: each call's data holds the function."""

    def __init__(self, threads: int = 8) -> None:
        self.executor = ThreadExecutor(threads)

    def run(self, calls: Sequence[Call], reporters: Sequence[Reporter]) -> AsyncIterator[Sequence[Output]]:
        raise AssertionError("a plain function needs no task")

    def begin(
        self, call: Call, reporter: Reporter, done: Callable[[Output | BaseException], None]
    ) -> Callable[[], None] | None:
        def ended(outcome: Outcome[Any]) -> None:
            try:
                done(Output([outcome.value()]))
            except BaseException as problem:
                done(problem)

        return self.executor.submit(call.data[0], copy_context(), ended)


class Bench:
    """An engine on a real loop, and what it said."""

    def __init__(self, limit: int = 1, threads: int = 8) -> None:
        self.runner = Plainly(threads)
        self.engine = Engine([FunctionLimits(0, "lane", limit)], self.runner)

    def submit(self, work: Callable[[], Any], session: str = "s") -> str:
        return self.engine.submit(Call(function_id=0, data=[work], session=SessionId(session)))

    def said(self, kind: type[Any] = Ended, session: str = "s") -> list[Any]:
        messages = [message for _, message in self.engine.outbox(SessionId(session)).since(0)]
        return [message for message in messages if isinstance(message, kind)]

    async def ends(self, count: int, session: str = "s") -> list[Any]:
        for _ in range(5000):
            if len(self.said(session=session)) >= count:
                break
            await asyncio.sleep(0.002)
        return self.said(session=session)


def on_loop(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 30))


def test_events_of_one_lane_follow_each_other_and_end_once() -> None:
    async def test() -> None:
        bench = Bench()
        running: list[int] = []
        most: list[int] = []

        def work(number: int) -> Callable[[], int]:
            def go() -> int:
                running.append(number)
                most.append(len(running))
                running.remove(number)
                return number

            return go

        for number in range(30):
            bench.submit(work(number))
        ends = await bench.ends(30)

        assert [end.output.data[0] for end in ends] == list(range(30))
        assert max(most) == 1 and bench.engine.running_count() == 0
        assert bench.said(Started) == []

    on_loop(test)


def test_free_slot_is_filled_before_the_loop_turns_to_anything_else() -> None:
    async def test() -> None:
        bench = Bench()
        may_end, second_began = threading.Event(), threading.Event()
        bench.submit(lambda: may_end.wait(10))
        bench.submit(second_began.set)
        await asyncio.sleep(0.05)
        may_end.set()
        while not bench.said():
            await asyncio.sleep(0)
        # The very callback that ended the first has begun the second.
        assert second_began.wait(5)
        await bench.ends(2)

    on_loop(test)


@pytest.mark.parametrize(
    "problem",
    [ValueError("v"), SystemExit(3), KeyboardInterrupt(), asyncio.CancelledError(), GeneratorExit(), StopIteration()],
    ids=lambda problem: type(problem).__name__,
)
def test_whatever_a_function_raises_fails_its_own_event_only(problem: BaseException) -> None:
    async def test() -> None:
        bench = Bench()

        def fail() -> None:
            raise problem

        bench.submit(fail)
        bench.submit(lambda: "good")
        bad, good = await bench.ends(2)

        assert bad.failure is not None and bad.output is None
        assert good.output.data == ["good"] and bench.engine.running_count() == 0

    on_loop(test)


def test_cancelled_run_gives_its_slot_back_and_its_late_result_is_nothing() -> None:
    async def test() -> None:
        bench = Bench()
        may_end = threading.Event()
        try:
            first = bench.submit(lambda: may_end.wait(10))
            bench.submit(lambda: "next")
            await asyncio.sleep(0.1)
            assert [message.event_id for message in bench.said(Started)] == [first]

            assert bench.engine.cancel(first, SessionId("s"))
            ends = await bench.ends(2)
            assert [end.output.data for end in ends] == [[], ["next"]]
        finally:
            may_end.set()
        await asyncio.sleep(0.05)
        assert len(bench.said()) == 2 and bench.engine.running_count() == 0

    on_loop(test)


def test_cancelled_run_that_no_thread_has_taken_yet_is_not_run() -> None:
    async def test() -> None:
        bench = Bench(limit=2, threads=1)
        may_end, has_run = threading.Event(), threading.Event()
        bench.submit(lambda: may_end.wait(10))
        second = bench.submit(has_run.set)
        await asyncio.sleep(0.05)
        assert bench.engine.running_count() == 2

        assert bench.engine.cancel(second, SessionId("s"))
        may_end.set()
        await bench.ends(2)
        bench.submit(lambda: "third")
        await bench.ends(3)

        assert not has_run.is_set()

    on_loop(test)


def test_session_that_leaves_starts_nothing_on_its_way_out() -> None:
    async def test() -> None:
        bench = Bench()
        may_end, has_run = threading.Event(), threading.Event()
        bench.submit(lambda: may_end.wait(10))
        bench.submit(has_run.set)
        await asyncio.sleep(0.05)

        bench.engine.leave(SessionId("s"))
        bench.submit(lambda: "of another", session="other")
        await bench.ends(1, session="other")
        may_end.set()

        assert not has_run.is_set() and bench.engine.running_count() == 0

    on_loop(test)


def test_stopping_waits_for_what_ends_in_time_and_fails_the_rest_in_words() -> None:
    async def test() -> None:
        bench = Bench(limit=2)
        never = threading.Event()
        try:
            bench.submit(lambda: never.wait(20))
            bench.submit(lambda: "in time")
            await asyncio.sleep(0)
            outbox = bench.engine.outbox(SessionId("s"))

            await bench.engine.stop(drain_s=0.3)

            ends = [message for _, message in outbox.since(0) if isinstance(message, Ended)]
            assert {end.failure.error if end.failure else end.output.data[0] for end in ends} == {
                "in time", "The server is shutting down. Please try again later.",
            }  # fmt: skip
        finally:
            never.set()

    on_loop(test)


def test_closed_executor_fails_the_event() -> None:
    async def test() -> None:
        bench = Bench()
        bench.runner.executor.close()
        bench.submit(lambda: "never")
        [end] = await bench.ends(1)

        assert end.failure is not None and bench.engine.running_count() == 0

    on_loop(test)
