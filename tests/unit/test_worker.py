"""The engine: every accepted event ends exactly once, and no slot is ever lost."""

from __future__ import annotations

import asyncio
import gc
import math
import threading
import weakref
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pegboard.errors import QueueFull
from pegboard.queue.job import Call, FunctionLimits, Reporter, SessionId
from pegboard.queue.messages import (
    Ended,
    Failure,
    Logged,
    Output,
    Progressed,
    ProgressUnit,
    Queued,
    Started,
    Stepped,
)
from pegboard.queue.outbox import Outbox
from pegboard.queue.worker import STARTED_AFTER_S, Engine
from tests.unit.turned import Bench, Run, call, limits, words


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.close()


def bench_of(*functions: Any, **options: Any) -> Bench:
    return Bench(*functions, **options)


# -- plain runs --------------------------------------------------------------------------------------


def test_a_quick_event_sends_its_end_and_nothing_else(bench: Bench) -> None:
    event = bench.submit("a")
    bench.run_named("a").give("done")
    bench.loop.settle()
    assert [type(message) for message in bench.messages()] == [Ended]
    assert list(bench.the_end(event).output.data) == ["done"]  # type: ignore[union-attr]


def test_an_event_that_is_over_leaves_nothing_to_the_collector() -> None:
    class Facts:
        """What is known of a request."""

    class Answering:
        async def run_whole(self, calls: Sequence[Call], *rest: Any) -> list[Output]:
            await asyncio.sleep(0)
            return [Output([None]) for _ in calls]

    async def main() -> None:
        engine = Engine([FunctionLimits(0, "lane", 1, is_plain=True)], Answering())  # type: ignore[arg-type]
        facts = Facts()
        left = weakref.ref(facts)
        box = Outbox()
        engine.submit(Call(0, SessionId("s"), [], request=facts), box)
        del facts
        while not box.last:
            await asyncio.sleep(0)
        # It is kept until its start would have been told.
        await asyncio.sleep(2 * STARTED_AFTER_S)
        assert left() is None

    gc.collect()
    gc.disable()
    try:
        asyncio.run(main())
    finally:
        gc.enable()


def test_an_event_that_takes_a_moment_says_that_it_started(bench: Bench) -> None:
    bench.submit("a")
    bench.loop.advance(0.2)
    assert [type(message) for message in bench.messages()] == [Started]


def test_steps_come_in_order_and_the_end_repeats_the_last(bench: Bench) -> None:
    event = bench.submit("a")
    run = bench.run_named("a")
    for value in (1, 2, 3):
        run.step(value)
    run.end()
    bench.loop.settle()
    steps = [message.output.data[0] for message in bench.messages(kind=Stepped)]  # type: ignore[union-attr]
    assert steps == [1, 2, 3]
    output = bench.the_end(event).output
    assert output is not None
    assert list(output.data) == [3]
    assert output.is_generating is False


def test_a_run_that_gives_nothing_ends_with_nulls(bench: Bench) -> None:
    event = bench.submit("a")
    bench.run_named("a").end()
    bench.loop.settle()
    assert list(bench.the_end(event).output.data) == [None]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "problem",
    [
        ValueError("v"),
        SystemExit(3),
        KeyboardInterrupt(),
        asyncio.CancelledError(),
        GeneratorExit(),
    ],
    ids=lambda problem: type(problem).__name__,
)
def test_whatever_a_function_raises_fails_its_own_event_only(
    bench: Bench, problem: BaseException
) -> None:
    bad, good = bench.submit("bad"), bench.submit("good")
    bench.run_named("bad").fail(problem)
    bench.loop.settle()
    assert bench.the_end(bad).failure is not None
    bench.run_named("good").give("ok")
    bench.loop.settle()
    assert bench.the_end(good).output is not None
    assert bench.engine.running_count() == 0


def test_an_error_that_cannot_be_worded_still_ends_the_event() -> None:
    def speechless(problem: BaseException, call: Call) -> Failure:
        raise RuntimeError("no words")

    bench = bench_of(describe_failure=speechless)
    event = bench.submit("a")
    bench.run_named("a").fail(ValueError())
    bench.loop.settle()
    assert bench.the_end(event).failure == Failure(None)
    bench.close()


