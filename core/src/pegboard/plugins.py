"""Discovery: which components are installed, read without importing any of them.

Two entry-point groups: ``pegboard.components`` (one line a component: name → class) and
``pegboard.manifest`` (one a distribution); ``pegboard.plugins`` is noted for `pegboard.hookspecs`. Errors are data: a distribution that cannot be used is kept
with its `Problem`, and nothing it does stops the others. Classes are imported at first use.

The index is built once in a process; `rescan` builds it again. There is no cache on disk: reading is a
few milliseconds, and a stale cache is a class of bugs.
"""

from __future__ import annotations

import difflib
import importlib
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.util import find_spec
from io import FileIO
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

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
HOOKS_GROUP = "pegboard.plugins"
_GROUPS = frozenset({COMPONENTS_GROUP, MANIFEST_GROUP, HOOKS_GROUP})
_REFUSED_NAMES = frozenset({"mic", "tabitem", "timeseries"})
_MAX_CAUSE = 300

log = logging.getLogger(__name__)


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
        manifest: ``None`` when the distribution has none, or a broken one.
        problem: Set when the component cannot be used; also set by a failed import.
    """

    name: str
    object_ref: str
    distribution: str
    version: str
    manifest: ComponentManifest | None
    protocol: str = ""
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

    @cached_property
    def package_dir(self) -> Path | None:
        """Folder of the package, found without importing it; ``None`` if there is none."""
        return _package_dir(self.object_ref)

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
                    f"loading {self.object_ref} raised {type(error).__name__}: "
                    f"{str(error)[:_MAX_CAUSE]}.",
                    f"reinstall or upgrade {self.distribution}, or uninstall it; "
                    "`pegboard doctor` shows the traceback.",
                )
        log.warning("pegboard: %s", self.problem)
        return broken_component(self.class_name, str(self.problem))


class Located(NamedTuple):
    """Where an installed component's manifest and files are."""

    manifest: ComponentManifest
    package_dir: Path
    distribution: str
    version: str
    protocol: str


@dataclass(frozen=True)
class _Claim:
    """One name that a component, or a template of it, goes by."""

    entry: Entry
    label: str
    template: tuple[str, Mapping[str, Any]] | None = None

    def load(self) -> type[Component[Any, Any, Any]]:
        base = self.entry.load()
        return base if self.template is None else template(base, *self.template)


def _manifest_beside(cls: type) -> Located | None:
    """Return what the pegboard.json in a class's own package says of it; ``None`` where it says nothing."""
    folder = _package_dir(cls.__module__)
    if folder is None or not (folder / "pegboard.json").is_file():
        return None
    try:
        manifest = parse_manifest((folder / "pegboard.json").read_bytes())
    except (OSError, ManifestError):
        return None
    for described in manifest.components:
        if described.object_ref.rpartition(":")[2] == cls.__qualname__:
            return Located(described, folder, manifest.distribution, "0", manifest.protocol)
    return None


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
        # Any event may be listened to, so that an app with a broken component still starts. What the
        # page asks of a block (has it children?) is no event.
        if name.startswith("_") or name in ("parent", "is_rendered", "children", "gathers"):
            raise AttributeError(name)
        from pegboard.events import BoundEvent

        return BoundEvent(self, name)


def broken_component(class_name: str, problem: str) -> type[Component[Any, Any, Any]]:
    """Return a placeholder class of the given name that carries the problem's text."""
    return type(class_name, (BrokenComponent,), {"problem": problem, "__doc__": problem})


@dataclass(frozen=True)
class HookPoint:
    """An installed plugin that is no component (`pegboard.hookspecs`), not loaded yet."""

    distribution: str
    name: str
    point: Any

    def load(self) -> Any:
        """Import it."""
        return self.point.load()


