"""Where a synchronous function runs: a strategy, with threads as the default.

Coroutines and async generators need no executor: they run on the loop, in the event's own task.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context, copy_context
from queue import Empty, SimpleQueue
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

    The threads are daemons: a function that never returns must not keep the process from ending.

    Args:
        max_threads: Threads at most; they are made when first needed.
    """

    def __init__(self, max_threads: int = 40) -> None:
        self._max_threads = max_threads
        self._work: SimpleQueue[_Work | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._free = 0
        self._is_closed = False

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run ``work`` in a thread.

        Raises:
            RuntimeError: The executor is closed.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Outcome[Result]] = loop.create_future()
        self._submit(_Work(work, copy_context(), loop, answer))
        return (await answer).value()

    def close(self) -> None:
        """Let threads end once their work is done; what waits is dropped."""
        with self._lock:
            self._is_closed = True
            threads = self._threads
        while True:
            try:
                dropped = self._work.get_nowait()
            except Empty:
                break
            if dropped is not None:
                dropped.drop()
        for _ in range(threads):
            self._work.put(None)

    def _submit(self, work: _Work) -> None:
        with self._lock:
            if self._is_closed:
                raise RuntimeError("the executor is closed: the server is stopping")
            # ``_free`` counts threads that wait less work that waits; below zero, work waits.
            self._free -= 1
            needs_thread = self._free < 0 and self._threads < self._max_threads
            if needs_thread:
                self._threads += 1
                self._free += 1
                name = f"pegboard-{self._threads}"
            self._work.put(work)
        if needs_thread:
            threading.Thread(target=self._serve, name=name, daemon=True).start()

    def _serve(self) -> None:
        while (work := self._work.get()) is not None:
            work.carry_out()
            del work  # nothing of a call is kept alive while the thread waits for another
            with self._lock:
                self._free += 1


class _Work:
    """One piece of work on its way to a thread and back."""

    __slots__ = ("_answer", "_context", "_function", "_loop")

    def __init__(
        self,
        function: Callable[[], Any],
        context: Context,
        loop: asyncio.AbstractEventLoop,
        answer: asyncio.Future[Any],
    ) -> None:
        self._function = function
        self._context = context
        self._loop = loop
        self._answer = answer

    def carry_out(self) -> None:
        """Do it, unless nobody waits any more."""
        if self._answer.cancelled():
            return
        outcome = self._context.run(_contained, self._function)
        self._on_loop(_answered, self._answer, outcome)

    def drop(self) -> None:
        """Do not do it; whoever waits is told."""
        self._on_loop(self._answer.cancel)

    def _on_loop(self, callback: Callable[..., Any], *given: Any) -> None:
        # The loop may be gone when a function that nobody waits for returns late.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback, *given)


def _answered(answer: asyncio.Future[Any], outcome: Any) -> None:
    if not answer.done():
        answer.set_result(outcome)


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
