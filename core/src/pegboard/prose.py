"""Prose: plain text that the shell draws itself, for pages without a markdown plugin."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from pegboard.component import Component, JsonSchema
from pegboard.events import Event


class Prose(Component[str | None]):
    """A heading or paragraphs, shown as plain text.

    Args:
        value: The text; empty lines part paragraphs.
        level: 1 to 6 for a heading, 0 for a paragraph.
    """

    skip_api: ClassVar[bool] = True
    is_shell_drawn: ClassVar[bool] = True
    is_static_only: ClassVar[bool] = True
    value_is_caption: ClassVar[bool] = True

    value: Any = Field(default=None, kw_only=False)
    level: int = Field(default=0, ge=0, le=6)
    container: bool = False

    change: Event = Event(doc="the text changed")

    def postprocess(self, value: object) -> str | None:
        """Show any object as text."""
        return None if value is None else str(value)

    def api_schema(self, direction: Any = "input") -> JsonSchema:
        """Return the schema of a string."""
        return {"type": "string"}

    def example_payload(self) -> str:
        """Return a word."""
        return "Hello"
