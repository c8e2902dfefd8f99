"""Checks of what is written down: metadata, licence, Python sources, manifest, names."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pegboard.manifest import PROTOCOL_TEXT, ManifestError, parse_manifest, speaks
from pegboard.plugins import index, reserved_to
from pegboard_cli.findings import Finding, error, ok, warning
from pegboard_cli.project import Project

_SPDX = re.compile(r"[A-Za-z0-9.+-]+(\s+(AND|OR|WITH)\s+[A-Za-z0-9.+-]+)*")


def metadata(project: Project) -> Iterator[Finding]:
    """What people read before they install: name, version, summary, licence, needs."""
    about, check = project.metadata, "metadata"
    found: list[Finding] = []
    for key, example in {
        "version": 'version = "0.1.0"',
        "description": 'description = "What it is, in one sentence."',
        "readme": 'readme = "README.md"',
        "requires-python": 'requires-python = ">=3.10"',
        "authors": 'authors = [{ name = "Ada" }]',
    }.items():
        if not about.get(key) and key not in about.get("dynamic", []):
            found.append(error(check, f"[project] has no {key}.", f"add: {example}"))
    readme = about.get("readme")
    if isinstance(readme, str) and not (project.folder / readme).is_file():
        found.append(error(check, f"the readme {readme} does not exist.", "write it"))
    found += _needs(about)
    manifest_points = about.get("entry-points", {}).get("pegboard.manifest", {})
    if not manifest_points:
        found.append(
            error(
                check,
                "no entry point says where pegboard.json is.",
                f'add: [project.entry-points."pegboard.manifest"] {project.name} = '
                f'"{project.frontend.package_dir.name}:pegboard.json"',
            )
        )
    hook = project.settings.get("tool", {}).get("hatch", {}).get("build", {}).get("hooks", {})
    if "pegboard" not in hook:
        found.append(
            error(
                check,
                "the build hook is not switched on, so a wheel may lack the frontend.",
                'add: [tool.hatch.build.hooks.pegboard] kind = "component", and hatch-pegboard to '
                "the build system's requires",
            )
        )
    yield from found or [ok(check, "pyproject.toml says what people need to know")]


def _needs(about: dict[str, Any]) -> Iterator[Finding]:
    needs = [str(item) for item in about.get("dependencies", [])]
    core = next((item for item in needs if re.match(r"pegboard[-_.]core\b", item)), None)
    example = 'dependencies = ["pegboard-core>=0.1,<1"]'
    if core is None:
        yield error("metadata", "it does not depend on pegboard-core.", f"add: {example}")
    elif "<" not in core and "==" not in core and "~=" not in core:
        yield warning("metadata", f"'{core}' allows any future core.", f"give an upper bound: {example}")
    for item in needs:
        if re.match(r"pegboard(\W|$)(?!core)", item) and not item.startswith("pegboard-"):
            yield warning("metadata", f"'{item}' brings every component.", "depend on pegboard-core alone")


def licence(project: Project) -> Iterator[Finding]:
    """Whether others may use it: an SPDX expression, and the text."""
    given = project.metadata.get("license")
    if isinstance(given, dict):
        given = given.get("text")
    if not given:
        yield error("licence", "it has no licence, so nobody may use it.", 'add: license = "MIT"')
    elif not _SPDX.fullmatch(str(given)):
        yield error("licence", f"{given!r} is no SPDX expression.", 'for example: license = "Apache-2.0"')
    files = [*project.folder.glob("LICEN[CS]E*"), *project.folder.glob("COPYING*")]
    if not files:
        yield error("licence", "the licence's text is missing.", "add a file LICENSE")
    elif given:
        yield ok("licence", str(given))


def python(project: Project) -> Iterator[Finding]:
    """Whether the classes can be imported, and by whom: each one alone, in a fresh interpreter."""
    broken = [finding for file in _sources(project) if (finding := _syntax(project, file))]
    if broken:
        yield from broken
        return
    for name, ref in project.entry_points.items():
        module, _, path = ref.partition(":")
        code = (
            "import sys, importlib\n"
            f"sys.path.insert(0, {str(project.source_dir)!r})\n"
            f"found = importlib.import_module({module!r})\n"
            f"for part in {path!r}.split('.'): found = getattr(found, part)\n"
            "from pegboard.component import Component\n"
            "assert isinstance(found, type) and issubclass(found, Component), "
            "f'{found!r} is no subclass of pegboard.Component'\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=project.folder, check=False
        )
        if done.returncode:
            last = done.stderr.strip().splitlines()
            where = _place(last, project.folder)
            yield error("python", f"{ref} cannot be loaded: {last[-1] if last else '?'}", f"mend it{where}")
        else:
            yield ok("python", f"{name}: {ref} can be imported")


def _sources(project: Project) -> list[Path]:
    return sorted(project.frontend.package_dir.rglob("*.py"))


def _syntax(project: Project, file: Path) -> Finding | None:
    try:
        compile(file.read_bytes(), str(file), "exec")
    except (SyntaxError, ValueError) as problem:
        line = getattr(problem, "lineno", None)
        where = f"{file.relative_to(project.folder)}:{line}" if line else file.name
        return error("python", f"{where} is not Python: {getattr(problem, 'msg', problem)}", f"mend {where}")
    return None


def _place(lines: list[str], folder: Path) -> str:
    """Return where in the author's own code it happened: the last line of the traceback inside it."""
    own = [line for line in lines if line.strip().startswith('File "') and str(folder) in line]
    return f": {own[-1].strip()}" if own else ""


