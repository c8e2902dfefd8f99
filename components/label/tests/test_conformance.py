"""Label keeps every promise of a component."""

from pegboard.testing import ComponentConformance
from pegboard_label import Label


class TestLabel(ComponentConformance):
    component = Label
