"""``make bench``: Pegboard, Gradio 6 and a bare ASGI floor, interleaved in one run, as ratios.

Each round measures every row for every contender in turn, and another one begins each round; the medians of
all rounds are reported. The table goes to docs/performance.md between its markers, and the figures to a
JSON file beside it. It runs unattended: a measure that fails is noted and left out, and no round is begun
that would not end within ``--minutes``.

``--quick`` measures the short rows once and writes no report. Either way the exit status is 1 only on a
gross loss: a figure several times (`rows.GROSS`) worse than its budget, twice in a row. Figures of one round on a shared
machine jitter by tens of per cent, so anything finer would fail by chance.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from tests.benchmarks.rows import GROSS, ROWS, WAITING, Figures, Row
from tests.benchmarks.servers import ROOT, Contender, Running, contenders, serving, with_bytecode

REPORT = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- table:begin -->", "<!-- table:end -->"

KEPT = ROOT / ".make" / "bench-rounds.json"
"""Every figure of every round so far, for ``--continue``."""

Results = dict[str, dict[str, list[Figures]]]


def main() -> int:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gradio-python", default=str(ROOT / ".venv-gradio" / "bin" / "python"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=30.0, help="begin no round that would end later")
    parser.add_argument("--continue", action="store_true", dest="is_continued",
        help="go on with the rounds of a run that was cut short, up to --rounds")
    parser.add_argument("--quick", action="store_true", help="the short rows, one round, no report")
    parser.add_argument("--only", help="rows whose title holds this text; no report")
    parser.add_argument("--thorough", action="store_true",
        help="measure in every round, also what takes so long that a run measures it once")
    parser.add_argument("--renew", action="store_true", help="with --only: put them into the report all the same")
    parser.add_argument("--who", default="", help="contenders, separated by commas; all by default")
    arguments = parser.parse_args()
    # Thousands of connections, here and in the servers that inherit it.
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    with_bytecode()
    everyone = contenders(arguments.gradio_python)
    if arguments.who:
        everyone = [item for item in everyone if item.name in arguments.who.split(",")]
    rows = [
        row
        for row in ROWS
        if (row.quick or not arguments.quick) and (arguments.only or "") in row.title
    ]
    is_whole = not (arguments.quick or arguments.only or arguments.who)
    run = Run(everyone, rows, KEPT if is_whole else None, is_thorough=arguments.thorough)
    first = run.take_up() if is_whole and arguments.is_continued else 0
    end = time.monotonic() + 60 * arguments.minutes
    rounds = first
    run.compile_all()
    took_s = 0.0
    for number in range(first, 1 if arguments.quick else arguments.rounds):
        begin = time.monotonic()
        # The first round is longer than the others: it has the rows that are measured once.
        if begin + took_s > end:
            break
        run.measure_round(number)
        took_s = time.monotonic() - begin
        rounds += 1
    figures = run.medians()
    print(table(figures), flush=True)
    for problem in run.problems:
        print(f"not measured: {problem}")
    if is_whole:
        write(figures, rounds, run.problems)
    elif arguments.renew and arguments.only and not arguments.who and not run.problems:
        renew(figures, rounds)
    lost = gross_losses(figures)
    if lost:
        # Once may be chance, on a machine that others use too.
        again = Run(everyone, [row for row in rows if row.title in lost])
        again.measure_round(0)
        lost = gross_losses(again.medians())
    for title, losses in lost.items():
        print(f"GROSS LOSS, twice: {title}: {'; '.join(losses)}")
    return 1 if lost else 0


class Run:
    """The figures of all rounds so far."""

    def __init__(
        self, everyone: list[Contender], rows: list[Row], kept: Path | None = None, is_thorough: bool = False
    ) -> None:
        self._everyone = everyone
        self._is_thorough = is_thorough
        self._kept = kept
        self._rows = rows
        self._taken: Results = {row.title: {} for row in rows}
        self._begin = time.monotonic()
        self.problems: list[str] = []

    def take_up(self) -> int:
        """Take up the figures of an earlier run, and return how many rounds it had."""
        if self._kept is None or not self._kept.is_file():
            return 0
        kept = json.loads(self._kept.read_text())
        self._taken.update({title: named for title, named in kept["figures"].items() if title in self._taken})
        return int(kept["rounds"])

    def compile_all(self) -> None:
        """Start everyone once, uncounted: the first start of a library compiles it."""
        for contender in self._everyone:
            with self._noted("a first start", contender, 0), serving(contender, "work"):
                pass

    def measure_round(self, number: int) -> None:
        """Measure every row for everyone, once; with a file to keep them in, nothing of it is lost."""
        self._measure_round(number)
        if self._kept is not None:
            self._kept.parent.mkdir(exist_ok=True)
            self._kept.write_text(json.dumps({"rounds": number + 1, "figures": self._taken}) + "\n")

    def _measure_round(self, number: int) -> None:
        for row in self._rows:
            if row.measure is not None and (not row.once or number == 0 or self._is_thorough):
                for contender in self._in(row, number):
                    with self._noted(row.title, contender, number):
                        self._take(row, contender, row.measure(contender))
        on_work = [row for row in self._rows if row.on_work is not None]
        if not on_work:
            return
        with ExitStack() as stack:
            servers: dict[str, Running] = {}
            for contender in self._everyone:
                with self._noted("start of the work app", contender, number):
                    servers[contender.name] = stack.enter_context(serving(contender, "work"))
            for row in on_work:
                for contender in self._in(row, number):
                    if contender.name in servers:
                        with self._noted(row.title, contender, number):
                            figures = asyncio.run(_awaited(row, servers[contender.name]))
                            self._take(row, contender, figures)

    def medians(self) -> dict[str, dict[str, Figures]]:
        """Return the median of each figure, by row and contender."""
        return {
            title: {
                name: {key: median(figures[key] for figures in runs) for key in runs[0]}
                for name, runs in named.items()
            }
            for title, named in self._taken.items()
            if "Pegboard" in named
        }

    def _take(self, row: Row, contender: Contender, figures: Figures) -> None:
        self._taken[row.title].setdefault(contender.name, []).append(figures)
        print("          " + ", ".join(f"{key} {number(value)}" for key, value in figures.items()), flush=True)

    def _in(self, row: Row, number: int) -> list[Contender]:
        # Who comes after another may find memory and caches as that one left them: each is first in turn.
        first = number % len(self._everyone)
        order = [*self._everyone[first:], *self._everyone[:first]]
        return [contender for contender in order if contender.name in row.who]

    @contextmanager
    def _noted(self, title: str, contender: Contender, number: int) -> Iterator[None]:
        """Say what is going on; a failure is noted, because nobody may be watching."""
        spent = time.monotonic() - self._begin
        print(f"{spent:6.0f} s  round {number + 1}  {title}: {contender.name}", file=sys.stderr, flush=True)
        try:
            yield
        except Exception as problem:
            text = f"{title}: {contender.name}: {type(problem).__name__}: {problem}"[:300]
            print(f"          failed: {text}", file=sys.stderr, flush=True)
            self.problems.append(text)


async def _awaited(row: Row, server: Running) -> Figures:
    assert row.on_work is not None
    return await asyncio.wait_for(row.on_work(server), 300)


def table(results: dict[str, dict[str, Figures]]) -> str:
    """Return the results as a Markdown table, with ratios of Pegboard to the others and the budgets."""
    lines = [
        "| what | figure | Pegboard | Gradio 6.31 | floor | / Gradio | / floor | budget | met |",
        "|---|---|--:|--:|--:|--:|--:|---|---|",
    ]
    budgets = {row.title: row.budgets for row in ROWS}
    for title, named in results.items():
        for key, value in named["Pegboard"].items():
            others = [named.get(name, {}).get(key) for name in ("Gradio", "floor")]
            budget = budgets[title].get(key)
            ratio = budget.ratio(named, key) if budget else None
            cells = [title, key, number(value), *(number(other) for other in others)]
            cells += [f"{value / other:.3g}" if other else "" for other in others]
            cells += [str(budget or ""), "" if ratio is None else "yes" if ratio <= 1 else "no"]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def gross_losses(results: dict[str, dict[str, Figures]]) -> dict[str, list[str]]:
    """Return the figures that are several times worse than their budgets, by row."""
    budgets = {row.title: row.budgets for row in ROWS}
    lost: dict[str, list[str]] = {}
    for title, named in results.items():
        for key, budget in budgets[title].items():
            ratio = budget.ratio(named, key)
            if ratio is not None and ratio > GROSS:
                text = f"{key} {number(named['Pegboard'][key])} ({budget}; {ratio:.1f} times worse)"
                lost.setdefault(title, []).append(text)
    return lost


def number(value: float | None) -> str:
    """Return a figure with three significant digits, or nothing."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def renew(results: dict[str, dict[str, Figures]], rounds: int) -> None:
    """Put rows that were measured by themselves into the report, and say so."""
    text = REPORT.read_text()
    old = text.partition(BEGIN)[2].partition(END)[0]
    rest = [line for line in old.splitlines() if line.startswith("* ")]
    note = old.strip().splitlines()[0]
    said = f" Measured again since, by themselves, in {rounds} rounds: {', '.join(results)}."
    known: dict[str, dict[str, Figures]] = json.loads(REPORT.with_suffix(".json").read_text())
    _put(note + said, {**known, **results}, rest)


def write(results: dict[str, dict[str, Figures]], rounds: int, problems: list[str]) -> None:
    """Put the table between its markers in the report, and the raw figures beside it."""
    note = (
        f"Medians of {rounds} interleaved rounds; {os.cpu_count()} cores, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}."
    )
    rest = [f"* not measured: {problem}" for problem in problems]
    rest += [f"* {what}: waiting for {component}" for what, component in WAITING.items()]
    _put(note, results, rest)


def _put(note: str, results: dict[str, dict[str, Figures]], rest: list[str]) -> None:
    text = REPORT.read_text()
    head, _, tail = text.partition(BEGIN)
    _, _, tail = tail.partition(END)
    whole = "\n".join([BEGIN, note, "", table(results), "", *rest, END])
    REPORT.write_text(f"{head}{whole}{tail}")
    REPORT.with_suffix(".json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
