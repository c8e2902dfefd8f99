"""The OpenAPI document: every public endpoint as a typed route, for people, tools and generated clients.

Schemas are the components' own; what they define aside (``$defs``) becomes a schema of the document, so
that references hold. Source: OpenAPI 3.1 (spec.openapis.org), whose schemas are JSON Schema 2020-12.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from typing import Any

from pegboard import __version__
from pegboard.component import FILE_SCHEMA, Component
from pegboard.errors import UserError
from pegboard.events import Listener
from pegboard.server.calls import SESSION_LIMIT
from pegboard.server.config import API_PREFIX
from pegboard.server.info import is_file_schema, parameters_of, results_of
from pegboard.spec import AppSpec

ROUTE = f"{API_PREFIX}/endpoints"
REFUSAL = {
    "type": "object",
    "properties": {
        "detail": {
            "description": "why: a text, or an object for each refused argument",
            "anyOf": [
                {"type": "string"},
                {"type": "object"},
                {"type": "array", "items": {"type": "object"}},
            ],
        }
    },
    "required": ["detail"],
}
REASONS = {
    "400": "The body is not a JSON object, or the function refused with words of its own.",
    "413": "The body is too large.",
    "422": "An argument is missing, unknown, or not what its component accepts.",
    "500": "The function failed; the server's log says why.",
    "503": "The queue is full.",
}


def build_document(spec: AppSpec, root_url: str, *, has_login: bool) -> dict[str, Any]:
    """Return the OpenAPI document of an app."""
    schemas = _Schemas()
    schemas.add("Refusal", REFUSAL)
    paths: dict[str, Any] = {}
    carries_files = False
    for listener in spec.listeners:
        if listener.fn is None or listener.api_visibility != "public":
            continue
        parameters = parameters_of(spec, listener)
        carries_files = carries_files or any(item.component.carries_files for item in parameters)
        paths[f"{ROUTE}/{listener.api_name}"] = {
            "post": _operation(spec, listener, schemas, has_login)
        }
    if carries_files:
        paths[f"{API_PREFIX}/upload"] = {"post": _upload(has_login)}
    about = "The functions of this app, each as one POST request."
    if has_login:
        about += " A login is needed: POST /login first, and keep its cookie."
    return {
        "openapi": "3.1.0",
        "info": {
            "title": spec.title,
            "version": __version__,
            "description": about,
        },
        "servers": [{"url": root_url}],
        "paths": paths,
        "components": {"schemas": schemas.all},
    }


def _operation(
    spec: AppSpec, listener: Listener, schemas: _Schemas, has_login: bool
) -> dict[str, Any]:
    parameters = parameters_of(spec, listener)
    title = _title(listener.api_name)
    properties = {
        item.name: {
            **schemas.taken(_input_schema(item.component)),
            **({"default": item.default} if item.has_default else {}),
            "title": item.label,
        }
        for item in parameters
    }
    request: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    required = [item.name for item in parameters if not item.has_default]
    if required:
        request["required"] = required
    returned = {
        name: {**schemas.taken(_nullable(component.api_schema("output"))), "title": label}
        for name, component, label in (
            (name, component, str(getattr(component, "label", None) or name))
            for name, component in results_of(spec, listener)
        )
    }
    response: dict[str, Any] = {"type": "object", "properties": returned}
    if returned:
        response["required"] = list(returned)
    reasons = {**REASONS, **({"401": "There is no login."} if has_login else {})}
    lines = listener.api_description.strip().splitlines()
    return {
        "operationId": re.sub(r"\W", "_", listener.api_name),
        "summary": lines[0] if lines else title,
        **({"description": listener.api_description} if lines else {}),
        "parameters": [
            {
                "name": "session_hash",
                "in": "query",
                "description": "Calls of one session share its state.",
                "schema": {"type": "string", "minLength": 1, "maxLength": SESSION_LIMIT},
            }
        ],
        "requestBody": {
            "required": bool(required),
            "content": _json(schemas.add(f"{title}Arguments", request)),
        },
        "responses": {
            "200": {
                "description": "The outputs by name.",
                "content": _json(schemas.add(f"{title}Outputs", response)),
            },
            **_refusals(reasons),
        },
    }


def _upload(has_login: bool) -> dict[str, Any]:
    reasons = {
        "400": "This is not a form with files.",
        "413": "A file is too large.",
        **({"401": "There is no login."} if has_login else {}),
    }
    return {
        "operationId": "upload",
        "summary": "Upload files, to name them in arguments",
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "files": {
                                "type": "array",
                                "minItems": 1,
                                "items": {"type": "string", "format": "binary"},
                            }
                        },
                        "required": ["files"],
                    }
                }
            },
        },
        "responses": {
            "200": {
                "description": "A path for each file: the `path` of a FileData.",
                "content": {
                    "application/json": {"schema": {"type": "array", "items": {"type": "string"}}}
                },
            },
            **_refusals(reasons),
        },
    }


def _refusals(reasons: Mapping[str, str]) -> dict[str, Any]:
    return {
        status: {
            "description": why,
            "content": _json({"$ref": "#/components/schemas/Refusal"}),
        }
        for status, why in sorted(reasons.items())
    }


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _title(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[\W_]+", name) if word) or "Endpoint"


def _input_schema(component: Component[Any, Any, Any]) -> dict[str, Any]:
    schema = component.api_schema("input")
    try:
        component.preprocess(None)
    except (UserError, ValueError):
        return schema
    return _nullable(schema)


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that takes null as well."""
    kind = schema.get("type")
    if not schema or kind == "null" or (isinstance(kind, list) and "null" in kind):
        return schema
    if any(option == {"type": "null"} for option in schema.get("anyOf", ())):
        return schema
    plain = {name: item for name, item in schema.items() if name not in ("$defs", "description")}
    outer: dict[str, Any] = {name: schema[name] for name in ("$defs", "description") if name in schema}
    return {"anyOf": [plain, {"type": "null"}], **outer}


