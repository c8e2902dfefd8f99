"""The suite that every component passes."""

from __future__ import annotations

from pegboard_image import Image

from pegboard.testing.conformance import ComponentConformance


class TestImage(ComponentConformance):
    component = Image
