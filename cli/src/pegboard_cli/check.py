"""`pegboard component check`: everything that a reviewer would ask, in the order of their cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pegboard_cli import check_bundle, check_sources, check_suites
from pegboard_cli.console import Problem, say
from pegboard_cli.findings import Check, Finding, error
from pegboard_cli.project import Project

CHECKS: dict[str, Check] = {
    "metadata": check_sources.metadata,
    "licence": check_sources.licence,
    "python": check_sources.python,
    "bundle": check_bundle.bundle,
    "manifest": check_sources.manifest,
    "names": check_sources.names,
    "conformance": check_suites.conformance,
    "wheel": check_bundle.wheel,
    "browser": check_suites.browser,
}
# A class that cannot be imported makes these say the same thing again, at length.
_NEED_IMPORT = frozenset({"manifest", "conformance", "wheel", "browser"})


def check(project: Project, only: Sequence[str] = ()) -> Iterator[Finding]:
    """Yield what each check finds, as soon as it is known."""
    is_importable = True
    for name, ask in CHECKS.items():
        if (only and name not in only) or (name in _NEED_IMPORT and not is_importable):
            continue
        say(name)
        try:
            for finding in ask(project):
                if finding.check == "python" and finding.level == "error":
                    is_importable = False
                yield finding
        except Problem as problem:
            yield error(name, problem.format_message(), "")
