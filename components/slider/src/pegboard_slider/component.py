"""Slider: a number in a range, by dragging or typing. Knows nothing of the page or the server."""

from __future__ import annotations

import math
import numbers
import random
import warnings
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, ClassVar, Literal

from pydantic import Field

from pegboard import Component, Event, PayloadError, ValueTypeError, refuse_option

Real = int | float


class Slider(Component["Real", Any, "Real"]):
    """A number between two bounds, by dragging, by keys or by typing.

    Args:
        minimum: Left end.
        maximum: Right end; above ``minimum``.
        value: Number to start with, or a function that returns it; ``None`` means ``minimum``.
        step: Distance of two positions; ``None`` picks a power of ten, about a hundred positions or more.
        precision: Digits after the point; 0 gives the function an ``int``, ``None`` does not round.
        randomize: Start at a random position at each visit; ``value`` is then ignored.
        buttons: ``["reset"]`` (the default) has a button that goes back to the first value.
    """

    minimum: Real = Field(default=0, kw_only=False)
    maximum: Real = Field(default=100, kw_only=False)
    value: Real | Callable[..., Any] | None = Field(default=None, kw_only=False)
    step: Real | None = None
    precision: int | None = None
    randomize: bool = False
    buttons: list[Any] | None = None

    change = Event(doc="The number changed, by the person or by a function.")
    input = Event(doc="The person moved the slider or typed a number; also while dragging.")
    release = Event(doc="The person let go of the slider; once, with the final number.")

    is_form = True
    renamed_options: ClassVar[Mapping[str, Callable[[Any], dict[str, Any]]]] = {
        "show_reset_button": lambda shown: {"buttons": ["reset"] if shown else []},
    }

    def setup(self) -> None:
        """Check the range, choose the step, and prepare the first value."""
        given = self.options()
        for name in ("minimum", "maximum", "value", "step", "precision"):
            if isinstance(given.get(name), bool):
                raise refuse_option(self, name, given[name], "a number", "for yes or no use Checkbox")
        for name in ("minimum", "maximum", "step"):
            bound = getattr(self, name)
            if bound is not None and not math.isfinite(bound):
                raise refuse_option(self, name, bound, "a finite number")
        if self.minimum >= self.maximum:
            raise refuse_option(
                self, "minimum", self.minimum, f"less than the maximum, {self.maximum}", "swap the two"
            )
        if self.step is None:
            self.step = default_step(self.minimum, self.maximum)
        elif self.step <= 0:
            raise refuse_option(self, "step", self.step, "a number above 0")
        if self.buttons is None:
            self.buttons = ["reset"]
        self.buttons = self._checked_buttons(self.buttons)
        if self.randomize:
            self._initial = self.random_value
        elif not callable(self.value):
            self.postprocess(self.value)

    def random_value(self) -> Real:
        """Return a random position of the slider."""
        step = self.step or 1
        position = random.randint(0, math.floor((self.maximum - self.minimum) / step + 1e-9))
        value = self.minimum + position * step
        # 3 * 0.1 is not 0.3; twelve digits lose nothing that a slider can show.
        return value if isinstance(value, int) else round(value, 12)

    def preprocess(self, payload: object) -> Real:
        """Return the number, rounded by ``precision``; null means ``minimum``.

        Raises:
            PayloadError: No finite JSON number, or outside the range.
        """
        if payload is None:
            return _rounded(self.minimum, self.precision)
        if isinstance(payload, bool) or not isinstance(payload, (int, float)):
            raise PayloadError(
                self, got=payload, expected="a JSON number", fix="send 3.5, not '3.5'"
            )
        # A comparison with NaN is false, so it is refused here too.
        if not self.minimum <= payload <= self.maximum:
            raise PayloadError(
                self,
                got=payload,
                expected=f"a number from {self.minimum} to {self.maximum}",
                fix="choose a number in this range",
            )
        return _rounded(payload, self.precision)

    def postprocess(self, value: object) -> Real:
        """Return the number to show, rounded by ``precision``; ``None`` is ``minimum``.

        Takes what is a number to Python or NumPy, a one-element array, and text that reads as a number.

        Raises:
            ValueTypeError: Anything else, a boolean, or a number that JSON cannot carry.
        """
        if value is None:
            return _rounded(self.minimum, self.precision)
        number = _plain_number(value)
        if number is None:
            raise ValueTypeError(
                self,
                got=value,
                expected="a finite number, or None for the minimum",
                fix="return int(...) or float(...)",
            )
        return _rounded(number, self.precision)

    def api_schema(self, direction: Literal["input", "output"] = "input") -> dict[str, Any]:
        """Return the schema of the number; the range holds for what comes in only."""
        schema: dict[str, Any] = {
            "type": "integer" if self.precision == 0 else "number",
            "description": f"numeric value between {self.minimum} and {self.maximum}",
        }
        if direction == "input":
            schema.update(minimum=self.minimum, maximum=self.maximum)
        return schema

    def example_payload(self) -> Real:
        """Return the minimum, as an integer where only integers are accepted."""
        return math.ceil(self.minimum) if self.precision == 0 else self.minimum

    def parse_example(self, text: str) -> Real | None:
        """Read a cell of a CSV file; an empty cell is the minimum."""
        text = text.strip().removeprefix("'")
        return None if not text else self.postprocess(text)

    def _checked_buttons(self, buttons: list[Any]) -> list[str]:
        """Return the named buttons; components among them stay where they are placed."""
        for button in buttons:
            if isinstance(button, Component):
                warnings.warn(
                    "Slider(buttons=) draws 'reset' only; a Button component stays where it was "
                    "placed in the page",
                    stacklevel=4,
                )
            elif button != "reset":
                raise refuse_option(self, "buttons", button, "'reset'")
        return [button for button in buttons if isinstance(button, str)]


def default_step(minimum: Real, maximum: Real) -> Real:
    """Return the largest power of ten that leaves at least a hundred steps in the range."""
    exponent = math.floor(math.log10(maximum - minimum) - 2)
    return 10**exponent if exponent >= 0 else round(10.0**exponent, -exponent)


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


def _rounded(number: Real, precision: int | None) -> Real:
    if precision is None:
        return number
    return round(number) if precision == 0 else round(number, precision)
