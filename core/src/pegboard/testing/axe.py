"""axe-core, the checker of accessibility: where its script is on this machine."""

from __future__ import annotations

import importlib.util
import os
from functools import lru_cache
from pathlib import Path

IN_NODE_MODULES = Path("node_modules", "axe-core", "axe.min.js")
# Python packages that carry the script, for people without Node.
CARRIERS = ("axe_playwright_python", "axe_core_python")


@lru_cache(maxsize=1)
def axe_source() -> str:
    """Return the script of axe-core.

    Raises:
        AssertionError: It is not installed; a check that cannot be made must not look as if it passed.
    """
    for path in _places():
        if path.is_file():
            return path.read_text("utf-8")
    raise AssertionError(
        "axe-core was not found, so accessibility cannot be checked. Run `npm install axe-core` here, "
        "or `pip install axe-playwright-python`, or set PEGBOARD_AXE to the path of axe.min.js."
    )


def _places() -> list[Path]:
    named = os.environ.get("PEGBOARD_AXE")
    if named:
        return [Path(named)]
    here = Path.cwd()
    places = [folder / IN_NODE_MODULES for folder in (here, *here.parents, *Path(__file__).parents)]
    for package in CARRIERS:
        spec = importlib.util.find_spec(package)
        for folder in spec.submodule_search_locations or () if spec else ():
            places.append(Path(folder) / "axe.min.js")
    return places
