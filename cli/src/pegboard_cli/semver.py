"""Compares two manifests and says what the difference is to users: a patch, a minor or a major.

Removed or narrowed is major: an app that worked may not. Added is minor. Words and sizes are a patch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Size = Literal["patch", "minor", "major"]
ORDER: tuple[Size, ...] = ("patch", "minor", "major")


@dataclass(frozen=True)
class Change:
    """One difference."""

    size: Size
    what: str


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return what differs, the largest first."""
    found = list(_distributions(old, new))
    return sorted(found, key=lambda change: (-ORDER.index(change.size), change.what))


def verdict(changes: list[Change]) -> Size | None:
    """Return the largest change, ``None`` when nothing differs."""
    return changes[0].size if changes else None


def _distributions(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    if old.get("protocol") != new.get("protocol"):
        yield Change("major", f"contract: {old.get('protocol')} -> {new.get('protocol')}")
    if old.get("distribution") != new.get("distribution"):
        yield Change("major", f"distribution: {old.get('distribution')} -> {new.get('distribution')}")
    before = {component["name"]: component for component in old.get("components", [])}
    after = {component["name"]: component for component in new.get("components", [])}
    yield from _names("component", before, after)
    for name in before.keys() & after.keys():
        yield from _components(name, before[name], after[name])


def _names(what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in before.keys() - after.keys():
        yield Change("major", f"{what} '{name}' is gone")
    for name in after.keys() - before.keys():
        yield Change("minor", f"{what} '{name}' is new")


def _components(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    if old.get("object", "").rpartition(":")[2] != new.get("object", "").rpartition(":")[2]:
        yield Change("major", f"{name}: the class is {new.get('object')}, was {old.get('object')}")
    for group, what in (("events", "event"), ("props", "option"), ("methods", "method")):
        yield from _names(f"{name}: {what}", old.get(group) or {}, new.get(group) or {})
    for group in ("accepts", "returns", "aliases", "templates"):
        before, after = set(old.get(group) or ()), set(new.get(group) or ())
        yield from _names(f"{name}: {group}", dict.fromkeys(before), dict.fromkeys(after))
    for event in (old.get("events") or {}).keys() & (new.get("events") or {}).keys():
        before_data, after_data = old["events"][event] or {}, new["events"][event] or {}
        if before_data.get("data") != after_data.get("data"):
            yield Change("major", f"{name}: event '{event}' carries {after_data.get('data')}")
    for option in (old.get("props") or {}).keys() & (new.get("props") or {}).keys():
        yield from _option(f"{name}: option '{option}'", old["props"][option], new["props"][option])
    yield from _schema(f"{name}: payload", old.get("payload") or {}, new.get("payload") or {})
    yield from _words(name, old, new)


def _option(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    if old.get("default") != new.get("default"):
        yield Change("major", f"{where} is {new.get('default')!r} by default, was {old.get('default')!r}")
    if old.get("python_type") != new.get("python_type"):
        before, after = _alternatives(old), _alternatives(new)
        size: Size = "minor" if before < after else "major"
        yield Change(size, f"{where} takes {new.get('python_type')}, took {old.get('python_type')}")
    else:
        ignored = {"default", "description", "title", "python_type"}
        yield from _schema(where, _without(old, ignored), _without(new, ignored))


def _alternatives(option: Mapping[str, Any]) -> set[str]:
    return {part.strip() for part in str(option.get("python_type", "")).split("|")}


# A limit that grows in this direction refuses less.
_WIDENS = {"maximum": 1, "maxLength": 1, "maxItems": 1, "minimum": -1, "minLength": -1, "minItems": -1}


def _schema(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        if before == after or key in ("description", "title", "examples"):
            continue
        size: Size = "major"
        if key in _WIDENS and after is None:
            size = "minor"
        elif key in _WIDENS and isinstance(before, (int, float)) and isinstance(after, (int, float)):
            size = "minor" if (after - before) * _WIDENS[key] > 0 else "major"
        elif key in ("enum", "anyOf") and isinstance(before, list) and isinstance(after, list):
            size = "minor" if all(item in after for item in before) else "major"
        yield Change(size, f"{where}: {key} is {after!r}, was {before!r}")


def _words(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    told = {"events", "props", "methods", "accepts", "returns", "aliases", "templates", "payload", "object", "name"}
    for key in sorted((old.keys() | new.keys()) - told):
        if old.get(key) != new.get(key):
            yield Change("patch", f"{name}: {key}")
    described = {
        key
        for group in ("events", "props")
        for key in (old.get(group) or {}).keys() & (new.get(group) or {}).keys()
        if _text(old[group][key]) != _text(new[group][key])
    }
    for key in sorted(described):
        yield Change("patch", f"{name}: what is said of '{key}'")


def _text(entry: Any) -> Any:
    return (entry.get("doc"), entry.get("description"), entry.get("title")) if isinstance(entry, dict) else None


def _without(table: Mapping[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in keys}
