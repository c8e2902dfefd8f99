"""The turnstile: a few pass at once, a crowd in order, and what else the loop has to do comes between."""

from __future__ import annotations

import asyncio

from pegboard.server.turnstile import PER_TURN, Turnstile


async def crowd(turnstile: Turnstile, count: int, seen: list[object]) -> None:
    async def visitor(number: int) -> None:
        if not turnstile.is_free():
            await turnstile.wait()
        seen.append(number)

    await asyncio.gather(*(visitor(number) for number in range(count)))


def test_crowd_passes_in_order_with_other_work_between() -> None:
    seen: list[object] = []

    async def other_work() -> None:
        for turn in range(20):
            await asyncio.sleep(0)
            seen.append(f"work {turn}")

    async def both() -> None:
        await asyncio.gather(crowd(Turnstile(), 10 * PER_TURN, seen), other_work())

    asyncio.run(both())

    assert [item for item in seen if isinstance(item, int)] == list(range(10 * PER_TURN))
    # Without a turnstile all of the crowd comes before the second piece of work.
    assert seen.index("work 5") < seen.index(9 * PER_TURN)


def test_few_pass_at_once_and_a_visitor_who_gives_up_holds_nobody() -> None:
    async def visit() -> tuple[list[bool], list[object]]:
        turnstile = Turnstile()
        first = [turnstile.is_free() for _ in range(PER_TURN + 1)]
        impatient = asyncio.ensure_future(turnstile.wait())
        await asyncio.sleep(0)
        impatient.cancel()
        seen: list[object] = []
        await asyncio.wait_for(crowd(turnstile, 3 * PER_TURN, seen), 5)
        await asyncio.sleep(0.01)
        return [*first, turnstile.is_free()], seen

    passed, seen = asyncio.run(visit())

    assert passed == [True] * PER_TURN + [False, True]
    assert seen == list(range(3 * PER_TURN))
