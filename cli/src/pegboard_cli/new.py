"""Makes a project from a template: renders it, adds what it starts from and the npm packages."""

from __future__ import annotations

import contextlib
import datetime
import io
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pegboard_cli import VERSION
from pegboard_cli.console import Problem
from pegboard_cli.resources import NPM_PACKAGES, npm_tarball, template_dir

KINDS = ("input", "output", "container", "media")
FRONTENDS = ("svelte", "vanilla", "react")
LICENSES = ("MIT", "Apache-2.0", "BSD-3-Clause")
_SUMMARIES = {
    "input": "A value that people choose.",
    "output": "A number, shown as a bar.",
    "container": "A box with a heading that opens and closes.",
    "media": "A picture, a sound or a film.",
}


def component_answers(
    class_name: str,
    *,
    kind: str = "input",
    frontend: str = "svelte",
    base: str | None = None,
    license: str = "MIT",
    author: str | None = None,
    email: str | None = None,
    summary: str | None = None,
    distribution: str | None = None,
) -> dict[str, str]:
    """Return what the template of a component is rendered with.

    Raises:
        Problem: The name is no class name, or no such base is installed.
    """
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", class_name):
        raise Problem(
            "This cannot be a component's name.",
            got=repr(class_name),
            expected="a class name: letters and digits, the first a capital, for example Stars",
        )
    name = class_name.lower()
    distribution = distribution or f"pegboard-{name}"
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", distribution):
        raise Problem(
            "This cannot be a distribution's name.",
            got=repr(distribution),
            expected="lower-case words joined by '-', for example pegboard-stars",
        )
    given = {"author": author or _git("user.name") or "Your Name", "email": email or _git("user.email")}
    answers = {
        "class_name": class_name,
        "name": name,
        "distribution": distribution,
        "package": distribution.replace("-", "_"),
        "summary": summary or _SUMMARIES[kind],
        "kind": kind,
        "frontend": frontend,
        "base": "",
        "base_distribution": "",
        "base_min_height_px": "64",
        "license": license,
        "year": str(datetime.date.today().year),
        **{key: value.replace('"', "'") for key, value in given.items()},
    }
    if base:
        answers.update(_base(base))
        if summary is None:
            answers["summary"] = f"{answers['base'].partition(':')[2]} with a note below it."
    answers["summary"] = answers["summary"].replace('"', "'").replace("\\", "/")
    return answers


def render(template: Path, answers: Mapping[str, str], output: Path) -> Path:
    """Render a template into a new folder of ``output`` and return it. The same answers, the same bytes.

    Raises:
        Problem: The folder exists already.
    """
    from cookiecutter.exceptions import CookiecutterException, OutputDirExistsException
    from cookiecutter.main import cookiecutter

    try:
        with contextlib.redirect_stdout(io.StringIO()):
            made = cookiecutter(
                str(template),
                no_input=True,
                output_dir=str(output),
                extra_context={"version": VERSION, **answers},
                default_config=True,
                accept_hooks=True,
            )
    except OutputDirExistsException:
        raise Problem(
            f"{output} already holds a folder of that name.",
            expected="a new folder",
            fix="choose another name, or --output-dir",
        ) from None
    except CookiecutterException as error:
        raise Problem(f"The template {template} cannot be rendered.", got=str(error)) from None
    folder = Path(made)
    # Jinja leaves a blank line where a block of another variant stood.
    for file in folder.rglob("*"):
        if file.is_file():
            _tidy(file)
    return folder


def render_component(answers: Mapping[str, str], output: Path, template: Path | None = None) -> Path:
    """Render a component's project, with the npm packages that its build needs."""
    context = {"svelte_version": svelte_version(), **answers}
    folder = render(template or template_dir("component"), context, output)
    if (folder / "package.json").is_file():
        vendor = folder / "vendor"
        vendor.mkdir(exist_ok=True)
        wanted = (folder / "package.json").read_text(encoding="utf-8")
        for name in NPM_PACKAGES:
            if f"vendor/pegboard-{name}.tgz" in wanted:
                (vendor / f"pegboard-{name}.tgz").write_bytes(npm_tarball(name))
    if answers.get("base"):
        _copy_base(answers["base"], folder / "frontend" / "base")
    return folder


def svelte_version() -> str:
    """Return the version of Svelte that core serves, which a bundle must match to share it."""
    import pegboard

    file = Path(str(pegboard.__file__)).parent / "_frontend" / "build.json"
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["svelte"])
    except (OSError, ValueError, KeyError):
        return "5.57.3"


def _base(name: str) -> dict[str, str]:
    from pegboard.plugins import index

    wanted = name.lower()
    for entry in index().entries:
        if wanted in (entry.name.lower(), entry.class_name.lower(), entry.id.lower()):
            frontend = entry.manifest.frontend if entry.manifest else None
            height = frontend.min_height_px if frontend else None
            return {
                "base": entry.object_ref,
                "base_distribution": entry.distribution,
                "base_min_height_px": str(64 if height is None else height),
            }
    known = ", ".join(sorted(entry.class_name for entry in index().entries)) or "none"
    raise Problem(
        "There is nothing to start from.", got=f"--base {name}", expected=f"an installed component: {known}"
    )


def _copy_base(object_ref: str, target: Path) -> None:
    """Copy an installed component's self-contained bundle: it goes on working whatever is installed."""
    from pegboard.plugins import index

    entry = next((entry for entry in index().entries if entry.object_ref == object_ref), None)
    if entry is None or entry.manifest is None or entry.manifest.frontend is None or not entry.package_dir:
        raise Problem(
            "The component to start from is not installed.", got=object_ref, fix="install its distribution"
        )
    folder = (entry.package_dir / entry.manifest.frontend.entry).parent
    shared = entry.manifest.frontend.shared_entry or ""
    target.mkdir(parents=True, exist_ok=True)
    for file in sorted(folder.iterdir()):
        is_twin = file.suffix in (".gz", ".br")
        is_shared = file.name == Path(shared).name or file.name.startswith("shared-")
        if file.is_file() and not is_twin and not is_shared and file.name != "build.json":
            shutil.copyfile(file, target / file.name)
    (target / "style.css").touch()


def _tidy(file: Path) -> None:
    if file.suffix == ".tgz":
        return
    text = file.read_text(encoding="utf-8")
    tidy = text.lstrip("\n").rstrip() + "\n" if text.strip() else ""
    tidy = re.sub(r"\n{4,}", "\n\n\n", tidy)
    if file.suffix == ".svelte":
        tidy = re.sub(r"\n{3,}", "\n\n", tidy).replace("\n\n</style>", "\n</style>")
    if tidy != text:
        file.write_text(tidy, encoding="utf-8")


def _git(key: str) -> str:
    try:
        done = subprocess.run(["git", "config", key], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()


def app_answers(name: str) -> dict[str, Any]:
    """Return what the template of an app is rendered with.

    Raises:
        Problem: The name cannot be a folder's.
    """
    folder = re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-")
    if not folder:
        raise Problem("This cannot be an app's name.", got=repr(name), expected="letters and digits")
    title = name.replace("-", " ").replace("_", " ").strip()
    return {"folder": folder, "title": title[:1].upper() + title[1:]}
