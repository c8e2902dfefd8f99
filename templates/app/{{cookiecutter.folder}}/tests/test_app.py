"""What the app's functions return."""

import runpy
from pathlib import Path

APP = runpy.run_path(str(Path(__file__).parents[1] / "app.py"))


def test_greeting_says_the_name() -> None:
    assert APP["greet"]("Ada") == "Hello Ada."
    assert APP["greet"]("Ada", excited=True) == "Hello Ada!"
