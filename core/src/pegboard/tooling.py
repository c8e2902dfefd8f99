"""What a development tool changes about the app that it runs; nothing is active in a plain `launch`.

`pegboard run` and `pegboard component dev` make a `Tooling` active before they run an app's script.
Knows nothing of servers and describes no page: it is asked by those who do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Tooling(Protocol):
    """What the tool decides."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Parameters of launch that win over the app's own: the address, for example."""

    @property
    def page(self) -> Mapping[str, Any]:
        """What the page gets to know under ``pegboard.dev``; it loads the module ``client`` first."""

    def assets(self, cls: type | None, assets: Any) -> Any:
        """Return the browser code of a component class to use in place of the given one."""

    def prepare(self, app: Any) -> None:
        """Add routes to the web application before it starts."""


_active: Tooling | None = None


def use(tooling: Tooling | None) -> None:
    """Make a tool's decisions count for every app that this process starts from now on."""
    global _active
    _active = tooling


def active() -> Tooling | None:
    """Return the tool in charge, or ``None``."""
    return _active
