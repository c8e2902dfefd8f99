"""Checkbox keeps every promise of a component."""

from pegboard.testing import ComponentConformance
from pegboard_checkbox import Checkbox


class TestCheckbox(ComponentConformance):
    component = Checkbox
