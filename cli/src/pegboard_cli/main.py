"""The command line: arguments only; the work is in the modules beside this one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from pegboard_cli import VERSION
from pegboard_cli.component import component
from pegboard_cli.listing import listed, problems


class _Group(click.Group):
    """The command group, with the sub-commands of plugins; they are loaded when one is looked for."""

    def _load_plugins(self) -> None:
        if not self.__dict__.setdefault("_is_loaded", False):
            self._is_loaded = True
            from pegboard.hookspecs import hooks

            hooks().call("pegboard_cli", group=self)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names, for the help text."""
        self._load_plugins()
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; our own are found without loading any plugin."""
        found = super().get_command(ctx, cmd_name)
        if found is None:
            self._load_plugins()
            found = super().get_command(ctx, cmd_name)
        return found


@click.group(cls=_Group)
@click.version_option(VERSION, prog_name="pegboard")
def main() -> None:
    """Pegboard: web pages for Python functions, out of component plugins."""


main.add_command(component)


@main.group()
def new() -> None:
    """Make a project: an app, or a component."""


new.add_command(component.commands["new"], "component")


@new.command("app")
@click.argument("name", default="my-app")
@click.option(
    "--output-dir", type=click.Path(exists=True, file_okay=False, path_type=Path), default=".",
    help="Where its folder is made.",
)
def new_app(name: str, output_dir: Path) -> None:
    """Make an app's folder: app.py, its test, what it needs."""
    from pegboard_cli.new import app_answers, render
    from pegboard_cli.resources import template_dir

    made = render(template_dir("app"), app_answers(name), output_dir)
    click.echo(f"Made {made}. Now:\n  cd {made.name}\n  pegboard run app.py")


@main.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_components(as_json: bool) -> None:
    """Show the installed components and where each comes from."""
    rows = listed()
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    if not rows:
        click.echo("No component is installed. Try: pip install pegboard")
        return
    width = max(len(row["class"]) for row in rows)
    for row in rows:
        state = "" if row["problem"] is None else "  (broken: see `pegboard doctor`)"
        click.echo(f"{row['class']:<{width}}  {row['distribution']} {row['version']}{state}")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json: bool) -> None:
    """Say what is wrong with the installed plugins; exit 1 if anything is."""
    found = problems()
    if as_json:
        click.echo(json.dumps(found, indent=2))
    elif not found:
        click.echo("All installed components can be used.")
    for problem in found if not as_json else []:
        click.echo(f"{problem['what']}\n  cause: {problem['cause']}\n  fix:   {problem['fix']}")
        if problem["traceback"]:
            click.echo("  " + problem["traceback"].replace("\n", "\n  "))
    sys.exit(1 if found else 0)


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=".")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when the file is stale.")
def manifest(folder: Path, check: bool) -> None:
    """Write the pegboard.json of the distribution in FOLDER."""
    from pegboard_cli.manifest import ManifestProblem, generate, manifest_path

    try:
        text = generate(folder)
        path = manifest_path(folder)
    except ManifestProblem as problem:
        raise click.ClickException(str(problem)) from None
    current = path.read_text(encoding="utf-8") if path.is_file() else ""
    if check:
        if current != text:
            raise click.ClickException(f"{path} is stale. Write it with: pegboard manifest {folder}")
        click.echo(f"{path} is up to date.")
        return
    if current == text:
        click.echo(f"{path} is up to date.")
        return
    path.write_text(text, encoding="utf-8")
    click.echo(f"{path} written.")
