"""``make bench``: Pegboard, Gradio 6 and a bare ASGI floor, interleaved in one run, as ratios.

Each row is measured ``--rounds`` times in turn for every contender; the median is reported. The table
goes to docs/performance.md between its markers, and the figures to a JSON file beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks import measures, pages
from tests.benchmarks.servers import Contender, contenders

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- table:begin -->", "<!-- table:end -->"


@dataclass(frozen=True)
class Row:
    """One line of the table: a title, how it is measured, and whether the floor can be measured so."""

    title: str
    measure: Callable[[Contender], dict[str, float]]
    floor: bool = True
    quick: bool = True


ROWS = [
    Row("import", measures.imports),
    Row("hello world: start", measures.start),
    Row("hello world: page", pages.hello_page),
    Row("one event at a time", measures.on_work(measures.one_at_a_time)),
    Row("100 sessions", measures.on_work(measures.many_sessions)),
    Row("1,000 growing strings", measures.on_work(measures.growing_strings)),
    Row("1024 x 1024 picture in and out", measures.on_work(measures.pictures), floor=False),
    Row("400 waiting, 10 ms, limit 4", measures.on_work(measures.waiting), floor=False, quick=False),
    Row("256 calls in batches of 16", measures.on_work(measures.batches), floor=False, quick=False),
    Row("500 idle sessions", measures.on_work(measures.idle), quick=False),
]


def main() -> int:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gradio-python", default=str(ROOT / ".venv-gradio" / "bin" / "python"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="fewer rows, one round, no report")
    parser.add_argument("--only", help="rows whose title holds this text")
    arguments = parser.parse_args()
    everyone = contenders(arguments.gradio_python)
    rounds = 1 if arguments.quick else arguments.rounds
    results: dict[str, dict[str, dict[str, float]]] = {}
    for row in ROWS:
        if (arguments.quick and not row.quick) or (arguments.only and arguments.only not in row.title):
            continue
        taken: dict[str, list[dict[str, float]]] = {}
        for number in range(rounds):
            for contender in everyone:
                if contender.library is None and not row.floor:
                    continue
                print(f"{row.title}: {contender.name}, {number + 1} of {rounds}", file=sys.stderr, flush=True)
                taken.setdefault(contender.name, []).append(row.measure(contender))
        results[row.title] = {
            name: {key: median(figures[key] for figures in runs) for key in runs[0]}
            for name, runs in taken.items()
        }
        print(table({row.title: results[row.title]}), flush=True)
    if not arguments.quick and not arguments.only:
        write(results, rounds)
    return 0


def table(results: dict[str, dict[str, dict[str, float]]]) -> str:
    """Return the results as a Markdown table, with ratios of Pegboard to the others."""
    lines = [
        "| what | figure | Pegboard | Gradio 6.31 | floor | Pegboard / Gradio | Pegboard / floor |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for title, named in results.items():
        ours = named["Pegboard"]
        for key, value in ours.items():
            cells = [title, key, number(value)]
            others = [named.get("Gradio", {}).get(key), named.get("floor", {}).get(key)]
            cells += [number(other) for other in others]
            cells += [f"{value / other:.3g}" if other else "" for other in others]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def number(value: float | None) -> str:
    """Return a figure with three significant digits, or nothing."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def write(results: dict[str, dict[str, dict[str, float]]], rounds: int) -> None:
    """Put the table between its markers in the report, and the raw figures beside it."""
    note = (
        f"Medians of {rounds} interleaved rounds; {os.cpu_count()} cores, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}."
    )
    text = REPORT.read_text()
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    REPORT.write_text(f"{head}{BEGIN}\n{note}\n\n{table(results)}\n{END}{tail}")
    REPORT.with_suffix(".json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
