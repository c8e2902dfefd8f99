"""Monitoring: how often each function ran, how often it succeeded and how long it took.

Fed by the engine (an observer of each job) and by direct calls; bounded, whatever the traffic. The
dashboard is one page without script that reloads itself.
"""

from __future__ import annotations

import html
import math
import secrets
import time
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pegboard.queue.job import Job

KEPT_DURATIONS = 1000
PERCENTILES = (50, 90, 99)
RELOAD_S = 5
PRINT_AGAIN_S = 30.0


@dataclass(slots=True)
class _Function:
    """What is known of one function's runs."""

    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    # Not objects: a thousand of them, each from another moment, would keep as many blocks of memory in use.
    seconds: array[float] = field(default_factory=lambda: array("d"))
    place: int = 0

    @property
    def total(self) -> int:
        return self.succeeded + self.failed + self.cancelled

    def add(self, seconds: float) -> None:
        """Keep a duration, in place of the oldest."""
        if len(self.seconds) < KEPT_DURATIONS:
            self.seconds.append(seconds)
        else:
            self.seconds[self.place] = seconds
            self.place = (self.place + 1) % KEPT_DURATIONS


class Monitor:
    """Statistics of one running app.

    Args:
        names: API name of each function, by id.
        is_enabled: ``False`` refuses the dashboard; ``None`` shows its address on request.
        clock: Seconds, monotonic.

    Attributes:
        key: The secret part of the dashboard's address.
    """

    def __init__(
        self,
        names: Mapping[int, str],
        is_enabled: bool | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.key = secrets.token_urlsafe(18)
        self.is_enabled = is_enabled
        self._names = names
        self._clock = clock
        self._functions: dict[int, _Function] = {}
        self._printed_at_s: float | None = None

    def watch(self, what: str, job: Job) -> None:
        """Take note of a job's end. This is an observer of the engine."""
        if not job.is_over or job.started_at_s is None:
            return
        self.record(job.call.function_id, what, self._clock() - job.started_at_s)

    def record(self, function_id: int, what: str, seconds: float) -> None:
        """Count one run that has ended ``"finished"``, ``"failed"`` or otherwise."""
        function = self._functions.get(function_id)
        if function is None:
            function = self._functions[function_id] = _Function()
        if what == "finished":
            function.succeeded += 1
        elif what == "failed":
            function.failed += 1
        else:
            function.cancelled += 1
            return
        function.add(seconds)

    def admits(self, key: str) -> bool:
        """Say whether a key opens the dashboard; compared in constant time."""
        return self.is_enabled is not False and secrets.compare_digest(key.encode(), self.key.encode())

    def may_print(self) -> bool:
        """Say whether the address may be printed now: whoever asks must not flood the log."""
        now = self._clock()
        if self._printed_at_s is not None and now - self._printed_at_s < PRINT_AGAIN_S:
            return False
        self._printed_at_s = now
        return True

    def summary(self) -> dict[str, Any]:
        """Return the statistics of every function that has run."""
        return {
            "functions": {
                self._names.get(function_id, str(function_id)): {
                    "total_requests": function.total,
                    "succeeded": function.succeeded,
                    "failed": function.failed,
                    "cancelled": function.cancelled,
                    "success_rate": function.succeeded / function.total,
                    "process_time_percentiles": {
                        f"{percent}th": percentile(function.seconds, percent)
                        for percent in PERCENTILES
                    },
                }
                for function_id, function in self._functions.items()
            }
        }

    def table(self) -> str:
        """Return the dashboard's body as HTML."""
        rows = [
            "<tr>"
            f'<th scope="row">/{html.escape(name)}</th><td>{facts["total_requests"]}</td>'
            f"<td>{facts['success_rate']:.0%}</td>"
            + "".join(f"<td>{_shown(s)}</td>" for s in facts["process_time_percentiles"].values())
            + "</tr>"
            for name, facts in self.summary()["functions"].items()
        ]
        if not rows:
            return "<p>No function has run yet.</p>"
        return (
            '<div class="pb-table"><table><thead><tr><th scope="col">Function</th>'
            '<th scope="col">Requests</th><th scope="col">Success</th><th scope="col">Median</th>'
            '<th scope="col">90 %</th><th scope="col">99 %</th></tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table></div>"
        )


def percentile(values: Any, percent: float) -> float | None:
    """Return the smallest value that at least ``percent`` of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    if not ordered:
        return None
    return float(ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)])


def _shown(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"
