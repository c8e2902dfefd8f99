"""Where a synchronous function runs: a strategy, with threads as the default.

Coroutines and async generators need no executor: they run on the loop, in the event's own task.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Generic, Protocol, TypeVar

Result = TypeVar("Result")


class Executor(Protocol):
    """Runs blocking work."""

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run ``work`` with the caller's context variables, and return or raise what it does."""

    def close(self) -> None:
        """Take no more work; wait for nothing."""


class ThreadExecutor:
    """Runs work in a pool of threads.

    Args:
        max_threads: Threads at most; they are made when first needed.
    """

    def __init__(self, max_threads: int = 40) -> None:
        self._pool = ThreadPoolExecutor(max_threads, thread_name_prefix="pegboard")

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run ``work`` in a thread."""
        # StopIteration cannot cross a future, and SystemExit would end the thread's work unseen.
        context = copy_context()
        outcome: _Outcome[Result] = await asyncio.get_running_loop().run_in_executor(
            self._pool, context.run, _contained, work
        )
        return outcome.value()

    def close(self) -> None:
        """Let threads end once their work is done; what waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class InlineExecutor:
    """Runs work at once, on the loop: for tests, and for functions that never block."""

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run ``work`` here and now."""
        return _contained(work).value()

    def close(self) -> None:
        """Nothing to close."""


class _Outcome(Generic[Result]):
    """What work returned or raised, carried as a value."""

    __slots__ = ("_problem", "_result")

    def __init__(self, result: Any, problem: BaseException | None) -> None:
        self._result: Result = result
        self._problem = problem

    def value(self) -> Result:
        """Return the result, or raise the problem."""
        if self._problem is None:
            return self._result
        problem, self._problem = self._problem, None
        if isinstance(problem, (SystemExit, KeyboardInterrupt, GeneratorExit, StopIteration)):
            raise FunctionExit(problem) from problem
        raise problem


class FunctionExit(RuntimeError):
    """The function raised something that must not leave it, such as SystemExit."""

    def __init__(self, problem: BaseException) -> None:
        super().__init__(f"the function raised {type(problem).__name__}: {problem}")


def _contained(work: Callable[[], Result]) -> _Outcome[Result]:
    try:
        return _Outcome(work(), None)
    except BaseException as problem:
        return _Outcome(None, problem)
