"""A distribution's browser code: where its sources and outputs are, whether they fit, how to build it."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatch_pegboard import plain
from hatch_pegboard.problem import BuildError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NODE_HELP = "Install Node 20.19 or newer, or install from a wheel, which carries the built bundle."


class Frontend:
    """The browser side of one distribution.

    Args:
        root: Folder of its pyproject.toml.
        kind: ``"component"``; ``"core"`` for the page shell; ``"site"`` for a page of its own.
    """

    def __init__(self, root: Path, kind: str) -> None:
        self.root = root
        self.kind = kind
        with (root / "pyproject.toml").open("rb") as file:
            self.project: dict[str, Any] = tomllib.load(file)

    @property
    def package_dir(self) -> Path:
        """The import package, as the wheel target names it."""
        packages = self.project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
        return self.root / str(packages[0])

    @property
    def source_dir(self) -> Path:
        """The sources; need not exist for a component in plain JavaScript."""
        return self.root / "frontend"

    @property
    def stamp_path(self) -> Path:
        """Holds the hash of the sources that the bundle was built from."""
        return self.package_dir / "_frontend" / ".stamp"

    def output_dirs(self) -> list[Path]:
        """Return the folders of built files that exist."""
        folder = self.package_dir / "_frontend"
        return [folder] if folder.is_dir() else []

    def manifest_path(self) -> Path | None:
        """Return the manifest, ``None`` when there is none."""
        path = self.package_dir / "pegboard.json"
        return path if path.is_file() else None

    def source_hash(self) -> str:
        """Return a hash over everything a build depends on in this distribution."""
        digest = hashlib.sha256()
        for path in sorted(self.source_dir.rglob("*")):
            if path.is_file() and "node_modules" not in path.parts:
                digest.update(path.relative_to(self.source_dir).as_posix().encode())
                digest.update(path.read_bytes())
        for name in ("package.json", "package-lock.json"):
            if (self.root / name).is_file():
                digest.update((self.root / name).read_bytes())
        settings = self.project.get("tool", {}).get("pegboard", {}).get("components", {})
        digest.update(json.dumps(settings, sort_keys=True, default=str).encode())
        return digest.hexdigest()

    def is_stale(self) -> bool:
        """Whether there are sources that the bundle was not built from."""
        if not self.source_dir.is_dir():
            return False
        stamp = self.stamp_path
        return not stamp.is_file() or stamp.read_text().strip() != self.source_hash()

    def mark_fresh(self) -> None:
        """Take note that the bundle is built from the sources as they are."""
        self.stamp_path.parent.mkdir(parents=True, exist_ok=True)
        self.stamp_path.write_text(self.source_hash() + "\n")

    @property
    def needs_node(self) -> bool:
        """Whether the sources have to be compiled; plain JavaScript is only copied."""
        entries = self.entries().values()
        return (
            self.kind != "component"
            or not entries  # sources that no component names: whatever they are, they are not copied
            or (self.root / "package.json").is_file()
            or any(Path(entry).suffix != ".js" for entry in entries)
        )

    def entries(self) -> dict[str, str]:
        """Return each component's entry in the sources, by name."""
        table = self.project.get("tool", {}).get("pegboard", {}).get("components", {})
        return {
            name: str(options["frontend"])
            for name, options in table.items()
            if isinstance(options, dict) and "frontend" in options
        }

    def build(self) -> None:
        """Run the frontend build.

        Raises:
            BuildError: Node is missing, or the build failed.
        """
        if not self.needs_node:
            for name, entry in self.entries().items():
                plain.copy_bundle(self.root / entry, self.package_dir / "_frontend" / name, name)
            self.mark_fresh()
            return
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is None or npm is None:
            raise BuildError(f"{self.root.name} has sources to build, and Node was not found. {NODE_HELP}")
        workspace = self._workspace()
        home = workspace or self.root
        if not (home / "node_modules").is_dir():
            print(f"hatch-pegboard: installing the packages of {home.name}", file=sys.stderr)
            lock = (home / "package-lock.json").is_file()
            self._run([npm, "ci" if lock else "install", "--no-fund", "--no-audit"], home)
        if workspace is not None:
            tool = [node, str(workspace / "core" / "js" / "vite" / "bin" / "pegboard-vite.js")]
        else:
            tool = [npm, "exec", "--", "pegboard-vite"]
        verbs = {"core": ["build-core"], "site": ["build-site", str(self.root)]}
        target = verbs.get(self.kind, ["build", str(self.root)])
        print(f"hatch-pegboard: building the bundle of {self.root.name}", file=sys.stderr)
        self._run([*tool, *target], home)
        self.mark_fresh()

    def _workspace(self) -> Path | None:
        """Return the repository that holds the build tool, if this distribution lies in it."""
        for folder in self.root.resolve().parents:
            if (folder / "core" / "js" / "vite" / "bin" / "pegboard-vite.js").is_file():
                return folder
        return None

    def _run(self, command: list[str], folder: Path) -> None:
        done = subprocess.run(command, cwd=folder, check=False)
        if done.returncode:
            raise BuildError(f"`{' '.join(command)}` failed with exit code {done.returncode}.")
