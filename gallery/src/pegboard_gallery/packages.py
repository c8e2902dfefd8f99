"""Where a component's files are: in an installed package, or in a wheel. Read, never run.

Both kinds answer the same three questions: the text of a Python source, a file of the browser bundle,
and what the distribution's metadata says.
"""

from __future__ import annotations

import email.parser
import json
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import importlib_metadata

MAX_FILE_BYTES = 8 * 1024 * 1024
_TEXT_SUFFIXES = (".js", ".mjs", ".css")


class PackageError(ValueError):
    """A wheel cannot be used; the message says which and why."""


@dataclass(frozen=True)
class Facts:
    """What a distribution's metadata says of it."""

    summary: str = ""
    author: str = ""
    license: str = ""
    homepage: str = ""
    requires_pegboard: str = ""
    requires_python: str = ""


class Package(Protocol):
    """The files of one import package, by paths relative to its folder."""

    def read(self, path: str) -> bytes | None:
        """Return a file's content, ``None`` if there is none of that name inside."""

    def sources(self) -> Iterator[str]:
        """Give the texts of the package's Python files."""

    def names_in(self, folder: str) -> list[str]:
        """Return the files of a folder, as paths relative to the package."""


class InstalledPackage:
    """A package in a folder.

    Args:
        folder: Folder of the import package.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str) -> bytes | None:
        """Return a file's content; nothing outside the folder is read."""
        if not is_inside(path):
            return None
        file = self._folder / path
        try:
            # A link may lead out of the package.
            file.resolve().relative_to(self._folder.resolve())
            if not file.is_file() or file.stat().st_size > MAX_FILE_BYTES:
                return None
            return file.read_bytes()
        except (OSError, ValueError):
            return None

    def sources(self) -> Iterator[str]:
        """Give the texts of the package's Python files."""
        for path in sorted(self._folder.rglob("*.py"))[:200]:
            try:
                yield path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                continue

    def names_in(self, folder: str) -> list[str]:
        """Return the files of a folder."""
        if not is_inside(folder) or not (self._folder / folder).is_dir():
            return []
        return sorted(f"{folder}/{path.name}" for path in (self._folder / folder).iterdir() if path.is_file())


class WheelPackage:
    """A package inside a wheel.

    Args:
        path: The wheel.
        package: Name of the import package.
    """

    def __init__(self, path: Path, package: str) -> None:
        self._path = path
        self._package = package

    def read(self, path: str) -> bytes | None:
        """Return a member's content."""
        if not is_inside(path):
            return None
        try:
            with zipfile.ZipFile(self._path) as wheel:
                return _member(wheel, f"{self._package}/{path}")
        except (OSError, zipfile.BadZipFile):
            return None

    def sources(self) -> Iterator[str]:
        """Give the texts of the package's Python files."""
        try:
            with zipfile.ZipFile(self._path) as wheel:
                names = [n for n in wheel.namelist() if n.startswith(f"{self._package}/") and n.endswith(".py")]
                for name in sorted(names)[:200]:
                    content = _member(wheel, name)
                    if content is not None:
                        yield content.decode("utf-8", "replace")
        except (OSError, zipfile.BadZipFile):
            return

    def names_in(self, folder: str) -> list[str]:
        """Return the files of a folder."""
        start = f"{self._package}/{folder}/"
        try:
            with zipfile.ZipFile(self._path) as wheel:
                return sorted(
                    name.removeprefix(f"{self._package}/")
                    for name in wheel.namelist()
                    if name.startswith(start) and "/" not in name[len(start) :] and name != start
                )
        except (OSError, zipfile.BadZipFile):
            return []


def entry_of_wheel(path: Path, *, relative_to: Path | None = None) -> dict[str, Any]:
    """Return the catalogue entry of a wheel, read without running anything of it.

    Args:
        path: The wheel.
        relative_to: Folder of the catalogue; with it, the entry says where the wheel is.

    Raises:
        PackageError: It is no wheel, or not one of a Pegboard plugin.
    """
    try:
        with zipfile.ZipFile(path) as wheel:
            names = wheel.namelist()
            info = next((n.split("/")[0] for n in names if re.match(r"^[^/]+\.dist-info/METADATA$", n)), None)
            if info is None:
                raise PackageError(f"{path.name} has no METADATA, so it is no wheel.")
            metadata = (_member(wheel, f"{info}/METADATA") or b"").decode("utf-8", "replace")
            manifest = _member(wheel, f"{info}/extra_metadata/pegboard.json")
            if manifest is None:
                inside = [n for n in names if re.match(r"^[^/]+/pegboard\.json$", n)]
                manifest = _member(wheel, inside[0]) if inside else None
    except (OSError, zipfile.BadZipFile) as problem:
        raise PackageError(f"{path} cannot be read: {problem}") from None
    if manifest is None:
        raise PackageError(f"{path.name} holds no pegboard.json, so it provides no component.")
    headers = email.parser.HeaderParser().parsestr(metadata)
    facts = facts_of(metadata)
    try:
        described = json.loads(manifest)
    except ValueError as problem:
        raise PackageError(f"the pegboard.json in {path.name} is not JSON: {problem}") from None
    entry = {
        "distribution": str(headers["Name"]),
        "version": str(headers["Version"]),
        "summary": facts.summary,
        "author": facts.author,
        "license": facts.license,
        "homepage": facts.homepage,
        "requires_pegboard": facts.requires_pegboard,
        "size_bytes": path.stat().st_size,
        "manifest": described,
    }
    if relative_to is not None:
        entry["wheel"] = posixpath.normpath(_relative(path, relative_to))
    return entry


