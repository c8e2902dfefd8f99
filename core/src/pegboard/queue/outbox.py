"""A session's outbox: a bounded log of messages with sequence numbers, read by cursors.

Readers ask for what came after a number and are woken when there is more; nothing polls. A reader that
comes back asks from where it was. Messages that a newer one supersedes (a generator's step, progress, a
place in the queue) are dropped once a reader is so far behind that they pile up: the newest value wins.
Ends and messages to the person are never dropped while anybody may still want them.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable

from pegboard.queue.messages import Ended, Message, Progressed, Queued, Stepped

STEPS_KEPT = 64
"""Undelivered steps of one event beyond which the oldest are dropped."""

DELIVERED_KEPT = 256
"""Delivered messages kept for a reader that lost its connection."""


class Outbox:
    """The messages of one session (or of one event that is fetched by itself)."""

    def __init__(
        self, on_change: Callable[[], None] | None = None, *, keeps_all: bool = False
    ) -> None:
        self._on_change = on_change
        self._log: OrderedDict[int, Message] = OrderedDict()
        self._next = 1
        self._steps: dict[str, deque[int]] = {}
        self._latest: dict[tuple[str, type[Message]], int] = {}
        self._delivered = 0
        self._changed = asyncio.Event()
        self._keeps_all = keeps_all
        self.is_closed = False

    @property
    def last(self) -> int:
        """Number of the newest message; 0 before the first."""
        return self._next - 1

    @property
    def delivered(self) -> int:
        """Number of the newest message that a reader has taken."""
        return self._delivered

    def append(self, message: Message) -> int:
        """Add a message and wake the readers; return its number."""
        number = self._next
        self._next += 1
        self._log[number] = message
        if isinstance(message, Stepped):
            self._add_step(message.event_id, number)
        elif isinstance(message, (Progressed, Queued)):
            key = (message.event_id, type(message))
            older = self._latest.get(key)
            if older is not None and older > self._delivered:
                self._log.pop(older, None)
            self._latest[key] = number
        elif isinstance(message, Ended):
            # Nothing will supersede anything of this event again.
            self._steps.pop(message.event_id, None)
            for kind in (Progressed, Queued):
                self._latest.pop((message.event_id, kind), None)
        self.wake()
        return number

    def since(self, number: int) -> list[tuple[int, Message]]:
        """Return the messages after a number, oldest first."""
        if number >= self.last:
            return []
        found: list[tuple[int, Message]] = []
        for key in reversed(self._log):
            if key <= number:
                break
            found.append((key, self._log[key]))
        found.reverse()
        return found

    def mark_delivered(self, number: int) -> None:
        """Take note that a reader has everything up to a number; older messages may go."""
        self._delivered = max(self._delivered, number)
        if self._keeps_all:
            return
        surplus = len(self._log) - DELIVERED_KEPT
        while surplus > 0:
            oldest = next(iter(self._log))
            if oldest > self._delivered:
                return
            del self._log[oldest]
            surplus -= 1

    async def wait(self, number: int) -> None:
        """Return once there is a message after ``number``, or the outbox is closed."""
        while self.last <= number and not self.is_closed:
            self._changed.clear()
            await self._changed.wait()

    def wake(self) -> None:
        """Wake the readers, also without a message, so that they look at their own conditions."""
        self._changed.set()
        if self._on_change is not None:
            self._on_change()

    def close(self) -> None:
        """Let readers end after what there is."""
        self.is_closed = True
        self.wake()

    def _add_step(self, event_id: str, number: int) -> None:
        steps = self._steps.setdefault(event_id, deque())
        while steps and steps[0] <= self._delivered:
            steps.popleft()
        steps.append(number)
        # One log that is kept for a later fetch has no reader to fall behind; it keeps a few as well.
        while len(steps) > STEPS_KEPT:
            self._log.pop(steps.popleft(), None)


__all__ = ["DELIVERED_KEPT", "STEPS_KEPT", "Outbox"]
