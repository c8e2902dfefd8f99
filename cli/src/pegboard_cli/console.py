"""What commands say: progress on standard error, results on standard output, problems in three parts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click


class Problem(click.ClickException):
    """A command cannot go on: what came, what was expected, how to mend it."""

    def __init__(self, what: str, *, got: str = "", expected: str = "", fix: str = "") -> None:
        parts = [("got", got), ("expected", expected), ("fix", fix)]
        lines = [f"  {name + ':':<9} {text}" for name, text in parts if text]
        super().__init__("\n".join([what, *lines]))

    def show(self, file: object = None) -> None:
        """Print it, without a prefix: the first line says what is wrong."""
        click.echo(self.format_message(), err=True)


def say(text: str) -> None:
    """Tell what is being done."""
    click.echo(f"· {text}", err=True)


def progress(text: str) -> None:
    """Tell how far a long step is, in the line of the last such word; nothing where nobody watches."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[2K  {text}" if text else "\r\x1b[2K", err=True, nl=False)


def run(
    command: Sequence[str], folder: Path, what: str, *, environment: Mapping[str, str] | None = None
) -> None:
    """Run a program that shows its own progress.

    Raises:
        Problem: It failed.
    """
    say(what)
    try:
        # Results of our own go to standard output; what others say is progress.
        done = subprocess.run(command, cwd=folder, env=environment, stdout=sys.stderr, check=False)
    except FileNotFoundError:
        raise Problem(
            f"{what}: failed.", got=f"no program named {command[0]}", fix=f"install {command[0]}"
        ) from None
    if done.returncode:
        raise Problem(
            f"{what}: failed.",
            got=f"exit code {done.returncode} of `{' '.join(command)}`",
            fix="see its messages above",
        )
