"""Checkbox of Pegboard: yes or no."""

from .component import Checkbox

__all__ = ["Checkbox"]
