"""Everything the gallery shows, as plain JSON: a short card each, and a page's worth of detail.

Installed components come from discovery (`pegboard.plugins`), the others from a catalogue; sources and
bundles are read as files. Nothing of a plugin is imported, and what one has wrong is said on its card.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from pegboard.component import Component
from pegboard.manifest import PROTOCOL_TEXT, speaks
from pegboard.plugins import Entry, PluginIndex
from pegboard_gallery.catalogue import (
    Catalogue,
    CatalogueEntry,
    CatalogueVersion,
    merge_entries,
    order_of,
)
from pegboard_gallery.demo_index import Demo
from pegboard_gallery.docstrings import class_doc
from pegboard_gallery.packages import (
    Facts,
    InstalledPackage,
    Package,
    WheelPackage,
    bundle_files,
    facts_of_installed,
    framework_of,
)

SHARED_OPTIONS: dict[str, str] = {
    "label": "Text above the component, which is also its accessible name.",
    "info": "A line of help below the label.",
    "every": "Ask a function `value` again after so many seconds, or at each tick of a Timer.",
    "inputs": "Components whose values are given to a function `value`.",
    "show_label": "Hide the label from sight; screen readers keep it.",
    "container": "Draw the frame around it.",
    "scale": "Share of a row's width, relative to its neighbours.",
    "min_width": "Width in pixels below which a row wraps.",
    "interactive": "May the person change it? By default: as an input yes, as an output no.",
    "visible": "Shown, not there, or there but hidden.",
    "elem_id": "The element's id in the page.",
    "elem_classes": "Classes of the element, for your own CSS.",
    "key": "Identity across re-rendering.",
    "preserved_by_key": "What is kept when it is rendered again with the same key.",
}
"""Options that every component inherits, in words; which ones there are is asked of the class."""


@dataclass(frozen=True)
class Item:
    """One component of one distribution, wherever it comes from.

    Attributes:
        raw: Its entry in the manifest.
        package: Its files; ``None`` when they are not at hand.
        installed: The installed version, empty if it is not installed.
        available: The catalogue's version, empty if it is not listed.
        problem: Why it cannot be used, and how to fix that.
        versions: The versions that catalogues know, the newest first.
    """

    distribution: str
    class_name: str
    name: str
    raw: Mapping[str, Any]
    protocol: str
    facts: Facts
    package: Package | None
    installed: str = ""
    available: str = ""
    size_bytes: int | None = None
    problem: Mapping[str, str] | None = None
    versions: tuple[CatalogueVersion, ...] = ()

    @property
    def id(self) -> str:
        """``<distribution>/<ClassName>``."""
        return f"{self.distribution}/{self.class_name}"

    @property
    def slug(self) -> str:
        """The id as a file name."""
        return slug_of(self.distribution, self.class_name)

    @property
    def version(self) -> str:
        """The version whose files and manifest these are."""
        return self.installed or self.available

    @property
    def status(self) -> str:
        """``installed``, ``update``, ``available`` or ``broken``."""
        if self.problem is not None:
            return "broken"
        if not self.installed:
            return "available"
        return "update" if is_newer(self.available, self.installed) else "installed"


@dataclass
class Listing:
    """All items and demos, and what can be asked of them."""

    items: list[Item]
    demos: list[Demo] = field(default_factory=list)
    problems: list[dict[str, str]] = field(default_factory=list)

    def find(self, slug: str) -> Item | None:
        """Return the item with a slug."""
        return next((item for item in self.items if item.slug == slug), None)

    def cards(self) -> list[dict[str, Any]]:
        """Return the short form of every item, for the list."""
        return [card_of(item) for item in self.items]

    def detail(self, item: Item) -> dict[str, Any]:
        """Return everything of one item, for its page."""
        others = [
            {"id": other.id, "slug": other.slug, "status": other.status, "names": sorted(shared)}
            for other in self.items
            if other is not item and (shared := _names(other) & _names(item))
        ]
        used = [
            {"name": demo.name, "title": demo.title, "summary": demo.summary}
            for demo in self.demos
            if item.class_name in demo.components
        ]
        return {**detail_of(item), "others": others, "demos": used}

    def demo_rows(self) -> list[dict[str, Any]]:
        """Return the short form of every demo."""
        return [demo.row() for demo in self.demos]


def make_listing(
    index: PluginIndex,
    catalogues: Iterable[tuple[Catalogue, Path | None]] = (),
    demos: Iterable[Demo] = (),
) -> Listing:
    """Join what is installed with what could be.

    Args:
        index: The discovered plugins.
        catalogues: Each with its folder, which wheels are relative to.
        demos: The demos to show.
    """
    listed = [(entry, folder) for catalogue, folder in catalogues for entry in catalogue.entries]
    folders = {(canonicalize_name(entry.distribution), entry.version): folder for entry, folder in listed}
    offered = {canonicalize_name(entry.distribution): entry for entry in merge_entries(e for e, _ in listed)}
    items = [_installed_item(found, offered.get(canonicalize_name(found.distribution))) for found in index.entries]
    here = {canonicalize_name(found.distribution) for found in index.entries}
    for key, entry in offered.items():
        if key not in here:
            items += _offered_items(entry, folders[key, entry.version])
    # A distribution without any readable line of components still has to show up somewhere.
    problems = [
        {"what": f"{p.distribution} {p.version}", "cause": p.cause, "fix": p.fix}
        for p in index.problems
        if not any(item.distribution == p.distribution for item in items)
    ]
    items.sort(key=lambda item: (item.class_name.lower(), item.distribution))
    return Listing(items, list(demos), problems)


def card_of(item: Item) -> dict[str, Any]:
    """Return what a card shows and the search looks at."""
    raw, frontend = item.raw, item.raw.get("frontend") or {}
    files = _files(item)
    first = [name for name in (frontend.get("entry"), frontend.get("css")) if name in files]
    return {
        "id": item.id,
        "slug": item.slug,
        "name": item.name,
        "class": item.class_name,
        "title": str(raw.get("title") or item.class_name),
        "summary": str(raw.get("summary") or item.facts.summary),
        "keywords": [str(word) for word in raw.get("keywords") or []],
        "aliases": [str(word) for word in [*(raw.get("aliases") or []), *(raw.get("templates") or {})]],
        "category": str(raw.get("category") or "other"),
        "roles": _roles(raw),
        "accepts": [str(word) for word in raw.get("accepts") or []],
        "returns": [str(word) for word in raw.get("returns") or []],
        "distribution": item.distribution,
        "author": item.facts.author,
        "license": item.facts.license,
        "framework": _framework(item),
        # A wheel carries what was built; only a manifest that says otherwise needs a build at install.
        "needs_node": bool(raw.get("needs_node", False)),
        "installed": item.installed,
        "available": item.available,
        "status": item.status,
        "gzip": sum(files[name]["gzip"] for name in first) if first else None,
        "live": bool(item.package is not None and frontend.get("entry") in files),
        "problem": item.problem,
    }


def detail_of(item: Item) -> dict[str, Any]:
    """Return what a component's own page shows, without what depends on the other items."""
    raw, frontend = item.raw, item.raw.get("frontend") or {}
    doc = class_doc(item.package.sources(), item.class_name) if item.package is not None else class_doc((), "")
    files = _files(item)
    inherited = set(Component.__annotations__) & set(SHARED_OPTIONS)
    options = []
    for name, schema in (raw.get("props") or {}).items():
        shown = dict(schema) if isinstance(schema, dict) else {}
        words = shown.pop("description", "") or doc.options.get(name) or ""
        if not words and name in inherited:
            words = SHARED_OPTIONS[name]
        options.append(
            {
                "name": name,
                "type": str(shown.pop("python_type", "")) or "Any",
                "default": shown.pop("default", None),
                "doc": words,
                "schema": shown,
                "shared": name in inherited and name not in doc.options,
            }
        )
    return {
        **card_of(item),
        "doc": doc.text,
        "options": options,
        "events": [
            {"name": name, "doc": str((event or {}).get("doc") or ""), "data": (event or {}).get("data")}
            for name, event in (raw.get("events") or {}).items()
        ],
        "methods": raw.get("methods") or {},
        "payload": raw.get("payload") or {},
        "examples": raw.get("examples") or [],
        "value_in": {"type": doc.type_in, "doc": doc.value_in},
        "value_out": {"type": doc.type_out, "doc": doc.value_out},
        "templates": raw.get("templates") or {},
        "protocol": item.protocol,
        "speaks": PROTOCOL_TEXT,
        "requires_pegboard": item.facts.requires_pegboard,
        "requires_python": item.facts.requires_python,
        "homepage": item.facts.homepage,
        "size_bytes": item.size_bytes,
        "versions": versions_of(item),
        "bundle": {
            "base": f"bundles/{item.slug}/",
            "entry": frontend.get("entry"),
            "css": frontend.get("css") if frontend.get("css") in files else None,
            "styles": frontend.get("styles") or "scoped",
            "handles": frontend.get("handles") or [],
            "min_height_px": frontend.get("min_height_px"),
            "permissions": frontend.get("permissions") or {},
            "isolation": frontend.get("isolation") or "page",
            "files": files,
            "shared_gzip": _shared_gzip(item, frontend),
        },
    }


