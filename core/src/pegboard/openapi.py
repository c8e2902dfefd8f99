"""`load_openapi`: a page for an HTTP service, out of its OpenAPI description.

Each operation becomes an Interface: what it takes as parameters and body are the inputs, its answer is
the output. Requests go from this server to the service, to ``base_url`` and nowhere else: redirects are
not followed, so that a token never reaches another host.

Source: OpenAPI 3.0 and 3.1 (spec.openapis.org).
"""

from __future__ import annotations

import inspect
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pegboard.blocks import Blocks
from pegboard.errors import Error, OptionError, OptionTypeError
from pegboard.interface import Interface
from pegboard.layout import Column, Sidebar
from pegboard.naming import class_named, is_installed
from pegboard.prose import Prose

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
ANSWER_LIMIT_BYTES = 64 * 1024 * 1024
TIMEOUT_S = 60.0

Place = Literal["path", "query", "header", "cookie", "body", "file"]


@dataclass(frozen=True)
class Argument:
    """One input of an operation."""

    name: str
    place: Place
    schema: Mapping[str, Any]
    is_required: bool
    description: str = ""
    media_type: str = "application/json"


@dataclass(frozen=True)
class Operation:
    """One operation of a service."""

    method: str
    path: str
    name: str
    summary: str
    description: str
    arguments: tuple[Argument, ...] = field(default=())

    @property
    def title(self) -> str:
        """Method and path, as people write it."""
        return f"{self.method.upper()} {self.path}"


def load_openapi(
    openapi_spec: str | Path | Mapping[str, Any],
    base_url: str,
    *,
    paths: Sequence[str] | None = None,
    exclude_paths: Sequence[str] | None = None,
    methods: Sequence[str] | None = None,
    auth_token: str | None = None,
    **interface_kwargs: Any,
) -> Blocks:
    """Build a page for an HTTP service.

    Args:
        openapi_spec: The description: a dict, or the path or address of a JSON document.
        base_url: Where the service is; stands before every path.
        paths: Regular expressions of the paths to take; all if left out.
        exclude_paths: Regular expressions of those to leave out.
        methods: HTTP methods to take, in any case.
        auth_token: Sent as bearer with every request.
        interface_kwargs: For each operation's Interface.

    Raises:
        OptionError: A value is not usable, the document is no OpenAPI, or no operation is left.
    """
    if not isinstance(base_url, str) or not base_url.startswith(("http://", "https://")):
        raise OptionError(
            "load_openapi(base_url=)", got=base_url, expected="an address with http:// or https://"
        )
    if auth_token is not None and (not isinstance(auth_token, str) or "\n" in auth_token):
        raise OptionTypeError("load_openapi(auth_token=)", got="not text", expected="text, or None")
    wanted = _patterns("paths", paths)
    unwanted = _patterns("exclude_paths", exclude_paths)
    chosen = _methods(methods)
    spec = _document(openapi_spec)
    operations = [
        operation
        for operation in operations_of(spec)
        if operation.method in chosen
        and (wanted is None or any(one.search(operation.path) for one in wanted))
        and not any(one.search(operation.path) for one in unwanted or ())
    ]
    if not operations:
        raise OptionError(
            "load_openapi(paths=, exclude_paths=, methods=)",
            got=(paths, exclude_paths, methods),
            expected="at least one operation of the document",
            fix="loosen the filters",
        )
    service = Service(base_url, auth_token)
    title = str(spec.get("info", {}).get("title") or "API")
    with Blocks(title=title, mode="openapi") as page:
        with Sidebar():
            _words(f"## {title}")
            _words("\n".join(f"- [{one.title}](#{one.name})" for one in operations))
        for operation in operations:
            with Column(elem_id=operation.name):
                interface_of(operation, service, interface_kwargs)  # takes its place by itself
    return page


def interface_of(operation: Operation, service: Service, options: Mapping[str, Any]) -> Interface:
    """Return the Interface of one operation."""

    def send(*values: Any) -> Any:
        return service.send(operation, values)

    send.__name__ = operation.name
    send.__doc__ = operation.description or operation.summary
    # Clients call the arguments by these names.
    names = _unique([re.sub(r"\W", "_", one.name) or "value" for one in operation.arguments])
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    send.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name if name.isidentifier() else f"p_{name}", kind) for name in names]
    )
    given = {
        "title": operation.title,
        "description": operation.summary or None,
        "flagging_mode": "never",
        "api_name": operation.name,
        **options,
    }
    return Interface(
        send,
        [_component(one) for one in operation.arguments] or None,
        class_named("json")(label="Answer") if is_installed("json") else class_named("textbox")(),
        **given,
    )


# -- reading the document ------------------------------------------------------------------------------


