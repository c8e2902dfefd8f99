"""Dropdown: one or several choices out of a list that can be searched."""

from pegboard_dropdown.component import Dropdown

__all__ = ["Dropdown"]