def versions_of(item: Item) -> list[dict[str, Any]]:
    """Return the versions that are known, the newest first, also the installed one if none lists it."""
    known = {short.version: short for short in item.versions}
    if item.version:
        # What is installed need not look as a catalogue wants it.
        known.setdefault(item.version, CatalogueVersion.model_construct(version=item.version, protocol=item.protocol))
    return [
        {
            "version": version,
            "protocol": known[version].protocol,
            "size_bytes": known[version].size_bytes,
            "fits": not known[version].protocol or _is_spoken(known[version].protocol),
            "installed": version == item.installed,
        }
        for version in sorted(known, key=order_of, reverse=True)
    ]


def _is_spoken(protocol: str) -> bool:
    """Say whether this Pegboard speaks a range of the contract."""
    try:
        return speaks(protocol)
    except ValueError:
        return False


def slug_of(distribution: str, class_name: str) -> str:
    """Return a component's id as a file name."""
    return f"{re.sub(r'[^A-Za-z0-9._-]', '-', distribution)}--{re.sub(r'[^A-Za-z0-9_]', '-', class_name)}"


def is_newer(version: str, than: str) -> bool:
    """Say whether a version follows another; nonsense never does."""
    try:
        return bool(version) and bool(than) and Version(version) > Version(than)
    except InvalidVersion:
        return False


