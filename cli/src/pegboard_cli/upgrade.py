"""`pegboard component upgrade`: brings a project up to today's template, keeping what its author changed.

A three-way merge of each file (git's): what the older template made of the recorded answers is the common
ancestor, what today's template makes of them is one side, and the project is the other.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from pegboard_cli import VERSION
from pegboard_cli.console import Problem, run, say
from pegboard_cli.new import render_component
from pegboard_cli.project import Project
from pegboard_cli.resources import template_dir

# Made by other tools, or not the template's to change.
_LEFT_ALONE = ("src/*/pegboard.json", "package-lock.json", "frontend/base/*")


@dataclass
class Upgrade:
    """What was done, by file."""

    updated: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)

    @property
    def has_changes(self) -> bool:
        """Whether any file was touched."""
        return bool(self.updated or self.added or self.removed or self.conflicts)


def upgrade(project: Project, base: Path | None = None) -> Upgrade:
    """Merge today's template into the project.

    Args:
        base: The template that the project was made from: a folder, or a wheel of pegboard-cli. Left out,
            it is this version's own, or that of the recorded version of pegboard-cli, fetched with pip.

    Raises:
        Problem: The project does not say what it was made from, or that template cannot be had.
    """
    recorded = project.template
    answers = {str(key): str(value) for key, value in recorded.get("answers", {}).items()}
    version = str(recorded.get("version", ""))
    if not answers or not version:
        raise Problem(
            "This project does not say what it was made from.",
            got="no [tool.pegboard.template] in pyproject.toml",
            expected="the answers that `pegboard component new` recorded",
            fix="make a new project with the same name elsewhere, and copy that table from it",
        )
    if shutil.which("git") is None:
        raise Problem("Nothing can be merged.", got="no git on PATH", fix="install git")
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        old_template = _old_template(version, base, work)
        (work / "old").mkdir()
        (work / "new").mkdir()
        known = {key: value for key, value in answers.items() if key in _asked(old_template)}
        old = render_component({**known, "version": version}, work / "old", old_template)
        new = render_component({**answers, "version": VERSION}, work / "new")
        return _merge(project.folder, old, new)


def _old_template(version: str, base: Path | None, work: Path) -> Path:
    if base is None and version == VERSION:
        return template_dir("component")
    if base is None:
        say(f"template of pegboard-cli {version}")
        command = [
            sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check",
            "--dest", str(work / "kit"), f"pegboard-cli=={version}",
        ]  # fmt: skip
        run(command, work, "older kit (pip download)")
        base = next((work / "kit").glob("*.whl"))
    if base.is_dir():
        return base
    with zipfile.ZipFile(base) as archive:
        archive.extractall(work / "older")
    return work / "older" / "pegboard_cli" / "_kit" / "templates" / "component"


def _asked(template: Path) -> set[str]:
    """Return the names of the questions that a template knows."""
    return set(re.findall(r'^\s*"(\w+)":', (template / "cookiecutter.json").read_text(encoding="utf-8"), re.MULTILINE))


def _merge(ours: Path, old: Path, new: Path) -> Upgrade:
    done = Upgrade()
    for name in sorted(_files(old) | _files(new)):
        if any(Path(name).match(pattern) for pattern in _LEFT_ALONE):
            continue
        _merge_file(name, ours / name, old / name, new / name, done)
    return done


def _files(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


def _merge_file(name: str, ours: Path, old: Path, new: Path, done: Upgrade) -> None:
    before = old.read_bytes() if old.is_file() else None
    after = new.read_bytes() if new.is_file() else None
    now = ours.read_bytes() if ours.is_file() else None
    if before == after or now == after:
        return  # the template has not moved, or the project is there already
    if now is None:
        if before is None and after is not None:
            ours.parent.mkdir(parents=True, exist_ok=True)
            ours.write_bytes(after)
            done.added.append(name)
        return  # else its author took the file away
    if after is None:
        if now == before:
            ours.unlink()
            done.removed.append(name)
        else:
            done.conflicts.append(f"{name} (the template has none any more; yours is kept)")
        return
    if now == before:
        ours.write_bytes(after)
        done.updated.append(name)
        return
    if b"\0" in now[:8000] or b"\0" in after[:8000]:
        done.conflicts.append(f"{name} (binary; yours is kept)")
        return
    _merge_text(name, ours, old, new, done)


def _merge_text(name: str, ours: Path, old: Path, new: Path, done: Upgrade) -> None:
    if not old.is_file():
        old.parent.mkdir(parents=True, exist_ok=True)
        old.touch()
    command = ["git", "merge-file", "-p", "-L", "yours", "-L", "older template", "-L", "template"]
    merged = subprocess.run([*command, str(ours), str(old), str(new)], capture_output=True, check=False)
    if merged.returncode < 0 or merged.returncode > 127:
        raise Problem(f"{name} cannot be merged.", got=merged.stderr.decode("utf-8", "replace"))
    ours.write_bytes(merged.stdout)
    (done.conflicts if merged.returncode else done.updated).append(name)
