"""What is installed, and what is wrong with it, as plain rows."""

from __future__ import annotations

import importlib
import traceback
from typing import Any

from pegboard.hookspecs import hooks
from pegboard.plugins import index


def listed() -> list[dict[str, Any]]:
    """Return one row for each installed component."""
    return [
        {
            "name": entry.name,
            "class": entry.class_name,
            "id": entry.id,
            "distribution": entry.distribution,
            "version": entry.version,
            "accepts": list(entry.manifest.accepts) if entry.manifest else [],
            "returns": list(entry.manifest.returns) if entry.manifest else [],
            "problem": str(entry.problem) if entry.problem else None,
        }
        for entry in sorted(index().entries, key=lambda entry: entry.class_name.lower())
    ]


def problems() -> list[dict[str, str]]:
    """Import every component and return what is wrong, each with its cause and fix."""
    found = []
    reported = set()
    for problem in index().problems:
        reported.add(problem.distribution)
        found.append(_row(problem.distribution, problem.version, problem.cause, problem.fix))
    for entry in index().entries:
        if entry.problem is not None:
            if entry.distribution not in reported:
                found.append(_row(entry.id, entry.version, entry.problem.cause, entry.problem.fix))
            continue
        module = entry.object_ref.partition(":")[0]
        try:
            importlib.import_module(module)
            entry.load()
        except BaseException:  # a plugin's import may raise anything
            found.append(
                _row(
                    entry.id, entry.version, f"importing {module} failed.",
                    f"reinstall or upgrade {entry.distribution}, or uninstall it.",
                    traceback.format_exc(limit=-4),
                )
            )
            continue
        if entry.problem is not None:
            found.append(_row(entry.id, entry.version, entry.problem.cause, entry.problem.fix))
        elif entry.manifest and entry.manifest.frontend and entry.package_dir:
            bundle = entry.package_dir / entry.manifest.frontend.entry
            if not bundle.is_file():
                found.append(
                    _row(
                        entry.id, entry.version, f"its bundle {entry.manifest.frontend.entry} is missing.",
                        f"reinstall {entry.distribution} from a wheel, or build it.",
                    )
                )
    return found + _hook_problems()


def _hook_problems() -> list[dict[str, str]]:
    found = [
        _row(check.title, "", "the plugin's own check failed.", check.fix)
        for checks in hooks().call("pegboard_doctor_checks")
        for check in checks
        if not check.is_ok
    ]
    for problem in hooks().problems:
        what = problem.plugin.partition(":")[0]
        fix = f"reinstall or upgrade {what}, or uninstall it."
        found.append(
            _row(problem.plugin, "", f"{problem.where}: {problem.cause}.", fix, problem.traceback)
        )
    return found


def _row(what: str, version: str, cause: str, fix: str, trace: str = "") -> dict[str, str]:
    return {"what": f"{what} {version}".strip(), "cause": cause, "fix": fix, "traceback": trace}
