"""Where a synchronous function runs: a strategy, with threads as the default.

Coroutines and async generators need no executor: they run on the loop, in the event's own task.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context, copy_context
from queue import SimpleQueue
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

    The threads are daemons: a function that never returns must not keep the process from ending. A
    thread that is done goes on with what waits; another is woken only while none is on its way, so a
    crowd of quick calls costs a few switches between threads and not two for each.

    Args:
        max_threads: Threads at most; they are made when first needed.
    """

    def __init__(self, max_threads: int = 40) -> None:
        self._max_threads = max_threads
        self._waiting: deque[_Work] = deque()
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._idle = 0
        self._is_one_coming = False
        self._is_closed = False
        self._post: _Post | None = None

    async def run(self, work: Callable[[], Result], slots: Slots[Any] | None = None) -> Result:
        """Run ``work`` in a thread.

        Args:
            slots: Begin only when one of these is free. The slot is free again when the work has
                ended, or when nobody waits for it any more.

        Raises:
            RuntimeError: The executor is closed.
        """
        loop = asyncio.get_running_loop()
        post = self._post
        if post is None or post.loop is not loop:
            post = self._post = _Post(loop)
        answer: asyncio.Future[_Outcome[Result]] = loop.create_future()
        piece = _Work(work, copy_context(), post, answer, slots)
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
            dropped = list(self._waiting)
            self._waiting.clear()
            threads = self._threads
        for work in dropped:
            work.drop()
        for _ in range(threads):
            self._bell.put(None)

    def _submit(self, work: _Work) -> None:
        with self._lock:
            if self._is_closed:
                raise RuntimeError("the executor is closed: the server is stopping")
            if work.slots is not None:
                if not work.slots.take(work):
                    return
                work.holds_slot = True
            self._waiting.append(work)
            name = self._call_one()
        self._begin(name)

    def _call_one(self) -> str | None:
        """Have a thread come for what waits; return the name of the one to begin for it, if any."""
        if self._is_one_coming:
            return None
        if self._idle:
            self._idle -= 1
            self._is_one_coming = True
            self._bell.put(None)
        elif self._threads < self._max_threads:
            self._threads += 1
            self._is_one_coming = True
            return f"pegboard-{self._threads}"
        return None

    def _begin(self, name: str | None) -> None:
        if name is not None:
            threading.Thread(target=self._serve, name=name, daemon=True).start()

    def _serve(self) -> None:
        self._work_off()
        while not self._is_closed:
            self._bell.get()
            self._work_off()

    def _work_off(self) -> None:
        """Do what waits until nothing does. Nothing of a call is kept alive after that."""
        has_come = False
        work: _Work | None = None
        while True:
            name = None
            with self._lock:
                if not has_come:
                    has_come, self._is_one_coming = True, False
                work = None if work is None else self._free_slot(work)
                if work is None:
                    if not self._waiting:
                        self._idle += 1
                        return
                    work = self._waiting.popleft()
                    if self._waiting:
                        # This work may take its time.
                        name = self._call_one()
            self._begin(name)
            work.carry_out()

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
        with self._lock:
            if work.slots is None or work.slots.drop(work):
                return
            following = self._free_slot(work)
            if following is None:
                return
            self._waiting.append(following)
            name = self._call_one()
        self._begin(name)


class _Work:
    """One piece of work on its way to a thread and back."""

    __slots__ = ("_answer", "_context", "_function", "_post", "holds_slot", "slots")

    def __init__(
        self,
        function: Callable[[], Any],
        context: Context,
        post: _Post,
        answer: asyncio.Future[Any],
        slots: Slots[_Work] | None,
    ) -> None:
        self.slots = slots
        self.holds_slot = False
        self._function = function
        self._context = context
        self._post = post
        self._answer = answer

    def carry_out(self) -> None:
        """Do it, unless nobody waits any more."""
        if not self._answer.cancelled():
            self._post.put(self._answer, self._context.run(_contained, self._function))

    def drop(self) -> None:
        """Do not do it; whoever waits is told."""
        self._post.put(self._answer, None)


class _Post:
    """Carries answers from threads to one loop, which is woken once for all that come meanwhile."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._answers: deque[tuple[asyncio.Future[Any], _Outcome[Any] | None]] = deque()
        self._is_woken = False

    def put(self, answer: asyncio.Future[Any], outcome: _Outcome[Any] | None) -> None:
        """Give an answer, or none: then whoever waits for it is cancelled. From any thread."""
        self._answers.append((answer, outcome))
        if self._is_woken:
            return
        self._is_woken = True
        # The loop may be gone when a function that nobody waits for returns late.
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        # Before the answers are taken, so that one that comes now wakes the loop again.
        self._is_woken = False
        while self._answers:
            answer, outcome = self._answers.popleft()
            if answer.done():
                continue
            if outcome is None:
                answer.cancel()
            else:
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
