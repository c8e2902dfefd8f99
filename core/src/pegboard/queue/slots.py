"""Slots: how many pieces of a lane's work run at once, counted where they run.

The scheduler decides on the loop's thread who is next. For functions that take milliseconds the way there
and back is as long as the wait for a busy loop, and slots would stand empty meanwhile. So the scheduler may
let a few jobs of a lane go ahead of their slot; they wait here, and the thread that frees a slot
goes on with the next of them at once.

Knows nothing of what the work is. Not thread-safe by itself: whoever runs the work holds a lock around each
call (`pegboard.executor`).
"""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

Work = TypeVar("Work")


class Slots(Generic[Work]):
    """The slots of one lane.

    Args:
        limit: Pieces of work that run at once.
    """

    __slots__ = ("_limit", "_taken", "_waiting")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken = 0
        self._waiting: deque[Work] = deque()

    def take(self, work: Work) -> bool:
        """Take a slot for a piece of work; without a free one it waits, and the answer is ``False``."""
        if self._taken < self._limit:
            self._taken += 1
            return True
        self._waiting.append(work)
        return False

    def give_back(self) -> Work | None:
        """Free a slot, and take it again for the piece of work that is returned, if one waits."""
        if self._waiting:
            return self._waiting.popleft()
        self._taken -= 1
        return None

    def drop(self, work: Work) -> bool:
        """Take a piece of work out that waits; ``False`` when it does not wait."""
        try:
            self._waiting.remove(work)
        except ValueError:
            return False
        return True
