"""The build of a component in plain JavaScript: a copy, and the list of what was copied. No Node."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
from pathlib import Path

from hatch_pegboard.problem import BuildError

_IMPORT = re.compile(r'^@import "(\./[\w./-]+\.css)";\s*$', re.MULTILINE)
_LEFT_OUT = (".ts", ".tsx", ".svelte", ".md", ".map")


def copy_bundle(entry: Path, output: Path, name: str) -> None:
    """Copy the folder of ``entry`` to ``output``, the entry itself under the name ``index.js``.

    Writes the same ``build.json`` as the compiler does: sizes and hashes, by file.

    Raises:
        BuildError: The entry is missing.
    """
    if not entry.is_file():
        raise BuildError(
            f"the frontend of '{name}' is missing: there is no {entry}. Write it, or correct "
            f"`frontend` under [tool.pegboard.components.{name}] in pyproject.toml."
        )
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    for source in sorted(entry.parent.rglob("*")):
        if not source.is_file() or not _is_shipped(source.relative_to(entry.parent)):
            continue
        inside = source.relative_to(entry.parent)
        target = output / ("index.js" if source == entry else inside)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".css":
            target.write_text(_with_imports(source), encoding="utf-8")
        else:
            shutil.copyfile(source, target)
    files = {}
    for file in sorted(output.rglob("*")):
        if file.is_file():
            content = file.read_bytes()
            files[file.relative_to(output).as_posix()] = {
                "sha256": hashlib.sha256(content).hexdigest(),
                "raw": len(content),
                "gzip": len(gzip.compress(content, 9, mtime=0)),
            }
    listing = json.dumps({"files": files, "svelte": None}, indent="\t")
    (output / "build.json").write_text(listing + "\n", encoding="utf-8")


def _with_imports(sheet: Path) -> str:
    """Return a style sheet with its ``@import "./other.css";`` filled in: the page adopts one text."""
    text = sheet.read_text(encoding="utf-8")
    return _IMPORT.sub(lambda found: _with_imports(sheet.parent / found[1]), text)


def _is_shipped(inside: Path) -> bool:
    is_hidden = any(part.startswith(".") or part == "node_modules" for part in inside.parts)
    return not is_hidden and ".test." not in inside.name and inside.suffix not in _LEFT_OUT
