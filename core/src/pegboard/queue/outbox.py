"""A session's outbox: a bounded log of messages with sequence numbers, read by cursors.

Readers ask for what came after a number and are woken when there is more; nothing polls. A reader that
comes back asks from where it was. Messages that a newer one supersedes (a generator's step, progress, a
place in the queue) are dropped once a reader is so far behind that they pile up: the newest value wins.
An event's end is never dropped before it was delivered; messages to the person only by the thousand.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from pegboard.queue.messages import Ended, Logged, Message, Output, Progressed, Queued, Stepped
from pegboard.wire import Encoded

STEPS_KEPT = 4096
"""Undelivered steps of one event beyond which the oldest are dropped.

Clients count on getting each step of a quick generator, so small steps may pile up; big ones may not.
"""

LOGS_KEPT = 1_000
"""Undelivered messages to the person beyond which the oldest are dropped."""

DELIVERED_KEPT = 256
"""Delivered messages kept at least for a reader that lost its connection."""

SURPLUS = 32
"""So many more of them are there before the oldest go."""

KEPT_BYTES = 8_000_000
"""The same by size, unless told otherwise: of the undelivered steps of one event (the newest is kept whatever its
size), and of what was delivered."""


@dataclass(slots=True)
class _Steps:
    """The steps of one event that no reader has taken."""

    numbers: deque[int] = field(default_factory=deque)
    sizes: deque[int] = field(default_factory=deque)
    size: int = 0


class Outbox:
    """The messages of one session (or of one event that is fetched by itself).

    Args:
        on_change: Called when there is more.
        keeps_all: Keep what was delivered, for a later fetch.
        first: Number of the first message, from 1.
        kept_bytes: Of an event's undelivered steps, and of what was delivered, at most so much is kept.
    """

    def __init__(
        self,
        on_change: Callable[[], None] | None = None,
        *,
        keeps_all: bool = False,
        first: int = 1,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        self._kept_bytes = kept_bytes
        self._on_change = on_change
        self._log: OrderedDict[int, Message] = OrderedDict()
        self._sizes: dict[int, int] = {}
        self._bytes = 0
        # Made when needed: a deque or an event takes 600 bytes, and there is an outbox for each session.
        self._logs: deque[int] | None = None
        self._next = first
        self._steps: dict[str, _Steps] = {}
        self._latest: dict[tuple[str, type[Message]], int] = {}
        self._delivered = 0
        self._changed: asyncio.Event | None = None
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
        self._next = number + 1
        self._log[number] = message
        if isinstance(message, Stepped):
            self._add_step(message, number)
        elif isinstance(message, Ended):
            if message.output is not None:
                size = self._sizes[number] = size_of(message.output)
                self._bytes += size
            # Nothing will supersede anything of this event again.
            self._steps.pop(message.event_id, None)
            if self._latest:
                for kind in (Progressed, Queued):
                    self._latest.pop((message.event_id, kind), None)
        elif isinstance(message, Logged):
            if self._logs is None:
                self._logs = deque()
            self._logs.append(number)
            if len(self._logs) > LOGS_KEPT:
                self._remove(self._logs.popleft())
        elif isinstance(message, (Progressed, Queued)):
            key = (message.event_id, type(message))
            older = self._latest.get(key)
            if older is not None and older > self._delivered:
                self._remove(older)
            self._latest[key] = number
        self.wake()
        return number

    def since(self, number: int) -> list[tuple[int, Message]]:
        """Return the messages after a number, oldest first."""
        if number >= self._next - 1:
            return []
        found: list[tuple[int, Message]] = []
        for item in reversed(self._log.items()):
            if item[0] <= number:
                break
            found.append(item)
        found.reverse()
        return found

    def mark_delivered(self, number: int) -> None:
        """Take note that a reader has everything up to a number; older messages may go."""
        self._delivered = max(self._delivered, number)
        if self._keeps_all:
            return
        log, surplus = self._log, len(self._log) - DELIVERED_KEPT
        # Some at a time, because to look for them costs as much as an event's messages.
        if surplus >= SURPLUS or self._bytes > self._kept_bytes:
            oldest: list[int] = []
            size = self._bytes
            for key in log:
                if key > self._delivered or (len(oldest) >= surplus and size <= self._kept_bytes):
                    break
                oldest.append(key)
                size -= self._sizes.get(key, 0)
            for key in oldest:
                self._remove(key)

    def drop_delivered(self) -> None:
        """Let everything go that a reader has, because it has said that nothing of it got lost."""
        if self._keeps_all:
            return
        for number in list(self._log):
            if number > self._delivered:
                break
            self._remove(number)

    async def wait(self, number: int) -> None:
        """Return once there is a message after ``number``, or the outbox is closed."""
        if self._changed is None:
            self._changed = asyncio.Event()
        while self.last <= number and not self.is_closed:
            self._changed.clear()
            await self._changed.wait()

    def wake(self) -> None:
        """Wake the readers, also without a message, so that they look at their own conditions."""
        if self._changed is not None:
            self._changed.set()
        if self._on_change is not None:
            self._on_change()

    def close(self) -> None:
        """Let readers end after what there is."""
        self.is_closed = True
        self.wake()

    def _add_step(self, message: Stepped, number: int) -> None:
        size = self._sizes[number] = size_of(message.output)
        self._bytes += size
        steps = self._steps.get(message.event_id)
        if steps is None:
            steps = self._steps[message.event_id] = _Steps()
        numbers, sizes = steps.numbers, steps.sizes
        while numbers and numbers[0] <= self._delivered:
            steps.size -= sizes.popleft()
            numbers.popleft()
        numbers.append(number)
        sizes.append(size)
        steps.size += size
        # A log that is kept for a later fetch has no reader to fall behind; it is bounded as well.
        while len(numbers) > 1 and (len(numbers) > STEPS_KEPT or steps.size > self._kept_bytes):
            steps.size -= sizes.popleft()
            self._remove(numbers.popleft())

    def _remove(self, number: int) -> None:
        self._log.pop(number, None)
        self._bytes -= self._sizes.pop(number, 0)


def size_of(output: Output) -> int:
    """Return about how many bytes an output holds, looking at no more than a few of its parts."""
    if output.size_bytes:
        return output.size_bytes
    todo: list[object] = list(output.data)
    total = 0
    for _ in range(200):
        if not todo:
            return total
        value = todo.pop()
        total += 16
        if isinstance(value, (str, bytes)):
            total += len(value)
        elif isinstance(value, Encoded):
            total += len(value.body)
        elif isinstance(value, dict):
            todo.extend(value.values())
        elif isinstance(value, list):
            todo.extend(value)
    return total + 16 * len(todo)


__all__ = ["DELIVERED_KEPT", "KEPT_BYTES", "LOGS_KEPT", "STEPS_KEPT", "Outbox", "size_of"]
