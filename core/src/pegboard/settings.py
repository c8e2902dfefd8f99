"""Settings from the environment: ``PEGBOARD_X`` first, then ``GRADIO_X``."""

from __future__ import annotations

import os


def environment(name: str) -> str | None:
    """Return the value of ``PEGBOARD_<name>``, else of ``GRADIO_<name>``, else ``None``."""
    for prefix in ("PEGBOARD_", "GRADIO_"):
        value = os.environ.get(prefix + name)
        if value:
            return value
    return None


def environment_flag(name: str) -> bool | None:
    """Return a setting as a truth value, or ``None`` when it is not set."""
    value = environment(name)
    return None if value is None else value.strip().lower() in ("1", "true", "yes", "on")
