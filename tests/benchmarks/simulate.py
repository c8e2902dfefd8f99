"""``python -m tests.benchmarks.simulate``: an hour of 100,000 people against the pure scheduler.

No clock, no server: a heap of moments stands for time, and the scheduler decides what starts, as it does
in a running app. People arrive over the hour, ask a few times with a pause for thought between, and
some lose patience and leave while they wait. A few read slowly: what is kept for them goes through a
real outbox. Three functions share the app: a quick one, a slow one and one that takes batches; their
limits are set so that they are busy for about 85 per cent of the time.

What comes out: how long people waited, whether functions and people were served evenly, how much was
kept in memory at most, and how much machine time an hour of scheduling took.
"""

from __future__ import annotations

import argparse
import heapq
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import mean, quantiles

from pegboard.queue.job import Call, FunctionLimits, Job, JobId, SessionId
from pegboard.queue.messages import Output, Stepped
from pegboard.queue.outbox import STEPS_KEPT, Outbox
from pegboard.queue.scheduler import Scheduler


@dataclass(frozen=True)
class Kind:
    """One function: how often it is asked for, how long it takes, how it is limited."""

    name: str
    share: float
    mean_s: float
    limit: int
    batch: int = 1


KINDS = (
    Kind("quick", 0.70, 0.3, 21),
    Kind("slow", 0.25, 2.0, 50),
    Kind("batch", 0.05, 3.0, 2, batch=16),
)


@dataclass(frozen=True)
class Crowd:
    """Who comes, and how they behave."""

    people: int = 100_000
    hours: float = 1.0
    asks: float = 3.0
    think_s: float = 30.0
    patience_s: float = 60.0
    slow_readers: float = 0.02
    seed: int = 1


@dataclass
class Lane:
    """What happened to one function."""

    waits_s: list[float] = field(default_factory=list)
    left: int = 0
    busy_s: float = 0.0
    runs: int = 0


@dataclass
class Outcome:
    """What an hour came to."""

    lanes: dict[str, Lane]
    asked: int = 0
    ended: int = 0
    most_waiting: int = 0
    most_present: int = 0
    most_kept_steps: int = 0
    overtaken: int = 0
    machine_s: float = 0.0
    simulated_s: float = 0.0


