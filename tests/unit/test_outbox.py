"""The outbox: order, resuming, coalescing and bounds."""

from __future__ import annotations

import asyncio

from pegboard.queue.messages import Ended, Logged, Output, Progressed, ProgressUnit, Queued, Stepped
from pegboard.queue.outbox import (
    DELIVERED_KEPT,
    KEPT_BYTES,
    LOGS_KEPT,
    STEPS_KEPT,
    Outbox,
    size_of,
)
from pegboard.wire import Encoded


def step(value: object, event: str = "e") -> Stepped:
    return Stepped(event, Output([value], is_generating=True))


def end(value: object, event: str = "e") -> Ended:
    return Ended(event, Output([value]), None, 0.0, 0.0)


def logged(text: str) -> Logged:
    return Logged("e", text, "info", "Info", 10, True)


def values(box: Outbox, number: int = 0) -> list[object]:
    return [message.output.data[0] for _, message in box.since(number)]  # type: ignore[union-attr]


def test_messages_come_in_order_with_rising_numbers() -> None:
    box = Outbox()
    for value in "abc":
        box.append(step(value))
    assert [number for number, _ in box.since(0)] == [1, 2, 3]
    assert values(box) == ["a", "b", "c"]


def test_a_reader_that_comes_back_gets_what_it_missed() -> None:
    box = Outbox()
    for value in range(10):
        box.append(end(value, event=str(value)))
    box.mark_delivered(7)
    assert values(box, 4) == [4, 5, 6, 7, 8, 9]
    assert box.since(box.last) == []


def test_of_the_steps_that_a_slow_reader_has_not_taken_the_newest_win() -> None:
    box = Outbox()
    count = STEPS_KEPT + 1000
    for value in range(count):
        box.append(step(value))
    box.append(end("whole"))
    assert values(box) == [*range(1000, count), "whole"]


def test_big_steps_are_bounded_by_size_and_the_newest_stays() -> None:
    box = Outbox()
    big = "x" * (KEPT_BYTES // 4)
    for number in range(20):
        box.append(step(f"{number}{big}"))
    kept = values(box)
    assert 1 <= len(kept) <= 4
    assert str(kept[-1]).startswith("19x")
    box.append(step("y" * KEPT_BYTES * 2))
    assert len(values(box)) == 1


def test_a_reader_that_keeps_up_gets_every_step() -> None:
    box = Outbox()
    seen: list[object] = []
    for value in range(1000):
        box.append(step(value))
        seen += values(box, box.delivered)
        box.mark_delivered(box.last)
    assert seen == list(range(1000))


def test_only_the_latest_place_and_progress_wait_for_the_reader() -> None:
    box = Outbox()
    for number in range(50):
        box.append(Queued("e", 50 - number, 50, None))
        box.append(Progressed("e", [ProgressUnit(progress=number / 50)]))
    found = [message for _, message in box.since(0)]
    assert found == [Queued("e", 1, 50, None), Progressed("e", [ProgressUnit(progress=0.98)])]


def test_ends_are_never_dropped_before_they_were_delivered() -> None:
    box = Outbox()
    for value in range(5 * DELIVERED_KEPT):
        box.append(end(value, event=str(value)))
        box.mark_delivered(0)
    assert len(box.since(0)) == 5 * DELIVERED_KEPT


def test_delivered_messages_are_bounded_by_number_and_by_size() -> None:
    box = Outbox()
    for value in range(5 * DELIVERED_KEPT):
        box.append(end(value, event=str(value)))
    box.mark_delivered(box.last)
    assert len(box.since(0)) == DELIVERED_KEPT
    for value in range(20):
        box.append(end("x" * (KEPT_BYTES // 4), event=f"big{value}"))
        box.mark_delivered(box.last)
    assert len(box.since(0)) <= 4


def test_a_function_that_never_stops_talking_takes_bounded_memory() -> None:
    box = Outbox()
    for number in range(3 * LOGS_KEPT):
        box.append(logged(str(number)))
    kept = [message.text for _, message in box.since(0)]  # type: ignore[union-attr]
    assert kept == [str(number) for number in range(2 * LOGS_KEPT, 3 * LOGS_KEPT)]


def test_a_log_that_is_kept_for_later_stays_whole_after_it_was_read() -> None:
    box = Outbox(keeps_all=True)
    for value in range(2 * DELIVERED_KEPT):
        box.append(end(value, event=str(value)))
    box.mark_delivered(box.last)
    assert len(box.since(0)) == 2 * DELIVERED_KEPT


def test_a_waiting_reader_is_woken_by_a_message_and_by_the_close() -> None:
    async def main() -> list[int]:
        box = Outbox()
        readers = [asyncio.create_task(box.wait(0)) for _ in range(3)]
        await asyncio.sleep(0)
        box.append(logged("a"))
        await asyncio.wait_for(asyncio.gather(*readers), 5)
        last = asyncio.create_task(box.wait(1))
        await asyncio.sleep(0)
        assert not last.done()
        box.close()
        await asyncio.wait_for(last, 5)
        return [number for number, _ in box.since(0)]

    assert asyncio.run(main()) == [1]


def test_sizes_count_text_wherever_it_is() -> None:
    text = "x" * 10_000
    for value in (text, {"a": [text]}, [{"b": text}], Encoded(text.encode())):
        assert size_of(Output([value])) >= 10_000
    assert size_of(Output([None, 1, True])) < 100


def test_what_was_delivered_is_dropped_when_nothing_of_it_can_have_been_lost() -> None:
    box = Outbox()
    for text in "abc":
        box.append(logged(text))
    box.mark_delivered(2)
    box.drop_delivered()
    assert [number for number, _ in box.since(0)] == [3]
    box.append(logged("d"))
    assert [number for number, _ in box.since(0)] == [3, 4]


def test_an_outbox_that_keeps_all_drops_nothing() -> None:
    box = Outbox(keeps_all=True)
    box.append(logged("a"))
    box.mark_delivered(1)
    box.drop_delivered()
    assert [number for number, _ in box.since(0)] == [1]
