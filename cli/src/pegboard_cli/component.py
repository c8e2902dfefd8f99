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
