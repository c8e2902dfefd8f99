"""``pegboard component ...``: the arguments of what component authors use; the work is elsewhere."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from pegboard_cli.console import Problem, say
from pegboard_cli.new import FRONTENDS, KINDS, LICENSES

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def component() -> None:
    """Make, develop, check, build and publish a component."""


@component.command()
@click.argument("name", required=False)
@click.option("--kind", type=click.Choice(KINDS), help="What it is for.")
@click.option("--base", help="Start from an installed component, for example 'textbox'.")
@click.option("--frontend", type=click.Choice(FRONTENDS), help="What it is drawn with; vanilla needs no Node.")
@click.option("--license", "license_", type=click.Choice(LICENSES), help="Its licence.")
@click.option("--author", help="Its author; git's user.name if left out.")
@click.option("--email", help="The author's address; git's user.email if left out.")
@click.option("--summary", help="One sentence: what it is.")
@click.option("--distribution", help="Name of the distribution; pegboard-NAME if left out.")
@click.option("--output-dir", type=FOLDER, default=".", help="Where its folder is made.")
@click.option("--no-input", is_flag=True, help="Ask nothing; what is left out gets its default.")
@click.option("--install/--no-install", default=True, help="Fetch the frontend's packages and build at once.")
def new(
    name: str | None,
    kind: str | None,
    base: str | None,
    frontend: str | None,
    license_: str | None,
    author: str | None,
    email: str | None,
    summary: str | None,
    distribution: str | None,
    output_dir: Path,
    no_input: bool,
    install: bool,
) -> None:
    """Make a component's project: class, frontend, demo, tests, CI, all working."""
    from pegboard_cli.new import component_answers, render_component
    from pegboard_cli.project import Project

    if not no_input:
        name = name or click.prompt("Name of the class", default="Stars")
        if base is None:
            base = click.prompt("Start from (empty, or an installed component)", default="", show_default=False)
        if not base:
            kind = kind or click.prompt("Kind", type=click.Choice(KINDS), default="input")
        frontend = frontend or click.prompt("Frontend", type=click.Choice(FRONTENDS), default="svelte")
        license_ = license_ or click.prompt("Licence", type=click.Choice(LICENSES), default="MIT")
    answers = component_answers(
        name or "Stars",
        kind=kind or "input",
        base=base or None,
        frontend=frontend or "svelte",
        license=license_ or "MIT",
        author=author,
        email=email,
        summary=summary,
        distribution=distribution,
    )
    made = render_component(answers, output_dir)
    say(f"{made.name}/ made")
    if install:
        Project(made).prepare()
    click.echo(f"Made {made}. Now:\n  cd {made.name}\n  pegboard component dev")


@component.command()
@click.argument("folder", type=FOLDER, default=".")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), help="Where to; dist/ if left out.")
def build(folder: Path, output: Path | None) -> None:
    """Build wheel and sdist, with the browser bundle inside."""
    from pegboard_cli.build import build as build_project
    from pegboard_cli.build import digest
    from pegboard_cli.project import Project

    project = Project(folder)
    made = build_project(project, (output or project.folder / "dist").resolve())
    for file in made.files:
        click.echo(f"{file}  {file.stat().st_size / 1024:.1f} KB  sha256:{digest(file)[:16]}")


MARKS = {"ok": "✓", "warning": "!", "error": "✗"}


@component.command()
@click.argument("folder", type=FOLDER, default=".")
@click.option("--only", multiple=True, help="Run this check alone (repeatable).")
@click.option("--no-browser", is_flag=True, help="Leave out what needs Chromium.")
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(folder: Path, only: tuple[str, ...], no_browser: bool, strict: bool, as_json: bool) -> None:
    """Ask everything that a reviewer would ask; exit 1 if anything is wrong."""
    from pegboard_cli.check import CHECKS
    from pegboard_cli.check import check as run_checks
    from pegboard_cli.project import Project

    unknown = set(only) - set(CHECKS)
    if unknown:
        raise Problem(
            "There is no such check.", got=", ".join(sorted(unknown)), expected=", ".join(CHECKS)
        )
    wanted = only or tuple(name for name in CHECKS if not (no_browser and name == "browser"))
    found = []
    for finding in run_checks(Project(folder), wanted):
        found.append(finding)
        if not as_json:
            click.echo(f"{MARKS[finding.level]} {finding.check}: {finding.what}")
            if finding.fix:
                click.echo(f"    fix: {finding.fix}")
    if as_json:
        click.echo(json.dumps([finding.to_json() for finding in found], indent=2))
    wrong = [f for f in found if f.level == "error" or (strict and f.level == "warning")]
    if not as_json:
        click.echo(f"{len(wrong)} to mend." if wrong else "Nothing to mend.")
    sys.exit(1 if wrong else 0)


@component.command()
@click.argument("folder", type=FOLDER, default=".")
@click.option("--port", type=int, help="Where it listens; the first free one from 7860 if left out.")
@click.option("--open", "opens", is_flag=True, help="Open a browser.")
def dev(folder: Path, port: int | None, opens: bool) -> None:
    """Serve the demo at one address; edits of Python and frontend show at once."""
    from pegboard_cli.project import Project
    from pegboard_cli.supervisor import Supervisor, free_port

    project = Project(folder)
    if not project.demo.is_file():
        raise Problem("There is nothing to show.", got="no demo/app.py", expected="an app with the component")
    project.install_packages()
    if not project.manifest_path.is_file() or not project.frontend.stamp_path.is_file():
        project.prepare()
    elif not project.frontend.needs_node:
        project.build_frontend()
    Supervisor(project.demo, free_port(port), project=project).run(opens_browser=opens)


