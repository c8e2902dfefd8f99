"""Discovery: which components are installed, read without importing any of them.

Two entry-point groups: ``pegboard.components`` (one line a component: name → class) and
``pegboard.manifest`` (one a distribution). Errors are data: a distribution that cannot be used is kept
with its `Problem`, and nothing it does stops the others. Classes are imported at first use.

The index is built once in a process; `rescan` builds it again. There is no cache on disk: reading is a
few milliseconds, and a stale cache is a class of bugs.
"""

from __future__ import annotations

import difflib
import importlib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, Literal

import importlib_metadata

from pegboard.component import Component
from pegboard.errors import ComponentNotFound, NameClash, describe
from pegboard.manifest import (
    PROTOCOL_TEXT,
    ComponentManifest,
    ManifestError,
    parse_manifest,
    speaks,
)

COMPONENTS_GROUP = "pegboard.components"
MANIFEST_GROUP = "pegboard.manifest"
_REFUSED_NAMES = frozenset({"mic", "tabitem", "timeseries"})


@dataclass(frozen=True)
class Problem:
    """Why a distribution, or one of its components, cannot be used, and what to do about it."""

    distribution: str
    version: str
    component: str | None
    cause: str
    fix: str

    def __str__(self) -> str:
        what = f"{self.component} ({self.distribution} {self.version})" if self.component else (
            f"{self.distribution} {self.version}"
        )
        return f"{what} cannot be used: {self.cause} Fix: {self.fix}"


@dataclass
class Entry:
    """One installed component: where its class is, and what its manifest says.

    Attributes:
        name: The entry-point name, which is also the string shortcut.
        object_ref: ``module:Class``.
        package_dir: Folder of the package, found without importing it; ``None`` if it cannot be.
        manifest: ``None`` when the distribution has none, or a broken one.
        problem: Set when the component cannot be used; also set by a failed import.
    """

    name: str
    object_ref: str
    distribution: str
    version: str
    manifest: ComponentManifest | None
    package_dir: Path | None
    problem: Problem | None = None
    _class: type[Component[Any, Any, Any]] | None = field(default=None, repr=False)

    @property
    def class_name(self) -> str:
        """The class's name, read from the entry point."""
        return self.object_ref.partition(":")[2].split(".")[-1]

    @property
    def id(self) -> str:
        """``<distribution>/<ClassName>``: never ambiguous."""
        return f"{self.distribution}/{self.class_name}"

    def load(self) -> type[Component[Any, Any, Any]]:
        """Return the class, imported now if it was not before; a placeholder when it is broken."""
        if self._class is None:
            self._class = self._import()
        return self._class

    def _import(self) -> type[Component[Any, Any, Any]]:
        if self.problem is None:
            module_name, _, path = self.object_ref.partition(":")
            try:
                found: Any = importlib.import_module(module_name)
                for part in path.split("."):
                    found = getattr(found, part)
                if not (isinstance(found, type) and issubclass(found, Component)):
                    raise TypeError(f"{self.object_ref} is {describe(found)}, not a Component class")
                return found
            except BaseException as error:  # a plugin's import may raise anything, SystemExit too
                if isinstance(error, KeyboardInterrupt):
                    raise
                self.problem = Problem(
                    self.distribution,
                    self.version,
                    self.class_name,
                    f"importing {self.object_ref} raised {type(error).__name__}: {error}.",
                    f"reinstall or upgrade {self.distribution}, or uninstall it; "
                    "`pegboard doctor` shows the traceback.",
                )
        print(f"pegboard: {self.problem}", file=sys.stderr)
        return broken_component(self.class_name, str(self.problem))


class BrokenComponent(Component[Any, Any, Any]):
    """Stands in for a component that is installed but cannot be used: a card in the page.

    It takes any option, passes no value, and is left out of the API.
    """

    skip_api: ClassVar[bool] = True
    problem: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        known = {name: value for name, value in kwargs.items() if name in ("label", "render", "visible")}
        super().__init__(**known)

    def __getattr__(self, name: str) -> Any:
        # Any event may be listened to, so that an app with a broken component still starts.
        if name.startswith("_") or name in ("parent", "is_rendered"):
            raise AttributeError(name)
        from pegboard.events import BoundEvent

        return BoundEvent(self, name)


def broken_component(class_name: str, problem: str) -> type[Component[Any, Any, Any]]:
    """Return a placeholder class of the given name that carries the problem's text."""
    return type(class_name, (BrokenComponent,), {"problem": problem, "__doc__": problem})


