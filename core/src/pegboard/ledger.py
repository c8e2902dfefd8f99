"""Ledger: text files that several processes append to, and that a crash never leaves half written.

An append is three steps under one lock: what is to be written where goes into a small intent file; it
is written; the intent is removed. Whoever takes the lock next and finds an intent finishes it. So a
process that is killed between any two steps, or in the middle of a write, loses nothing: before the
intent was whole nothing had been appended, and afterwards everything will be.

Knows nothing of what the text means.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

LOCK_FILE = ".lock"
INTENT_FILE = ".intent"


class Ledger:
    """The files of one folder. Appending is possible inside `locked` only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._threads = threading.Lock()

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other threads and processes out; finish first what a killed process began."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._threads, file_lock(self.folder / LOCK_FILE):
            self._finish_intent()
            yield

    def append(self, texts: Sequence[tuple[str, str]]) -> None:
        """Append to files of the folder, each given by name: to all of them or to none.

        Raises:
            OSError: There was no room, or a file may not be written; then nothing was appended.
        """
        steps = []
        for name, text in texts:
            size, is_whole = _size_of(self.folder / name)
            steps.append((name, size, text if is_whole else "\n" + text))
        intent = self.folder / INTENT_FILE
        try:
            # Escaped as ASCII, so that no text is too odd to be written down.
            intent.write_text(json.dumps(steps), "ascii")
            for name, _, text in steps:
                with (self.folder / name).open("ab") as file:
                    file.write(encoded(text))
        except OSError:
            for name, at, _ in steps:
                with contextlib.suppress(OSError):
                    os.truncate(self.folder / name, at)
            with contextlib.suppress(OSError):
                intent.unlink(missing_ok=True)
            raise
        intent.unlink()

    def _finish_intent(self) -> None:
        intent = self.folder / INTENT_FILE
        try:
            steps = json.loads(intent.read_text("ascii"))
        except FileNotFoundError:
            return
        except ValueError:
            # Its writer was stopped before it had appended anything.
            intent.unlink(missing_ok=True)
            return
        for name, at, text in steps:
            _complete(self.folder / Path(name).name, at, encoded(text))
        intent.unlink(missing_ok=True)


def encoded(text: str) -> bytes:
    """Return text as UTF-8; what UTF-8 cannot carry (half of a pair) becomes a question mark."""
    return text.encode("utf-8", "replace")


def _complete(path: Path, at: int, content: bytes) -> None:
    with path.open("ab+") as file:
        file.seek(min(at, file.seek(0, os.SEEK_END)))
        written = file.read()
        # Anything else was written by someone who does not take the lock, and is left alone.
        if content.startswith(written):
            file.write(content[len(written) :])


def _size_of(path: Path) -> tuple[int, bool]:
    """Return a file's size, and whether its last line is ended."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            if size == 0:
                return 0, True
            file.seek(-1, os.SEEK_END)
            return size, file.read(1) == b"\n"
    except FileNotFoundError:
        return 0, True


@contextlib.contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold a lock that other processes respect; the system frees it when its holder dies."""
    with path.open("a+b") as file:
        if os.name == "nt":  # pragma: no cover - another system
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]
            try:
                yield
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)
