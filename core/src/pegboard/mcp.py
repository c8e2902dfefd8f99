"""Marks on functions for AI assistants that speak the Model Context Protocol (``launch(mcp_server=True)``).

Every public endpoint is a tool already; a mark changes its name or description, or makes it a resource
or a prompt instead. The marks are plain data on the function; the server reads them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pegboard.errors import OptionError, OptionTypeError

Fn = TypeVar("Fn", bound=Callable[..., Any])

_ATTRIBUTE = "_pegboard_mcp"


@dataclass(frozen=True)
class Mark:
    """How one function is shown to assistants.

    Attributes:
        name: Its name; the function's own if ``None``.
        description: What it is for; the docstring if ``None``.
        structured_output: Also answer with JSON under a schema.
        uri_template: Address of a resource; parameters in braces.
        mime_type: Media type of a resource.
    """

    kind: Literal["tool", "resource", "prompt"]
    name: str | None = None
    description: str | None = None
    structured_output: bool = False
    uri_template: str = ""
    mime_type: str | None = None


def tool(
    name: str | None = None,
    description: str | None = None,
    structured_output: bool | None = None,
) -> Callable[[Fn], Fn]:
    """Name or describe the tool that a function is.

    Raises:
        OptionError: A value is not text.
    """
    where = "mcp.tool"
    if structured_output is not None and not isinstance(structured_output, bool):
        raise OptionTypeError(
            f"{where}(structured_output=)", got=structured_output, expected="True, False or None"
        )
    mark = Mark("tool", _text(where, "name", name), _text(where, "description", description),
                bool(structured_output))  # fmt: skip
    return _marking(mark)


def resource(
    uri_template: str, description: str | None = None, mime_type: str | None = None
) -> Callable[[Fn], Fn]:
    """Offer what a function returns as a resource: ``@pb.mcp.resource("note://{name}")``.

    Raises:
        OptionError: The address has no scheme.
    """
    where = "mcp.resource"
    if not isinstance(uri_template, str) or not re.match(r"[a-zA-Z][\w+.-]*://", uri_template):
        raise OptionError(
            f"{where}(uri_template=)",
            got=uri_template,
            expected="an address with a scheme, and parameters in braces",
            fix="write for example 'note://{name}'",
        )
    mark = Mark(
        "resource",
        description=_text(where, "description", description),
        uri_template=uri_template,
        mime_type=_text(where, "mime_type", mime_type),
    )
    return _marking(mark)


def prompt(name: str | None = None, description: str | None = None) -> Callable[[Fn], Fn]:
    """Offer what a function returns as a prompt.

    Raises:
        OptionError: A value is not text.
    """
    where = "mcp.prompt"
    return _marking(
        Mark("prompt", _text(where, "name", name), _text(where, "description", description))
    )


def mark_of(fn: object) -> Mark:
    """Return a function's mark; a plain tool when it has none."""
    found = getattr(fn, _ATTRIBUTE, None)
    return found if isinstance(found, Mark) else Mark("tool")


def _marking(mark: Mark) -> Callable[[Fn], Fn]:
    def put(fn: Fn) -> Fn:
        setattr(fn, _ATTRIBUTE, mark)
        return fn

    return put


def _text(where: str, name: str, given: object) -> str | None:
    if given is None or isinstance(given, str):
        return given
    raise OptionTypeError(f"{where}({name}=)", got=given, expected="text, or None")