def test_a_runner_that_cannot_even_begin_fails_the_event() -> None:
    bench = bench_of()

    def broken(calls: Sequence[Call], reporters: Sequence[Reporter]) -> Any:
        raise OSError("no")

    bench.runner.run = broken  # type: ignore[method-assign, assignment]
    event = bench.submit("a")
    assert bench.the_end(event).failure == Failure("OSError: no")
    assert bench.engine.running_count() == 0
    bench.close()


# -- batches -----------------------------------------------------------------------------------------


def test_calls_that_come_together_share_a_batch() -> None:
    bench = bench_of(limits(batch=16))
    box = bench.boxes["s"] = Outbox(keeps_all=True)
    bench.loop.do(lambda: [bench.engine.submit(call(n), box) for n in range(20)])
    bench.loop.settle()
    assert [run.names for run in bench.runner.runs] == [list(range(16))]
    bench.runner.runs[0].give(*range(16))
    bench.loop.settle()
    assert bench.runner.runs[1].names == [16, 17, 18, 19]
    assert [end.output.data[0] for end in bench.messages(kind=Ended)] == list(range(16))  # type: ignore[union-attr]
    bench.close()


def test_a_batch_with_too_few_results_fails_every_call_of_it() -> None:
    bench = bench_of(limits(batch=3))
    box = bench.boxes["s"] = Outbox(keeps_all=True)
    bench.loop.do(lambda: [bench.engine.submit(call(n), box) for n in range(3)])
    bench.loop.settle()
    bench.runner.runs[0].give("only one")
    bench.loop.settle()
    ends = bench.messages(kind=Ended)
    assert len(ends) == 3
    assert all(end.failure is not None for end in ends)  # type: ignore[union-attr]
    assert bench.engine.running_count() == 0
    bench.close()


def test_cancelling_one_call_of_a_batch_leaves_the_others_running() -> None:
    bench = bench_of(limits(batch=2))
    box = bench.boxes["s"] = Outbox(keeps_all=True)
    one, two = bench.loop.do(lambda: [bench.engine.submit(call(n), box) for n in "ab"])
    bench.loop.settle()
    bench.loop.do(lambda: bench.engine.cancel(one, SessionId("s")))
    bench.runner.runs[0].give("for a", "for b")
    bench.loop.settle()
    assert list(bench.the_end(one).output.data) == [None]  # type: ignore[union-attr]
    assert list(bench.the_end(two).output.data) == ["for b"]  # type: ignore[union-attr]
    bench.close()


# -- cancelling and leaving --------------------------------------------------------------------------


def test_a_cancelled_generator_is_closed_and_ends_with_its_last_values(bench: Bench) -> None:
    event = bench.submit("a")
    run = bench.run_named("a")
    run.step("half")
    bench.loop.settle()
    assert bench.loop.do(lambda: bench.engine.cancel(event, SessionId("s"))) is True
    bench.loop.settle()
    end = bench.the_end(event)
    assert end.failure is None
    assert list(end.output.data) == ["half"]  # type: ignore[union-attr]
    assert run.is_closed
    assert bench.lives[-1] == ("cancelled", "a")


def test_a_run_cancelled_before_its_first_step_gives_its_slot_back(bench: Bench) -> None:
    box = bench.boxes["s"] = Outbox(keeps_all=True)

    def join_and_cancel() -> str:
        event: str = bench.engine.submit(call("a"), box)
        bench.engine._dispatch()
        bench.engine.cancel(event, SessionId("s"))
        return event

    event = bench.loop.do(join_and_cancel)
    bench.loop.settle()
    assert bench.runner.runs == []
    assert len(bench.ends(event)) == 1
    after = bench.submit("b")
    bench.run_named("b").give("ok")
    bench.loop.settle()
    assert bench.the_end(after).output is not None


def test_a_task_that_somebody_else_cancels_before_its_first_step_fails_its_event(
    bench: Bench,
) -> None:
    box = bench.boxes["s"] = Outbox(keeps_all=True)

    def join_and_kill() -> str:
        event: str = bench.engine.submit(call("a"), box)
        before = asyncio.all_tasks()
        bench.engine._dispatch()
        for task in asyncio.all_tasks() - before:
            task.cancel()
        return event

    event = bench.loop.do(join_and_kill)
    bench.loop.settle()
    assert bench.the_end(event).failure is not None
    assert bench.engine.running_count() == 0


