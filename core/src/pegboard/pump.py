"""Carries the steps of a generator from the thread it runs in to the event loop.

The generator runs at its own speed: the thread never waits for a reader. Steps that the loop has not
taken are bounded in number and size; beyond that the oldest go, because each step replaces the one
before. The loop is
woken once for all that came meanwhile, not once for each.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")

STEPS_KEPT = 4096
BYTES_KEPT = 8 * 1024 * 1024


class Pump(Generic[Item]):
    """A bounded hand-over from one thread to one task. Make it on the loop."""

    def __init__(
        self, limit: int = STEPS_KEPT, size_of: Callable[[Item], int] = lambda item: 0
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._items: deque[Item] = deque()
        self._limit = limit
        self._size_of = size_of
        self._bytes = 0
        self._lock = threading.Lock()
        self._is_awake = False
        self._woken = asyncio.Event()
        self._is_ended = False
        self.is_stopped = False

    # -- the thread's side -------------------------------------------------------------------------

    def put(self, item: Item) -> bool:
        """Hand over one item; ``False`` when nobody wants any more."""
        size = self._size_of(item)
        with self._lock:
            items = self._items
            items.append(item)
            self._bytes += size
            if self._bytes > BYTES_KEPT or len(items) > self._limit:
                self._drop()
            must_wake, self._is_awake = not self._is_awake, True
        if must_wake:
            self._wake()
        return not self.is_stopped

    def _drop(self) -> None:
        while len(self._items) > self._limit or (self._bytes > BYTES_KEPT and len(self._items) > 1):
            self._bytes -= self._size_of(self._items.popleft())

    def end(self) -> None:
        """Say that nothing follows."""
        self._is_ended = True
        self._wake()

    # -- the loop's side ---------------------------------------------------------------------------

    async def take(self) -> list[Item]:
        """Return what came since the last time, at least one item; empty at the end."""
        while True:
            with self._lock:
                items = list(self._items)
                self._items.clear()
                self._bytes = 0
                self._is_awake = False
            if items or self._is_ended:
                return items
            self._woken.clear()
            # Looked at again after clearing, so that no wake between the two is lost.
            if not self._items and not self._is_ended:
                await self._woken.wait()

    def stop(self) -> None:
        """Ask the thread to stop at its next step."""
        self.is_stopped = True

    def _wake(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._woken.set)
        except RuntimeError:  # the loop is gone, and with it whoever wanted the items
            self.is_stopped = True
