"""Slider keeps every promise of a component."""

from pegboard.testing import ComponentConformance
from pegboard_slider import Slider


class TestSlider(ComponentConformance):
    component = Slider