def operations_of(spec: Mapping[str, Any]) -> list[Operation]:
    """Return every operation of a document, in its order."""
    found: list[Operation] = []
    names: list[str] = []
    for path, item in spec["paths"].items():
        item = _resolved(spec, item)
        for method in METHODS:
            if method not in item:
                continue
            operation = _resolved(spec, item[method])
            wanted = str(operation.get("operationId") or f"{method}_{path}")
            names.append(re.sub(r"[^0-9A-Za-z]+", "_", wanted).strip("_") or method)
            found.append(
                Operation(
                    method,
                    path,
                    _unique(names)[-1],
                    str(operation.get("summary") or ""),
                    str(operation.get("description") or ""),
                    tuple(_arguments(spec, item, operation)),
                )
            )
    return found


def _arguments(
    spec: Mapping[str, Any], item: Mapping[str, Any], operation: Mapping[str, Any]
) -> list[Argument]:
    # An operation's own parameter replaces one of the same name and place that its path declares.
    declared: dict[tuple[str, str], Argument] = {}
    for given in [*item.get("parameters", ()), *operation.get("parameters", ())]:
        parameter = _resolved(spec, given)
        name, place = str(parameter["name"]), parameter["in"]
        declared[name, place] = Argument(
            name,
            place,
            _resolved(spec, parameter.get("schema", {})),
            bool(parameter.get("required")),
            str(parameter.get("description") or ""),
        )
    found = list(declared.values())
    body = _resolved(spec, operation.get("requestBody", {}))
    content = body.get("content", {})
    if content:
        # JSON if it may be, since that can be written by hand.
        media = next((name for name in content if "json" in name), next(iter(content)))
        schema = _resolved(spec, content[media].get("schema", {}))
        is_text = "json" in media or media.startswith("text/")
        found.append(
            Argument(
                "body",
                "body" if is_text else "file",
                schema,
                bool(body.get("required")),
                str(body.get("description") or ""),
                media,
            )
        )
    return found


def _resolved(spec: Mapping[str, Any], value: Any, depth: int = 0) -> Any:
    """Return a value with its own ``$ref`` followed, within the document only."""
    if not isinstance(value, Mapping) or "$ref" not in value:
        return value
    target: Any = spec
    text = str(value["$ref"])
    if not text.startswith("#/") or depth > 20:
        raise _no_document(text, "references within the document, such as '#/components/schemas/Pet'")
    for part in text[2:].split("/"):
        part = urllib.parse.unquote(part).replace("~1", "/").replace("~0", "~")
        if not isinstance(target, Mapping) or part not in target:
            raise _no_document(text, "a reference to something in the document")
        target = target[part]
    return _resolved(spec, target, depth + 1)


