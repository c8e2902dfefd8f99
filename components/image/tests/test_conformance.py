"""The suite that every component passes."""

from __future__ import annotations

from pegboard.testing.conformance import ComponentConformance
from pegboard_image import Image


class TestImage(ComponentConformance):
    component = Image
