"""What clients are told about the endpoints: ``/info``, with names, defaults, schemas and types.

Built once from the spec; nothing here runs per event.
"""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pegboard.component import Component
from pegboard.events import Listener
from pegboard.i18n import translated
from pegboard.payload import FILE_MARKER, FILE_MARKERS, FileRef, file_refs, map_files
from pegboard.signature import input_parameters
from pegboard.spec import AppSpec

log = logging.getLogger("pegboard.server")

RESERVED_NAMES = frozenset({"api_name", "fn_index", "result_callbacks", "headers", "self"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of an endpoint, as clients pass it.

    Attributes:
        position: Where its value goes in the listener's inputs.
    """

    name: str
    position: int
    label: str
    has_default: bool
    default: Any
    component: Component[Any, Any, Any]


def is_api_block(spec: AppSpec, block_id: int) -> bool:
    """Say whether a block appears in endpoints (State, buttons and layout do not)."""
    block = spec.blocks.get(block_id)
    return block_id not in spec.states and block is not None and not block.skip_api


def parameters_of(spec: AppSpec, listener: Listener) -> list[Parameter]:
    """Return the arguments of a listener in order, with unique names."""
    named = input_parameters(listener.fn, len(listener.inputs), listener.inputs_kwargs)
    used: set[str] = set()
    found = []
    for position, block_id in enumerate(listener.inputs):
        if not is_api_block(spec, block_id) or block_id not in spec.components:
            continue
        component = spec.components[block_id]
        python = named[position] if position < len(named) else None
        wanted = python.name if python is not None and not listener.inputs_as_dict else ""
        name = _unique(wanted or f"param_{position}", used)
        has_default, default = _default_of(component, python)
        label = str(getattr(component, "label", None) or name)
        found.append(Parameter(name, position, label, has_default, default, component))
    return found


def results_of(spec: AppSpec, listener: Listener) -> list[tuple[str, Component[Any, Any, Any]]]:
    """Return the outputs of a listener that clients see, with unique names made of their labels."""
    used: set[str] = set()
    found = []
    for position, block_id in enumerate(listener.outputs):
        if is_api_block(spec, block_id) and block_id in spec.components:
            component = spec.components[block_id]
            label = translated(str(getattr(component, "label", None) or ""), spec.extra.get("i18n") or {})
            name = re.sub(r"\W+", "_", label.lower()).strip("_")
            if not name.isidentifier() or not name.isascii():
                name = f"output_{position}"
            found.append((_unique(name, used), component))
    return found


def build_info(spec: AppSpec, *, all_endpoints: bool = False) -> dict[str, Any]:
    """Return the body of ``/info``: public endpoints, or also the undocumented ones."""
    shown = ("public", "undocumented") if all_endpoints else ("public",)
    named = {
        f"/{listener.api_name}": _endpoint(spec, listener)
        for listener in spec.listeners
        if listener.fn is not None and listener.api_visibility in shown
    }
    return {"named_endpoints": named, "unnamed_endpoints": {}}


def _endpoint(spec: AppSpec, listener: Listener) -> dict[str, Any]:
    return {
        "parameters": [_parameter(item) for item in parameters_of(spec, listener)],
        "returns": [
            _returned(spec.components[block_id])
            for block_id in listener.outputs
            if is_api_block(spec, block_id) and block_id in spec.components
        ],
        "api_visibility": listener.api_visibility,
        "description": listener.api_description,
    }


def _parameter(item: Parameter) -> dict[str, Any]:
    schema = item.component.api_schema("input")
    return {
        "label": item.label,
        "parameter_name": item.name,
        "parameter_has_default": item.has_default,
        "parameter_default": item.default,
        "type": schema,
        "python_type": {"type": python_type(schema), "description": schema.get("description", "")},
        "component": type(item.component).__name__,
        "example_input": _example(item.component),
    }


def _returned(component: Component[Any, Any, Any]) -> dict[str, Any]:
    schema = component.api_schema("output")
    return {
        "label": str(getattr(component, "label", None) or type(component).__name__.lower()),
        "type": schema,
        "python_type": {"type": python_type(schema), "description": schema.get("description", "")},
        "component": type(component).__name__,
    }


def _example(component: Component[Any, Any, Any]) -> Any:
    return _named_files(component.example_payload())


def _named_files(payload: Any) -> Any:
    """Return a payload with files as clients write them: by the name of a file of theirs."""

    def named(ref: FileRef) -> dict[str, Any]:
        name = ref.orig_name or (ref.path.name if ref.path is not None else "file")
        return {"path": name, "orig_name": name, "meta": {"_type": FILE_MARKER}}

    return map_files(payload, named)


def _default_of(
    component: Component[Any, Any, Any], python: inspect.Parameter | None
) -> tuple[bool, Any]:
    try:
        value = component.initial_value()
    except Exception:
        if not callable(component._initial):
            raise
        log.exception("the initial value of %s could not be made", component.described)
        return True, None
    if value is not None:
        payload = component.postprocess(value)
        if not any(True for _ in file_refs(payload)):
            return True, payload
        return True, None
    if python is not None and python.default is None:
        return True, None
    return False, None


def _unique(wanted: str, used: set[str]) -> str:
    name = wanted
    if name in RESERVED_NAMES:
        name = f"{name}_"
    number = 1
    base = name
    while name in used:
        name = f"{base}_{number}"
        number += 1
    used.add(name)
    return name


def python_type(schema: Mapping[str, Any] | bool, definitions: Mapping[str, Any] | None = None) -> str:
    """Return a JSON Schema as Python type text, in the words clients' ``view_api`` uses."""
    if isinstance(schema, bool) or not schema:
        return "Any"
    known = {**(definitions or {}), **schema.get("$defs", {})}
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        rest = {key: value for key, value in known.items() if key != name}
        return python_type(known[name], rest) if name in known else "Any"
    if is_file_schema(schema):
        return "filepath"
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    if "enum" in schema:
        return f"Literal[{', '.join(repr(item) for item in schema['enum'])}]"
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " | ".join(dict.fromkeys(python_type(item, known) for item in schema[key]))
    if "allOf" in schema:
        return python_type(schema["allOf"][0], known) if len(schema["allOf"]) == 1 else "Any"
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(python_type({**schema, "type": item}, known) for item in kind)
    return _plain_type(schema, kind, known)


def _plain_type(schema: Mapping[str, Any], kind: object, known: Mapping[str, Any]) -> str:
    simple = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
    if kind in simple:
        return simple[str(kind)]
    if kind == "array":
        if "prefixItems" in schema:
            return f"tuple[{', '.join(python_type(item, known) for item in schema['prefixItems'])}]"
        items = schema.get("items")
        return f"list[{python_type(items, known)}]" if items is not None else "list[Any]"
    if kind == "object" or "properties" in schema:
        properties = schema.get("properties")
        if properties:
            parts = [f"{name}: {python_type(item, known)}" for name, item in properties.items()]
            return f"dict({', '.join(parts)})"
        extra = schema.get("additionalProperties")
        if isinstance(extra, Mapping) and extra:
            return f"dict(str, {python_type(extra, known)})"
        return "dict(str, Any)"
    return "Any"


def is_file_schema(schema: Mapping[str, Any]) -> bool:
    """Say whether a schema is that of a file on the wire."""
    properties = schema.get("properties", {})
    if "path" not in properties or "meta" not in properties:
        return False
    marker = properties["meta"].get("properties", {}).get("_type", {})
    return marker.get("const", marker.get("default")) in FILE_MARKERS
