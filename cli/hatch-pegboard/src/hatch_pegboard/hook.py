"""The hook: build what is stale, pack the bundle and the manifest, fail when something is missing."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

from hatch_pegboard.frontend import Frontend
from hatch_pegboard.problem import BuildError


class PegboardBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # its config type is hatchling's
    """Runs for wheel, editable wheel and sdist alike."""

    PLUGIN_NAME = "pegboard"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, check, and list the files to pack.

        Raises:
            SystemExit: The bundle is missing and cannot be built, or the manifest is bad.
        """
        frontend = Frontend(Path(self.root), self.config.get("kind", "component"))
        try:
            if frontend.is_stale():
                frontend.build()
            self._check(frontend, is_editable=version == "editable")
        except BuildError as problem:
            print(f"hatch-pegboard: {problem}", file=sys.stderr)
            raise SystemExit(1) from None
        for folder in frontend.output_dirs():
            build_data["artifacts"].append(f"/{folder.relative_to(self.root).as_posix()}/**")
        manifest = frontend.manifest_path()
        if self.target_name == "wheel" and manifest is not None:
            build_data.setdefault("extra_metadata", {})[str(manifest)] = "pegboard.json"

    def _check(self, frontend: Frontend, *, is_editable: bool) -> None:
        if frontend.kind == "core":
            if not (frontend.package_dir / "_frontend" / "build.json").is_file():
                raise BuildError("the page shell was not built: core/_frontend/build.json is missing.")
            return
        if frontend.kind == "site":
            if not is_editable and not (frontend.package_dir / "_frontend" / "index.html").is_file():
                raise BuildError(f"the page of {frontend.root.name} was not built: index.html is missing.")
            return
        manifest = frontend.manifest_path()
        if manifest is None and is_editable:
            # Its author makes it by importing the class, which needs this very install.
            print("hatch-pegboard: now make the manifest with `pegboard manifest`.", file=sys.stderr)
            return
        if manifest is None:
            raise BuildError(
                f"{frontend.package_dir}/pegboard.json is missing. Make it with `pegboard manifest`."
            )
        for component in _described(frontend, manifest):
            browser = component.get("frontend") or {}
            shared = browser.get("shared") or {}
            for file in (browser.get("entry"), browser.get("css"), shared.get("entry")):
                if file is not None and not (frontend.package_dir / str(file)).is_file():
                    raise BuildError(
                        f"the bundle {file} of component '{component['name']}' is missing. Build it "
                        "(Node 20.19 or newer), or install from a wheel, which carries it; if the "
                        f"component has no such file any more, run `pegboard manifest` in {frontend.root}."
                    )


def _described(frontend: Frontend, manifest: Path) -> list[dict[str, Any]]:
    """Return the manifest's components, after comparing it with pyproject.toml.

    Raises:
        BuildError: It cannot be read, or describes something else than what is being built.
    """
    again = f"Write it anew with `pegboard manifest` in {frontend.root}."
    try:
        data = json.loads(manifest.read_text(encoding="utf-8"))
        components: list[dict[str, Any]] = list(data["components"])
        objects = {component["object"] for component in components if component["name"]}
        distribution, _ = data["distribution"], data["protocol"]
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise BuildError(
            f"{manifest} cannot be read: {type(problem).__name__} {problem}. {again}"
        ) from None
    project = frontend.project["project"]
    if distribution != project["name"]:
        raise BuildError(f"{manifest} is of '{distribution}', not of '{project['name']}'. {again}")
    points = project.get("entry-points", {}).get("pegboard.components", {})
    missing = sorted(set(points.values()) - objects)
    if missing:
        raise BuildError(f"{manifest} does not describe {', '.join(missing)}. {again}")
    return components