@component.command()
@click.argument("script", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("name", required=False)
@click.option(
    "--frontend", type=click.Choice(("typescript", "vanilla")), default="typescript",
    help="With TypeScript and Vite, or as plain JavaScript without Node.",
)
@click.option("--output-dir", type=FOLDER, default=".", help="Where its folder is made.")
@click.option("--license", "license_", type=click.Choice(LICENSES), default="MIT", help="Its licence.")
@click.option("--install/--no-install", default=True, help="Fetch the frontend's packages and build at once.")
def eject(
    script: Path, name: str | None, frontend: str, output_dir: Path, license_: str, install: bool
) -> None:
    """Turn the class NAME of an app's SCRIPT into a distribution of its own."""
    from pegboard_cli.eject import eject as eject_class
    from pegboard_cli.eject import find_class
    from pegboard_cli.project import Project

    found = find_class(script.resolve(), name)
    made = eject_class(found, output_dir, frontend=frontend, license=license_)
    say(f"{made.name}/ made")
    if install:
        Project(made).prepare()
    package = made.name.replace("-", "_")
    click.echo(
        f"Made {made}. Your app stays as it is; to use the distribution in it:\n"
        f"  pip install -e {made}\n  from {package} import {found.name}      # in place of the class"
    )


@component.command()
@click.argument("folder", type=FOLDER, default=".")
@click.option(
    "--base", type=click.Path(exists=True, path_type=Path),
    help="The older template: its folder, or a wheel of pegboard-cli.",
)
def upgrade(folder: Path, base: Path | None) -> None:
    """Merge today's template into a project made by an older one."""
    from pegboard_cli.project import Project
    from pegboard_cli.upgrade import upgrade as upgrade_project

    done = upgrade_project(Project(folder), base)
    for word in ("updated", "added", "removed"):
        for name in getattr(done, word):
            click.echo(f"{word:<8} {name}")
    for name in done.conflicts:
        click.echo(f"conflict {name}")
    if not done.has_changes:
        click.echo("Nothing to do: the project is as today's template makes it.")
    if done.conflicts:
        click.echo("Settle the marked places, then run: pegboard component check")
        sys.exit(1)


@component.command()
@click.argument("old", type=click.Path(exists=True, path_type=Path))
@click.argument("new", type=click.Path(exists=True, path_type=Path), default=".")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def diff(old: Path, new: Path, as_json: bool) -> None:
    """Compare two manifests (files, wheels or projects); say patch, minor or major."""
    from pegboard_cli.semver import compare, verdict

    changes = compare(_read_manifest(old), _read_manifest(new))
    size = verdict(changes)
    if as_json:
        rows = [{"size": change.size, "what": change.what} for change in changes]
        click.echo(json.dumps({"verdict": size, "changes": rows}, indent=2))
        return
    for change in changes:
        click.echo(f"{change.size:<6} {change.what}")
    click.echo(f"=> {size}" if size else "=> no change that users could notice")


def _read_manifest(path: Path) -> dict[str, object]:
    import zipfile

    from pegboard_cli.project import Project

    try:
        if path.is_dir():
            path = Project(path).manifest_path
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as archive:
                name = next(n for n in archive.namelist() if n.endswith("extra_metadata/pegboard.json"))
                data = json.loads(archive.read(name))
        else:
            data = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(data, dict):
            raise ValueError("it holds no object")
    except (OSError, ValueError, StopIteration) as problem:
        raise Problem(
            f"{path} cannot be compared.", got=str(problem) or "no manifest", expected="a pegboard.json"
        ) from None
    return data


@component.command()
@click.argument("folder", type=FOLDER, default=".")
@click.option("--repository", help="Name of the index in ~/.pypirc.")
@click.option("--repository-url", help="Address of the index.")
@click.option("--index", type=click.Path(file_okay=False, path_type=Path), help="A plain folder as index.")
@click.option("--dry-run", is_flag=True, help="Check and build; upload nothing.")
@click.option("--no-browser", is_flag=True, help="Leave out the checks that need Chromium.")
def publish(
    folder: Path, repository: str | None, repository_url: str | None, index: Path | None, dry_run: bool, no_browser: bool
) -> None:
    """Check, build, upload; print the entry for the gallery's catalogue."""
    from pegboard_cli import publish as publishing
    from pegboard_cli.build import build as build_project
    from pegboard_cli.check import CHECKS
    from pegboard_cli.check import check as run_checks
    from pegboard_cli.project import Project

    project = Project(folder)
    names = [name for name in CHECKS if not (no_browser and name == "browser")]
    wrong = [finding for finding in run_checks(project, names) if finding.level == "error"]
    for finding in wrong:
        click.echo(f"{MARKS['error']} {finding.check}: {finding.what}\n    fix: {finding.fix}", err=True)
    if wrong:
        raise Problem(f"{project.name} is not published.", got=f"{len(wrong)} failed checks", expected="none")
    built = build_project(project, project.folder / "dist")
    target = str(index or repository_url or repository or "the standard index")
    if dry_run:
        publishing.describe_dry_run(built, target)
    elif index is not None:
        publishing.to_folder(built, index)
        say(f"in {index}: pip install --index-url {index.resolve().as_uri()} {project.name}")
    else:
        publishing.upload(built, repository, repository_url)
    click.echo(json.dumps(publishing.catalogue_entry(built.wheel), indent=2, ensure_ascii=False))