def facts_of_installed(distribution: str) -> Facts:
    """Return what an installed distribution's metadata says."""
    try:
        found = importlib_metadata.distribution(distribution)
        return facts_of(found.read_text("METADATA") or found.read_text("PKG-INFO") or "")
    except (importlib_metadata.PackageNotFoundError, OSError, ValueError):
        return Facts()


@lru_cache(maxsize=4096)
def facts_of(metadata: str) -> Facts:
    """Return the facts in the text of a METADATA file."""
    headers = email.parser.HeaderParser().parsestr(metadata)
    mail = headers.get("Author-email") or headers.get("Maintainer-email") or ""
    author = headers.get("Author") or headers.get("Maintainer") or re.sub(r"\s*<[^>]*>", "", mail)
    links = [line.partition(",") for line in headers.get_all("Project-URL") or []]
    homepage = headers.get("Home-page") or next(
        (address.strip() for label, _, address in links if label.strip().lower() in _HOME_LABELS), ""
    )
    core = next(
        (r for r in headers.get_all("Requires-Dist") or [] if re.match(r"^pegboard[-_]core\b", r)), ""
    )
    return Facts(
        summary=headers.get("Summary") or "",
        author=author.split(",")[0].strip().strip('"'),
        license=headers.get("License-Expression") or _short_license(headers),
        homepage=homepage if re.match(r"^https?://", homepage) else "",
        requires_pegboard=re.sub(r"^pegboard[-_]core\s*|[()]|;.*$", "", core).strip(),
        requires_python=headers.get("Requires-Python") or "",
    )


_HOME_LABELS = {"homepage", "home", "repository", "source", "documentation"}


def _short_license(headers: Any) -> str:
    for line in headers.get_all("Classifier") or []:
        if line.startswith("License ::"):
            return str(line.rpartition("::")[2].strip())
    text = headers.get("License") or ""
    return text if len(text) < 60 and "\n" not in text else "see its metadata"


def bundle_files(package: Package, frontend: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return the files of a component's self-contained bundle with their sizes, by path.

    Compressed sizes come from the build's own list; a bundle without one is measured.
    """
    import gzip

    entry = str(frontend.get("entry") or "")
    if not is_inside(entry):
        return {}
    folder = posixpath.dirname(entry)
    sizes: dict[str, Any] = {}
    listing = package.read(f"{folder}/build.json")
    if listing is not None:
        try:
            sizes = dict(json.loads(listing)["files"])
        except (ValueError, KeyError, TypeError):
            sizes = {}
    shared = str((frontend.get("shared") or {}).get("entry") or "")
    wanted = [entry]
    if isinstance(frontend.get("css"), str):
        wanted.append(str(frontend["css"]))
    wanted += [
        name
        for name in package.names_in(folder)
        if name.endswith(_TEXT_SUFFIXES)
        and name != shared
        and not posixpath.basename(name).startswith(("shared-", "index.shared"))
    ]
    found: dict[str, dict[str, int]] = {}
    for name in dict.fromkeys(wanted):
        known = sizes.get(name.removeprefix(f"{folder}/"))
        if isinstance(known, dict) and isinstance(known.get("raw"), int) and isinstance(known.get("gzip"), int):
            found[name] = {"raw": known["raw"], "gzip": known["gzip"]}
            continue
        content = package.read(name)
        if content is not None:
            found[name] = {"raw": len(content), "gzip": len(gzip.compress(content, 6, mtime=0))}
    return found


def framework_of(package: Package, frontend: Mapping[str, Any]) -> str:
    """Say what a bundle is written with, as its build or its manifest tells."""
    if isinstance(frontend.get("framework"), str):
        return str(frontend["framework"])
    folder = posixpath.dirname(str(frontend.get("entry") or ""))
    listing = package.read(f"{folder}/build.json")
    try:
        version = json.loads(listing)["svelte"] if listing else None
    except (ValueError, KeyError, TypeError):
        version = None
    if version or (frontend.get("shared") or {}).get("needs", {}).get("svelte"):
        return "Svelte"
    return "JavaScript"


def is_inside(path: str) -> bool:
    """Say whether a relative path stays below where it starts."""
    return bool(path) and not path.startswith("/") and "\\" not in path and ".." not in path.split("/")


def _member(wheel: zipfile.ZipFile, name: str) -> bytes | None:
    try:
        member = wheel.getinfo(name)
    except KeyError:
        return None
    # The size in the directory is what a crafted archive claims; reading stops there all the same.
    if member.file_size > MAX_FILE_BYTES:
        return None
    with wheel.open(member) as file:
        return file.read(MAX_FILE_BYTES + 1)[:MAX_FILE_BYTES]


def _relative(path: Path, folder: Path) -> str:
    import os

    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
