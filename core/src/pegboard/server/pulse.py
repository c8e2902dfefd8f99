"""A pulse: long waits that end together.

An open page for which nothing runs hears now and then that the server is there. With a timer for each of
5,000 pages the process would wake a hundred times a second to write fifty bytes each time; waking costs ten
times what writing does. Here waits end in whole seconds, all of one second in one turn of the loop.
"""

from __future__ import annotations

import asyncio
import time

GRAIN_S = 1.0
"""Waits end up to so much early."""


class Pulse:
    """Ends waits of many seconds; adding one and taking one away do not grow with how many there are."""

    def __init__(self, grain_s: float = GRAIN_S) -> None:
        self._grain_s = grain_s
        self._beats: dict[int, Beat] = {}

    def add(self, waiter: asyncio.Future[bool], limit_s: float) -> Beat:
        """Set ``waiter`` to ``False`` after ``limit_s`` seconds, less at most a grain.

        Returns:
            The beat that ends the wait: `discard` the waiter there when it is over before.
        """
        now = time.monotonic()
        # Rounded down: whoever promises a sign of life every 15 s may be early, not late.
        number = int((now + limit_s) / self._grain_s)
        beat = self._beats.get(number)
        if beat is None:
            beat = self._beats[number] = set()
            loop = asyncio.get_running_loop()
            loop.call_later(max(0.0, number * self._grain_s - now), self._end, number)
        beat.add(waiter)
        return beat

    def _end(self, number: int) -> None:
        for waiter in self._beats.pop(number):
            settle(waiter, False)


def settle(waiter: asyncio.Future[bool], is_rung: bool) -> None:
    """End a wait, unless it has ended: by a ring (``True``) or by time."""
    if not waiter.done():
        waiter.set_result(is_rung)


Beat = set[asyncio.Future[bool]]
"""Those whose waits end together."""
