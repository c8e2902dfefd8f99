"""Radio: the person picks one of a few choices. Nothing is picked until someone does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field

from pegboard import Component, Event, PayloadError, SelectData, ValueTypeError, refuse_option
from pegboard_radio.choices import Choices, Scalar, scalar


class Radio(Component[Scalar | None, Scalar | None, Any]):
    """One of a few choices, all in sight.

    Attributes:
        choices: Scalars, or pairs of label and value. Values keep their types.
        value: The choice to start with, or a function that gives it; nothing by default.
        type: Give the function the ``value`` or the ``index`` of the choice.
        rtl: Lay the choices out from right to left.
        buttons: Names of toolbar buttons.
    """

    is_form: ClassVar[bool] = True

    choices: Sequence[Any] | None = Field(default=None, kw_only=False)
    value: Any = None
    type: Literal["value", "index"] = "value"
    rtl: bool = False
    buttons: list[Any] | None = None

    select = Event(SelectData, doc="The person picked a choice: its index and its value.")
    change = Event(doc="The value was changed, by the person or by a function.")
    input = Event(doc="The person picked another choice.")

    def setup(self) -> None:
        """Check the options against each other."""
        try:
            self._choices = Choices.read(self.choices)
        except ValueError as problem:
            raise refuse_option(
                self, "choices", problem.args[0], "str, int, float or bool, or pairs (label, value)"
            ) from None

    def props(self) -> dict[str, Any]:
        """Return what the browser reads."""
        return {**super().props(), "choices": self._choices.pairs()}

    def preprocess(self, payload: object) -> Scalar | None:
        """Give the function the choice, or its index.

        Raises:
            PayloadError: It is not one of the choices.
        """
        if payload is None:
            return None
        index = self._choices.index_of(payload)
        if index is None:
            raise PayloadError(self, got=payload, expected=f"one of {self._choices.described()}")
        return index if self.type == "index" else self._choices.values[index]

    def postprocess(self, value: object) -> Scalar | None:
        """Pick a choice by its value; ``None`` picks nothing."""
        if value is None:
            return None
        plain = scalar(value)
        if plain is None:
            raise ValueTypeError(self, got=value, expected="a choice (str, int, float or bool), or None")
        return plain

    def api_schema(self, direction: Literal["input", "output"] = "input") -> dict[str, Any]:
        """Return the JSON Schema of the payload."""
        return self._choices.schema()

    def example_payload(self) -> Scalar | None:
        """Return a payload that the component accepts."""
        return self._choices.values[0] if self._choices.values else None

    def example_value(self) -> Scalar | None:
        """Return a value that the component shows."""
        return self.example_payload()

    def parse_example(self, text: str) -> Scalar | None:
        """Return the choice with this label, or whose value reads like this."""
        named = self._choices.named(text)
        return named if named is not None else (text or None)
