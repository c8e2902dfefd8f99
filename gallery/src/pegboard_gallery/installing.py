"""Installs a distribution of the catalogue into the environment the gallery runs in.

Only what the catalogue lists can be asked for, in the version that it lists. The work is done by pip as a
program of its own (uv, where there is no pip), so the index, proxies and certificates set up for it
apply; what it prints is passed on line by line, without passwords.
"""

from __future__ import annotations

import asyncio
import importlib.util
import re
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LINE_LIMIT = 1024 * 1024
"""Bytes of one line of the installer's output."""

_PASSWORD = re.compile(r"(?<=://)[^/\s@]+(?=@)")


@dataclass(frozen=True)
class Order:
    """What to install: a distribution in one version, from an index or from a wheel at hand."""

    distribution: str
    version: str
    wheel: Path | None = None

    @property
    def target(self) -> str:
        """What pip is told."""
        return str(self.wheel) if self.wheel is not None else f"{self.distribution}=={self.version}"


def command_for(order: Order) -> list[str] | None:
    """Return the command that carries an order out, ``None`` when there is neither pip nor uv."""
    if importlib.util.find_spec("pip") is not None:
        return [
            sys.executable, "-m", "pip", "install", "--no-input", "--disable-pip-version-check",
            "--progress-bar", "off", "--", order.target,
        ]
    uv = shutil.which("uv")
    if uv is not None:
        return [uv, "pip", "install", "--python", sys.executable, "--no-progress", "--", order.target]
    return None


def is_loaded(packages: set[str]) -> bool:
    """Say whether code of these packages runs already; a newer version then needs a restart."""
    return any(package in sys.modules for package in packages)


async def carry_out(command: list[str]) -> AsyncIterator[dict[str, Any]]:
    """Run a command; give ``{"line": ...}`` for each line it prints, then ``{"done": exit code}``."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=LINE_LIMIT,
    )
    assert process.stdout is not None
    try:
        async for line in process.stdout:
            yield {"line": without_passwords(line.decode("utf-8", "replace").rstrip())}
        yield {"done": await process.wait()}
    finally:
        # Whoever asked may have gone; what nobody follows is not left running.
        if process.returncode is None:
            process.terminate()
            await process.wait()


def without_passwords(line: str) -> str:
    """Return a line with the credentials in its addresses replaced."""
    return _PASSWORD.sub("****", line)
