"""Checks of what is shipped: the bundle, its size, what it reaches for, and the wheel's contents."""

from __future__ import annotations

import gzip
import json
import re
import tempfile
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

from hatch_pegboard.problem import BuildError
from pegboard_cli.build import build as build_project
from pegboard_cli.console import Problem
from pegboard_cli.findings import Finding, error, ok, warning
from pegboard_cli.project import Project

DEFAULT_BUDGET_KB = 250
MAX_WHEEL_BYTES = 10 * 1024 * 1024

# What the app's policy forbids, as far as text shows it; a browser finds the rest.
_FORBIDDEN = {
    r"\beval\s*\(": "calls eval",
    r"\bnew\s+Function\s*\(": "makes functions from text",
    r"""\bimport\s*\(\s*["']https?:""": "imports from another origin",
    r"""\bfrom\s*["']https?:""": "imports from another origin",
}
_REMOTE_CSS = re.compile(r"""(@import[^;]*https?:|url\(\s*["']?https?:)""")
_GLOBAL_CSS = re.compile(r"@(font-face|property)\b")


def bundle(project: Project) -> Iterator[Finding]:
    """Whether the bundle is there, built from the sources as they are, and small enough."""
    frontend, check = project.frontend, "bundle"
    if frontend.is_stale():
        try:
            project.build_frontend()
        except (Problem, BuildError) as problem:
            yield error(check, str(problem), "mend the sources; `pegboard component dev` shows where")
            return
    for component in _described(project):
        browser = component.get("frontend") or {}
        shared = browser.get("shared") or {}
        named = [browser.get("entry"), browser.get("css"), shared.get("entry")]
        missing = [name for name in named if name and not (frontend.package_dir / name).is_file()]
        if missing:
            yield error(
                check,
                f"'{component.get('name')}' lacks {', '.join(missing)}.",
                "run: pegboard component build",
            )
            continue
        yield from _size(project, component, [name for name in named if name])
        yield from _reach(project, component)


def _size(project: Project, component: dict[str, Any], named: list[str]) -> Iterator[Finding]:
    folder = project.frontend.package_dir
    entry = next((name for name in reversed(named) if name.endswith(".js")), named[0])
    gzipped = len(gzip.compress((folder / entry).read_bytes(), 9))
    browser = component.get("frontend") or {}
    limit = browser.get("budget_kb", DEFAULT_BUDGET_KB)
    text = f"{component.get('name')}: {gzipped / 1024:.1f} KB gzip, budget {limit} KB"
    if gzipped > limit * 1024:
        yield error(
            "size", text,
            "import less, load the heavy part with import() when it is needed, or raise budget_kb "
            "in pyproject.toml with a reason",
        )  # fmt: skip
    else:
        yield ok("size", text)


def _reach(project: Project, component: dict[str, Any]) -> Iterator[Finding]:
    browser = component.get("frontend") or {}
    folder = (project.frontend.package_dir / str(browser.get("entry"))).parent
    found: list[Finding] = []
    for file in sorted(folder.rglob("*")):
        if file.suffix not in (".js", ".mjs", ".css"):
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        name = file.relative_to(project.frontend.package_dir).as_posix()
        if file.suffix == ".css":
            if _REMOTE_CSS.search(text):
                found.append(
                    error("policy", f"{name} loads from another origin.", "ship the file in the wheel")
                )
            if _GLOBAL_CSS.search(text):
                found.append(
                    warning("policy", f"{name} defines a font or property for the whole page.", "rename it "
                            "so that no other component can have the same name")
                )  # fmt: skip
            continue
        for pattern, what in _FORBIDDEN.items():
            if re.search(pattern, text):
                found.append(
                    error("policy", f"{name} {what}, which the page's policy forbids.", "do without, or ship it")
                )
    if browser.get("styles") == "global":
        found.append(
            warning("policy", "its styles are global.", 'leave out styles = "global" unless it must be')
        )
    yield from found or [ok("policy", "no eval, no other origin in what is shipped")]


def wheel(project: Project) -> Iterator[Finding]:
    """Whether the wheel carries all that it must and nothing that it must not."""
    check = "wheel"
    with tempfile.TemporaryDirectory() as folder:
        try:
            made = build_project(project, Path(folder))
        except Problem as problem:
            yield error(check, str(problem), "see the messages above")
            return
        with zipfile.ZipFile(made.wheel) as archive:
            names = archive.namelist()
            size = made.wheel.stat().st_size
            info = next(name for name in names if name.endswith(".dist-info/METADATA"))
            about = message_from_bytes(archive.read(info))
    found: list[Finding] = []
    package = project.frontend.package_dir.name
    tops = {name.partition("/")[0] for name in names}
    for top in sorted(tops - {package}):
        if not top.endswith((".dist-info", ".data")):
            found.append(
                error(check, f"it installs '{top}' beside '{package}'.", "leave it out of [tool.hatch.build...]")
            )
    junk = [n for n in names if "node_modules/" in n or "__pycache__" in n or n.endswith((".map", ".pyc"))]
    if junk:
        found.append(error(check, f"it carries {junk[0]}.", "leave it out of the build"))
    if not any("/licenses/" in name or name.endswith("LICENSE") for name in names):
        found.append(error(check, "it carries no licence text.", 'add: license-files = ["LICENSE"]'))
    if not any(name == f"{package}/py.typed" for name in names):
        found.append(
            warning(check, "type checkers ignore its types.", f"add an empty file {package}/py.typed")
        )
    if not about.get("Summary") or about.get("Summary") == "UNKNOWN":
        found.append(error(check, "it has no summary.", "add `description` under [project]"))
    if size > MAX_WHEEL_BYTES:
        found.append(
            warning(check, f"it is {size / 2**20:.1f} MB.", "fetch large data when it is used, or split it off")
        )
    yield from found or [ok(check, f"complete, {size / 1024:.1f} KB, {len(names)} files")]


def _described(project: Project) -> list[dict[str, Any]]:
    try:
        data = json.loads(project.manifest_path.read_text(encoding="utf-8"))
        components: list[dict[str, Any]] = list(data["components"])
    except (OSError, ValueError, KeyError, TypeError):
        return []  # what is wrong with the manifest is said by its own check
    return components