class PluginIndex:
    """Every installed component, by every name it goes by."""

    def __init__(self, entries: list[Entry], problems: list[Problem]) -> None:
        self.entries = entries
        self.problems = problems
        self._by_name: dict[str, list[Entry]] = {}
        self._templates: dict[str, tuple[Entry, str, Mapping[str, Any]]] = {}
        for entry in entries:
            aliases = entry.manifest.aliases if entry.manifest else ()
            for name in dict.fromkeys(map(_plain, (entry.name, entry.class_name, *aliases))):
                self._by_name.setdefault(name, []).append(entry)
        for entry in entries:
            for name, changed in (entry.manifest.templates if entry.manifest else {}).items():
                self._templates.setdefault(_plain(name), (entry, name, changed))

    def resolve(self, name: str) -> type[Component[Any, Any, Any]]:
        """Return the class that a string shortcut means: ``"textbox"``, ``"text_area"``, an id.

        Raises:
            ComponentNotFound: Nothing installed has that name.
            NameClash: Two installed components claim it.
        """
        if "/" in name:
            for entry in self.entries:
                if entry.id == name:
                    return entry.load()
            raise self._not_found(name)
        if name != name.lower() or name in _REFUSED_NAMES:
            raise self._not_found(name)
        return self._resolve_plain(name)

    def class_for(self, name: str) -> type[Component[Any, Any, Any]]:
        """Return the class that ``pb.NAME`` means.

        Raises:
            ComponentNotFound: Nothing installed has a class, alias or template of that name.
            NameClash: Two installed components claim it.
        """
        matches = [entry for entry in self.entries if entry.class_name == name]
        if len(matches) == 1:
            return matches[0].load()
        if len(matches) > 1:
            raise self._clash(name, matches)
        if not name[:1].isupper():
            raise self._not_found(name)
        return self._resolve_plain(name)

    def find_by_type(self, type_name: str, role: Literal["input", "output"]) -> list[Entry]:
        """Return the usable components that accept (or show) a Python type, best first."""
        found = []
        for entry in self.entries:
            if entry.manifest is None or entry.problem is not None:
                continue
            types = entry.manifest.accepts if role == "input" else entry.manifest.returns
            if type_name in types:
                priority = int(entry.manifest.raw.get("priority", 0))
                foreign = entry.distribution not in set(_catalogue().values())
                found.append((-priority, foreign, types.index(type_name), entry.name, entry))
        return [item[-1] for item in sorted(found, key=lambda item: item[:-1])]

    def entry_of(self, cls: type) -> Entry | None:
        """Return the entry a class (or template of one) came from, or ``None`` for an app's own class."""
        for base in cls.__mro__:
            for entry in self.entries:
                if entry._class is base or (
                    entry.object_ref == f"{base.__module__}:{base.__qualname__}"
                    or (
                        base.__module__.partition(".")[0] == entry.object_ref.partition(":")[0].partition(".")[0]
                        and base.__name__ == entry.class_name
                    )
                ):
                    return entry
        return None

    def names(self) -> list[str]:
        """Return every class name that ``pb.NAME`` resolves, sorted."""
        names = {entry.class_name for entry in self.entries}
        names.update(original for _, original, _ in self._templates.values())
        return sorted(names)

    def _resolve_plain(self, name: str) -> type[Component[Any, Any, Any]]:
        matches = self._by_name.get(_plain(name), [])
        if len(matches) > 1:
            raise self._clash(name, matches)
        if matches:
            return matches[0].load()
        if _plain(name) in self._templates:
            entry, class_name, changed = self._templates[_plain(name)]
            return template(entry.load(), class_name, changed)
        raise self._not_found(name)

    def _clash(self, name: str, matches: list[Entry]) -> NameClash:
        ids = " and ".join(f"'{entry.id}'" for entry in matches)
        return NameClash(
            f"Two installed components go by the name '{name}': {ids}.\n"
            f"  fix:      say which, for example inputs={matches[0].id!r}, import the class from its "
            f"package, or uninstall one of them"
        )

    def _not_found(self, name: str) -> ComponentNotFound:
        installed = ", ".join(sorted(entry.class_name for entry in self.entries)) or "none"
        distribution = _catalogue().get(_plain(name))
        if distribution is not None and name not in _REFUSED_NAMES:
            broken = next((p for p in self.problems if p.distribution == distribution), None)
            if broken is not None:
                return ComponentNotFound(f"No component named '{name}' can be used. {broken}")
            return ComponentNotFound(
                f"No component named '{name}' is installed. Installed: {installed}.\n"
                f"  fix:      pip install {distribution}"
            )
        close = difflib.get_close_matches(
            _plain(name), [*self._by_name, *self._templates], n=1
        )
        hint = ""
        if close:
            known = self._by_name.get(close[0])
            label = known[0].class_name if known else self._templates[close[0]][1]
            hint = f" Did you mean '{label if name[:1].isupper() else close[0]}'?"
        return ComponentNotFound(f"No component named '{name}' is installed. Installed: {installed}.{hint}")


_template_classes: dict[tuple[type, str, str], type[Component[Any, Any, Any]]] = {}


def _template_class(
    base: type[Component[Any, Any, Any]], name: str, defaults: Mapping[str, Any]
) -> type[Component[Any, Any, Any]]:

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        base.__init__(self, *args, **{**defaults, **kwargs})

    return type(
        name,
        (base,),
        {
            "__init__": __init__,
            "__module__": base.__module__,
            "__doc__": f"{base.__name__} with other defaults: {defaults}.",
            "component_name": classmethod(lambda cls: base.component_name()),
        },
    )


