"""Text field of Pegboard: one line or many, with submit, stop and copy buttons."""

from .attributes import InputHTMLAttributes
from .component import Textbox

__all__ = ["InputHTMLAttributes", "Textbox"]