def manifest(project: Project) -> Iterator[Finding]:
    """Whether pegboard.json is there, fresh, readable, and meant for this contract."""
    check, again = "manifest", "run: pegboard manifest"
    path = project.manifest_path
    if not path.is_file():
        yield error(check, "pegboard.json is missing.", again)
        return
    try:
        described = parse_manifest(path.read_bytes())
        matches = speaks(described.protocol)
    except (ManifestError, ValueError) as problem:
        yield error(check, f"{path.name}: {problem}", again)
        return
    found: list[Finding] = []
    if not matches:
        found.append(
            error(
                check,
                f"it is made for contract {described.protocol}, and this Pegboard speaks {PROTOCOL_TEXT}.",
                f"{again}, with the version of pegboard-cli that belongs to your pegboard-core",
            )
        )
    if described.distribution != project.name:
        found.append(error(check, f"it describes '{described.distribution}', not '{project.name}'.", again))
    objects = {component.object_ref for component in described.components}
    for name, ref in project.entry_points.items():
        if ref not in objects:
            found.append(error(check, f"it does not describe '{name}' ({ref}).", again))
    if not found:
        done = subprocess.run(
            [sys.executable, "-m", "pegboard_cli", "manifest", "--check", str(project.folder)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            found.append(error(check, done.stderr.strip().removeprefix("Error: "), again))
    yield from found or [ok(check, f"fresh, contract {described.protocol}")]


def names(project: Project) -> Iterator[Finding]:
    """Whether the names that it claims are free."""
    taken: list[Finding] = []
    claimed = dict(project.entry_points)
    try:
        data = json.loads(project.manifest_path.read_text(encoding="utf-8"))
        for component in data["components"]:
            for alias in [*component.get("aliases", []), *component.get("templates", {})]:
                claimed[str(alias)] = str(component["object"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # what is wrong with the manifest is said by its own check
    claimed.update({ref.partition(":")[2]: ref for ref in project.entry_points.values()})
    for name in sorted(claimed):
        owner = reserved_to(name)
        if owner is not None and owner != project.name:
            taken.append(
                error("names", f"the name '{name}' is reserved to {owner}.", "choose another name")
            )
            continue
        others = [
            entry.id
            for entry in index().entries
            if entry.distribution != project.name and name.lower() in (entry.name, entry.class_name.lower())
        ]
        if others:
            taken.append(
                warning(
                    "names",
                    f"'{name}' is also the name of {others[0]}, which is installed here.",
                    "people who have both must write the long name; choose another one if you can",
                )
            )
    yield from taken or [ok("names", ", ".join(sorted(project.entry_points)) + ": free")]
