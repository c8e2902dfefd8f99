"""``python -m hatch_pegboard DIR...``: take note that the bundles of these folders were just built."""

from __future__ import annotations

import sys
from pathlib import Path

from hatch_pegboard.frontend import Frontend


def main() -> None:
    """Mark each folder's bundle as fresh."""
    for argument in sys.argv[1:]:
        root = Path(argument).resolve()
        Frontend(root, "core" if root.name == "core" else "component").mark_fresh()


if __name__ == "__main__":
    main()
