"""Packs what the kit carries: the templates, and the npm packages as tarballs.

In a checkout they lie outside this folder; an sdist has them in ``_kit/``, from where its wheel takes them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class KitBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # its config type is hatchling's
    """Runs for wheel and sdist; an editable install reads the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """List the files to pack."""
        if version == "editable":
            return
        root = Path(self.root)
        place = "_kit" if self.target_name == "sdist" else "pegboard_cli/_kit"
        carried = root / "_kit"
        if carried.is_dir():
            build_data["force_include"][str(carried)] = place
            return
        sys.path.insert(0, str(root / "src"))
        from pegboard_cli.resources import CHECKOUT, NPM_PACKAGES, pack_npm

        build_data["force_include"][str(CHECKOUT / "templates")] = f"{place}/templates"
        output = Path(self.directory) / "npm"
        output.mkdir(parents=True, exist_ok=True)
        for name in NPM_PACKAGES:
            tarball = output / f"pegboard-{name}.tgz"
            tarball.write_bytes(pack_npm(CHECKOUT / "core" / "js" / name))
            build_data["force_include"][str(tarball)] = f"{place}/npm/{tarball.name}"
