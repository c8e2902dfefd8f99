"""What `pegboard component check` finds: each thing with its reason and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from pegboard_cli.project import Project

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """One answer to one question of a reviewer.

    Attributes:
        check: Which check says it: ``metadata``, ``manifest``, ``browser``, ...
        level: ``error`` makes the command fail.
        what: What was found.
        fix: What to do about it; empty when all is well.
    """

    check: str
    level: Level
    what: str
    fix: str = ""

    def to_json(self) -> dict[str, str]:
        """Return it as JSON."""
        return asdict(self)


Check = Callable[[Project], Iterator[Finding]]


def error(check: str, what: str, fix: str) -> Finding:
    """Return what makes the check fail."""
    return Finding(check, "error", what, fix)


def warning(check: str, what: str, fix: str) -> Finding:
    """Return what a reviewer would mention."""
    return Finding(check, "warning", what, fix)


def ok(check: str, what: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(check, "ok", what)
