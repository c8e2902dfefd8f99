"""Dropdown: the person picks one choice, or several, out of a list that can be searched."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Sequence
from typing import Any, ClassVar, Literal, TypeAlias

from pydantic import Field

from pegboard import (
    Component,
    Event,
    KeyUpData,
    PayloadError,
    SelectData,
    ValueTypeError,
    refuse_option,
)
from pegboard_dropdown.choices import Choices, Scalar, scalar

Picked: TypeAlias = Scalar | list[Scalar] | None

_log = logging.getLogger(__name__)


class Dropdown(Component[Picked, Any, Any]):
    """One choice, or several, out of a list that can be searched.

    Attributes:
        choices: Scalars, or pairs of label and value. Values keep their types.
        value: What is picked at first. Left out, it is the first choice (with ``multiselect``,
            nothing); ``None`` picks nothing. A function is called when the page opens.
        type: Give the function the ``value`` or the ``index`` of each choice.
        multiselect: Several can be picked; the function gets a list.
        allow_custom_value: The person may also type what is not in the list.
        max_choices: How many can be picked, with ``multiselect``.
        num_choices_shown: How many rows the open list shows at most; ``None`` shows all.
        filterable: Typing narrows the list.
        buttons: Names of toolbar buttons.
    """

    is_form: ClassVar[bool] = True

    choices: Sequence[Any] | None = Field(default=None, kw_only=False)
    value: Any = None
    type: Literal["value", "index"] = "value"
    multiselect: bool | None = None
    allow_custom_value: bool = False
    max_choices: int | None = Field(default=None, ge=1)
    num_choices_shown: int | None = Field(default=100, ge=1)
    filterable: bool = True
    buttons: list[Any] | None = None

    change = Event(doc="The value was changed, by the person or by a function.")
    input = Event(doc="The person changed what is picked.")
    select = Event(
        SelectData, doc="The person picked or unpicked a choice: index, value and whether selected."
    )
    focus = Event(doc="The field got the keyboard.")
    blur = Event(doc="The field lost the keyboard.")
    key_up = Event(KeyUpData, doc="The person released a key: the key and the text in the field.")

    def setup(self) -> None:
        """Check the options against each other."""
        try:
            self._choices = Choices.read(self.choices)
        except ValueError as problem:
            raise refuse_option(
                self, "choices", problem.args[0], "str, int, float or bool, or pairs (label, value)"
            ) from None
        if self.max_choices is not None and not self.multiselect:
            warnings.warn("Dropdown: max_choices has no effect without multiselect", stacklevel=4)
        if self.allow_custom_value and not self.filterable:
            warnings.warn("Dropdown: allow_custom_value needs filterable, so it is on", stacklevel=4)
            self.filterable = True
        if "value" not in self._options:
            # Only here can "not given" be told from a given None.
            first = self._choices.values[0] if self._choices.values else None
            self.value = self._initial = [] if self.multiselect else first
        elif isinstance(self.value, (list, tuple)) and not self.multiselect:
            raise refuse_option(
                self, "value", self.value, "one choice", "set multiselect=True to pick several"
            )

    def props(self) -> dict[str, Any]:
        """Return what the browser reads."""
        # An absent limit means the default to the page, so "no limit" is said by a number.
        shown = self.num_choices_shown or 0
        return {**super().props(), "choices": self._choices.pairs(), "num_choices_shown": shown}

    def preprocess(self, payload: object) -> Any:
        """Give the function the choice (or the list of them), or its index.

        The index of a custom value is ``None``.

        Raises:
            PayloadError: It is not a choice and ``allow_custom_value`` is off, there are more than
                ``max_choices``, or it is a list without ``multiselect`` (or the reverse).
        """
        if payload is None:
            return None
        if not self.multiselect:
            return self._chosen(payload)
        if not isinstance(payload, list):
            raise PayloadError(self, got=payload, expected="a JSON array of choices, or null")
        if self.max_choices is not None and len(payload) > self.max_choices:
            raise PayloadError(
                self,
                got=payload,
                expected=f"at most {self.max_choices} choices",
                fix=f"leave out {len(payload) - self.max_choices}",
            )
        return [self._chosen(item) for item in payload]

    def postprocess(self, value: object) -> Picked:
        """Pick by value; with ``multiselect`` one value becomes a list of one. ``None`` clears."""
        if value is None:
            return None
        if not self.multiselect:
            return self._shown(value)
        if isinstance(value, (str, dict)) or not hasattr(value, "__iter__"):
            return [self._shown(value)]
        return [self._shown(item) for item in value]

    def api_schema(self, direction: Literal["input", "output"] = "input") -> dict[str, Any]:
        """Return the JSON Schema of the payload."""
        one = self._choices.schema()
        if self.allow_custom_value and one:
            custom = {"type": ["string", "number", "boolean"]}
            one = {"anyOf": [one, custom]}
        if not self.multiselect:
            return one
        schema: dict[str, Any] = {"type": "array", "items": one}
        if self.max_choices is not None:
            schema["maxItems"] = self.max_choices
        return schema

    def example_payload(self) -> Picked:
        """Return a payload that the component accepts."""
        first = list(self._choices.values[:1])
        if self.multiselect:
            return first
        return first[0] if first else None

    def example_value(self) -> Picked:
        """Return a value that the component shows."""
        return self.example_payload()

    def parse_example(self, text: str) -> Picked:
        """Return the choice that a cell names; with ``multiselect`` a JSON list, or a comma list."""
        named = self._choices.named(text)
        if not self.multiselect:
            return named if named is not None else (text or None)
        if named is not None:
            return [named]
        try:
            listed = json.loads(text)
        except ValueError:
            listed = None
        if not isinstance(listed, list):
            listed = [part.strip() for part in text.split(",") if part.strip()]
        return [self._typed(item) for item in listed]

    def _typed(self, item: Any) -> Scalar:
        index = self._choices.index_of(item)
        if index is not None:
            return self._choices.values[index]
        named = self._choices.named(str(item))
        return named if named is not None else str(item)

    def _chosen(self, payload: object) -> Scalar | None:
        index = self._choices.index_of(payload)
        if index is not None:
            return index if self.type == "index" else self._choices.values[index]
        if self.allow_custom_value and isinstance(payload, (str, int, float)):
            return None if self.type == "index" else payload
        raise PayloadError(
            self,
            got=payload,
            expected=f"one of {self._choices.described()}",
            fix="send one of the choices, or set allow_custom_value=True",
        )

    def _shown(self, value: object) -> Scalar:
        plain = scalar(value)
        if plain is None:
            expected = "a choice (str, int, float or bool), or None"
            if self.multiselect:
                expected = "a list of choices (str, int, float or bool), or None"
            raise ValueTypeError(
                self,
                got=value,
                expected=expected,
                fix="" if self.multiselect else "set multiselect=True to show a list of choices",
            )
        if not self.allow_custom_value and self._choices.index_of(plain) is None:
            _log.warning("%s shows %r, which is not among its choices", self.described, plain)
        return plain
