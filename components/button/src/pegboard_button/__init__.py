"""Buttons: one that runs a function, and one that empties components."""

from pegboard_button.component import Button, ClearButton

__all__ = ["Button", "ClearButton"]
