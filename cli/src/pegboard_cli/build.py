"""Builds a component's wheel and sdist, and looks into what came out."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from pegboard_cli.console import Problem, run
from pegboard_cli.project import Project


@dataclass(frozen=True)
class Built:
    """What a build made."""

    wheel: Path
    sdist: Path

    @property
    def files(self) -> tuple[Path, Path]:
        """Both files."""
        return (self.wheel, self.sdist)


def build(project: Project, output: Path) -> Built:
    """Build the frontend if it is stale, bring the manifest up to date, pack both files.

    The same sources give the same bytes: hatchling stamps files with one date.

    Raises:
        Problem: Any step failed, or the wheel lacks what it must carry.
    """
    project.prepare()
    output.mkdir(parents=True, exist_ok=True)
    fresh = output / f".build-{os.getpid()}"
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", "-d", str(fresh)]
    try:
        run(command, project.folder, "sdist and wheel")
        (wheel,) = fresh.glob("*.whl")
        (sdist,) = fresh.glob("*.tar.gz")
        missing = missing_from(wheel)
        if missing:
            raise Problem(
                f"The wheel {wheel.name} is not complete.",
                got=f"it lacks {', '.join(missing)}",
                expected="pegboard.json and every file that it names",
                fix="keep [tool.hatch.build.hooks.pegboard] in pyproject.toml",
            )
        return Built(wheel.replace(output / wheel.name), sdist.replace(output / sdist.name))
    finally:
        for left in fresh.glob("*") if fresh.is_dir() else ():
            left.unlink()
        if fresh.is_dir():
            fresh.rmdir()


def missing_from(wheel: Path) -> list[str]:
    """Return what a component's wheel must carry and does not."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        packed = next((n for n in names if n.endswith(".dist-info/extra_metadata/pegboard.json")), None)
        if packed is None:
            return ["extra_metadata/pegboard.json"]
        described = json.loads(archive.read(packed))
    missing = []
    for component in described["components"]:
        package = str(component["object"]).partition(":")[0].partition(".")[0]
        frontend = component.get("frontend") or {}
        shared = frontend.get("shared") or {}
        for file in (frontend.get("entry"), frontend.get("css"), shared.get("entry")):
            if file is not None and f"{package}/{file}" not in names:
                missing.append(str(file))
    return missing


def digest(file: Path) -> str:
    """Return a file's SHA-256."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