def _document(given: str | Path | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(given, Mapping):
        spec: Any = given
    elif isinstance(given, (str, Path)):
        text = str(given)
        try:
            if text.startswith(("http://", "https://")):
                content = _opened(urllib.request.Request(text)).decode()
            else:
                content = Path(given).read_text("utf-8")
            spec = json.loads(content)
        except (OSError, ValueError) as problem:
            raise _no_document(f"{text} ({problem})"[:300], "a JSON document that can be read") from None
    else:
        raise OptionTypeError(
            "load_openapi(openapi_spec=)", got=given, expected="a dict, a path or an address"
        )
    if not isinstance(spec, Mapping) or not isinstance(spec.get("paths"), Mapping):
        raise _no_document(sorted(spec)[:10] if isinstance(spec, Mapping) else spec, "'paths'")
    return spec


def _no_document(got: object, expected: str) -> OptionError:
    return OptionError(
        "load_openapi(openapi_spec=)",
        got=got,
        expected=expected,
        fix="pass an OpenAPI 3 document as JSON, for example the service's own /openapi.json",
    )


def _patterns(name: str, given: Sequence[str] | None) -> list[re.Pattern[str]] | None:
    if given is None:
        return None
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise OptionTypeError(
            f"load_openapi({name}=)", got=given, expected="a list of regular expressions, or None"
        )
    try:
        return [re.compile(one) for one in given]
    except (re.error, TypeError) as problem:
        raise OptionError(
            f"load_openapi({name}=)", got=given, expected="regular expressions", fix=str(problem)
        ) from None


def _methods(given: Sequence[str] | None) -> frozenset[str]:
    if given is None:
        return frozenset(METHODS)
    names = [one.lower() if isinstance(one, str) else one for one in given]
    unknown = [one for one in names if one not in METHODS]
    if isinstance(given, str) or unknown:
        raise OptionError(
            "load_openapi(methods=)", got=given, expected=f"a list of {', '.join(METHODS)}"
        )
    return frozenset(names)


def _unique(names: list[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        number, one = 0, name
        while one in found:
            number += 1
            one = f"{name}_{number}"
        found.append(one)
    return found


# -- the page --------------------------------------------------------------------------------------


def _component(argument: Argument) -> Any:
    schema = argument.schema
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "string")
    star = " *" if argument.is_required else ""
    options: dict[str, Any] = {"label": f"{argument.name}{star}", "info": argument.description or None}
    default = schema.get("default")
    if argument.place == "file":
        return class_named("file")(label=options["label"], type="binary")
    if argument.place == "body":
        example = schema.get("example", default)
        value = None if example is None else json.dumps(example, indent=2)
        return class_named("textbox")(value, lines=6, **options)
    if "enum" in schema:
        return class_named("dropdown")(list(schema["enum"]), value=default, **options)
    if kind == "boolean":
        return class_named("checkbox")(bool(default), **options)
    if kind in ("integer", "number"):
        return class_named("number")(default, precision=0 if kind == "integer" else None, **options)
    if kind in ("array", "object"):
        value = None if default is None else json.dumps(default)
        return class_named("textbox")(value, placeholder="JSON", **options)
    return class_named("textbox")(default, **options)


def _words(text: str) -> None:
    if is_installed("markdown"):
        class_named("markdown")(text)
    else:
        Prose(text)


# -- requests --------------------------------------------------------------------------------------


class Service:
    """Sends an operation's values to the service."""

    def __init__(self, base_url: str, token: str | None) -> None:
        self._base = base_url.rstrip("/")
        self._token = token

    def send(self, operation: Operation, values: Sequence[Any]) -> Any:
        """Return the service's answer: JSON where it is JSON, else text.

        Raises:
            Error: A value is missing or cannot be sent, or the service refused; in words.
        """
        path, query = operation.path, []
        headers = {"Accept": "application/json, */*;q=0.5"}
        cookies: list[str] = []
        body: bytes | None = None
        for argument, value in zip(operation.arguments, values):
            if value is None or value == "":
                if argument.is_required:
                    raise Error(f"'{argument.name}' is needed for {operation.title}.", print_exception=False)
                continue
            if argument.place == "path":
                path = path.replace(f"{{{argument.name}}}", urllib.parse.quote(_plain(value), safe=""))
            elif argument.place == "query":
                parsed = _parsed(argument, value)
                many = parsed if isinstance(parsed, list) else [parsed]
                query += [(argument.name, _plain(one)) for one in many]
            elif argument.place == "header":
                headers[argument.name] = _header(argument.name, _plain(value))
            elif argument.place == "cookie":
                cookies.append(f"{argument.name}={urllib.parse.quote(_plain(value))}")
            else:
                body, headers["Content-Type"] = _body(argument, value), argument.media_type
        if cookies:
            headers["Cookie"] = "; ".join(cookies)
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        address = f"{self._base}{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        request = urllib.request.Request(
            address, data=body, headers=headers, method=operation.method.upper()
        )
        return self._answer(request, operation)

    @staticmethod
    def _answer(request: urllib.request.Request, operation: Operation) -> Any:
        try:
            content = _opened(request)
        except urllib.error.HTTPError as problem:
            with problem:
                said = problem.read(2000).decode("utf-8", "replace")
            raise Error(
                f"{operation.title} was answered with {problem.code}: {said[:500]}", print_exception=False
            ) from None
        except OSError as problem:
            reason = getattr(problem, "reason", problem)
            raise Error(f"{operation.title} was not answered: {reason}", print_exception=False) from None
        text = content.decode("utf-8", "replace")
        try:
            return json.loads(text) if text else None
        except ValueError:
            return {"text": text}


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves redirects alone: the token is meant for one host."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""


def _opened(request: urllib.request.Request) -> bytes:
    # No proxy of the environment for services on this machine would be a surprise, so defaults stay.
    opener = urllib.request.build_opener(NoRedirect)
    with opener.open(request, timeout=TIMEOUT_S) as answer:
        content: bytes = answer.read(ANSWER_LIMIT_BYTES + 1)
    if len(content) > ANSWER_LIMIT_BYTES:
        raise OSError(f"the answer is larger than {ANSWER_LIMIT_BYTES} bytes")
    return content


def _body(argument: Argument, value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if "json" in argument.media_type:
        return json.dumps(_json(argument, value)).encode()
    return str(value).encode()


def _parsed(argument: Argument, value: Any) -> Any:
    kind = argument.schema.get("type")
    return _json(argument, value) if kind in ("array", "object") else value


def _json(argument: Argument, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as problem:
        raise Error(f"'{argument.name}' must be JSON: {problem}", print_exception=False) from None


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value)


def _header(name: str, value: str) -> str:
    if "\n" in value or "\r" in value:
        raise Error(f"'{name}' must be one line.", print_exception=False)
    return value
