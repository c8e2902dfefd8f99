"""Flagging: what happens when a person marks a result, and the loggers that write it down.

Beside each CSV file stands a JSONL twin with the same rows and their JSON types: the lossless record.
Appends take a lock on a file, so that two processes lose no row, and each is one write, so that a crash
leaves whole lines.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import logging
import os
import re
import secrets
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pegboard.payload import FileRef
from pegboard.request import Request
from pegboard.updates import update

log = logging.getLogger("pegboard.flagging")

_lock = threading.Lock()
_FORMULA = ("=", "+", "-", "@", "\t", "\n")


class FlaggingCallback:
    """What to do with flagged values; subclass it for your own."""

    def setup(self, components: Sequence[Any], flagging_dir: str | Path) -> None:
        """Get ready; called once, when the interface is built."""

    def flag(
        self, flag_data: Sequence[Any], flag_option: str | None = None, username: str | None = None
    ) -> int:
        """Keep one row of payloads (not preprocessed) and return how many rows there are."""
        raise NotImplementedError


class CSVLogger(FlaggingCallback):
    """Writes ``dataset1.csv`` with a header, and ``dataset1.jsonl`` beside it.

    A row that does not fit the newest file's header (an option or user name that it lacks) starts
    ``dataset2.csv``.

    Args:
        simplify_file_data: Write a file's path in its cell, instead of its JSON.
        verbose: Say where the data is written.
        dataset_file_name: Another file name, instead of the numbered ones.
    """

    def __init__(
        self,
        simplify_file_data: bool = True,
        verbose: bool = True,
        dataset_file_name: str | None = None,
    ) -> None:
        self.simplify_file_data = simplify_file_data
        self.verbose = verbose
        self.dataset_file_name = dataset_file_name

    def setup(self, components: Sequence[Any], flagging_dir: str | Path) -> None:
        """Take note of the columns."""
        self.components = list(components)
        self.flagging_dir = Path(flagging_dir)
        self.names = column_names(self.components)

    def flag(
        self, flag_data: Sequence[Any], flag_option: str | None = None, username: str | None = None
    ) -> int:
        """Append one row; return how many rows the file has."""
        self.flagging_dir.mkdir(parents=True, exist_ok=True)
        header, extra = list(self.names), []
        for name, value in (("flag", flag_option), ("username", username)):
            if value is not None:
                header.append(name)
                extra.append(value)
        header.append("timestamp")
        extra.append(str(datetime.now()))
        packed = [
            _packed(component, payload, self.flagging_dir / safe_name(name))
            for component, payload, name in zip(self.components, flag_data, self.names)
        ]
        cells = [_cell(item, self.flagging_dir / safe_name(name), self.simplify_file_data)
                 for item, name in zip(packed, self.names)]
        with locked(self.flagging_dir):
            path = self._file_for(header)
            return _append(path, header, [*cells, *map(sanitize, extra)], [*packed, *extra])

    def _file_for(self, header: Sequence[str]) -> Path:
        if self.dataset_file_name is not None:
            return self.flagging_dir / self.dataset_file_name
        numbers = sorted(
            int(match[1])
            for file in self.flagging_dir.glob("dataset*.csv")
            if (match := re.fullmatch(r"dataset(\d+)\.csv", file.name))
        )
        if not numbers:
            return self.flagging_dir / "dataset1.csv"
        newest = self.flagging_dir / f"dataset{numbers[-1]}.csv"
        with newest.open(newline="", encoding="utf-8") as file:
            if next(csv.reader(file), None) == list(header):
                return newest
        return self.flagging_dir / f"dataset{numbers[-1] + 1}.csv"


class FlagMethod:
    """What a flag button runs: keeps the row, then restores the button's caption.

    Args:
        value: The option that is recorded; ``None`` for a button without options.
        caption: The button's caption; ``None`` when there is no button.
    """

    def __init__(self, callback: FlaggingCallback, value: str | None, caption: str | None) -> None:
        self._callback = callback
        self._value = value
        self._caption = caption
        self.__name__ = "flag"

    def __call__(self, request: Request, *payloads: Any) -> Any:
        """Keep one row."""
        try:
            self._callback.flag(list(payloads), flag_option=self._value, username=request.username)
        except Exception:
            # An author's callback must not break the app; the person sees that it failed.
            log.exception("flagging failed")
            return None if self._caption is None else update(value="Error!", interactive=True)
        return None if self._caption is None else update(value=self._caption, interactive=True)


class ClassicCSVLogger(CSVLogger):
    """Writes ``log.csv`` with the columns flag, username and timestamp in every row."""

    def __init__(self, simplify_file_data: bool = True) -> None:
        super().__init__(simplify_file_data, dataset_file_name="log.csv")

    def flag(
        self, flag_data: Sequence[Any], flag_option: str | None = None, username: str | None = None
    ) -> int:
        """Append one row; return how many rows the file has."""
        return super().flag(flag_data, flag_option or "", username or "")


class SimpleCSVLogger(FlaggingCallback):
    """Writes ``log.csv`` with one column a component and no header."""

    def setup(self, components: Sequence[Any], flagging_dir: str | Path) -> None:
        """Take note of the columns."""
        self.components = list(components)
        self.flagging_dir = Path(flagging_dir)
        self.names = column_names(self.components)

    def flag(
        self, flag_data: Sequence[Any], flag_option: str | None = None, username: str | None = None
    ) -> int:
        """Append one row; return how many rows the file has."""
        self.flagging_dir.mkdir(parents=True, exist_ok=True)
        cells, packed = [], []
        for component, payload, name in zip(self.components, flag_data, self.names):
            folder = self.flagging_dir / safe_name(name)
            packed.append(_packed(component, payload, folder))
            cells.append(_cell(packed[-1], folder, True))
        with locked(self.flagging_dir):
            return _append(self.flagging_dir / "log.csv", None, cells, packed)


def column_names(components: Sequence[Any]) -> list[str]:
    """Return one name a column: the label, ``component N`` without one; equal ones get a suffix."""
    names: list[str] = []
    for number, component in enumerate(components):
        name = str(getattr(component, "label", None) or f"component {number}")
        free, count = name, 1
        while free in names:
            count += 1
            free = f"{name} ({count})"
        names.append(free)
    return names


def safe_name(label: str) -> str:
    """Return a label as a folder name."""
    return re.sub(r"[^\w\- ().]", "", label).strip(" .")[:100] or "component"


def sanitize(cell: Any) -> Any:
    """Return a cell that a spreadsheet does not take for a formula: such text gets a leading quote."""
    if not isinstance(cell, str):
        return cell
    starts = cell.startswith(_FORMULA)
    hidden = any(f",{mark}" in cell for mark in _FORMULA)
    return "'" + cell if starts or hidden else cell


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, against other threads and other processes."""
    with _lock, (folder / ".lock").open("a+b") as file:
        try:
            import fcntl
        except ImportError:  # Windows: threads of one process are still kept apart
            yield
            return
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


