"""The suite that every component passes, for one file and for several."""

from __future__ import annotations

from pegboard.testing.conformance import ComponentConformance
from pegboard_file import File


class TestFile(ComponentConformance):
    component = File


class TestSeveralFiles(ComponentConformance):
    component = File
    options = {"file_count": "multiple"}
