"""Intake: the chunks of one streaming event, on their way from whoever sends them to the run.

A streaming event (frames of a camera, pieces of a recording) is one event of the queue with many
inputs. What comes while the function is busy waits here: for pictures only the newest, since an older
frame is of no use to anybody; for sound every piece, in order and bounded.

All methods run on the event loop's thread.
"""

from __future__ import annotations

import asyncio
from collections import deque

from pegboard.queue.job import Call

CHUNKS_KEPT = 256
"""Waiting chunks of one event beyond which the oldest are dropped."""


class Intake:
    """Takes chunks until it is closed.

    Args:
        keeps_all: Keep every chunk in order; otherwise the newest replaces one that waits.
    """

    def __init__(self, *, keeps_all: bool = False) -> None:
        self._waiting: deque[Call] = deque(maxlen=CHUNKS_KEPT if keeps_all else 1)
        self._changed = asyncio.Event()
        self.is_closed = False

    def put(self, chunk: Call) -> bool:
        """Take a chunk; ``False`` when no more are taken."""
        if self.is_closed:
            return False
        self._waiting.append(chunk)
        self._changed.set()
        return True

    def close(self) -> None:
        """Take no more; what waits is still given out."""
        self.is_closed = True
        self._changed.set()

    async def next(self, timeout_s: float) -> Call | None:
        """Return the next chunk; ``None`` at the end, or when none came in time."""
        while not self._waiting:
            if self.is_closed:
                return None
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), timeout_s)
            except asyncio.TimeoutError:
                return None
        return self._waiting.popleft()
