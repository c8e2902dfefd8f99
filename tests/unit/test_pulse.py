"""Long waits that end together."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from pegboard.server import pulse
from pegboard.server.bell import LONG_S, Bell
from pegboard.server.pulse import Pulse


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all waits begin at the same time."""
    monkeypatch.setattr(pulse, "time", SimpleNamespace(monotonic=lambda: 0.5))


def test_waits_of_one_grain_end_in_one_turn() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        short = Pulse(grain_s=0.2)
        waiters = [loop.create_future() for _ in range(100)]
        for number, waiter in enumerate(waiters):
            short.add(waiter, 0.2 + number / 1000)
        await asyncio.wait(waiters, timeout=5, return_when=asyncio.FIRST_COMPLETED)
        assert all(waiter.done() for waiter in waiters)
        assert not any(waiter.result() for waiter in waiters)

    asyncio.run(main())


def test_wait_ends_early_rather_than_late() -> None:
    async def main() -> None:
        waiter = asyncio.get_running_loop().create_future()
        Pulse(grain_s=60).add(waiter, 59)
        assert await asyncio.wait_for(waiter, 5) is False

    asyncio.run(main())


def test_bell_that_rings_leaves_nothing_with_its_pulse() -> None:
    async def main() -> None:
        shared = Pulse()
        bell = Bell(shared)
        waiting = asyncio.ensure_future(bell.wait(LONG_S))
        await asyncio.sleep(0)
        beat = shared.add(asyncio.get_running_loop().create_future(), LONG_S)
        assert len(beat) == 2
        bell.ring()
        assert await waiting is True
        assert len(beat) == 1

    asyncio.run(main())