class Simulation:
    """One run. Times are seconds since the beginning."""

    def __init__(self, crowd: Crowd, kinds: tuple[Kind, ...] = KINDS) -> None:
        self._crowd = crowd
        # The limits are meant for 100,000 people an hour; fewer people get as much room each.
        scale = crowd.people / crowd.hours / 100_000
        self._kinds = kinds
        self._limits = {kind.name: max(1, round(kind.limit * scale)) for kind in kinds}
        self._random = random.Random(crowd.seed)
        self._scheduler = Scheduler(
            FunctionLimits(
                number,
                kind.name,
                self._limits[kind.name],
                is_batched=kind.batch > 1,
                max_batch_size=kind.batch,
            )
            for number, kind in enumerate(kinds)
        )
        self._moments: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0
        self._now = 0.0
        self._asks_left: dict[int, int] = {}
        self._newest_started = {kind.name: -1 for kind in kinds}
        self.outcome = Outcome({kind.name: Lane() for kind in kinds})

    def run(self) -> Outcome:
        """Let the people come, and go on until the last has left."""
        begin = time.process_time()
        crowd = self._crowd
        for person in range(crowd.people):
            at_s = self._random.uniform(0, crowd.hours * 3600)
            self._at(at_s, lambda person=person: self._arrive(person))  # type: ignore[misc]
        while self._moments:
            self._now, _, happen = heapq.heappop(self._moments)
            happen()
            self._start_what_may()
        assert self._scheduler.waiting_count == self._scheduler.running_count == 0
        self.outcome.machine_s = time.process_time() - begin
        self.outcome.simulated_s = self._now
        return self.outcome

    def _at(self, at_s: float, happen: Callable[[], None]) -> None:
        self._order += 1
        heapq.heappush(self._moments, (at_s, self._order, happen))

    def _arrive(self, person: int) -> None:
        self._asks_left[person] = 1 + int(self._random.expovariate(1 / (self._crowd.asks - 0.5)))
        self.outcome.most_present = max(self.outcome.most_present, len(self._asks_left))
        self._ask(person)

    def _ask(self, person: int) -> None:
        number = self._random.choices(range(len(self._kinds)), [kind.share for kind in self._kinds])[0]
        self._asks_left[person] -= 1
        self.outcome.asked += 1
        job = Job(
            JobId(str(self.outcome.asked)),
            Call(number, SessionId(str(person)), ()),
            self._kinds[number].name,
            joined_at_s=self._now,
        )
        self._scheduler.join(job)
        patience_s = self._random.expovariate(1 / self._crowd.patience_s)
        self._at(self._now + patience_s, lambda: self._lose_patience(job, person))

    def _lose_patience(self, job: Job, person: int) -> None:
        if self._scheduler.leave(job):
            self.outcome.lanes[job.lane].left += 1
            self._asks_left.pop(person, None)

    def _start_what_may(self) -> None:
        while (jobs := self._scheduler.start_next()) is not None:
            kind = self._kinds[jobs[0].call.function_id]
            lane = self.outcome.lanes[kind.name]
            for job in jobs:
                lane.waits_s.append(self._now - job.joined_at_s)
                # First come, first served: within a function nobody starts before who came earlier.
                number = int(job.id)
                if number < self._newest_started[kind.name]:
                    self.outcome.overtaken += 1
                self._newest_started[kind.name] = max(number, self._newest_started[kind.name])
            # Most runs are near the mean and a few are much longer, as with real models.
            seconds = self._random.lognormvariate(0, 0.5) * kind.mean_s / 1.133
            lane.busy_s += seconds
            lane.runs += 1
            self._at(self._now + seconds, lambda jobs=jobs: self._end(jobs))  # type: ignore[misc]
        self.outcome.most_waiting = max(self.outcome.most_waiting, self._scheduler.waiting_count)

    def _end(self, jobs: list[Job]) -> None:
        self._scheduler.finish(jobs[0].lane)
        for job in jobs:
            self.outcome.ended += 1
            if self._random.random() < self._crowd.slow_readers:
                self._stream_to_slow_reader()
            person = int(job.call.session)
            if self._asks_left.get(person, 0) > 0:
                pause_s = self._random.expovariate(1 / self._crowd.think_s)
                self._at(self._now + pause_s, lambda person=person: self._ask(person))  # type: ignore[misc]
            else:
                self._asks_left.pop(person, None)

    def _stream_to_slow_reader(self) -> None:
        box = Outbox()
        steps = 100 if self._random.random() < 0.99 else 2 * STEPS_KEPT
        for step in range(steps):
            box.append(Stepped("e", Output([step], is_generating=True, size_bytes=20)))
        self.outcome.most_kept_steps = max(self.outcome.most_kept_steps, len(box.since(0)))

    def utilisation(self, name: str) -> float:
        """Return which part of a function's slots was busy while people came."""
        lane = self.outcome.lanes[name]
        return lane.busy_s / (self._limits[name] * self._crowd.hours * 3600)


def report(simulation: Simulation) -> str:
    """Return the outcome in words and a table."""
    outcome = simulation.outcome
    lines = [
        f"{outcome.asked:,} events asked, {outcome.ended:,} ended, "
        f"{sum(lane.left for lane in outcome.lanes.values()):,} left before their turn; "
        f"{outcome.overtaken} overtaken within their function.",
        f"At most {outcome.most_present:,} people at once, {outcome.most_waiting:,} events waiting, "
        f"{outcome.most_kept_steps:,} steps kept for a slow reader.",
        f"{outcome.machine_s:.1f} s of processor time for {outcome.simulated_s / 3600:.2f} simulated hours "
        f"({outcome.machine_s / max(1, outcome.asked) * 1e6:.0f} us an event, the crowd's own part included).",
        "",
        "| function | busy | runs | calls a run | wait: mean | p50 | p95 | p99 | most | left |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, lane in outcome.lanes.items():
        waits = lane.waits_s or [0.0]
        cuts = quantiles(waits, n=100) if len(waits) > 1 else waits * 99
        cells = [mean(waits), cuts[49], cuts[94], cuts[98], max(waits)]
        lines.append(
            f"| {name} | {simulation.utilisation(name):.0%} | {lane.runs:,} "
            f"| {len(lane.waits_s) / max(1, lane.runs):.1f} "
            f"| {' | '.join(f'{value:.2f} s' for value in cells)} | {lane.left:,} |"
        )
    return "\n".join(lines)


def main() -> int:
    """Run it and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    simulation = Simulation(Crowd(people=arguments.people, seed=arguments.seed))
    simulation.run()
    print(report(simulation))
    return 0


if __name__ == "__main__":
    sys.exit(main())
