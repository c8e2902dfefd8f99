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

from pegboard.queue.slots import Slots

Result = TypeVar("Result")


class Executor(Protocol):
    """Runs blocking work."""

    async def run(self, work: Callable[[], Result], slots: Slots[Any] | None = None) -> Result:
        """Run ``work`` with the caller's context variables, and return or raise what it does.

        Args:
            slots: Begin only when one of these is free.
        """

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

    async def run(self, work: Callable[[], Result], slots: Slots[Any] | None = None) -> Result:
        """Run ``work`` in a thread.

        Args:
            slots: Begin only when one of these is free. The slot is free again when the work has
                ended, or when nobody waits for it any more.

        Raises:
            RuntimeError: The executor is closed.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Outcome[Result]] = loop.create_future()
        piece = _Work(work, copy_context(), loop, answer, slots)
        self._submit(piece)
        if slots is None:
            return (await answer).value()
        try:
            return (await answer).value()
        except asyncio.CancelledError:
            self._let_go(piece)
            raise

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
            if work.slots is not None:
                if not work.slots.take(work):
                    return
                work.holds_slot = True
            name = self._put(work)
        if name is not None:
            threading.Thread(target=self._serve, name=name, daemon=True).start()

    def _put(self, work: _Work) -> str | None:
        """Give work to a thread; return the name of the one to make for it, if one is needed."""
        # ``_free`` counts threads that wait less work that waits; below zero, work waits.
        self._free -= 1
        self._work.put(work)
        if self._free >= 0 or self._threads >= self._max_threads:
            return None
        self._threads += 1
        self._free += 1
        return f"pegboard-{self._threads}"

    def _serve(self) -> None:
        while (work := self._work.get()) is not None:
            following: _Work | None = work
            del work  # nothing of a call is kept alive while the thread waits for another
            while following is not None:
                following.carry_out()
                with self._lock:
                    following = self._free_slot(following)
                    if following is None:
                        self._free += 1

    def _free_slot(self, work: _Work) -> _Work | None:
        """Free the slot that work holds, and return the work that holds it now, if some waited for it."""
        if work.slots is None or not work.holds_slot:
            return None
        work.holds_slot = False
        following: _Work | None = work.slots.give_back()
        if following is not None:
            following.holds_slot = True
            if self._is_closed:
                following.drop()
                return self._free_slot(following)
        return following

    def _let_go(self, work: _Work) -> None:
        """Nobody waits for this work: it gives up its slot, though its thread may go on."""
        name = None
        with self._lock:
            if work.slots is None or work.slots.drop(work):
                return
            following = self._free_slot(work)
            if following is not None:
                name = self._put(following)
        if name is not None:
            threading.Thread(target=self._serve, name=name, daemon=True).start()


class _Work:
    """One piece of work on its way to a thread and back."""

    __slots__ = ("_answer", "_context", "_function", "_loop", "holds_slot", "slots")

    def __init__(
        self,
        function: Callable[[], Any],
        context: Context,
        loop: asyncio.AbstractEventLoop,
        answer: asyncio.Future[Any],
        slots: Slots[_Work] | None,
    ) -> None:
        self.slots = slots
        self.holds_slot = False
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

    async def run(self, work: Callable[[], Result], slots: Slots[Any] | None = None) -> Result:
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
