"""Textbox keeps every promise of a component."""

from pegboard.testing import ComponentConformance
from pegboard_textbox import Textbox


class TestTextbox(ComponentConformance):
    component = Textbox
