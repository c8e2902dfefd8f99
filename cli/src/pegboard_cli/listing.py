"""What is installed, and what is wrong with it, as plain rows."""

from __future__ import annotations

import importlib
import json
import traceback
from pathlib import Path
from typing import Any

import importlib_metadata

from pegboard.hookspecs import hooks
from pegboard.plugins import Entry, index, reserved_to


def listed() -> list[dict[str, Any]]:
    """Return one row for each installed component."""
    clashes = _clashes()
    return [
        {
            "name": entry.name,
            "class": entry.class_name,
            "id": entry.id,
            "distribution": entry.distribution,
            "version": entry.version,
            "accepts": list(entry.manifest.accepts) if entry.manifest else [],
            "returns": list(entry.manifest.returns) if entry.manifest else [],
            "contract": entry.protocol,
            "location": str(entry.package_dir) if entry.package_dir else None,
            "is_editable": _is_editable(entry.distribution),
            "size_bytes": _size(entry),
            "conflicts": clashes.get(entry.id, []),
            "problem": str(entry.problem) if entry.problem else None,
        }
        for entry in sorted(index().entries, key=lambda entry: entry.class_name.lower())
    ]


def described(name: str) -> dict[str, Any] | None:
    """Return all that is known of one component, by class name, shortcut or id; ``None`` if there is none."""
    wanted = name.lower()
    for row in listed():
        if wanted in (row["name"].lower(), row["class"].lower(), row["id"].lower()):
            entry = next(entry for entry in index().entries if entry.id == row["id"])
            if entry.manifest is not None:
                keys = ("title", "summary", "category", "keywords", "aliases", "props", "payload", "events")
                row |= {key: entry.manifest.raw.get(key) for key in keys}
            return row
    return None


def _clashes() -> dict[str, list[str]]:
    """Return which components go by a name of another one, by id."""
    owners: dict[str, list[Entry]] = {}
    for entry in index().entries:
        names = {entry.name, entry.class_name, *(entry.manifest.aliases if entry.manifest else ())}
        for plain in {name.replace("_", "").lower() for name in names}:
            if reserved_to(plain) in (None, entry.distribution):
                owners.setdefault(plain, []).append(entry)
    found: dict[str, list[str]] = {}
    for entries in owners.values():
        for entry in entries if len(entries) > 1 else ():
            others = [other.id for other in entries if other is not entry]
            found[entry.id] = sorted({*found.get(entry.id, []), *others})
    return found


def _is_editable(distribution: str) -> bool:
    try:
        text = importlib_metadata.distribution(distribution).read_text("direct_url.json")
        return bool(json.loads(text or "{}").get("dir_info", {}).get("editable"))
    except (importlib_metadata.PackageNotFoundError, ValueError, AttributeError):
        return False


def _size(entry: Entry) -> int:
    """Return what the component's browser code takes, as it is sent at most."""
    if entry.manifest is None or entry.manifest.frontend is None or entry.package_dir is None:
        return 0
    frontend = entry.manifest.frontend
    files = [Path(entry.package_dir) / name for name in (frontend.entry, frontend.css) if name]
    return sum(file.stat().st_size for file in files if file.is_file())


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
    for one, others in sorted(_clashes().items()):
        found.append(
            _row(
                one, "", f"it goes by the same name as {', '.join(others)}.",
                f"write the long name where you mean it: inputs={one!r}; or uninstall one of them.",
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