def _installed_item(found: Entry, offer: CatalogueEntry | None) -> Item:
    folder = found.package_dir
    package = InstalledPackage(folder) if folder is not None else None
    raw = found.manifest.raw if found.manifest is not None else {}
    problem: dict[str, str] | None = None
    if found.problem is not None:
        problem = {"cause": found.problem.cause, "fix": found.problem.fix}
    elif package is None:
        problem = {
            "cause": f"its package {found.object_ref.partition(':')[0]} cannot be found.",
            "fix": f"reinstall {found.distribution}.",
        }
    elif (entry := (raw.get("frontend") or {}).get("entry")) and package.read(str(entry)) is None:
        problem = {
            "cause": f"its bundle {entry} is missing.",
            "fix": f"reinstall {found.distribution} from a wheel, or build it.",
        }
    return Item(
        found.distribution, found.class_name, found.name, raw, found.protocol,
        facts_of_installed(found.distribution), package,
        installed=found.version, available=offer.version if offer else "", problem=problem,
        size_bytes=offer.size_bytes if offer else None, versions=tuple(offer.versions) if offer else (),
    )


def _offered_items(entry: CatalogueEntry, folder: Path | None) -> list[Item]:
    problem: dict[str, str] | None = None
    if not _is_spoken(entry.manifest.protocol):
        problem = {
            "cause": f"it needs the component contract {entry.manifest.protocol}, "
            f"and this Pegboard speaks {PROTOCOL_TEXT}.",
            "fix": f"look for a version of {entry.distribution} made for {PROTOCOL_TEXT}.",
        }
    facts = Facts(entry.summary, entry.author, entry.license, entry.homepage, entry.requires_pegboard)
    items = []
    for component in entry.manifest.components:
        module, _, path = component.object.partition(":")
        wheel = wheel_of(entry, folder)
        items.append(
            Item(
                entry.distribution, path.split(".")[-1], component.name, component.model_dump(),
                entry.manifest.protocol, facts,
                WheelPackage(wheel, module.partition(".")[0]) if wheel is not None else None,
                available=entry.version, size_bytes=entry.size_bytes, problem=problem,
                versions=tuple(entry.versions),
            )
        )
    return items


def wheel_of(entry: CatalogueEntry, folder: Path | None) -> Path | None:
    """Return the wheel that a catalogue has at hand for an entry, if it is there."""
    if folder is None or not entry.wheel:
        return None
    path = folder / entry.wheel
    return path if path.suffix == ".whl" and path.is_file() else None


def _files(item: Item) -> dict[str, dict[str, int]]:
    frontend = item.raw.get("frontend") or {}
    return bundle_files(item.package, frontend) if item.package is not None and frontend else {}


def _framework(item: Item) -> str:
    frontend = item.raw.get("frontend") or {}
    if not frontend:
        return "none"
    if item.package is not None:
        return framework_of(item.package, frontend)
    return str(frontend.get("framework") or ("Svelte" if frontend.get("shared") else "JavaScript"))


def _shared_gzip(item: Item, frontend: Mapping[str, Any]) -> int | None:
    shared = str((frontend.get("shared") or {}).get("entry") or "")
    if not shared or item.package is None:
        return None
    files = bundle_files(item.package, {"entry": shared})
    return files[shared]["gzip"] if shared in files else None


def _roles(raw: Mapping[str, Any]) -> list[str]:
    kind = raw.get("kind") or "io"
    return ["output"] if kind == "output" else ["input"] if kind == "input" else ["input", "output"]


def _names(item: Item) -> set[str]:
    words = [item.name, item.class_name, *(item.raw.get("aliases") or []), *(item.raw.get("templates") or {})]
    return {_plain(str(word)) for word in words}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]", "", name).lower()
