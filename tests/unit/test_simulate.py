"""The simulated hour: nobody is lost, nobody is overtaken, and it says the same each time."""

from __future__ import annotations

from pegboard.queue.outbox import STEPS_KEPT
from tests.benchmarks.simulate import Crowd, Kind, Simulation, report


def test_everyone_who_asks_is_answered_or_leaves_by_themselves() -> None:
    outcome = Simulation(Crowd(people=800)).run()

    left = sum(lane.left for lane in outcome.lanes.values())
    assert outcome.asked > 800
    assert outcome.ended + left == outcome.asked
    assert outcome.overtaken == 0
    assert outcome.most_kept_steps <= STEPS_KEPT


def test_a_function_that_is_asked_too_much_does_not_keep_another_waiting() -> None:
    kinds = (Kind("crowded", 0.9, 10.0, 100), Kind("free", 0.1, 0.1, 1000))

    outcome = Simulation(Crowd(people=1500, patience_s=600), kinds).run()

    assert max(outcome.lanes["crowded"].waits_s) > 10
    assert max(outcome.lanes["free"].waits_s) < 1


def test_calls_of_a_crowded_batch_function_share_runs() -> None:
    kinds = (Kind("batch", 1.0, 10.0, 100, batch=8),)

    lane = Simulation(Crowd(people=1500, patience_s=600), kinds).run().lanes["batch"]

    assert len(lane.waits_s) > 4 * lane.runs


def test_the_same_seed_gives_the_same_hour() -> None:
    one, other = Simulation(Crowd(people=300, seed=7)), Simulation(Crowd(people=300, seed=7))
    one.run(), other.run()
    one.outcome.machine_s = other.outcome.machine_s = 0.0

    assert report(one) == report(other)
