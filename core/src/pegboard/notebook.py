"""Notebooks: whether this process is the kernel of one, and showing an app below its cell.

IPython is looked for among the modules that are loaded already, so that importing costs nothing.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any


def shell() -> Any:
    """Return IPython's running shell, or ``None`` outside IPython."""
    module = sys.modules.get("IPython")
    return None if module is None else module.get_ipython()


def is_notebook() -> bool:
    """Say whether this process is a notebook's kernel (a front end can show frames)."""
    running = shell()
    return running is not None and hasattr(running, "kernel")


def is_interactive() -> bool:
    """Say whether someone types into this interpreter, so that a launch must give control back."""
    return hasattr(sys, "ps1") or bool(sys.flags.interactive) or shell() is not None


def show_frame(address: str, width: int | str, height: int) -> None:
    """Show a page below the cell that runs."""
    # Only called when IPython runs already; not a dependency, so not an import at the top.
    shown = importlib.import_module("IPython.display")
    shown.display(shown.IFrame(address, width=width, height=height))
