"""The growth tables can be made: each path is measured, for small numbers only."""

from __future__ import annotations

import subprocess
import sys

from tests.benchmarks import growth
from tests.benchmarks.servers import ROOT


def test_every_path_of_the_growth_table_is_measured() -> None:
    # In a process of its own, because a path changes where Python looks for distributions.
    command = [sys.executable, "-m", "tests.benchmarks.growth", "--most", "10"]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout

    rows = [[cell.strip() for cell in row.split("|")] for row in output.splitlines()[2:]]
    assert [row[1] for row in rows] == [path.title for path in growth.PATHS]
    assert all(float(row[3]) > 0 for row in rows)
