"""A file on its way in: written to a private folder, counted and hashed on the way."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path
from typing import BinaryIO

from pegboard.errors import FileRefused

DEFAULT_MAX_BYTES = 512 * 1024 * 1024
CHUNK_BYTES = 1 << 20


class IncomingFile:
    """An upload that is being written. Either `FileStore.keep` takes it, or `abort` removes it."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.path = folder / secrets.token_urlsafe(16)
        self.size = 0
        self._max_bytes = max_bytes
        self._hash = hashlib.sha256()
        self._out: BinaryIO = open(self.path, "xb", opener=_private)  # noqa: SIM115

    def write(self, chunk: bytes | memoryview) -> None:
        """Append a chunk.

        Raises:
            FileRefused: The file would be larger than allowed.
        """
        self.size += len(chunk)
        if self.size > self._max_bytes:
            raise FileRefused(f"The file is larger than {self._max_bytes} bytes.")
        self._hash.update(chunk)
        self._out.write(chunk)

    def finish(self) -> str:
        """Close the file and return the hash of its content."""
        self._out.close()
        return self._hash.hexdigest()

    def abort(self) -> None:
        """Remove what was written."""
        self._out.close()
        self.path.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def digest_of(path: Path) -> str:
    """Return the hash of a file's content, as `IncomingFile.finish` gives it."""
    digest = hashlib.sha256()
    with path.open("rb") as content:
        while chunk := content.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
