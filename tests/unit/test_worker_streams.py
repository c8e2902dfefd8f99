"""Streaming events in the engine, and how often places are told, on a clock turned by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pegboard.queue.job import FunctionLimits
from pegboard.queue.messages import Queued, Started, Stepped
from pegboard.queue.outbox import Outbox
from pegboard.queue.worker import STREAM_IDLE_S
from tests.unit.turned import Bench, call, limits


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench(
        FunctionLimits(0, "lane", 1, is_stream=True, keeps_every_chunk=True, time_limit_s=30)
    )
    yield made
    made.close()


def steps(bench: Bench) -> list[object]:
    return [list(message.output.data)[0] for message in bench.messages(kind=Stepped)]  # type: ignore[union-attr]


def test_each_chunk_is_a_run_and_a_step_until_the_end(bench: Bench) -> None:
    event = bench.submit("1")
    bench.run_named("1").give("one")
    bench.loop.settle()
    assert bench.loop.do(lambda: bench.engine.feed(event, call("2")))
    bench.loop.settle()
    bench.run_named("2").step("two")
    bench.run_named("2").step("two and a half")
    bench.run_named("2").end()
    bench.loop.settle()
    assert bench.ends(event) == []

    bench.loop.do(lambda: bench.engine.close_stream(event))
    bench.loop.settle()

    assert steps(bench) == ["one", "two", "two and a half"]
    assert all(message.streaming for message in bench.messages(kind=Stepped))  # type: ignore[union-attr]
    assert list(bench.the_end(event).output.data) == ["two and a half"]  # type: ignore[union-attr]
    assert bench.engine.running_count() == 0
    assert not bench.loop.do(lambda: bench.engine.feed(event, call("3")))


def test_stream_ends_at_its_time_limit_however_many_chunks_come(bench: Bench) -> None:
    event = bench.submit("0")
    bench.run_named("0").give("ok")
    for number in range(1, 40):
        bench.loop.advance(1.0, step=0.5)
        if bench.loop.do(lambda n=number: bench.engine.feed(event, call(f"{n}"))):
            bench.loop.settle()
            bench.run_named(f"{number}").give("ok")
    bench.loop.settle()

    assert len(bench.ends(event)) == 1
    assert 28 <= len(steps(bench)) <= 31


def test_stream_that_hears_nothing_gives_its_slot_back() -> None:
    bench = Bench(FunctionLimits(0, "lane", 1, is_stream=True))
    silent, next_one = bench.submit("silent"), bench.submit("next", session="t")
    bench.run_named("silent").give("ok")
    bench.loop.advance(STREAM_IDLE_S + 2, step=1)
    bench.loop.settle()

    assert len(bench.ends(silent)) == 1
    assert bench.run_named("next").names == ["next"]
    bench.loop.do(lambda: bench.engine.close_stream(next_one))
    bench.close()


def test_single_call_of_a_streaming_function_ends_after_its_chunk(bench: Bench) -> None:
    box = bench.boxes["s"] = Outbox(keeps_all=True)
    event = bench.loop.do(lambda: bench.engine.submit(call("1"), box, is_single=True))
    bench.loop.settle()
    bench.run_named("1").give("one")
    bench.loop.settle()

    assert steps(bench) == []
    assert list(bench.the_end(event).output.data) == ["one"]  # type: ignore[union-attr]


def test_visitor_who_leaves_ends_the_stream(bench: Bench) -> None:
    event = bench.submit("1")
    bench.run_named("1").give("one")
    bench.loop.settle()
    bench.loop.do(lambda: bench.engine.abandon(event))
    bench.loop.settle()

    assert len(bench.ends(event)) == 1
    assert bench.engine.running_count() == 0


@pytest.mark.parametrize(("every_s", "told"), [(0.5, True), (60.0, False)])
def test_places_are_told_as_often_as_the_author_asks(every_s: float, told: bool) -> None:
    bench = Bench(limits(), status_every_s=every_s)
    for number in range(10):
        bench.submit(str(number))
    last = next(event for event, name in bench.names.items() if name == "9")
    bench.loop.advance(1.0)
    bench.run_named("0").give("ok")  # one place further: too little to be told at once
    bench.loop.advance(2.0)

    ranks = [m.rank for m in bench.messages(kind=Queued) if m.event_id == last]  # type: ignore[union-attr]

    assert (7 in ranks) is told
    bench.close()


def test_words_about_places_are_spread_and_none_comes_after_the_job_has_begun() -> None:
    bench = Bench(limits(), status_every_s=0.5)

    def told() -> dict[str, int]:
        return {word.event_id: word.rank for word in bench.messages(kind=Queued)}  # type: ignore[union-attr]

    for number in range(40):
        bench.submit(str(number))
    bench.loop.advance(1.0)
    first = told()
    bench.run_named("0").give("ok")
    changed = [0]
    for _ in range(100):
        bench.loop.advance(0.01)
        changed.append(sum(rank != first[event] for event, rank in told().items()))

    assert changed[-1] >= 38
    assert max(late - early for early, late in zip(changed, changed[1:])) < 20
    bench.run_named("1").give("ok")
    bench.loop.advance(0.001)
    bench.run_named("2").give("ok")
    bench.loop.advance(2.0)
    began = next(event for event, name in bench.names.items() if name == "3")
    kinds = [type(message) for message in bench.messages() if message.event_id == began]
    assert Queued not in kinds[kinds.index(Started) :]
    bench.close()
