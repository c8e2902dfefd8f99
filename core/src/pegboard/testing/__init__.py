"""What tests of Pegboard and of its plugins are built from. Knows both wings.

Names are imported when first used, because the suites need packages that apps do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pegboard.testing.conformance import ComponentConformance

__all__ = ["ComponentConformance"]


def __getattr__(name: str) -> Any:
    if name == "ComponentConformance":
        from pegboard.testing.conformance import ComponentConformance

        return ComponentConformance
    raise AttributeError(f"module 'pegboard.testing' has no attribute {name!r}")
