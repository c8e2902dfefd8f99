"""The suite holds for the small components of `pegboard.testing`, so that it can be trusted elsewhere."""

from __future__ import annotations

from pegboard.testing import ComponentConformance
from pegboard.testing.fakes import Counter, Echo


class TestEcho(ComponentConformance):
    component = Echo


class TestCounter(ComponentConformance):
    component = Counter
    options = {"minimum": 0, "maximum": 10}