def template(
    base: type[Component[Any, Any, Any]], name: str, changed: Mapping[str, Any]
) -> type[Component[Any, Any, Any]]:
    """Return the class that is ``base`` with other defaults; the same class each time."""
    if issubclass(base, BrokenComponent):
        return base
    key = (base, name, json.dumps(dict(changed), sort_keys=True))
    if key not in _template_classes:
        _template_classes[key] = _template_class(base, name, changed)
    return _template_classes[key]


@lru_cache(maxsize=1)
def _catalogue() -> dict[str, str]:
    """First-party names and the distributions they are reserved to: data, not code."""
    text = Path(__file__).with_name("catalogue.json").read_text(encoding="utf-8")
    names: dict[str, str] = json.loads(text)
    return names


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


_index: PluginIndex | None = None


def index() -> PluginIndex:
    """Return the index of installed components, built at the first call."""
    global _index
    if _index is None:
        _index = scan()
    return _index


def rescan() -> PluginIndex:
    """Build the index again, after something was installed or removed."""
    global _index
    importlib.invalidate_caches()
    _index = scan()
    return _index


def scan() -> PluginIndex:
    """Read entry points and manifests; never raises for a plugin's fault."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for dist, points in _plugin_distributions():
        name, version = dist.metadata["Name"], dist.version
        if name in seen:  # an earlier folder on sys.path hides this copy
            continue
        seen.add(name)
        manifests, problem = _read_manifest(dist, points)
        if problem is not None:
            problems.append(problem)
        for point in points:
            if point.group != COMPONENTS_GROUP:
                continue
            manifest = manifests.get(point.value) or manifests.get(point.name)
            entry = Entry(
                name=point.name,
                object_ref=point.value,
                distribution=name,
                version=version,
                manifest=manifest,
                package_dir=_package_dir(point.value),
                problem=problem,
            )
            owner = _catalogue().get(_plain(point.name))
            if owner is not None and owner != name and owner.startswith("pegboard-"):
                problems.append(
                    Problem(name, version, entry.class_name,
                            f"the name '{point.name}' is reserved to {owner}.",
                            f"use it as '{entry.id}', or rename its entry point.")
                )
                entry.name = entry.id
            entries.append(entry)
    return PluginIndex(entries, problems)


def _plugin_distributions() -> Iterator[tuple[Any, list[Any]]]:
    for dist in importlib_metadata.distributions():
        text = dist.read_text("entry_points.txt")
        # Parsing is the dear part; most distributions have no line for us.
        if not text or "[pegboard." not in text:
            continue
        try:
            points = [p for p in dist.entry_points if p.group in (COMPONENTS_GROUP, MANIFEST_GROUP)]
        except Exception:  # a malformed entry_points.txt is that distribution's fault alone
            continue
        if points:
            yield dist, points


def _read_manifest(
    dist: Any, points: list[Any]
) -> tuple[dict[str, ComponentManifest], Problem | None]:
    name, version = dist.metadata["Name"], dist.version

    def problem(cause: str, fix: str) -> tuple[dict[str, ComponentManifest], Problem]:
        return {}, Problem(name, version, None, cause, fix)

    text = _manifest_text(dist, points)
    if text is None:
        return problem(
            "it has no readable pegboard.json.",
            f"reinstall {name}; its author can make the file with `pegboard manifest`.",
        )
    try:
        manifest = parse_manifest(text)
        if not speaks(manifest.protocol):
            return problem(
                f"it needs the component contract {manifest.protocol}, "
                f"and this Pegboard speaks {PROTOCOL_TEXT}.",
                f"upgrade pegboard-core, or install a version of {name} made for {PROTOCOL_TEXT}.",
            )
    except (ManifestError, ValueError) as error:
        return problem(f"{error}.", f"upgrade or reinstall {name}.")
    return {entry.object_ref: entry for entry in manifest.components}, None


def _manifest_text(dist: Any, points: list[Any]) -> str | None:
    is_editable = '"editable": true' in (dist.read_text("direct_url.json") or "").replace(
        '"editable":true', '"editable": true'
    )
    packed: str | None = dist.read_text("extra_metadata/pegboard.json")
    if packed is not None and not is_editable:
        return packed
    # The copy in dist-info is a snapshot: an editable install reads the source file instead.
    for point in points:
        if point.group == MANIFEST_GROUP:
            folder = _package_dir(point.value)
            file = folder / point.value.partition(":")[2] if folder else None
            if file is not None and file.is_file():
                return str(file.read_text(encoding="utf-8"))
    return packed


def _package_dir(object_ref: str) -> Path | None:
    """Return the folder of the top-level package of ``module:object`` without importing it."""
    top = object_ref.partition(":")[0].partition(".")[0]
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        return None
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))