def test_a_function_that_will_not_be_stopped_blocks_nobody(bench: Bench) -> None:
    stubborn, waiting = bench.submit("a"), bench.submit("b")
    bench.run_named("a").is_stubborn = True
    bench.loop.do(lambda: bench.engine.cancel(stubborn, SessionId("s")))
    bench.loop.settle()
    bench.run_named("b").give("ok")
    bench.loop.settle()
    assert bench.the_end(waiting).output is not None
    bench.run_named("a").give("too late")
    bench.loop.settle()
    assert len(bench.ends(stubborn)) == 1
    assert bench.engine.running_count() == 0


def test_a_waiting_event_that_is_cancelled_never_runs(bench: Bench) -> None:
    bench.submit("a")
    waiting = bench.submit("b")
    bench.loop.do(lambda: bench.engine.cancel(waiting, SessionId("s")))
    bench.run_named("a").give("ok")
    bench.loop.settle()
    assert [run.names for run in bench.runner.runs] == [["a"]]
    assert len(bench.ends(waiting)) == 1


def test_an_event_of_another_session_cannot_be_cancelled(bench: Bench) -> None:
    event = bench.submit("a")
    assert bench.loop.do(lambda: bench.engine.cancel(event, SessionId("other"))) is False
    assert bench.ends(event) == []


def test_when_a_session_leaves_its_events_are_dropped_and_others_go_on() -> None:
    bench = bench_of(limits(limit=2))
    gone = [bench.submit(name, session="gone") for name in "ab"]
    here = bench.submit("c", session="here")
    bench.loop.do(lambda: bench.engine.leave(SessionId("gone")))
    bench.loop.settle()
    assert all(len(bench.ends(event)) == 1 for event in gone)
    assert [run.is_closed for run in bench.runner.runs] == [True, True, False]
    bench.run_named("c").give("ok")
    bench.loop.settle()
    assert bench.the_end(here).output is not None
    assert not bench.engine.has_pending(SessionId("gone"))
    bench.close()


# -- limits ------------------------------------------------------------------------------------------


def test_a_full_queue_refuses_and_says_how_full() -> None:
    bench = bench_of(limits(), max_size=2)
    for name in "abc":
        bench.submit(name)  # one runs, two wait
    with pytest.raises(QueueFull, match="2"):
        bench.submit("d")
    bench.close()


def test_events_that_may_start_at_once_take_no_place_in_the_queue() -> None:
    bench = bench_of(limits(limit=10), max_size=1)
    box = bench.boxes["s"] = Outbox(keeps_all=True)
    bench.loop.do(lambda: [bench.engine.submit(call(n), box) for n in range(11)])
    bench.loop.settle()
    assert len(bench.runner.runs) == 10
    assert bench.engine.waiting_count() == 1
    bench.close()


# -- stopping ----------------------------------------------------------------------------------------


def test_stopping_fails_every_event_in_words_and_closes_generators(bench: Bench) -> None:
    events = [bench.submit(name) for name in "abc"]
    bench.stop()
    assert all("shutting down" in str(bench.the_end(event).failure) for event in events)
    assert bench.run_named("a").is_closed
    assert bench.engine.running_count() == 0
    with pytest.raises(QueueFull):
        bench.submit("late")


def test_stopping_waits_for_what_ends_in_time(bench: Bench) -> None:
    running, waiting = bench.submit("a"), bench.submit("b")
    task = bench.loop.create_task(bench.engine.stop(drain_s=5.0))
    bench.loop.settle()
    bench.run_named("a").give("just in time")
    bench.loop.advance(1.0)
    assert task.done()
    assert bench.the_end(running).output is not None
    assert bench.the_end(waiting).failure is not None


# -- progress, messages and places -------------------------------------------------------------------


