"""`pegboard component publish`: check, build, upload with the standard tool, and say what the gallery needs."""

from __future__ import annotations

import html
import importlib.util
import json
import re
import shutil
import sys
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pegboard_cli.build import Built
from pegboard_cli.console import Problem, run, say


def catalogue_entry(wheel: Path) -> dict[str, Any]:
    """Return what the gallery's catalogue holds of a distribution, read from its wheel without running it."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        about = message_from_bytes(archive.read(_named(names, ".dist-info/METADATA")))
        manifest = json.loads(archive.read(_named(names, ".dist-info/extra_metadata/pegboard.json")))
    needs = [str(item) for item in about.get_all("Requires-Dist") or []]
    core = next((item for item in needs if re.match(r"pegboard[-_]core\b", item)), "")
    return {
        "distribution": str(about["Name"]),
        "version": str(about["Version"]),
        "summary": str(about.get("Summary") or ""),
        "author": _author(about),
        "license": str(about.get("License-Expression") or about.get("License") or ""),
        "homepage": _homepage(about),
        "requires_pegboard": re.sub(r"^pegboard[-_]core\s*", "", core).partition(";")[0].strip(),
        "size_bytes": wheel.stat().st_size,
        "manifest": manifest,
    }


def _named(names: list[str], ending: str) -> str:
    return next(name for name in names if name.endswith(ending))


def _author(about: Message) -> str:
    """Return the author's name; an address is nobody's business in a catalogue."""
    given = str(about.get("Author") or about.get("Author-email") or about.get("Maintainer") or "")
    return re.sub(r"\s*<[^>]*>", "", given).strip().strip('"')


def _homepage(about: Message) -> str:
    plain: dict[str, str] = {}
    for line in about.get_all("Project-URL") or []:
        name, _, url = str(line).partition(",")
        plain[name.strip().lower()] = url.strip()
    found = plain.get("homepage") or plain.get("repository") or plain.get("source") or str(about.get("Home-page") or "")
    return found if found.startswith(("https://", "http://")) else ""


def to_folder(built: Built, index: Path) -> None:
    """Put both files into a plain folder that pip reads as an index (PEP 503).

    Raises:
        Problem: The version is there already, with other bytes: what is published stays as it is.
    """
    project = re.sub(r"[-_.]+", "-", str(built.wheel.name.partition("-")[0])).lower()
    folder = index / project
    for file in built.files:
        known = folder / file.name
        if known.is_file() and known.read_bytes() != file.read_bytes():
            raise Problem(
                f"{file.name} is published already.",
                got="a file of that name with other content",
                expected="a new version",
                fix="raise `version` in pyproject.toml; `pegboard component diff` says by how much",
            )
    folder.mkdir(parents=True, exist_ok=True)
    for file in built.files:
        shutil.copyfile(file, folder / file.name)
    _write_listing(folder, sorted(path.name for path in folder.iterdir() if path.name != "index.html"))
    _write_listing(index, sorted(f"{path.name}/" for path in index.iterdir() if path.is_dir()))


def _write_listing(folder: Path, names: list[str]) -> None:
    links = "".join(f'<a href="{html.escape(name)}">{html.escape(name.rstrip("/"))}</a><br>\n' for name in names)
    (folder / "index.html").write_text(f"<!doctype html><html><body>\n{links}</body></html>\n", encoding="utf-8")


def upload(built: Built, repository: str | None, repository_url: str | None) -> None:
    """Upload both files with twine, which knows tokens, keyrings and trusted publishing.

    Raises:
        Problem: Twine is not installed, the address holds a password, or the index refused.
    """
    if importlib.util.find_spec("twine") is None:
        raise Problem(
            "Nothing can be uploaded.",
            got="twine is not installed",
            expected="the standard tool for uploads",
            fix='run: pip install "pegboard-cli[publish]"',
        )
    if repository_url and urlsplit(repository_url).password:
        # Commands end up in logs and lists of processes.
        raise Problem(
            "The address of the index holds a password.",
            got="an address with a name and a password before the host",
            expected="an address alone",
            fix="set TWINE_USERNAME and TWINE_PASSWORD, or use ~/.pypirc or a keyring",
        )
    target = ["--repository-url", repository_url] if repository_url else []
    target += ["--repository", repository] if repository and not repository_url else []
    files = [str(file) for file in built.files]
    run(
        [sys.executable, "-m", "twine", "upload", "--non-interactive", "--disable-progress-bar", *target, *files],
        built.wheel.parent,
        "upload",
    )


def describe_dry_run(built: Built, target: str) -> None:
    """Say what would be uploaded."""
    for file in built.files:
        say(f"would upload {file.name} ({file.stat().st_size / 1024:.1f} KB) to {target}")
