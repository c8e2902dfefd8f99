"""Dropdown keeps every promise of a component."""

from pegboard.testing import ComponentConformance
from pegboard_dropdown import Dropdown


class TestDropdown(ComponentConformance):
    component = Dropdown
    options = {"choices": ["red", ("Blue", "blue"), 3, True]}


class TestDropdownOfSeveral(ComponentConformance):
    component = Dropdown
    options = {"choices": [1, 2, 3], "multiselect": True, "max_choices": 2}


class TestDropdownWithCustomValues(ComponentConformance):
    component = Dropdown
    options = {"choices": ["a", "b"], "allow_custom_value": True}
