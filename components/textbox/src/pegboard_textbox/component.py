"""Textbox: text that a person types, or that a function returned. Knows nothing of the page or the server."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal

import pydantic
from pydantic import Field

from pegboard import (
    Component,
    CopyData,
    Event,
    PayloadError,
    SelectData,
    refuse_option,
)

from .attributes import InputHTMLAttributes

EMAIL = re.compile(
    r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+"
    r"@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*"
)
"""What a browser accepts in an email field. Source: HTML Standard, "valid email address"."""


class Textbox(Component["str | None", Any, "str | None"]):
    """A text field: one line or many, plain, password or email.

    In a field that starts with one line, Enter submits and Shift+Enter begins a new line; in a field of
    several lines it is the other way round.

    Args:
        value: Text to start with, or a function that returns it; anything else is shown by ``str()``.
        type: ``"password"`` hides what is typed; ``"email"`` accepts one address.
        lines: Height at first.
        max_lines: Height up to which the field grows with its text; ``None`` means 20.
        placeholder: Hint shown while the field is empty.
        autofocus: Put the cursor here when the page opens.
        autoscroll: Follow text that is appended at the end, unless the person has scrolled up.
        text_align: Side that text is aligned to; by default the side where a line begins.
        rtl: Text runs from right to left.
        buttons: ``["copy"]`` adds a button that copies the text.
        max_length: Longest text accepted, in characters; held in the browser and on the server.
        submit_btn: ``True`` adds a submit button with an icon, a text one with that caption.
        stop_btn: The same for a stop button, which fires ``stop``.
        html_attributes: Keyboard, spelling and autofill hints for the native field.
    """

    value: Any = Field(default=None, kw_only=False)
    type: Literal["text", "password", "email"] = "text"
    lines: int = 1
    max_lines: int | None = None
    placeholder: str | None = None
    autofocus: bool = False
    autoscroll: bool = True
    text_align: Literal["left", "right"] | None = None
    rtl: bool = False
    buttons: list[Any] | None = None
    max_length: int | None = None
    submit_btn: str | bool | None = False
    stop_btn: str | bool | None = False
    html_attributes: InputHTMLAttributes | dict[str, Any] | None = None

    change = Event(doc="The text changed, by the person or by a function.")
    input = Event(doc="The person changed the text.")
    select = Event(SelectData, doc="The person selected a part of the text.")
    submit = Event(doc="The person pressed Enter (Shift+Enter with several lines) or the submit button.")
    focus = Event(doc="The field got the keyboard focus.")
    blur = Event(doc="The field lost the keyboard focus.")
    stop = Event(doc="The person pressed the stop button.")
    copy = Event(CopyData, doc="The person copied the text with the copy button.")

    is_form = True
    renamed_options: ClassVar[Mapping[str, Callable[[Any], dict[str, Any]]]] = {
        "show_copy_button": lambda shown: {"buttons": ["copy"] if shown else []},
    }

    def setup(self) -> None:
        """Check sizes, keep one-line types to one line, and read the HTML attributes."""
        for name in ("lines", "max_lines"):
            size = getattr(self, name)
            if size is not None and size < 1:
                raise refuse_option(self, name, size, "a whole number of lines, at least 1")
        if self.max_length is not None and self.max_length < 0:
            raise refuse_option(self, "max_length", self.max_length, "0 or more characters, or None")
        if self.type != "text":
            if self.lines != 1 or self.max_lines not in (None, 1):
                warnings.warn(
                    f"Textbox(type={self.type!r}) has one line; lines and max_lines have no effect",
                    stacklevel=3,
                )
            self.lines = self.max_lines = 1
        self.buttons = self._checked_buttons()
        if isinstance(self.html_attributes, dict):
            self.html_attributes = self._checked_attributes(self.html_attributes)

    def preprocess(self, payload: object) -> str | None:
        """Return the text, or ``None`` when the client sent null.

        Numbers and booleans become text, as clients of any language may send them.

        Raises:
            PayloadError: A list or an object, text longer than ``max_length``, or no email address.
        """
        if payload is None:
            return None
        if not isinstance(payload, (str, int, float)):
            raise PayloadError(
                self,
                got=payload,
                expected="text, or null for none",
                fix="send a string; for structured values use JSON",
            )
        text = payload if isinstance(payload, str) else str(payload)
        # Code points: never more than the UTF-16 units a browser counts, so what it allows is allowed.
        if self.max_length is not None and len(text) > self.max_length:
            raise PayloadError(
                self,
                got=text,
                expected=f"at most {self.max_length} characters, not {len(text)}",
                fix="shorten the text",
            )
        if self.type == "email" and text and not EMAIL.fullmatch(text):
            raise PayloadError(
                self,
                got=text,
                expected="one email address, or nothing",
                fix="write it like name@example.org",
            )
        return text

    def postprocess(self, value: object) -> str | None:
        """Return the text to show: ``str()`` of anything but ``None``, which empties the field."""
        return None if value is None else str(value)

    def api_schema(self, direction: Literal["input", "output"] = "input") -> dict[str, Any]:
        """Return the schema of text; limits hold for what comes in, not for what a function returns."""
        schema: dict[str, Any] = {"type": "string"}
        if direction == "input":
            if self.max_length is not None:
                schema["maxLength"] = self.max_length
            if self.type == "email":
                schema["format"] = "email"
        return schema

    def example_payload(self) -> str:
        """Return text that fits this field's type and length."""
        text = "ada@example.org" if self.type == "email" else "Hello!!"
        if self.max_length is None or len(text) <= self.max_length:
            return text
        return "" if self.type == "email" else text[: self.max_length]

    def props(self) -> dict[str, Any]:
        """Return the options that the browser reads, attributes as a plain object."""
        props = super().props()
        if isinstance(self.html_attributes, InputHTMLAttributes):
            props["html_attributes"] = self.html_attributes.as_props()
        return props

    def _checked_buttons(self) -> list[Any] | None:
        """Return the buttons of the toolbar; components among them stay where they are placed."""
        if self.buttons is None:
            return None
        for button in self.buttons:
            if isinstance(button, str):
                if button != "copy":
                    raise refuse_option(self, "buttons", button, "'copy'")
            elif not isinstance(button, Component):
                raise refuse_option(self, "buttons", button, "'copy'")
            else:
                warnings.warn(
                    "Textbox(buttons=) draws 'copy' only; a Button component stays where it was "
                    "placed in the page",
                    stacklevel=4,
                )
        return [button for button in self.buttons if isinstance(button, str)]

    def _checked_attributes(self, given: dict[str, Any]) -> InputHTMLAttributes:
        known = InputHTMLAttributes.__dataclass_fields__
        for name in given:
            if name not in known:
                raise refuse_option(self, "html_attributes", name, f"some of {', '.join(known)}")
        try:
            return pydantic.TypeAdapter(InputHTMLAttributes).validate_python(given)
        except pydantic.ValidationError as problem:
            first = problem.errors()[0]
            name = str(first["loc"][0])
            raise refuse_option(
                self, "html_attributes", given[name], f"for {name}: {first['msg']}"
            ) from None
