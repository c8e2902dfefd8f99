"""Number: one number that a person types, or that a function returned. Knows nothing of the page or the server."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from pegboard import Component, Event, PayloadError, ValueTypeError, refuse_option

Real = int | float


class Number(Component["Real | None", Any, "Real | None"]):
    """A number field with optional bounds.

    Args:
        value: Number to start with, or a function that returns it; ``None`` leaves the field empty.
        placeholder: Hint shown while the field is empty.
        buttons: Accepted for older programs; a number field draws none.
        precision: Digits after the point; 0 gives the function an ``int``, ``None`` does not round.
        minimum: Smallest number accepted.
        maximum: Largest number accepted.
        step: What the arrow keys add. A step that is given also limits what is accepted: to the
            bounds, the first value, and whole steps from ``minimum`` (or 0).
    """

    value: Real | Callable[..., Any] | None = Field(default=None, kw_only=False)
    placeholder: str | None = None
    buttons: list[Any] | None = None
    precision: int | None = None
    minimum: Real | None = None
    maximum: Real | None = None
    step: Real = 1

    change = Event(doc="The number changed, by the person or by a function.")
    input = Event(doc="The person changed the number.")
    submit = Event(doc="The person pressed Enter in the field.")
    focus = Event(doc="The field got the keyboard focus.")
    blur = Event(doc="The field lost the keyboard focus.")

    is_form = True

    def setup(self) -> None:
        """Check the bounds, the step and the first value."""
        given = self.options()
        for name in ("value", "minimum", "maximum", "step", "precision"):
            if isinstance(given.get(name), bool):
                raise refuse_option(self, name, given[name], "a number", "for yes or no use Checkbox")
        for name in ("minimum", "maximum", "step"):
            bound = getattr(self, name)
            if bound is not None and not math.isfinite(bound):
                raise refuse_option(self, name, bound, "a finite number", "leave it out for no bound")
        if self.step <= 0:
            raise refuse_option(self, "step", self.step, "a number above 0")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise refuse_option(
                self, "minimum", self.minimum, f"at most the maximum, {self.maximum}", "swap the two"
            )
        if not callable(self.value):
            self.postprocess(self.value)

    def preprocess(self, payload: object) -> Real | None:
        """Return the number, rounded by ``precision``, or ``None`` for an empty field.

        Raises:
            PayloadError: No finite JSON number, outside the bounds, or between two given steps.
        """
        if payload is None:
            return None
        if isinstance(payload, bool) or not isinstance(payload, (int, float)):
            raise PayloadError(
                self,
                got=payload,
                expected="a JSON number, or null for empty",
                fix="send 3.5, not '3.5'; for free text use Textbox",
            )
        if not _is_finite(payload):
            raise PayloadError(self, got=payload, expected="a finite number", fix="enter another number")
        if self.minimum is not None and payload < self.minimum:
            raise PayloadError(
                self, got=payload, expected=f"at least {self.minimum}", fix="enter a larger number"
            )
        if self.maximum is not None and payload > self.maximum:
            raise PayloadError(
                self, got=payload, expected=f"at most {self.maximum}", fix="enter a smaller number"
            )
        if "step" in self.options() and not self._is_on_step(payload):
            start = 0 if self.minimum is None else self.minimum
            raise PayloadError(
                self,
                got=payload,
                expected=f"whole steps of {self.step} from {start}",
                fix="enter a number on a step",
            )
        return _rounded(payload, self.precision)

    def postprocess(self, value: object) -> Real | None:
        """Return the number to show, rounded by ``precision``; ``None`` empties the field.

        Takes what is a number to Python or NumPy, a one-element array, and text that reads as a number.

        Raises:
            ValueTypeError: Anything else, a boolean, or a number that JSON cannot carry.
        """
        if value is None:
            return None
        number = _plain_number(value)
        if number is None:
            raise ValueTypeError(
                self, got=value, expected="a finite number, or None for empty",
                fix="return int(...) or float(...); None stands for no number",
            )
        return _rounded(number, self.precision)

    def api_schema(self, direction: Literal["input", "output"] = "input") -> dict[str, Any]:
        """Return the schema of the number; bounds hold for what comes in only."""
        schema: dict[str, Any] = {"type": "integer" if self.precision == 0 else "number"}
        if direction == "input":
            if self.minimum is not None:
                schema["minimum"] = self.minimum
            if self.maximum is not None:
                schema["maximum"] = self.maximum
        return schema

    def example_payload(self) -> Real:
        """Return the minimum, else a number inside the bounds and on a step."""
        if self.minimum is not None:
            return _whole_if(self.minimum, self.precision)
        example: Real = 3 if "step" not in self.options() else self.step
        return example if self.maximum is None else min(example, self.maximum)

    def parse_example(self, text: str) -> Real | None:
        """Read a cell of a CSV file; an empty cell is an empty field."""
        text = text.strip().removeprefix("'")
        return None if not text else self.postprocess(text)

    def _is_on_step(self, number: Real) -> bool:
        if number in (self.minimum, self.maximum) or number == self._initial:
            return True
        steps = (number - (self.minimum or 0)) / self.step
        return math.isclose(steps, round(steps), rel_tol=1e-9, abs_tol=1e-6)


def _plain_number(value: object) -> Real | None:
    """Return a finite int or float of the same size, or ``None`` if there is none."""
    if not isinstance(value, (str, numbers.Number)) and hasattr(value, "item"):
        # Arrays and tensors of one element hand out a Python number.
        try:
            value = value.item()
        except (TypeError, ValueError, RuntimeError):
            return None
    if isinstance(value, bool):
        return None
    if isinstance(value, numbers.Integral):
        return int(value)
    if not isinstance(value, (numbers.Real, Decimal, str)):
        return None
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            pass
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _is_finite(number: Real) -> bool:
    return isinstance(number, int) or math.isfinite(number)


def _rounded(number: Real, precision: int | None) -> Real:
    if precision is None:
        return number
    return round(number) if precision == 0 else round(number, precision)


def _whole_if(number: Real, precision: int | None) -> Real:
    """Return a bound as an integer where the schema says integer, not below the bound."""
    return math.ceil(number) if precision == 0 else number
