"""Payloads for tests: arbitrary JSON, almost-right JSON, files in memory, and how to compare them."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from pegboard.payload import FILE_MARKER, FileRef, is_file_dict

# 2 x 2 pixels, red; made with zlib and the chunk layout of PNG (W3C, third edition).
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR42mP4z8AARAwQCgAf7gP9Y167WwAAAABJRU5E"
    "rkJggg=="
)


class KeptFiles:
    """A `FlagSink` and `FlagSource` in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def save(self, file: FileRef) -> str:
        """Keep a copy of the content and return its name."""
        name = f"{len(list(self._folder.iterdir()))}"
        (self._folder / name).write_bytes(file.read_bytes())
        return name

    def load(self, path: str) -> FileRef:
        """Return a reference to the copy of that name."""
        return FileRef(path=self._folder / path)


def json_values() -> st.SearchStrategy[Any]:
    """Any value that a JSON body can hold, with numbers and text at their edges."""
    leaves = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=20)
        | st.sampled_from(
            ["", "0", "-1", "1e999", "true", "null", "../../x", "\x00", "data:,x", 2**63, -(2**53), 1e308]
        )
    )
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["path", "url", "meta", "value", "label", "name", "data", "_type"])
                | st.text(max_size=6),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )


def near_misses(payload: Any) -> st.SearchStrategy[Any]:
    """The payload with one part of it replaced, removed or doubled."""
    places = list(_places(payload))

    def changed(place: tuple[Any, ...], new: Any, action: str) -> Any:
        if not place:
            return new
        # Files are values: a deep copy keeps them equal, and nothing else is shared.
        whole = copy.deepcopy(payload)
        inner = whole
        for key in place[:-1]:
            inner = inner[key]
        last = place[-1]
        if action == "remove":
            del inner[last]
        elif action == "double" and isinstance(inner, list):
            inner.append(copy.deepcopy(inner[last]))
        else:
            inner[last] = new
        return whole

    return st.builds(
        changed,
        st.sampled_from(places),
        json_values(),
        st.sampled_from(["replace", "remove", "double"]),
    )


def _places(payload: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield here
    if isinstance(payload, dict):
        for key, item in payload.items():
            yield from _places(item, (*here, key))
    elif isinstance(payload, list):
        for position, item in enumerate(payload):
            yield from _places(item, (*here, position))


def received(payload: Any, folder: Path) -> Any:
    """Return a payload as the server hands it to ``preprocess``: FileData become local files."""
    if isinstance(payload, FileRef):
        return _local(payload, folder)
    if is_file_dict(payload):
        name = payload.get("orig_name") or Path(str(payload.get("path") or "file.txt")).name
        return _local(FileRef(orig_name=name, mime_type=payload.get("mime_type")), folder)
    if isinstance(payload, dict):
        return {name: received(item, folder) for name, item in payload.items()}
    if isinstance(payload, (list, tuple)):
        return [received(item, folder) for item in payload]
    return payload


def _local(file: FileRef, folder: Path) -> FileRef:
    if file.path is not None and file.path.is_file():
        return file
    name = Path(file.orig_name or "file.txt").name
    looks_like_picture = (file.mime_type or "").startswith("image/") or name.lower().endswith(
        (".png", ".jpg", ".jpeg", ".webp", ".gif")
    )
    content = file.data if file.data is not None else PNG if looks_like_picture else b"hello\n"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return replace(file, path=path, data=None, url=None, orig_name=name, size=len(content))


def wire_form(payload: Any) -> Any:
    """Return a payload as it looks on the wire: files are FileData objects."""
    if isinstance(payload, FileRef):
        return {
            "path": payload.handle or payload.orig_name or "file",
            "url": payload.url,
            "size": payload.size,
            "orig_name": payload.orig_name,
            "mime_type": payload.mime_type,
            "is_stream": payload.is_stream,
            "meta": {"_type": FILE_MARKER},
        }
    if isinstance(payload, dict):
        return {str(name): wire_form(item) for name, item in payload.items()}
    if isinstance(payload, (list, tuple)):
        return [wire_form(item) for item in payload]
    return payload


def comparable(payload: Any) -> Any:
    """Return a form in which equal means the same JSON types and the same file contents."""
    if isinstance(payload, FileRef):
        has_content = payload.data is not None or payload.path is not None
        return ("file", payload.read_bytes() if has_content else payload.url, payload.orig_name)
    if isinstance(payload, dict):
        return {name: comparable(item) for name, item in payload.items()}
    if isinstance(payload, (list, tuple)):
        return [comparable(item) for item in payload]
    return json.dumps(payload)
