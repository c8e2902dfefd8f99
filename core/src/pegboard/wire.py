"""JSON for the wire: orjson with the few types that values of ours may hold besides JSON's own."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import orjson

MAX_DEPTH = 100


def dumps(value: Any) -> bytes:
    """Encode as one line of JSON. NaN and infinities become null.

    Raises:
        TypeError: The value holds something that JSON cannot.
    """
    # Asked for arrays, orjson imports NumPy at the first value that it does not know.
    arrays = orjson.OPT_SERIALIZE_NUMPY if "numpy" in sys.modules else 0
    try:
        return orjson.dumps(value, default=_for_orjson, option=arrays)
    except TypeError:
        pass
    # Keys that are not text are rare, and to expect them takes orjson twice as long.
    try:
        return orjson.dumps(value, default=_for_orjson, option=arrays | orjson.OPT_NON_STR_KEYS)
    except TypeError:
        # Integers beyond 64 bits and lone surrogates, which the standard library takes.
        return json.dumps(value, default=_default, separators=(",", ":")).encode()


def loads(data: bytes) -> Any:
    """Decode JSON.

    Raises:
        ValueError: It is not JSON, or nested deeper than 100 levels.
    """
    value = orjson.loads(data)
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH:
        _check_depth(value)
    return value


class Encoded:
    """A list or object that is JSON already. `dumps` writes its ``body`` as it is."""

    __slots__ = ("body",)

    def __init__(self, body: bytes) -> None:
        # No data class: orjson would write one as an object.
        self.body = body

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Encoded) and self.body == other.body

    def __hash__(self) -> int:
        return hash(self.body)

    def __repr__(self) -> str:
        return f"Encoded({self.body!r})"

    def decoded(self) -> Any:
        """Return the value, made anew by each call."""
        try:
            return orjson.loads(self.body)
        except ValueError:  # integers beyond 64 bits
            return json.loads(self.body)


def frozen(value: Any) -> tuple[Any, int]:
    """Return a JSON value that later changes to ``value`` cannot reach, and its size in bytes.

    Lists and objects come back as `Encoded`, the rest as it is.

    Raises:
        TypeError: The value holds something that JSON cannot.
    """
    if value is None or value is True or value is False:
        return value, 8
    kind = type(value)
    if kind is str:
        return value if value.isascii() else _whole(value), len(value)
    if kind is float or (kind is int and -(2**63) <= value < 2**64):
        return value, 16
    if kind is Encoded:
        return value, len(value.body)
    encoded = dumps(value)
    return Encoded(encoded), len(encoded)


def _whole(text: str) -> str:
    """Return text that UTF-8 can carry: lone surrogates become question marks."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _for_orjson(value: Any) -> Any:
    return orjson.Fragment(value.body) if type(value) is Encoded else _default(value)


def _default(value: Any) -> Any:
    if isinstance(value, Encoded):
        return value.decoded()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (tuple, set, frozenset)):
        return list(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: getattr(value, item.name) for item in dataclasses.fields(value)}
    if hasattr(value, "model_dump"):
        return value.model_dump()
    if hasattr(value, "tolist"):
        return value.tolist()
    if callable(value):
        return None
    raise TypeError(f"{type(value).__name__} is not JSON")


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            child
            for item in level
            if isinstance(item, (dict, list))
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return
    raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
