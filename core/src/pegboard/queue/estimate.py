"""Expected wait, in seconds, from past durations. Pure."""

from __future__ import annotations


class Durations:
    """Running means of how long functions took; recent runs count for more.

    The mean is exact for the first ``window`` runs and exponential with factor ``1 / window`` after.
    """

    def __init__(self, window: int = 50) -> None:
        self._window = window
        self._means: dict[int, tuple[int, float]] = {}

    def add(self, function_id: int, seconds: float) -> None:
        """Take note of one finished run."""
        count, mean = self._means.get(function_id, (0, 0.0))
        count = min(count + 1, self._window)
        self._means[function_id] = (count, mean + (seconds - mean) / count)

    def mean_s(self, function_id: int) -> float | None:
        """Return the mean duration of a function, ``None`` before its first run."""
        entry = self._means.get(function_id)
        return entry[1] if entry else None

    def wait_s(self, function_id: int, rank: int, limit: int | None) -> float | None:
        """Return the expected time until a job of this rank has ended, ``None`` when unknown."""
        mean = self.mean_s(function_id)
        if mean is None:
            return None
        return mean * (rank // (limit or rank + 1) + 1)
