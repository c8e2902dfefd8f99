"""JSON keeps every promise of a component."""

from pegboard.testing import ComponentConformance
from pegboard_json import JSON


class TestJSON(ComponentConformance):
    component = JSON