class _Schemas:
    """The schemas of a document, each under a name of its own."""

    def __init__(self) -> None:
        self.all: dict[str, Any] = {}
        # As they were given: a definition that refers to itself changes when it is taken in.
        self._given: dict[str, str] = {}

    def add(self, wanted: str, schema: dict[str, Any]) -> dict[str, Any]:
        """Keep a schema and return a reference to it; an equal one is kept once."""
        name = self._place(wanted, schema)
        self.all[name] = schema
        return {"$ref": f"#/components/schemas/{name}"}

    def taken(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return a component's schema with its definitions moved into the document."""
        plain = copy.deepcopy(dict(schema))
        definitions = plain.pop("$defs", {})
        names = {name: self._place(_title(name), item) for name, item in definitions.items()}
        for name, item in definitions.items():
            self.all[names[name]] = self._linked(item, names)
        linked: dict[str, Any] = self._linked(plain, names)
        return linked

    def _linked(self, schema: Any, names: Mapping[str, str]) -> Any:
        if isinstance(schema, list):
            return [self._linked(item, names) for item in schema]
        if not isinstance(schema, dict):
            return schema
        if schema is not FILE_SCHEMA and is_file_schema(schema):
            plain = {key: item for key, item in FILE_SCHEMA.items() if key != "description"}
            return self.add("FileData", plain)
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference.startswith("#/$defs/"):
            target = names.get(reference.rpartition("/")[2], "")
            return {**schema, "$ref": f"#/components/schemas/{target}"}
        return {key: self._linked(item, names) for key, item in schema.items()}

    def _place(self, wanted: str, schema: Any) -> str:
        name, number = wanted, 1
        text = json.dumps(schema, sort_keys=True, default=str)
        while self._given.setdefault(name, text) != text:
            number += 1
            name = f"{wanted}{number}"
        return name
