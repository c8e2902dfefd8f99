"""Manifest: typed reading of ``pegboard.json``, the static description of a plugin distribution.

Parsing is lenient and cheap (plain JSON, unknown keys ignored); the full schema is checked by the
build hook and the conformance suite, not at every start.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

PROTOCOL = (1, 0)
"""The version of the component contract that this core speaks: MAJOR, MINOR."""

PROTOCOL_TEXT = f"{PROTOCOL[0]}.{PROTOCOL[1]}"

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class FrontendManifest(NamedTuple):
    """Where a component's browser code is and what it needs. Paths are relative to the package."""

    entry: str
    css: str | None = None
    shared_entry: str | None = None
    shared_needs: Mapping[str, str] = _NOTHING
    styles: str = "scoped"
    isolation: str = "page"
    handles: tuple[str, ...] = ()
    permissions: Mapping[str, Any] = _NOTHING
    min_height_px: int | None = None


class ComponentManifest(NamedTuple):
    """One component as its manifest describes it."""

    name: str
    object_ref: str
    title: str
    summary: str
    category: str
    kind: str
    accepts: tuple[str, ...]
    returns: tuple[str, ...]
    aliases: tuple[str, ...]
    frontend: FrontendManifest | None
    props: Mapping[str, Any]
    payload: Mapping[str, Any]
    events: Mapping[str, Any]
    templates: Mapping[str, Mapping[str, Any]]
    raw: Mapping[str, Any] = _NOTHING


class Manifest(NamedTuple):
    """What one distribution provides."""

    distribution: str
    protocol: str
    components: tuple[ComponentManifest, ...]


class ManifestError(ValueError):
    """A manifest cannot be read; the message says where and why."""


def parse_manifest(text: str | bytes) -> Manifest:
    """Read a manifest.

    Raises:
        ManifestError: It is not JSON, or lacks a key that discovery needs.
    """
    try:
        data = orjson.loads(text)
    except ValueError as problem:
        raise ManifestError(f"pegboard.json is not JSON: {problem}") from None
    if not isinstance(data, dict):
        raise ManifestError("pegboard.json must hold an object")
    if "protocol" not in data:
        raise ManifestError("pegboard.json has no 'protocol', so it cannot be matched to this core")
    try:
        return Manifest(
            distribution=str(data["distribution"]),
            protocol=str(data["protocol"]),
            components=tuple(_component(entry) for entry in data["components"]),
        )
    except (KeyError, TypeError, AttributeError) as problem:
        raise ManifestError(f"pegboard.json lacks or misuses {problem}") from None


@lru_cache(maxsize=64)  # nearly all plugins name the same range
def speaks(protocol_range: str, version: tuple[int, int] = PROTOCOL) -> bool:
    """Say whether a range such as ``>=1.0,<2`` allows a contract version."""
    for clause in protocol_range.split(","):
        clause = clause.strip()
        for operator in (">=", "<=", "==", "<", ">"):
            if clause.startswith(operator):
                parts = clause[len(operator) :].strip().split(".")
                wanted = (int(parts[0]), int(parts[1]) if len(parts) > 1 else 0)
                ok = {
                    ">=": version >= wanted,
                    "<=": version <= wanted,
                    "==": version == wanted,
                    "<": version < wanted,
                    ">": version > wanted,
                }[operator]
                if not ok:
                    return False
                break
        else:
            raise ManifestError(f"'{clause}' is not a version clause such as '>=1.0'")
    return True


def _component(entry: Mapping[str, Any]) -> ComponentManifest:
    return ComponentManifest(
        name=entry["name"],
        object_ref=entry["object"],
        title=entry.get("title", entry["name"]),
        summary=entry.get("summary", ""),
        category=entry.get("category", ""),
        kind=entry.get("kind", "io"),
        accepts=tuple(entry.get("accepts", ())),
        returns=tuple(entry.get("returns", ())),
        aliases=tuple(entry.get("aliases", ())),
        frontend=_frontend(entry.get("frontend")),
        props=entry.get("props", {}),
        payload=entry.get("payload", {}),
        events=entry.get("events", {}),
        templates=entry.get("templates", {}),
        raw=entry,
    )


def _frontend(entry: Mapping[str, Any] | None) -> FrontendManifest | None:
    if entry is None:
        return None
    shared = entry.get("shared") or {}
    return FrontendManifest(
        entry=entry["entry"],
        css=entry.get("css"),
        shared_entry=shared.get("entry"),
        shared_needs=shared.get("needs", {}),
        styles=entry.get("styles", "scoped"),
        isolation=entry.get("isolation", "page"),
        handles=tuple(entry.get("handles", ())),
        permissions=entry.get("permissions", {}),
        min_height_px=entry.get("min_height_px"),
    )
