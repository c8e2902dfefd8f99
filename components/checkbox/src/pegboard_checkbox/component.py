"""Checkbox: yes or no. Knows nothing of the page or the server."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from pegboard import Component, Event, PayloadError, SelectData, ValueTypeError

WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}
"""What a CSV file may say; compared in lower case."""


class Checkbox(Component["bool | None", Any, "bool | None"]):
    """A box to tick, with its label beside it.

    Args:
        value: Ticked at first? Or a function that returns it; anything else is judged by its truth.
        buttons: Accepted for older programs; a checkbox draws none.
    """

    value: Any = Field(default=False, kw_only=False)
    buttons: list[Any] | None = None

    change = Event(doc="The box changed, by the person or by a function.")
    input = Event(doc="The person ticked or unticked the box.")
    select = Event(SelectData, doc="The person ticked or unticked the box.")

    is_form = True

    def preprocess(self, payload: object) -> bool | None:
        """Return the state, or ``None`` when the client sent null.

        Raises:
            PayloadError: Not a JSON boolean; a text such as "false" would be taken for true.
        """
        if payload is None or isinstance(payload, bool):
            return payload
        raise PayloadError(self, got=payload, expected="true or false", fix="send a JSON boolean")

    def postprocess(self, value: object) -> bool:
        """Return whether the box is ticked: the truth of the value; ``None`` is not ticked.

        Raises:
            ValueTypeError: The value has no single truth, as an array of several elements.
        """
        try:
            return bool(value)
        except ValueError:
            raise ValueTypeError(
                self, got=value, expected="one truth value", fix="return bool(x.any()) or bool(x.all())"
            ) from None

    def api_schema(self, direction: Literal["input", "output"] = "input") -> dict[str, Any]:
        """Return the schema of a boolean."""
        return {"type": "boolean"}

    def example_payload(self) -> bool:
        """Return a ticked box."""
        return True

    def parse_example(self, text: str) -> bool:
        """Read a cell of a CSV file: true, yes or 1, and false, no, 0 or nothing, in any case.

        Raises:
            ValueTypeError: Any other word.
        """
        word = text.strip().lower()
        if word not in WORDS:
            raise ValueTypeError(self, got=text, expected="true, yes, 1, false, no, 0 or nothing")
        return WORDS[word]
