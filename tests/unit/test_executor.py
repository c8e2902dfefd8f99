"""Executors: the same promises for threads and for the inline one."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextvars import ContextVar
from typing import Any

import pytest

from pegboard.executor import Executor, FunctionExit, InlineExecutor, ThreadExecutor
from pegboard.queue.slots import Slots

word: ContextVar[str] = ContextVar("word", default="nothing")


@pytest.fixture(params=[lambda: ThreadExecutor(3), InlineExecutor], ids=["threads", "inline"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    made: Executor = request.param()
    yield made
    made.close()


def on_loop(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    return asyncio.run(asyncio.wait_for(work(), 20))


def test_work_gives_its_result(executor: Executor) -> None:
    assert on_loop(lambda: executor.run(lambda: 42)) == 42


def test_an_exception_comes_back_as_it_was(executor: Executor) -> None:
    problem = ValueError("bad")

    def work() -> None:
        raise problem

    with pytest.raises(ValueError, match="bad") as caught:
        on_loop(lambda: executor.run(work))
    assert caught.value is problem


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, GeneratorExit, StopIteration])
def test_what_would_end_more_than_the_call_becomes_an_ordinary_error(
    executor: Executor, kind: type[BaseException]
) -> None:
    def work() -> None:
        raise kind()

    with pytest.raises(FunctionExit, match=kind.__name__):
        on_loop(lambda: executor.run(work))


def test_work_sees_the_context_of_its_caller(executor: Executor) -> None:
    async def main() -> str:
        word.set("mine")
        return await executor.run(word.get)

    assert on_loop(main) == "mine"


def test_many_pieces_of_work_all_end(executor: Executor) -> None:
    async def main() -> list[int]:
        return await asyncio.gather(*(executor.run(lambda n=n: n * n) for n in range(200)))

    assert on_loop(main) == [n * n for n in range(200)]


def test_no_more_threads_than_asked_for_and_idle_ones_are_used_again() -> None:
    executor = ThreadExecutor(3)
    seen: set[int] = set()
    barrier = threading.Barrier(3)

    async def main() -> None:
        # Three that wait for each other prove that three run at once.
        await asyncio.gather(*(executor.run(barrier.wait) for _ in range(3)))
        for _ in range(50):
            seen.add(await executor.run(threading.get_ident))
        await asyncio.gather(
            *(executor.run(lambda: seen.add(threading.get_ident())) for _ in range(50))
        )

    on_loop(main)
    assert len(seen) <= 3
    executor.close()


def test_the_loop_goes_on_while_a_thread_works() -> None:
    executor = ThreadExecutor(1)
    go = threading.Event()

    async def main() -> str:
        work = asyncio.ensure_future(executor.run(lambda: go.wait(10)))
        await asyncio.sleep(0)
        assert not work.done()
        go.set()
        return "released" if await work else "timed out"

    assert on_loop(main) == "released"
    executor.close()


def test_work_that_nobody_waits_for_any_more_is_not_begun() -> None:
    executor = ThreadExecutor(1)
    go, begun = threading.Event(), []

    async def main() -> None:
        first = asyncio.ensure_future(executor.run(lambda: go.wait(10)))
        second = asyncio.ensure_future(executor.run(lambda: begun.append("second")))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        go.set()
        await first
        await executor.run(lambda: begun.append("third"))

    on_loop(main)
    assert begun == ["third"]
    executor.close()


def test_closing_drops_what_waits_and_refuses_more() -> None:
    executor = ThreadExecutor(1)
    go = threading.Event()

    async def main() -> None:
        running = asyncio.ensure_future(executor.run(lambda: go.wait(10)))
        waiting = asyncio.ensure_future(executor.run(lambda: None))
        await asyncio.sleep(0)
        executor.close()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        with pytest.raises(RuntimeError, match="closed"):
            await executor.run(lambda: None)
        go.set()
        assert await running

    on_loop(main)


def test_a_function_that_never_returns_does_not_keep_the_process() -> None:
    program = (
        "import asyncio, threading\n"
        "from pegboard.executor import ThreadExecutor\n"
        "async def main():\n"
        "    task = asyncio.ensure_future(ThreadExecutor(1).run(threading.Event().wait))\n"
        "    await asyncio.sleep(0.05)\n"
        "    task.cancel()\n"
        "asyncio.run(main())\n"
        "print('over')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == "over\n"


# -- slots -------------------------------------------------------------------------------------------


class Held:
    """Work that says when it has begun, and ends when it is let go."""

    def __init__(self) -> None:
        self.has_begun = threading.Event()
        self.may_end = threading.Event()

    def __call__(self) -> int:
        self.has_begun.set()
        assert self.may_end.wait(30)
        return threading.get_ident()


def test_no_more_work_runs_than_there_are_slots() -> None:
    executor, slots = ThreadExecutor(8), Slots[Any](2)
    lock, running, most = threading.Lock(), 0, 0

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.001)
        with lock:
            running -= 1

    async def main() -> None:
        await asyncio.gather(*(executor.run(work, slots) for _ in range(100)))
        await executor.run(work, slots)

    on_loop(main)
    assert (running, most) == (0, 2)
    executor.close()


def test_the_thread_that_frees_a_slot_goes_on_with_what_waits_though_the_loop_is_busy() -> None:
    executor, slots = ThreadExecutor(8), Slots[Any](1)
    first, second = Held(), Held()

    async def main() -> tuple[int, int]:
        works = [asyncio.ensure_future(executor.run(work, slots)) for work in (first, second)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        # From here on the loop does nothing: it waits in this function.
        assert first.has_begun.wait(30)
        assert not second.has_begun.is_set()
        first.may_end.set()
        assert second.has_begun.wait(30)
        second.may_end.set()
        return await works[0], await works[1]

    one, two = on_loop(main)
    assert one == two
    executor.close()


def test_work_that_nobody_waits_for_frees_its_slot_and_its_end_frees_none() -> None:
    executor, slots = ThreadExecutor(8), Slots[Any](1)
    stuck, second, third = Held(), Held(), Held()

    async def main() -> None:
        one = asyncio.ensure_future(executor.run(stuck, slots))
        two = asyncio.ensure_future(executor.run(second, slots))
        three = asyncio.ensure_future(executor.run(third, slots))
        await asyncio.sleep(0)
        await asyncio.to_thread(stuck.has_begun.wait, 30)
        one.cancel()
        assert await asyncio.to_thread(second.has_begun.wait, 30)
        stuck.may_end.set()
        await executor.run(lambda: None)  # the stuck thread has had its turn
        assert not third.has_begun.is_set()
        second.may_end.set()
        third.may_end.set()
        await asyncio.gather(two, three)

    on_loop(main)
    assert slots.take(object())
    executor.close()


def test_work_that_waits_for_a_slot_can_be_given_up() -> None:
    executor, slots = ThreadExecutor(8), Slots[Any](1)
    first, given_up, last = Held(), Held(), Held()
    last.may_end.set()

    async def main() -> None:
        one = asyncio.ensure_future(executor.run(first, slots))
        two = asyncio.ensure_future(executor.run(given_up, slots))
        three = asyncio.ensure_future(executor.run(last, slots))
        await asyncio.sleep(0)
        two.cancel()
        await asyncio.gather(two, return_exceptions=True)
        first.may_end.set()
        await asyncio.gather(one, three)

    on_loop(main)
    assert not given_up.has_begun.is_set()
    executor.close()


def test_closing_drops_what_waits_for_a_slot() -> None:
    executor, slots = ThreadExecutor(8), Slots[Any](1)
    first, second = Held(), Held()

    async def main() -> None:
        one = asyncio.ensure_future(executor.run(first, slots))
        two = asyncio.ensure_future(executor.run(second, slots))
        await asyncio.sleep(0)
        executor.close()
        first.may_end.set()
        await one
        with pytest.raises(asyncio.CancelledError):
            await two

    on_loop(main)
    assert not second.has_begun.is_set()
