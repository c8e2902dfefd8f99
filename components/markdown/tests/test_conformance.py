"""The suite that every component passes."""

from __future__ import annotations

from pegboard.testing.conformance import ComponentConformance
from pegboard_markdown import Markdown


class TestMarkdown(ComponentConformance):
    component = Markdown
