"""Expected waits from past durations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pegboard.queue.estimate import Durations


def test_nothing_is_expected_before_the_first_run() -> None:
    durations = Durations()
    assert durations.mean_s(1) is None
    assert durations.wait_s(1, 3, 1) is None


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=50))
def test_the_first_runs_count_alike(seconds: list[float]) -> None:
    durations = Durations(window=50)
    for each in seconds:
        durations.add(1, each)
    assert durations.mean_s(1) == pytest.approx(sum(seconds) / len(seconds))


def test_recent_runs_count_for_more() -> None:
    durations = Durations(window=5)
    for _ in range(100):
        durations.add(1, 10.0)
    for _ in range(50):
        durations.add(1, 1.0)
    assert durations.mean_s(1) == pytest.approx(1.0, abs=0.01)


def test_functions_do_not_mix() -> None:
    durations = Durations()
    durations.add(1, 5.0)
    durations.add(2, 1.0)
    assert (durations.mean_s(1), durations.mean_s(2)) == (5.0, 1.0)


@pytest.mark.parametrize(
    ("rank", "limit", "expected"),
    [(0, 1, 2.0), (1, 1, 4.0), (3, 4, 2.0), (4, 4, 4.0), (9, None, 2.0)],
)
def test_the_wait_grows_with_the_runs_ahead(rank: int, limit: int | None, expected: float) -> None:
    durations = Durations()
    durations.add(1, 2.0)
    assert durations.wait_s(1, rank, limit) == expected
