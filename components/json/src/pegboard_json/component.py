"""JSON: shows any structure as a tree. What JSON cannot hold is turned into text. Never asks."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from enum import Enum
from typing import Any, ClassVar, Literal

import orjson
from pydantic import Field

from pegboard import Component, Encoded, Event, ExampleCell, ValueTypeError, refuse_option

MAX_DEPTH = 100
"""Levels that a value may have; more means that it holds itself."""

_PLAIN_ONLY = orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME

_LENGTH = "a number of pixels, or a CSS length such as '20rem'"


class JSON(Component[Any, Any, Any]):
    """A JSON value, as a tree whose objects and lists open and close.

    Attributes:
        value: A dict, a list, a string that holds JSON, or a function that gives one of these.
        open: Start with every level open; otherwise deep levels start closed.
        show_indices: Number the items of lists.
        height: Fixed height, in pixels or as a CSS length.
        max_height: Height from which the tree scrolls; ``None`` lets it grow.
        min_height: Least height.
        buttons: Names of toolbar buttons; ``copy`` is the only one, and is there by default.
    """

    is_static_only: ClassVar[bool] = True

    value: Any = Field(default=None, kw_only=False)
    open: bool = False
    show_indices: bool = False
    height: int | str | None = None
    max_height: int | str | None = 500
    min_height: int | str | None = None
    buttons: list[Any] | None = None

    renamed_options = {
        "show_copy_button": lambda shown: {"buttons": ["copy"] if shown else []},
    }

    change = Event(doc="The value was replaced.")

    def setup(self) -> None:
        """Check the options against each other."""
        for name in ("height", "max_height", "min_height"):
            length = getattr(self, name)
            if isinstance(length, bool) or (isinstance(length, int) and length < 0):
                raise refuse_option(self, name, length, _LENGTH)

    def props(self) -> dict[str, Any]:
        """Return what the browser reads."""
        named = ["copy"] if self.buttons is None else [b for b in self.buttons if isinstance(b, str)]
        # An absent height means the default to the page, so "no limit" is said in words.
        limit = "none" if self.max_height is None else self.max_height
        return {**super().props(), "buttons": named, "max_height": limit}

    def preprocess(self, payload: Any) -> Any:
        """Give the function the value as it is."""
        return payload

    def postprocess(self, value: object) -> Any:
        """Turn a structure into plain JSON; a string must hold JSON already.

        Arrays become lists. NaN and infinities become null. Dates and other objects become text.

        Raises:
            ValueTypeError: A string holds no JSON, or the structure holds itself.
        """
        shown = self._shown(value)
        return shown.decoded() if isinstance(shown, Encoded) else shown

    def postprocess_encoded(self, value: object) -> Any:
        """Do the same; what is JSON already comes as the text that checking it has made."""
        return self._shown(value)

    def api_schema(self, direction: Literal["input", "output"] = "input") -> dict[str, Any]:
        """Return the JSON Schema of the payload."""
        return {}

    def example_payload(self) -> Any:
        """Return a payload that the component accepts."""
        return {"foo": "bar"}

    def example(self, value: object) -> ExampleCell:
        """Return how a value looks in a table of examples."""
        return ExampleCell("empty") if value is None else ExampleCell("json", self.postprocess(value))

    def parse_example(self, text: str) -> Any:
        """Read a cell as JSON; `postprocess` says what is wrong with one that is not."""
        return text if text.strip() else None

    def _shown(self, value: object) -> Any:
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise ValueTypeError(
                    self,
                    got=value,
                    expected="a structure, or a string that holds JSON",
                    fix="show plain text with Textbox",
                ) from None
        if type(value) in (dict, list):
            with suppress(TypeError):
                # The same as `_plain` makes of JSON's own types, many times faster; others it refuses.
                encoded = orjson.dumps(value, default=_refused, option=_PLAIN_ONLY)
                if encoded.count(b"[") + encoded.count(b"{") <= MAX_DEPTH:
                    return Encoded(encoded)
        return self._plain(value, 0)

    def _plain(self, value: object, depth: int) -> Any:
        if value is None or type(value) in (bool, int, str):
            return value
        if depth > MAX_DEPTH:
            raise ValueTypeError(self, got=type(value), expected=f"at most {MAX_DEPTH} levels")
        # What nearly all values are made of comes first: the tests further down cost much more.
        if type(value) is dict:
            return {
                name if type(name) is str else _key(name): (
                    item if type(item) is str else self._plain(item, depth + 1)
                )
                for name, item in value.items()
            }
        if type(value) is list:
            return [self._plain(item, depth + 1) for item in value]
        if isinstance(value, Enum):
            return self._plain(value.value, depth + 1)
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else None
        if isinstance(value, (int, str)):
            return int(value) if isinstance(value, int) else str(value)
        if isinstance(value, Mapping):
            return {_key(name): self._plain(item, depth + 1) for name, item in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)) or _is_view(value):
            return [self._plain(item, depth + 1) for item in _items(value)]
        return self._plain(_unwrapped(value), depth + 1)


def _refused(value: object) -> Any:
    raise TypeError(type(value).__name__)


def _key(name: object) -> str:
    """Write a key as JSON writes it: ``True`` is ``true`` and ``None`` is ``null``."""
    if isinstance(name, Enum):
        return _key(name.value)
    if name is None or isinstance(name, bool):
        return json.dumps(name)
    return str(name)


def _is_view(value: object) -> bool:
    return isinstance(value, (range, type({}.keys()), type({}.values()), type({}.items())))


def _items(value: Any) -> Iterable[object]:
    return value  # type: ignore[no-any-return]  # narrowed by the caller to what can be iterated


def _unwrapped(value: Any) -> object:
    """Return what an object stands for: arrays and scalars by ``tolist``, models by their fields."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if not isinstance(value, type):
        if hasattr(value, "dtype") and callable(getattr(value, "tolist", None)):
            plain = value.tolist()
            return plain if plain is not value else str(value)
        if callable(getattr(value, "model_dump", None)):
            return value.model_dump()
    return str(value)
