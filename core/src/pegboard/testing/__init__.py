"""What tests of Pegboard and of its plugins are built from. Knows both wings.

Names are imported when first used, because the suites need packages that apps do not.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pegboard.testing.browser import FrontendConformance
    from pegboard.testing.conformance import ComponentConformance
    from pegboard.testing.stage import Stage

__all__ = ["ComponentConformance", "FrontendConformance", "Stage"]

# The suites are not test files by name, but a failed `assert` in them should say as much.
if "pytest" in sys.modules:
    sys.modules["pytest"].register_assert_rewrite(
        "pegboard.testing.browser", "pegboard.testing.conformance"
    )


def __getattr__(name: str) -> Any:
    if name == "ComponentConformance":
        from pegboard.testing.conformance import ComponentConformance

        return ComponentConformance
    if name in ("FrontendConformance", "Stage"):
        from pegboard.testing import browser

        return getattr(browser, name)
    raise AttributeError(f"module 'pegboard.testing' has no attribute {name!r}")
