"""Makes a distribution's ``pegboard.json``: what its classes say, and what its pyproject.toml adds.

Made in the author's environment, by importing the classes, and committed; never in a build, which lacks
what the classes import. The same input gives the same bytes.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import PydanticUserError, TypeAdapter

from hatch_pegboard.frontend import Frontend
from hatch_pegboard.problem import BuildError
from pegboard.component import Component, props_model
from pegboard.events import EventData
from pegboard.payload import FILE_MARKER, FileRef

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROTOCOL_RANGE = ">=1.0,<2"


class ManifestProblem(Exception):
    """The manifest cannot be made; the message says why."""


def manifest_path(folder: Path) -> Path:
    """Return where a distribution's manifest belongs."""
    project = _project(folder)
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    return folder / str(packages[0]) / "pegboard.json"


def generate(folder: Path) -> str:
    """Return the manifest's text.

    Raises:
        ManifestProblem: There is no pyproject.toml, no component, or a class cannot be imported.
    """
    project = _project(folder)
    points = project.get("project", {}).get("entry-points", {}).get("pegboard.components", {})
    if not points:
        raise ManifestProblem(f'{folder}/pyproject.toml lists no entry point "pegboard.components".')
    source = (folder / str(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"][0])).parent
    if str(source.resolve()) not in sys.path:
        sys.path.insert(0, str(source.resolve()))
    extras = project.get("tool", {}).get("pegboard", {}).get("components", {})
    data = {
        "manifest_version": 1,
        "protocol": PROTOCOL_RANGE,
        "distribution": project["project"]["name"],
        "components": [
            _component(name, ref, extras.get(name, {}), folder) for name, ref in points.items()
        ],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _project(folder: Path) -> dict[str, Any]:
    try:
        with (folder / "pyproject.toml").open("rb") as file:
            project: dict[str, Any] = tomllib.load(file)
            return project
    except FileNotFoundError:
        raise ManifestProblem(f"{folder} has no pyproject.toml.") from None


def _component(name: str, ref: str, extra: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    cls = _load(ref)
    doc = inspect.getdoc(cls) or ""
    sample = cls()
    payload = sample.example_payload()
    entry: dict[str, Any] = {
        "name": name,
        "object": ref,
        "kind": extra.get("kind", "output" if cls.is_static_only else "io"),
        "category": extra.get("category", ""),
        "title": extra.get("title", cls.__name__),
        "summary": extra.get("summary", doc.partition("\n")[0].strip()),
        "keywords": list(extra.get("keywords", [])),
        "accepts": list(extra.get("accepts", [])),
        "returns": list(extra.get("returns", [])),
        "aliases": list(extra.get("aliases", [])),
    }
    for key in ("templates", "options_for", "priority"):
        if key in extra:
            entry[key] = extra[key]
    entry["frontend"] = _frontend(name, extra, folder)
    entry["props"] = _props(cls)
    entry["payload"] = sample.api_schema("input")
    entry["events"] = {event.name: _event(event) for event in cls.get_events().values()}
    entry["examples"] = [] if payload is None else [{"title": "Example", "payload": _plain(payload)}]
    return entry


def _load(ref: str) -> type[Component[Any, Any, Any]]:
    module, _, path = ref.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except Exception as problem:  # the author's code may raise anything
        raise ManifestProblem(f"{ref} cannot be imported: {type(problem).__name__}: {problem}") from problem
    if not (isinstance(found, type) and issubclass(found, Component)):
        raise ManifestProblem(f"{ref} is not a Component class.")
    return found


def _frontend(name: str, extra: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    bundle = extra.get("bundle", name)
    base = f"_frontend/{bundle}"
    built = manifest_path(folder).parent / base
    browser = Frontend(folder, "component")
    if not browser.needs_node and browser.is_stale():
        try:
            browser.build()
        except BuildError as problem:
            raise ManifestProblem(str(problem)) from None
    source = folder / str(extra.get("frontend", "frontend/index.ts"))
    if source.is_file() and not (built / "build.json").is_file():
        raise ManifestProblem(
            f"the bundle of '{name}' is not built, and the manifest says which files it has. "
            f"Build it first: pegboard component build {folder} (in the repository: make build)."
        )
    found: dict[str, Any] = {"entry": f"{base}/index.js"}
    if (built / "style.css").is_file():
        found["css"] = f"{base}/style.css"
    if source.is_file() and (built / "index.shared.js").is_file():
        # Compiled Svelte runs against the very version it was compiled for, and no other.
        listing = json.loads((built / "build.json").read_text(encoding="utf-8"))
        if listing.get("svelte"):
            found["shared"] = {
                "entry": f"{base}/index.shared.js",
                "needs": {"svelte": listing["svelte"]},
            }
    found["styles"] = extra.get("styles", "scoped")
    found["isolation"] = extra.get("isolation", "page")
    found["handles"] = list(extra.get("handles", []))
    found["permissions"] = dict(extra.get("permissions", {}))
    for key in ("min_height_px", "budget_kb"):
        if key in extra:
            found[key] = extra[key]
    return found


def _props(cls: type[Component[Any, Any, Any]]) -> dict[str, Any]:
    """Return the options as the properties of a JSON Schema, by name, each with its Python type."""
    found = {}
    for option, info in props_model(cls).model_fields.items():
        shown: dict[str, Any] = {"python_type": _type_text(info.annotation)}
        try:
            hint: Any = info.annotation
            shown.update(TypeAdapter(hint).json_schema())
        except PydanticUserError:
            pass  # a function or another object of Python's: no JSON, so no schema
        default = info.get_default(call_default_factory=True)
        if default is None or isinstance(default, (bool, int, float, str, list, tuple, dict)):
            shown["default"] = _plain(default)
        if info.description:
            shown["description"] = info.description
        found[option.removeprefix("option_")] = shown
    return found


def _type_text(annotation: Any) -> str:
    text = inspect.formatannotation(annotation)
    return text.replace("typing.", "").replace("collections.abc.", "")


def _event(event: Any) -> dict[str, Any]:
    data = None if event.data is EventData else event.data.__name__
    return {"doc": event.doc, "data": data}


def _plain(value: Any) -> Any:
    if isinstance(value, FileRef):
        name = value.orig_name or "file"
        return {"path": name, "orig_name": name, "meta": {"_type": FILE_MARKER}}
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