def test_progress_from_many_threads_is_coalesced_and_the_newest_arrives(bench: Bench) -> None:
    bench.submit("a")
    (reporter,) = bench.run_named("a").reporters

    def speak() -> None:
        for number in range(500):
            reporter.progress([ProgressUnit(progress=number / 1000)])

    threads = [threading.Thread(target=speak) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bench.loop.advance(0.2)
    reporter.progress([ProgressUnit(progress=1.0)])
    bench.loop.advance(0.2)
    said = bench.messages(kind=Progressed)
    assert len(said) <= 6
    assert said[-1].units[0].progress == 1.0  # type: ignore[union-attr]


def test_a_message_to_the_person_comes_before_the_end(bench: Bench) -> None:
    bench.submit("a")
    run = bench.run_named("a")
    run.reporters[0].log("look", "info", "Info", 10, True)
    bench.loop.settle()
    run.give("ok")
    bench.loop.settle()
    assert [type(message) for message in bench.messages()] == [Logged, Ended]


def test_a_waiting_event_hears_of_its_place_and_of_every_lasting_change(bench: Bench) -> None:
    for name in "abcd":
        bench.submit(name)
    last = next(event for event, name in bench.names.items() if name == "d")
    bench.run_named("a").give(1)
    bench.loop.settle()
    bench.run_named("b").give(1)
    bench.loop.advance(5.0)  # c runs for long
    ranks = [
        message.rank  # type: ignore[union-attr]
        for message in bench.messages(kind=Queued)
        if message.event_id == last
    ]
    assert ranks[-1] == 0
    assert len(ranks) == len(set(ranks))


def test_two_thousand_waiting_events_cost_a_dozen_messages_each() -> None:
    bench = bench_of(limits(limit=4))
    boxes = [Outbox(keeps_all=True) for _ in range(2000)]
    said: Counter[str] = Counter()
    for number, box in enumerate(boxes):
        bench.loop.do(lambda n=number, b=box: bench.engine.submit(call(n, session=f"s{n}"), b))
    while bench.engine.waiting_count():
        for run in bench.runner.live:
            run.give("ok")
        bench.loop.now += 0.01
        bench.loop.settle(6)
    for run in bench.runner.live:
        run.give("ok")
    bench.loop.settle()
    for number, box in enumerate(boxes):
        said[str(number)] = box.last
    assert max(said.values()) <= 12 + math.ceil(5 / 2.5)
    assert all(isinstance(box.since(0)[-1][1], Ended) for box in boxes)
    bench.close()


def test_an_idle_engine_has_no_timers(bench: Bench) -> None:
    for name in "abc":
        bench.submit(name)
    for name in "abc":
        bench.run_named(name).give("ok")
        bench.loop.settle()
    bench.loop.advance(5.0)
    pending = [handle for handle in bench.loop._scheduled if not handle.cancelled()]  # type: ignore[attr-defined]
    assert pending == []


# -- calls outside the queue -------------------------------------------------------------------------


@pytest.mark.parametrize("problem", [ValueError("v"), SystemExit(1), asyncio.CancelledError()])
def test_a_direct_call_returns_whatever_went_wrong(bench: Bench, problem: BaseException) -> None:
    task = bench.loop.create_task(bench.engine.run_once(call("a")))
    bench.loop.settle()
    bench.run_named("a").fail(problem)
    bench.loop.settle()
    assert isinstance(task.result(), Failure)


def test_a_direct_call_of_a_generator_gives_its_last_value(bench: Bench) -> None:
    task = bench.loop.create_task(bench.engine.run_once(call("a")))
    bench.loop.settle()
    run = bench.run_named("a")
    run.step(1)
    run.step(2)
    run.end()
    bench.loop.settle()
    output, _ = task.result()  # type: ignore[misc]
    assert (list(output.data), output.is_generating) == ([2], False)


# -- all interleavings -------------------------------------------------------------------------------


class EngineMachine(RuleBasedStateMachine):
    """Join, start, yield, end, fail, cancel, leave and stop in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench(
            limits(0, 1, "one"),
            limits(1, 2, "two"),
            limits(2, 2, "two"),
            limits(3, 1, "b", batch=3),
            max_size=6,
        )
        self.accepted: list[tuple[str, str]] = []
        self.is_stopped = False

    def teardown(self) -> None:
        if not self.is_stopped:
            self.stop()
        for event, _ in self.accepted:
            assert len(self.bench.ends(event)) == 1
        self.bench.close()

    @precondition(lambda self: not self.is_stopped)
    @rule(function=st.integers(0, 3), session=st.sampled_from("xyz"), settle=st.booleans())
    def join(self, function: int, session: str, settle: bool) -> None:
        box = self.bench.boxes.setdefault(session, Outbox(keeps_all=True))
        asked = call(len(self.accepted), function, session)
        try:
            event = self.bench.loop.do(lambda: self.bench.engine.submit(asked, box))
        except QueueFull:
            assert self.bench.engine.waiting_count() == 6
            return
        self.accepted.append((event, session))
        if settle:
            self.bench.loop.settle()

    @precondition(lambda self: self.bench.runner.live)
    @rule(
        data=st.data(),
        what=st.sampled_from(
            ["step", "give", "end", "fail", "exit", "cancelled", "short", "stubborn"]
        ),
    )
    def act(self, data: st.DataObject, what: str) -> None:
        run: Run = data.draw(st.sampled_from(self.bench.runner.live))
        if what == "step":
            run.step(1)
        elif what == "give":
            run.give(*run.names)
        elif what == "end":
            run.end()
        elif what == "short":
            run.give()
        elif what == "stubborn":
            run.is_stubborn = True
        else:
            problems = {
                "fail": ValueError(),
                "exit": SystemExit(),
                "cancelled": asyncio.CancelledError(),
            }
            run.fail(problems[what])
        self.bench.loop.settle(data.draw(st.integers(0, 4)))

    @precondition(lambda self: self.accepted)
    @rule(data=st.data(), twice=st.booleans())
    def cancel(self, data: st.DataObject, twice: bool) -> None:
        event, session = data.draw(st.sampled_from(self.accepted))
        was_over = bool(self.bench.ends(event))
        found = self.bench.loop.do(lambda: self.bench.engine.cancel(event, SessionId(session)))
        assert found is not was_over or found is False
        if twice:
            self.bench.loop.do(lambda: self.bench.engine.cancel(event, SessionId(session)))

    @rule(session=st.sampled_from("xyz"))
    def leave(self, session: str) -> None:
        self.bench.loop.do(lambda: self.bench.engine.leave(SessionId(session)))
        for event, owner in self.accepted:
            if owner == session:
                assert len(self.bench.ends(event)) == 1

    @rule()
    def settle(self) -> None:
        self.bench.loop.settle()

    @precondition(lambda self: not self.is_stopped and len(self.accepted) > 8)
    @rule()
    def stop(self) -> None:
        self.is_stopped = True
        self.bench.stop()
        for event, _ in self.accepted:
            assert len(self.bench.ends(event)) == 1

    @invariant()
    def no_event_ends_twice(self) -> None:
        ends = Counter(
            message.event_id  # type: ignore[union-attr]
            for session in self.bench.boxes
            for message in self.bench.messages(session, Ended)
        )
        assert set(ends.values()) <= {1}

    @invariant()
    def slots_are_held_by_wanted_runs_only(self) -> None:
        self.bench.loop.settle()
        scheduler = self.bench.engine._scheduler
        pending = [event for event, _ in self.accepted if not self.bench.ends(event)]
        held = {id(track.run) for track in self.bench.engine._tracks.values() if track.run}
        assert scheduler.running_count == len(held)
        assert len(self.bench.engine._tracks) == len(pending)
        for lane in scheduler._lanes.values():
            assert lane.limit is None or 0 <= lane.running <= lane.limit
            assert not (lane.waiting and lane.running == 0), "work waits although there is room"
        assert self.bench.loop.errors == []


EngineMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestEveryInterleaving = EngineMachine.TestCase


def test_a_real_loop_survives_a_function_that_exits() -> None:
    class Exiting:
        async def run(
            self, calls: Sequence[Call], reporters: Sequence[Reporter]
        ) -> AsyncIterator[Sequence[Output]]:
            if calls[0].data[0] == "exit":
                raise SystemExit(1)
            yield [Output(["ok"])]

    async def main() -> list[bool]:
        engine = Engine([limits()], Exiting(), describe_failure=words)
        box = engine.outbox(SessionId("s"))
        for name in ("exit", "fine"):
            engine.submit(call(name))
        while len([1 for _, message in box.since(0) if isinstance(message, Ended)]) < 2:
            await box.wait(box.last)
        await engine.stop()
        return [
            message.failure is None for _, message in box.since(0) if isinstance(message, Ended)
        ]

    assert asyncio.run(asyncio.wait_for(main(), 10)) == [False, True]
