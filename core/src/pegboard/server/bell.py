"""A bell: wakes those who wait for a change, with a limit on how long they wait.

What `asyncio.Event` with `asyncio.wait_for` does, without a task for each wait: a stream waits once for
every event it carries.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from pegboard.server.pulse import Pulse, settle

LONG_S = 5.0
"""Waits from here on may end with others, a little early."""


class Bell:
    """Rung when something changed. A ring that nobody has heard is kept for the next who waits.

    Args:
        pulse: What ends long waits.
    """

    __slots__ = ("_is_rung", "_pulse", "_waiting")

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self._is_rung = False
        self._waiting: list[asyncio.Future[bool]] = []

    def ring(self) -> None:
        """Wake everyone who waits, now or later."""
        self._is_rung = True
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            for waiter in waiting:
                settle(waiter, True)

    def hush(self) -> None:
        """Forget rings of the past: call it before looking at what may have changed."""
        self._is_rung = False

    async def wait(self, limit_s: float) -> bool:
        """Return once it rings (``True``), at once if it has rung, or after a time (``False``)."""
        if self._is_rung:
            return True
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[bool] = loop.create_future()
        self._waiting.append(waiter)
        forget: Callable[[], None]
        if limit_s >= LONG_S:
            forget = partial(self._pulse.add(waiter, limit_s).discard, waiter)
        else:
            forget = loop.call_later(limit_s, settle, waiter, False).cancel
        try:
            return await waiter
        finally:
            forget()
            if waiter in self._waiting:
                self._waiting.remove(waiter)
