"""The suite that every component passes."""

from __future__ import annotations

from pegboard_markdown import Markdown

from pegboard.testing.conformance import ComponentConformance


class TestMarkdown(ComponentConformance):
    component = Markdown
