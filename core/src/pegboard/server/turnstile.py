"""A turnstile: lets a crowd of requests in a few at a time.

The loop hands over everything that has arrived in one turn. When hundreds of people press a button at
once, the answers to all of them would come before the next step of what runs already, and finished runs
would hold their slots meanwhile. So only a few requests pass in one turn, and the others in the next ones.
"""

from __future__ import annotations

import asyncio
from collections import deque
from time import monotonic

PER_TURN = 16
WINDOW_S = 0.002


class Turnstile:
    """Counts who comes in a short time; first come, first served."""

    __slots__ = ("_count", "_since_s", "_waiting")

    def __init__(self) -> None:
        self._since_s = 0.0
        self._count = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    def is_free(self) -> bool:
        """Say whether a request may pass at once, and count it."""
        if self._waiting:
            return False
        now = monotonic()
        if now - self._since_s > WINDOW_S:
            self._since_s, self._count = now, 0
        self._count += 1
        return self._count <= PER_TURN

    async def wait(self) -> None:
        """Return when it is this request's turn."""
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._let_in, loop)
        self._waiting.append(turn)
        await turn

    def _let_in(self, loop: asyncio.AbstractEventLoop) -> None:
        for _ in range(min(PER_TURN, len(self._waiting))):
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
        if self._waiting:
            loop.call_soon(self._let_in, loop)
