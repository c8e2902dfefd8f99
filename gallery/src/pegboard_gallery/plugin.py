"""The gallery's place in Pegboard's hooks. Light: every app that starts loads this file."""

from __future__ import annotations

from typing import Any

from pegboard.hookspecs import hookimpl


@hookimpl
def pegboard_cli(group: Any) -> None:
    """Add `pegboard gallery`."""
    from pegboard_gallery.commands import gallery

    group.add_command(gallery)
