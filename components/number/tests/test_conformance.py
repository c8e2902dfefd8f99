"""Number keeps every promise of a component."""

from pegboard.testing import ComponentConformance
from pegboard_number import Number


class TestNumber(ComponentConformance):
    component = Number
