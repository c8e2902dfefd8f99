"""Registers the build hook with hatchling."""

from __future__ import annotations

from hatchling.plugin import hookimpl

from hatch_pegboard.hook import PegboardBuildHook


@hookimpl
def hatch_register_build_hook() -> type[PegboardBuildHook]:
    """Return the hook's class."""
    return PegboardBuildHook
