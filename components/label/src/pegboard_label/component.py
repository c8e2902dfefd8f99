"""Label: the top class as a heading, and a bar of confidence for each class. Shows; never asks."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeAlias

from pydantic import Field

from pegboard import Component, Event, ExampleCell, PayloadError, SelectData, ValueTypeError

Payload: TypeAlias = dict[str, Any]

_FORM = "an object {label, confidences: [{label, confidence}, ...] or null}"
_VALUES = "a dict from label to confidence, a label (str, int or float), the path of a .json file, or None"

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "LabelData",
    "properties": {
        "label": {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "null"}]},
        "confidences": {
            "anyOf": [
                {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "title": "LabelConfidence",
                        "properties": {
                            "label": {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "null"}]},
                            "confidence": {"anyOf": [{"type": "number"}, {"type": "null"}]},
                        },
                        "required": ["label", "confidence"],
                    },
                },
                {"type": "null"},
            ]
        },
    },
}


class Label(Component[Payload, Any, Any]):
    """A class, or several classes with how likely each is.

    Attributes:
        value: A dict from label to confidence (0 to 1), a bare label, the path of a ``.json`` file
            that holds what this component sends, or a function that gives one of these.
        num_top_classes: Show only the most likely ones; the others are not sent at all.
        color: CSS colour of the heading and the bars.
        show_heading: Show the top class in large letters.
        buttons: Names of toolbar buttons.
    """

    is_static_only: ClassVar[bool] = True

    value: Any = Field(default=None, kw_only=False)
    num_top_classes: int | None = Field(default=None, ge=1)
    color: str | None = None
    show_heading: bool = True
    buttons: list[Any] | None = None

    change = Event(doc="The classes were replaced.")
    select = Event(SelectData, doc="The person picked a class: its index and its label.")

    def preprocess(self, payload: object) -> dict[str, float] | str | None:
        """Give the function ``{label: confidence}``, or the bare label if there are no confidences."""
        if payload is None or payload == {}:
            return None
        if not isinstance(payload, dict) or "label" not in payload:
            raise PayloadError(self, got=payload, expected=_FORM)
        confidences = payload.get("confidences")
        if confidences is None:
            label = payload["label"]
            if label is not None and (isinstance(label, bool) or not isinstance(label, (str, int, float))):
                raise PayloadError(self, got=payload, expected=_FORM)
            return None if label is None else str(label)
        if not isinstance(confidences, list):
            raise PayloadError(self, got=payload, expected=_FORM)
        return dict(self._entry(entry) for entry in confidences)

    def postprocess(self, value: object) -> Payload:
        """Sort the classes, surest first, and keep ``num_top_classes`` of them."""
        value = _plain(value)
        if isinstance(value, (str, Path)) and _is_json_file(value):
            value = self._read(Path(value))
        if value is None or value == {}:
            return {}
        if isinstance(value, (str, int, float)):
            return {"label": str(value), "confidences": None}
        if not isinstance(value, Mapping):
            raise ValueTypeError(self, got=value, expected=_VALUES)
        if "label" in value and value.get("confidences", 0) is None:
            return {"label": str(value["label"]), "confidences": None}
        pairs = [(str(label), self._confidence(value, sure)) for label, sure in _classes(value)]
        if not pairs:
            return {}
        pairs.sort(key=lambda pair: -pair[1])
        return {
            "label": pairs[0][0],
            "confidences": [
                {"label": label, "confidence": sure} for label, sure in pairs[: self.num_top_classes]
            ],
        }

    def api_schema(self, direction: Literal["input", "output"] = "input") -> dict[str, Any]:
        """Return the JSON Schema of the payload."""
        return _SCHEMA

    def example_payload(self) -> Payload:
        """Return a payload that the component accepts."""
        return {
            "label": "cat",
            "confidences": [
                {"label": "cat", "confidence": 0.9},
                {"label": "dog", "confidence": 0.1},
            ],
        }

    def example_value(self) -> dict[str, float]:
        """Return a value that the component shows."""
        return {"cat": 0.9, "dog": 0.1}

    def example(self, value: object) -> ExampleCell:
        """Return how a value looks in a table of examples."""
        payload = self.postprocess(value)
        return ExampleCell("text", payload["label"]) if payload else ExampleCell("empty")

    def parse_example(self, text: str) -> Any:
        """Read a cell as JSON if it holds an object, else as a bare label."""
        if not text.strip():
            return None
        if text.lstrip().startswith("{"):
            try:
                return json.loads(text)
            except ValueError:
                return text
        return text

    def _entry(self, entry: object) -> tuple[str, float]:
        if isinstance(entry, dict) and "label" in entry:
            sure = entry.get("confidence")
            if sure is None:
                return str(entry["label"]), 0.0
            if isinstance(sure, (int, float)) and not isinstance(sure, bool):
                return str(entry["label"]), sure
        raise PayloadError(self, got=entry, expected=_FORM)

    def _confidence(self, value: object, sure: object) -> float:
        sure = _plain(sure)
        if isinstance(sure, bool) or not isinstance(sure, (int, float)):
            raise ValueTypeError(self, got=value, expected="a number as the confidence of each label")
        if not math.isfinite(sure):
            raise ValueTypeError(
                self,
                got=value,
                expected="a finite number as the confidence of each label",
                fix="replace nan and inf before returning",
            )
        return float(sure)

    def _read(self, path: Path) -> object:
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            raise ValueTypeError(self, got=str(path), expected="a file that holds JSON") from None


def _plain(value: object) -> object:
    """Turn a scalar of an array library into Python's own; such scalars have ``item()``."""
    item = getattr(value, "item", None)
    if isinstance(value, (str, int, float, Mapping)) and type(value).__module__ == "builtins":
        return value
    if callable(item) and getattr(value, "size", None) == 1:
        return item()
    return value


def _is_json_file(value: str | Path) -> bool:
    if not str(value).endswith(".json"):
        return False
    try:
        return Path(value).is_file()
    except (OSError, ValueError):
        return False


def _classes(value: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    listed = value.get("confidences")
    if isinstance(listed, (list, tuple)):
        return [(entry["label"], entry["confidence"]) for entry in listed]
    return list((listed if isinstance(listed, Mapping) else value).items())
