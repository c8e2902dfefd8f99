"""The command line: arguments only; the work is in the modules beside this one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from pegboard_cli import VERSION
from pegboard_cli.component import component
from pegboard_cli.console import Problem
from pegboard_cli.listing import described, listed, problems


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


@main.command("run")
@click.argument("script", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--port", type=int, help="Where it listens; the first free one from 7860 if left out.")
@click.option("--demo", "--demo-name", help="Name of the page, for a script that launches none; 'demo' if left out.")
@click.option(
    "--watch-dir", "--watch-dirs", "watched", multiple=True,
    help="A further folder whose edits are followed; may be given again.",
)  # fmt: skip
@click.option("--encoding", help="Encoding of the script; UTF-8 if left out.")
@click.option("--open", "opens", is_flag=True, help="Open a browser.")
def run_app(
    script: Path, port: int | None, demo: str | None, watched: tuple[str, ...], encoding: str | None, opens: bool
) -> None:
    """Serve an app and follow edits: the page keeps its values, and shows a traceback.

    What is left out is read from PEGBOARD_WATCH_DEMO_NAME, PEGBOARD_WATCH_DIRS (with commas) and
    PEGBOARD_WATCH_ENCODING, or from the same names with GRADIO_.
    """
    from pegboard.settings import environment as setting
    from pegboard_cli.supervisor import Supervisor, free_port

    folders = watched or tuple((setting("WATCH_DIRS") or "").split(","))
    Supervisor(
        script,
        free_port(port),
        demo=demo or setting("WATCH_DEMO_NAME") or "demo",
        folders=[Path(folder.strip()) for folder in folders if folder.strip()],
        encoding=encoding or setting("WATCH_ENCODING") or "utf-8",
    ).run(opens_browser=opens)


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
    sources = [f"{row['distribution']} {row['version']}" for row in rows]
    wide = max(len(source) for source in sources)
    for row, source in zip(rows, sources, strict=True):
        notes = [
            "editable" if row["is_editable"] else "",
            "broken: see `pegboard doctor`" if row["problem"] else "",
            f"same name as {', '.join(row['conflicts'])}" if row["conflicts"] else "",
        ]
        size = f"{row['size_bytes'] / 1024:7.1f} KB" if row["size_bytes"] else " " * 10
        told = "; ".join(note for note in notes if note)
        click.echo(f"{row['class']:<{width}}  {source:<{wide}}  {size}  {row['contract']}  {told}".rstrip())


@main.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def info(name: str, as_json: bool) -> None:
    """Show all that is known of one component: options, events, size, where it comes from."""
    found = described(name)
    if found is None:
        known = ", ".join(row["class"] for row in listed()) or "none"
        raise Problem("No such component is installed.", got=name, expected=f"one of: {known}")
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    click.echo(f"{found['class']}: {found.get('summary') or ''}")
    for key in ("id", "version", "location", "contract", "size_bytes", "accepts", "returns", "problem"):
        if found[key]:
            shown = ", ".join(found[key]) if isinstance(found[key], list) else found[key]
            click.echo(f"  {key:<11} {shown}")
    for event, about in (found.get("events") or {}).items():
        click.echo(f"  event       {event}: {(about or {}).get('doc') or ''}")
    for option, about in (found.get("props") or {}).items():
        default = f" = {about['default']!r}" if "default" in about else ""
        click.echo(f"  option      {option}: {about.get('python_type', 'Any')}{default}")


@main.command()
@click.option("--output", type=click.Path(path_type=Path), help="The file; beside the package if left out.")
def stubs(output: Path | None) -> None:
    """Tell editors and type checkers which components are installed."""
    from pegboard_cli.stubs import default_path, stub_text

    path = output or default_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(stub_text(), encoding="utf-8")
    except OSError as problem:
        raise Problem(
            "The stub cannot be written.", got=str(problem), fix="choose a file of yours with --output"
        ) from None
    click.echo(f"{path} written.")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def environment(as_json: bool) -> None:
    """Print what a bug report needs."""
    from pegboard_cli.environment import as_text
    from pegboard_cli.environment import environment as collect

    found = collect()
    click.echo(json.dumps(found, indent=2) if as_json else as_text(found))


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
