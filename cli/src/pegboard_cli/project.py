"""A component's project: its folder, its pyproject.toml, and the steps that make it ready."""

from __future__ import annotations

import shutil
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

from hatch_pegboard.frontend import Frontend
from hatch_pegboard.problem import BuildError
from pegboard_cli.console import Problem, run, say

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NODE = "Node 20.19 or newer"


class Project:
    """One distribution of components, as its author has it on disk.

    Raises:
        Problem: The folder holds none.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        file = self.folder / "pyproject.toml"
        try:
            self.settings: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise Problem(
                f"{folder} is no component's project.",
                got="no pyproject.toml",
                expected="the folder of a distribution with an entry point of pegboard.components",
                fix="change into it, or make one: pegboard component new",
            ) from None
        except tomllib.TOMLDecodeError as error:
            raise Problem(f"{file} cannot be read.", got=str(error), expected="TOML") from None
        if not self.entry_points:
            raise Problem(
                f"{folder} is no component's project.",
                got="a pyproject.toml without components",
                expected='lines under [project.entry-points."pegboard.components"]',
                fix='add for example: stars = "pegboard_stars:Stars"',
            )

    @property
    def metadata(self) -> dict[str, Any]:
        """The table ``[project]``."""
        found: dict[str, Any] = self.settings.get("project", {})
        return found

    @property
    def name(self) -> str:
        """The distribution's name."""
        return str(self.metadata.get("name", self.folder.name))

    @property
    def entry_points(self) -> dict[str, str]:
        """Component names and their classes."""
        points = self.metadata.get("entry-points", {}).get("pegboard.components", {})
        return {str(name): str(ref) for name, ref in points.items()}

    @property
    def template(self) -> dict[str, Any]:
        """What it was made from: ``[tool.pegboard.template]``, or nothing."""
        found: dict[str, Any] = self.settings.get("tool", {}).get("pegboard", {}).get("template", {})
        return found

    @cached_property
    def frontend(self) -> Frontend:
        """Its browser side."""
        return Frontend(self.folder, "component")

    @property
    def source_dir(self) -> Path:
        """The folder that goes on sys.path."""
        return self.frontend.package_dir.parent

    @property
    def manifest_path(self) -> Path:
        """Where pegboard.json belongs."""
        return self.frontend.package_dir / "pegboard.json"

    @property
    def demo(self) -> Path:
        """The app that shows it."""
        return self.folder / "demo" / "app.py"

    def install_packages(self) -> None:
        """Install what the frontend is built with, unless it is there.

        Raises:
            Problem: Node is missing, or npm failed.
        """
        if not self.frontend.needs_node or (self.folder / "node_modules").exists():
            return
        if self.frontend._workspace() is not None:
            return
        npm = shutil.which("npm")
        if npm is None:
            raise Problem(
                f"The frontend of {self.name} cannot be built.",
                got="no npm on PATH",
                expected=NODE,
                fix="install Node, or make the component with --frontend vanilla",
            )
        verb = "ci" if (self.folder / "package-lock.json").is_file() else "install"
        command = [npm, verb, "--no-fund", "--no-audit", "--loglevel=error", "--progress"]
        run(command, self.folder, "frontend packages (npm, once)")

    def build_frontend(self) -> None:
        """Build the bundle if its sources have changed.

        Raises:
            Problem: The build failed.
        """
        if not self.frontend.is_stale():
            return
        self.install_packages()
        say("bundle")
        try:
            self.frontend.build()
        except BuildError as error:
            raise Problem(f"The frontend of {self.name} cannot be built.", got=str(error)) from None

    def write_manifest(self) -> bool:
        """Write pegboard.json if the class says something else than it; say whether it was changed.

        Raises:
            Problem: A class cannot be imported.
        """
        from pegboard_cli.manifest import ManifestProblem, generate

        try:
            text = generate(self.folder)
        except ManifestProblem as error:
            raise Problem(f"The manifest of {self.name} cannot be made.", got=str(error)) from None
        path = self.manifest_path
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            return False
        path.write_text(text, encoding="utf-8")
        say(f"{path.relative_to(self.folder)} written")
        return True

    def prepare(self) -> None:
        """Build what is stale and bring the manifest up to date, in a fresh interpreter.

        Raises:
            Problem: Either failed.
        """
        self.build_frontend()
        run([sys.executable, "-m", "pegboard_cli", "manifest", str(self.folder)], self.folder, "manifest")
