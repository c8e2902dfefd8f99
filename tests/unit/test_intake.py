"""Chunks of a streaming event: the newest picture, every piece of sound, and an end."""

from __future__ import annotations

import asyncio

from pegboard.queue.intake import CHUNKS_KEPT, Intake
from pegboard.queue.job import Call, SessionId


def chunk(number: int) -> Call:
    return Call(0, SessionId("s"), [number])


async def taken(intake: Intake) -> list[int]:
    found = []
    while (call := await intake.next(0.01)) is not None:
        found.append(call.data[0])
    return found


def test_newest_picture_replaces_one_that_waits() -> None:
    async def run() -> list[int]:
        intake = Intake()
        for number in (1, 2, 3):
            assert intake.put(chunk(number))
        return await taken(intake)

    assert asyncio.run(run()) == [3]


def test_every_piece_of_sound_is_kept_in_order_up_to_a_bound() -> None:
    async def run() -> list[int]:
        intake = Intake(keeps_all=True)
        for number in range(CHUNKS_KEPT + 10):
            intake.put(chunk(number))
        return await taken(intake)

    assert asyncio.run(run()) == list(range(10, CHUNKS_KEPT + 10))


def test_closing_lets_what_waits_be_taken_and_refuses_more() -> None:
    async def run() -> tuple[list[int], bool]:
        intake = Intake(keeps_all=True)
        intake.put(chunk(1))
        intake.close()
        return await taken(intake), intake.put(chunk(2))

    assert asyncio.run(run()) == ([1], False)


def test_whoever_waits_is_woken_by_the_next_chunk() -> None:
    async def run() -> object:
        intake = Intake()
        waiter = asyncio.ensure_future(intake.next(60))
        await asyncio.sleep(0)
        intake.put(chunk(7))
        call = await waiter
        return call and call.data[0]

    assert asyncio.run(run()) == 7
