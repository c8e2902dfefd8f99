"""The demos of this distribution: found in the folder, described by their README, read as text.

A demo is a folder in ``demos`` with an ``app.py`` (a screenful, with a module docstring) and a
``README.md`` whose first lines between ``---`` hold ``title``, ``summary`` and ``features``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("demos")


@dataclass(frozen=True)
class Demo:
    """One example app.

    Attributes:
        components: Names of the classes it uses, read from its source.
        needs: Libraries it imports that Pegboard does not bring.
    """

    name: str
    title: str
    summary: str
    features: tuple[str, ...]
    components: tuple[str, ...]
    needs: tuple[str, ...]
    source: str
    text: str

    def row(self) -> dict[str, Any]:
        """Return what the list of demos shows and searches."""
        return {
            "name": self.name,
            "title": self.title,
            "summary": self.summary,
            "features": list(self.features),
            "components": list(self.components),
            "needs": list(self.needs),
            "lines": len(self.source.strip().splitlines()),
        }

    def detail(self) -> dict[str, Any]:
        """Return what a demo's page shows."""
        return {
            **self.row(),
            "source": self.source,
            "text": self.text,
            "command": f"python -m pegboard_gallery.demos.{self.name}.app",
        }


def read_demos(class_by_name: Mapping[str, str], folder: Path = FOLDER) -> list[Demo]:
    """Return the demos of a folder, by title.

    Args:
        class_by_name: The class each shortcut (``"slider"``) and class name stands for.
        folder: Where they are.
    """
    found = [
        _read(path.parent, class_by_name)
        for path in sorted(folder.glob("*/app.py"))
        if (path.parent / "README.md").is_file()
    ]
    return sorted(found, key=lambda demo: demo.title.lower())


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """Split a README into the fields between its ``---`` lines and the rest."""
    match = re.match(r"^---\n(.*?)\n---\n?(.*)$", text, re.DOTALL)
    if not match:
        return {}, text
    pairs = (line.partition(":") for line in match[1].splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, _, value in pairs}, match[2].strip()


def _read(folder: Path, class_by_name: Mapping[str, str]) -> Demo:
    source = (folder / "app.py").read_text(encoding="utf-8")
    fields, text = front_matter((folder / "README.md").read_text(encoding="utf-8"))
    words, libraries = _mentions(source)
    return Demo(
        name=folder.name,
        title=fields.get("title") or folder.name.replace("_", " ").capitalize(),
        summary=fields.get("summary", ""),
        features=tuple(part.strip() for part in fields.get("features", "").split(",") if part.strip()),
        components=tuple(sorted({class_by_name[word] for word in words if word in class_by_name})),
        needs=libraries,
        source=source,
        text=text,
    )


@lru_cache(maxsize=256)
def _mentions(source: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the attributes of ``pb`` and the shortcuts a source mentions, and what it imports."""
    words: set[str] = set()
    libraries: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "pb":
            words.add(node.attr)
        elif isinstance(node, ast.Call):
            words |= _shortcuts(node)
        elif isinstance(node, ast.Import):
            libraries |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            libraries.add(node.module.partition(".")[0])
    known = {"numpy": "numpy", "PIL": "pillow", "sklearn": "scikit-learn", "pandas": "pandas"}
    return frozenset(words), tuple(sorted(known[name] for name in libraries if name in known))


def _shortcuts(call: ast.Call) -> set[str]:
    """Return the strings that an Interface is given as components."""
    if not (isinstance(call.func, ast.Attribute) and call.func.attr == "Interface"):
        return set()
    places = [*call.args[1:3], *(k.value for k in call.keywords if k.arg in ("inputs", "outputs"))]
    return {
        item.value
        for place in places
        for item in (place.elts if isinstance(place, (ast.List, ast.Tuple)) else [place])
        if isinstance(item, ast.Constant) and isinstance(item.value, str)
    }
