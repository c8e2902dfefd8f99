"""Choices: what can be picked, each with the text for people and the value for the function.

Values keep their types: ``1``, ``True`` and ``"1"`` are three different choices, while ``1`` and ``1.0``
are one, because JSON cannot tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Scalar: TypeAlias = str | int | float | bool

_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number"}


@dataclass(frozen=True)
class Choices:
    """The choices of one component, in order."""

    labels: tuple[str, ...]
    values: tuple[Scalar, ...]

    @classmethod
    def read(cls, given: object) -> Choices:
        """Read ``choices=``: scalars, or pairs of label and value.

        Raises:
            ValueError: An entry is neither; the entry is the error's argument.
        """
        labels: list[str] = []
        values: list[Scalar] = []
        if given is not None and (isinstance(given, (str, Mapping)) or not isinstance(given, Iterable)):
            raise ValueError(given)
        for entry in given or ():
            if isinstance(entry, (tuple, list)):
                if len(entry) != 2:
                    raise ValueError(entry)
                label, value = entry[0], scalar(entry[1])
            else:
                label = value = scalar(entry)
            if value is None:
                raise ValueError(entry)
            labels.append(str(label))
            values.append(value)
        return cls(tuple(labels), tuple(values))

    def index_of(self, value: object) -> int | None:
        """Return the position of a value, or ``None`` if it is not a choice."""
        for index, known in enumerate(self.values):
            if isinstance(known, bool) == isinstance(value, bool) and known == value:
                return index
        return None

    def named(self, text: str) -> Scalar | None:
        """Return the value whose label, or whose own text, this is; ``None`` if there is none."""
        for texts in (self.labels, [str(value) for value in self.values]):
            if text in texts:
                return self.values[list(texts).index(text)]
        return None

    def pairs(self) -> list[tuple[str, Scalar]]:
        """Return label and value of each, as the browser gets them."""
        return list(zip(self.labels, self.values, strict=True))

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of one choice: real types, and titles where labels differ."""
        if not self.values:
            return {}
        names = list(dict.fromkeys(_TYPES[type(value)] for value in self.values))
        schema: dict[str, Any] = {
            "type": names[0] if len(names) == 1 else names,
            "enum": list(self.values),
        }
        if any(label != str(value) for label, value in self.pairs()):
            schema["oneOf"] = [{"const": value, "title": label} for label, value in self.pairs()]
        return schema

    def described(self, limit: int = 12) -> str:
        """Return the choices as an error message lists them."""
        shown = ", ".join(repr(value) for value in self.values[:limit])
        more = len(self.values) - limit
        return f"{shown} and {more} more" if more > 0 else shown or "none, it has no choices"


def scalar(value: object) -> Scalar | None:
    """Return a str, bool, int or float in Python's own type, or ``None`` for anything else."""
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value) if type(value) is not kind else value
    item = getattr(value, "item", None)  # a scalar of an array library
    if callable(item) and getattr(value, "shape", None) == ():
        plain = item()
        return plain if isinstance(plain, (str, bool, int, float)) else None
    return None
