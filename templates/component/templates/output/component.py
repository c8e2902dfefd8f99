"""The component: options, and what goes from function to browser."""

from __future__ import annotations

from typing import Any, ClassVar

import pegboard as pb
from pydantic import Field


class {{ cookiecutter.class_name }}(pb.Component[float | None]):
    """{{ cookiecutter.summary }}

    Attributes:
        value: What it shows, from 0 to ``maximum``.
        maximum: The value of a full bar.
    """

    is_static_only: ClassVar[bool] = True

    value: float | None = Field(default=None, kw_only=False)
    maximum: float = Field(default=1.0, gt=0)

    change: pb.Event[Any] = pb.Event(doc="An output changed the value.")

    def preprocess(self, payload: object) -> float | None:
        """Give the function the value that is shown.

        Raises:
            PayloadError: It is not a number.
        """
        if payload is not None and (isinstance(payload, bool) or not isinstance(payload, (int, float))):
            raise pb.PayloadError(self, got=payload, expected="a JSON number, or null for nothing")
        return payload

    def postprocess(self, value: object) -> float | None:
        """Give the browser the value.

        Raises:
            ValueTypeError: It is not a number.
        """
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise pb.ValueTypeError(self, got=value, expected="an int or a float, or None")
        return float(value)

    def api_schema(self, direction: str = "input") -> dict[str, Any]:
        """Return the JSON Schema of the value, for clients."""
        return {"type": "number"}

    def example_payload(self) -> float:
        """Return a payload that works; it is tested and shown with."""
        return 0.25

    def example(self, value: float | None) -> pb.ExampleCell:
        """Return how a value looks in a table of examples."""
        return pb.ExampleCell("empty") if value is None else pb.ExampleCell("number", value)
