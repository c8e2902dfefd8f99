"""Reads a function's docstring: what it says, and what it says of each argument (Google form)."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

_SECTION = re.compile(
    r"^(Args|Arguments|Parameters|Params|Returns|Return|Yields|Raises|Examples?|Notes?):\s*$"
)
_ARGUMENT = re.compile(r"^\s+\*{0,2}(\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)$")


@dataclass(frozen=True)
class Docstring:
    """Parts of a docstring.

    Attributes:
        text: All that stands before the first section.
        arguments: What the Args section says, by name.
        returns: What the Returns (or Yields) section says.
    """

    text: str = ""
    arguments: dict[str, str] = field(default_factory=dict)
    returns: str = ""


def read_docstring(given: str) -> Docstring:
    """Return the parts of a docstring; a text without sections is all ``text``."""
    section = ""
    parts: dict[str, list[str]] = {"": []}
    for line in inspect.cleandoc(given).splitlines():
        match = _SECTION.match(line)
        if match is not None:
            section = match[1]
            parts.setdefault(section, [])
        else:
            parts[section].append(line)
    arguments: dict[str, str] = {}
    for name in ("Args", "Arguments", "Parameters", "Params"):
        arguments.update(_arguments(parts.get(name, [])))
    returns = parts.get("Returns") or parts.get("Return") or parts.get("Yields") or []
    return Docstring(
        "\n".join(parts[""]).strip(), arguments, " ".join(line.strip() for line in returns).strip()
    )


def _arguments(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    last, indent = "", 0
    for line in lines:
        depth = len(line) - len(line.lstrip())
        match = _ARGUMENT.match(line)
        if match is not None and (not last or depth <= indent):
            last, indent = match[1], depth
            found[last] = match[2].strip()
        elif last and line.strip():
            found[last] = f"{found[last]} {line.strip()}".strip()
    return found
