"""Markdown: text with headings, tables, code and formulas."""

from pegboard_markdown.component import Markdown

__all__ = ["Markdown"]