class PluginIndex:
    """Every installed component, by every name it goes by."""

    def __init__(
        self, entries: list[Entry], problems: list[Problem], hook_points: Sequence[HookPoint] = ()
    ) -> None:
        self.entries = entries
        self.problems = problems
        self.hook_points = hook_points
        self._claims: dict[str, list[_Claim]] = {}
        self._by_class: dict[tuple[str, str], Entry] = {}
        self._located: dict[type, Located | None] = {}
        for entry in entries:
            package = entry.object_ref.partition(":")[0].partition(".")[0]
            self._by_class.setdefault((package, entry.class_name), entry)
            described = entry.manifest
            for name in (entry.name, entry.class_name, *(described.aliases if described else ())):
                self._claim(name, _Claim(entry, entry.class_name))
            for name, changed in (described.templates if described else {}).items():
                self._claim(name, _Claim(entry, name, (name, changed)))

    def _claim(self, name: str, claim: _Claim) -> None:
        owner = _catalogue().get(_plain(name))
        if owner is not None and owner != claim.entry.distribution:
            return  # reserved to a distribution of our own; the id still works
        claims = self._claims.setdefault(_plain(name), [])
        if claim not in claims:
            claims.append(claim)

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
        claims = self._claims.get(_plain(name), [])
        exact = [claim for claim in claims if claim.label == name]
        if len(exact) == 1:
            return exact[0].load()
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
            entry = self._by_class.get((base.__module__.partition(".")[0], base.__name__))
            if entry is not None:
                return entry
        return None

    def manifest_of(self, cls: type) -> Located | None:
        """Return where a class's manifest and bundle are.

        ``None`` for a class beside an app, which brings its own ``_esm``. A package that is importable
        but not installed is found too, by the pegboard.json in its folder.
        """
        if cls not in self._located:
            self._located[cls] = self._locate(cls)
        return self._located[cls]

    def _locate(self, cls: type) -> Located | None:
        entry = self.entry_of(cls)
        # A subclass of an installed component may have a manifest of its own beside it.
        is_own = entry is not None and entry.object_ref.rpartition(":")[2] == cls.__qualname__
        own = None if is_own else _manifest_beside(cls)
        if own is not None:
            return own
        if entry is not None:
            folder = entry.package_dir
            if entry.manifest is None or folder is None:
                return None
            return Located(entry.manifest, folder, entry.distribution, entry.version, entry.protocol)
        found = (_manifest_beside(base) for base in cls.__mro__[1:])
        return next((located for located in found if located is not None), None)

    def names(self) -> list[str]:
        """Return every class name that ``pb.NAME`` resolves, sorted."""
        return sorted({claim.label for claims in self._claims.values() for claim in claims})

    def _resolve_plain(self, name: str) -> type[Component[Any, Any, Any]]:
        claims = self._claims.get(_plain(name), [])
        if not claims:
            raise self._not_found(name)
        if len(claims) > 1:
            raise self._clash(name, claims)
        return claims[0].load()

    def _clash(self, name: str, claims: list[_Claim]) -> NameClash:
        ids = [claim.entry.id for claim in claims]
        return NameClash(
            NameClash.three_parts(
                f"Two installed components go by the name '{name}'.",
                got=", ".join(repr(item) for item in ids),
                expected="a name that only one of them has",
                fix=f"say which, for example inputs={ids[0]!r}, import the class from its package, "
                "or uninstall one of them",
            )
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
        close = difflib.get_close_matches(_plain(name), self._claims, n=1)
        hint = ""
        if close:
            label = self._claims[close[0]][0].label if name[:1].isupper() else close[0]
            hint = f" Did you mean '{label}'?"
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


def reserved_to(name: str) -> str | None:
    """Return the distribution of ours that a component's name is reserved to, or ``None``."""
    return _catalogue().get(_plain(name))


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
    hook_points: list[HookPoint] = []
    seen: set[str] = set()
    for dist, points in _plugin_distributions():
        name, version = _name_and_version(dist)
        if name in seen:  # an earlier folder on sys.path hides this copy
            continue
        seen.add(name)
        hook_points += [HookPoint(name, p.name, p) for p in points if p.group == HOOKS_GROUP]
        if all(point.group == HOOKS_GROUP for point in points):
            continue
        try:
            found = _read_manifest(dist, points, name, version)
        except Exception as error:  # unreadable files, odd encodings: that distribution's fault alone
            found = _Read({}, "", Problem(name, version, None, f"{error}.", f"reinstall {name}."))
        if found.problem is not None:
            problems.append(found.problem)
        for point in points:
            if point.group != COMPONENTS_GROUP:
                continue
            entry = Entry(
                name=point.name,
                object_ref=point.value,
                distribution=name,
                version=version,
                manifest=found.components.get(point.value),
                protocol=found.protocol,
                problem=found.problem,
            )
            if entry.manifest is None and entry.problem is None:
                entry.problem = Problem(
                    name, version, entry.class_name,
                    f"its pegboard.json does not describe {point.value}.",
                    f"upgrade or reinstall {name}; its author can make the file anew with "
                    "`pegboard manifest`.",
                )
                problems.append(entry.problem)
            owner = _catalogue().get(_plain(point.name))
            if owner is not None and owner != name:
                problems.append(
                    Problem(
                        name, version, entry.class_name,
                        f"the name '{point.name}' is reserved to {owner}.",
                        f"use it as '{entry.id}', or rename its entry point.",
                    )
                )
            entries.append(entry)
    return PluginIndex(entries, problems, hook_points)


def _plugin_distributions() -> Iterator[tuple[Any, list[Any]]]:
    for dist in importlib_metadata.distributions():
        try:
            text = _text(dist, "entry_points.txt")
            # Most distributions have no line for us.
            if not text or "pegboard." not in text:
                continue
            points = list(_points_in(text))
        except Exception:  # a malformed entry_points.txt is that distribution's fault alone
            continue
        if points:
            yield dist, points


def _text(dist: Any, name: str) -> str | None:
    """Return a file of a distribution's metadata; ``None`` if there is none.

    What ``dist.read_text`` does, in two thirds of its time for the usual kind, a folder: without a new `Path` and a decoder
    for each of some hundred files.
    """
    folder = getattr(dist, "_path", None)
    if not isinstance(folder, Path):
        found: str | None = dist.read_text(name)
        return found
    try:
        with FileIO(f"{folder}/{name}") as file:
            return file.readall().decode("utf-8", "replace")  # what is odd is told where it matters
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
        return None


def _points_in(text: str) -> Iterator[importlib_metadata.EntryPoint]:
    """Read our groups' lines of an ``entry_points.txt`` (INI: the entry points specification).

    ``dist.entry_points`` would read the file a second time, and all of its groups.

    Raises:
        ValueError: A line of ours is not ``name = value``.
    """
    group = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            group = line[1:-1].strip()
        elif group in _GROUPS and line and line[0] not in "#;":
            name, equals, value = line.partition("=")
            if not equals:
                raise ValueError(f"'{line}' is not 'name = value'")
            yield importlib_metadata.EntryPoint(name.strip(), value.strip(), group)


def _name_and_version(dist: Any) -> tuple[str, str]:
    """Return both from the first lines of METADATA; parsing all of it costs more than all else."""
    found = {"name": "", "version": ""}
    for line in (_text(dist, "METADATA") or _text(dist, "PKG-INFO") or "").splitlines():
        key, colon, value = line.partition(":")
        if not colon:
            break
        if key.lower() in found:
            found[key.lower()] = value.strip()
    return found["name"] or "unknown", found["version"] or "unknown"


class _Read(NamedTuple):
    components: Mapping[str, ComponentManifest]
    protocol: str
    problem: Problem | None


def _read_manifest(dist: Any, points: list[Any], name: str, version: str) -> _Read:
    def refused(cause: str, fix: str) -> _Read:
        return _Read({}, "", Problem(name, version, None, cause, fix))

    text = _manifest_text(dist, points)
    if text is None:
        return refused(
            "it has no readable pegboard.json.",
            f"reinstall {name}; its author can make the file with `pegboard manifest`.",
        )
    try:
        manifest = parse_manifest(text)
        if not speaks(manifest.protocol):
            return refused(
                f"it needs the component contract {manifest.protocol}, "
                f"and this Pegboard speaks {PROTOCOL_TEXT}.",
                f"upgrade pegboard-core, or install a version of {name} made for {PROTOCOL_TEXT}.",
            )
    except ValueError as error:
        return refused(f"{error}.", f"upgrade or reinstall {name}.")
    return _Read(
        {entry.object_ref: entry for entry in manifest.components}, manifest.protocol, None
    )


def _manifest_text(dist: Any, points: list[Any]) -> str | None:
    packed = _text(dist, "extra_metadata/pegboard.json")
    if packed is not None and not _is_editable(dist):
        return packed
    # The copy in dist-info is a snapshot: an editable install reads the source file instead.
    for point in points:
        if point.group == MANIFEST_GROUP:
            folder = _package_dir(point.value)
            file = folder / point.value.partition(":")[2] if folder else None
            if file is not None and file.is_file():
                return str(file.read_text(encoding="utf-8"))
    return packed


def _is_editable(dist: Any) -> bool:
    try:
        origin = json.loads(_text(dist, "direct_url.json") or "{}")
        return bool(origin.get("dir_info", {}).get("editable"))
    except (ValueError, AttributeError):
        return False


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
