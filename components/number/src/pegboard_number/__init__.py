"""Number field of Pegboard, with bounds, step and precision."""

from .component import Number

__all__ = ["Number"]
