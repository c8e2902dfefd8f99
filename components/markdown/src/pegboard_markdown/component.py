"""Markdown: shows formatted text. The text goes to the browser as it is; drawing and cleaning are done there."""

from __future__ import annotations

import inspect
from typing import Any, ClassVar, Literal

from pydantic import Field

from pegboard import (
    Component,
    CopyData,
    Event,
    ExampleCell,
    PayloadError,
    ValueTypeError,
    refuse_option,
)

DELIMITERS: list[dict[str, Any]] = [{"left": "$$", "right": "$$", "display": True}]
_LENGTH = "pixels, or a CSS length such as '20rem'"


class Markdown(Component[str | None, str | None, Any]):
    """Formatted text: headings, lists, tables, code and formulas.

    Attributes:
        value: The text, or a function that gives it. Common indentation is removed.
        rtl: Draw from right to left.
        latex_delimiters: What encloses a formula: ``{"left", "right", "display"}`` each.
        sanitize_html: Remove scripts and other active content from HTML in the text.
        line_breaks: Break the line at a single newline.
        header_links: Give headings an address of their own.
        height, max_height, min_height: Pixels, or a CSS length; more text scrolls.
        buttons: ``["copy"]`` adds a button that copies the text.
        padding: Pad the text inside its frame.
    """

    is_static_only: ClassVar[bool] = True

    value: Any = Field(default=None, kw_only=False)
    rtl: bool = False
    latex_delimiters: list[dict[str, Any]] | None = None
    sanitize_html: bool = True
    line_breaks: bool = False
    header_links: bool = False
    height: int | str | None = None
    max_height: int | str | None = None
    min_height: int | str | None = None
    buttons: list[Any] | None = None
    padding: bool = False
    container: bool = False
    min_width: int | None = None

    renamed_options = {
        "show_copy_button": lambda shown: {"buttons": ["copy"]} if shown else {},
    }

    change = Event(doc="The text was replaced.")
    copy = Event(CopyData, doc="The person copied the text; value is the text.")

    def setup(self) -> None:
        if self.latex_delimiters is None:
            self.latex_delimiters = [dict(item) for item in DELIMITERS]
        for item in self.latex_delimiters:
            if not item.get("left") or not item.get("right"):
                raise refuse_option(
                    self, "latex_delimiters", item, "dicts with 'left', 'right' and 'display'"
                )
        for name in ("height", "max_height", "min_height"):
            length = getattr(self, name)
            if isinstance(length, bool) or (isinstance(length, int) and length < 0):
                raise refuse_option(self, name, length, _LENGTH)

    def props(self) -> dict[str, Any]:
        named = [name for name in self.buttons or () if isinstance(name, str)]
        return {**super().props(), "buttons": named}

    def preprocess(self, payload: object) -> str | None:
        """Give the function the text.

        Raises:
            PayloadError: It is not text.
        """
        if payload is not None and not isinstance(payload, str):
            raise PayloadError(self, got=payload, expected="text, or null")
        return payload

    def postprocess(self, value: object) -> str | None:
        """Remove the common indentation, as docstrings have it.

        Raises:
            ValueTypeError: The value cannot be turned into text.
        """
        if value is None:
            return None
        if isinstance(value, (bytes, bytearray)):
            raise ValueTypeError(self, got=value, expected="text", fix="decode the bytes first")
        return inspect.cleandoc(str(value))

    def api_schema(self, direction: Literal["input", "output"] = "input") -> dict[str, Any]:
        return {"type": "string"}

    def example_payload(self) -> str:
        return "# Hello!"

    def example(self, value: object) -> ExampleCell:
        return ExampleCell("empty") if value is None else ExampleCell("text", str(value))
