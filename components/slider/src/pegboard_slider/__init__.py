"""Slider of Pegboard: a number in a range, by dragging or typing."""

from .component import Slider

__all__ = ["Slider"]
