"""The component: options, events, and what goes between browser and function."""

from __future__ import annotations

from typing import Any

import pegboard as pb
from pydantic import Field


class {{ cookiecutter.class_name }}(pb.Component[int | None]):
    """{{ cookiecutter.summary }}

    Attributes:
        value: What it starts with, from 1 to ``maximum``.
        maximum: The highest value.
    """

    value: int | None = Field(default=None, kw_only=False)
    maximum: int = Field(default=5, ge=1, le=20)

    change: pb.Event[Any] = pb.Event(doc="The value changed, by the person or by an output.")
    input: pb.Event[Any] = pb.Event(doc="The person changed the value.")

    def preprocess(self, payload: object) -> int | None:
        """Give the function the value.

        Raises:
            PayloadError: It is not a whole number from 1 to ``maximum``.
        """
        if payload is None:
            return None
        if isinstance(payload, bool) or not isinstance(payload, int) or not 1 <= payload <= self.maximum:
            raise pb.PayloadError(self, got=payload, expected=f"a whole number from 1 to {self.maximum}")
        return payload

    def postprocess(self, value: object) -> int | None:
        """Give the browser the value.

        Raises:
            ValueTypeError: It is not a whole number.
        """
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise pb.ValueTypeError(self, got=value, expected="a whole number, or None")
        return value

    def api_schema(self, direction: str = "input") -> dict[str, Any]:
        """Return the JSON Schema of the value, for clients."""
        return {"type": "integer", "minimum": 1, "maximum": self.maximum}

    def example_payload(self) -> int:
        """Return a payload that works; it is tested and shown with."""
        return 1

    def example(self, value: int | None) -> pb.ExampleCell:
        """Return how a value looks in a table of examples."""
        return pb.ExampleCell("empty") if value is None else pb.ExampleCell("text", "★" * value)
