"""``pegboard gallery``: the commands; `pegboard_gallery.plugin` adds them to the command line."""

from __future__ import annotations

import json
import webbrowser
from pathlib import Path
from typing import Any

import click

LOOPBACK = ("127.0.0.1", "localhost", "::1")

_catalogue_option = click.option(
    "--catalogue", "catalogues", multiple=True, metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Also show what this catalogue lists; may be given several times.",
)


@click.group(invoke_without_command=True)
@_catalogue_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=7870, show_default=True, help="Port; 0 takes a free one.")
@click.option("--allow-install", is_flag=True, help="Offer to install from the page; on loopback only.")
@click.option("--inbrowser", is_flag=True, help="Open the gallery in a browser.")
@click.pass_context
def gallery(
    context: click.Context,
    catalogues: tuple[Path, ...],
    host: str,
    port: int,
    allow_install: bool,
    inbrowser: bool,
) -> None:
    """Browse, try and install components."""
    if context.invoked_subcommand is not None:
        return
    if allow_install and host not in LOOPBACK:
        raise click.UsageError(
            f"--allow-install works on loopback only, and --host is {host}. Leave one of them out."
        )
    from pegboard_gallery.server import create_gallery, serve

    def announce(address: str) -> None:
        click.echo(f"The gallery is at {address}")
        if inbrowser:
            webbrowser.open(address)

    site = create_gallery(_open(catalogues), allow_install=allow_install, is_loopback=host in LOOPBACK)
    try:
        serve(site, host, port, announce)
    except OSError as problem:
        raise click.ClickException(
            f"cannot listen on {host} port {port}: {problem.strerror}. Try --port 0."
        ) from None


@gallery.command()
@_catalogue_option
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
def build(catalogues: tuple[Path, ...], out: Path) -> None:
    """Write the gallery as a static site into the folder OUT."""
    from pegboard_gallery.site import SiteError, build_site

    try:
        written = build_site(_open(catalogues), out)
    except SiteError as problem:
        raise click.ClickException(str(problem)) from None
    click.echo(
        f"{out}: {written['components']} components, {written['demos']} demos. Any web server can serve it."
    )


@gallery.command()
@click.argument("wheels", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
def index(wheels: tuple[Path, ...], output: Path | None) -> None:
    """Print the catalogue of WHEELS, read without running anything of them.

    Of several versions of one distribution, the newest is shown and the others are listed with it. With
    -o, the entries say where their wheels are, so that the gallery can show them live.
    """
    from pegboard_gallery.catalogue import (
        CatalogueEntry,
        CatalogueError,
        merge_entries,
        parse_catalogue,
    )
    from pegboard_gallery.packages import PackageError, entry_of_wheel

    folder = output.resolve().parent if output is not None else None
    found: list[CatalogueEntry] = []
    try:
        for wheel in wheels:
            entry = entry_of_wheel(wheel, relative_to=folder)
            found += parse_catalogue(json.dumps(entry), wheel.name).entries
    except (PackageError, CatalogueError) as problem:
        raise click.ClickException(str(problem)) from None
    entries = [entry.model_dump(exclude_unset=True, mode="json") for entry in merge_entries(found)]
    data = {"catalogue_version": 1, "entries": entries}
    text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    if output is None:
        click.echo(text, nl=False)
        return
    output.write_text(text, encoding="utf-8")
    click.echo(f"{output}: {len(entries)} distributions.")


def _open(catalogues: tuple[Path, ...]) -> Any:
    from pegboard_gallery.catalogue import CatalogueError
    from pegboard_gallery.gallery import Gallery

    try:
        return Gallery(catalogues)
    except CatalogueError as problem:
        raise click.ClickException(str(problem)) from None
