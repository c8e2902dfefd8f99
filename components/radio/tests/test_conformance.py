"""Radio keeps every promise of a component."""

from pegboard.testing import ComponentConformance
from pegboard_radio import Radio


class TestRadio(ComponentConformance):
    component = Radio
    options = {"choices": ["red", ("Blue", "blue"), 3, True]}


class TestRadioByIndex(ComponentConformance):
    component = Radio
    options = {"choices": [1, 2, 3], "type": "index"}
