"""The files of example rows while a row is computed: on disk for the function, in memory for the cache."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from pegboard.incoming import DEFAULT_MAX_BYTES
from pegboard.payload import FILE_MARKER, FileRef, map_files


def on_disk(payload: Any, folder: Path) -> Any:
    """Return a payload whose files can be opened by path, as those of an upload can.

    Raises:
        FileRefused: A file is a web address that could not be fetched.
    """

    def local(ref: FileRef) -> FileRef:
        if ref.path is not None:
            return ref
        if ref.data is None:
            return _fetched(ref, folder)
        path = _own_path(folder, ref.orig_name)
        path.write_bytes(ref.data)
        return replace(ref, path=path, data=None)

    return map_files(payload, local)


def in_memory(payload: Any) -> Any:
    """Return a payload that holds the content of its files, which may be gone later.

    Raises:
        FileRefused: A file is a web address that could not be fetched.
    """

    def held(ref: FileRef) -> FileRef:
        if ref.data is not None:
            return ref
        with tempfile.TemporaryDirectory() as scratch:
            found = ref if ref.path is not None else _fetched(ref, Path(scratch))
            return replace(found, data=found.read_bytes(), path=None) if found.path else found

    return map_files(payload, held)


def as_wire(payload: Any) -> Any:
    """Return a payload as a function without preprocess gets it: with file objects."""

    def named(ref: FileRef) -> dict[str, Any]:
        return {
            "path": str(ref.path) if ref.path is not None else ref.url,
            "orig_name": ref.orig_name,
            "mime_type": ref.mime_type,
            "meta": {"_type": FILE_MARKER},
        }

    return map_files(payload, named)


def _fetched(ref: FileRef, folder: Path) -> FileRef:
    if ref.url is None or not ref.is_address:
        return ref
    from pegboard import fetch  # most apps fetch nothing

    target = _own_path(folder, None)
    # Like every address: only from the public internet, even though the app's author wrote it, since
    # rows may come from a data set of somebody else.
    got = fetch.fetch(ref.url, target, DEFAULT_MAX_BYTES)
    named = target.with_name(Path(ref.orig_name or got.name).name or "file")
    target.rename(named)
    return replace(
        ref, path=named, url=None, orig_name=named.name, mime_type=ref.mime_type or got.mime_type,
        size=got.size,
    )  # fmt: skip


def _own_path(folder: Path, name: str | None) -> Path:
    """Return a path in a folder of its own, so that the name may stay as it is."""
    return Path(tempfile.mkdtemp(dir=folder)) / Path(name or "file").name