class _ColumnSink:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, file: FileRef) -> str:
        """Copy a file into the column's folder, under a name of its own."""
        folder = self._folder / secrets.token_hex(10)
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / (safe_name(Path(file.orig_name or "file").name) or "file")
        target.write_bytes(file.read_bytes())
        return f"{folder.name}/{target.name}"


def _packed(component: Any, payload: Any, folder: Path) -> Any:
    if payload is None:
        return None
    return component.flag(payload, _ColumnSink(folder))


def _cell(packed: Any, folder: Path, simplify: bool) -> Any:
    if packed is None:
        return ""
    if isinstance(packed, dict) and packed.get("$file") and simplify:
        return sanitize(str(folder / packed["$file"]))
    if isinstance(packed, str):
        return sanitize(packed)
    return sanitize(json.dumps(packed, ensure_ascii=False))


def _append(path: Path, header: Sequence[str] | None, cells: Sequence[Any], typed: Sequence[Any]) -> int:
    is_new = not path.exists() or path.stat().st_size == 0
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    if is_new and header is not None:
        writer.writerow([sanitize(name) for name in header])
    writer.writerow(cells)
    record = dict(zip(header, typed)) if header is not None else list(typed)
    _write(path.with_suffix(".jsonl"), json.dumps(record, ensure_ascii=False) + "\n")
    _write(path, buffer.getvalue())
    with path.open(newline="", encoding="utf-8") as file:
        return sum(1 for _ in csv.reader(file)) - (header is not None)


def _write(path: Path, text: str) -> None:
    """Append in one write, so that a crash leaves whole lines or nothing of this one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, text.encode("utf-8"))
    finally:
        os.close(descriptor)
