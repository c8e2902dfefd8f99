"""Button keeps every promise of a component."""

from pegboard.testing import ComponentConformance
from pegboard_button import Button, ClearButton


class TestButton(ComponentConformance):
    component = Button


class TestClearButton(ComponentConformance):
    component = ClearButton
