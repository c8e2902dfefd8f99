"""Flagging: records of inputs and outputs that a person marked, as CSV with a lossless JSON twin.

A record is appended in one write under a lock file, so that several processes may flag into one folder
and lose nothing. Source of the folder layout, the header and the cell sanitising: the public behaviour
of Gradio 5 and 6; the ``.jsonl`` beside each CSV is ours and keeps every value with its type.
"""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
import json
import logging
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pegboard.component import Component
from pegboard.payload import FileRef, Update, is_file_dict
from pegboard.request import Request
from pegboard.updates import update

log = logging.getLogger("pegboard.flagging")

SHOWN_S = 0.8
"""How long a flag button says that it is saving, at least, so that people see it."""

AnyComponent = Component[Any, Any, Any]


class FlaggingCallback:
    """Base of what records flags; subclass it and pass it as ``flagging_callback``."""

    def setup(self, components: Sequence[AnyComponent], flagging_dir: str) -> None:
        """Prepare for these components; called once, when the app is built."""

    def flag(
        self,
        flag_data: list[Any],
        flag_option: str | None = None,
        username: str | None = None,
    ) -> int:
        """Record one sample and return how many there are now.

        Args:
            flag_data: One payload per component, with `FileRef` in place of files.
        """
        raise NotImplementedError


class FlagMethod:
    """What a flag button runs: record, then give the button its caption back."""

    takes_file_refs = True

    def __init__(self, callback: Any, value: str | None, caption: str | None) -> None:
        self.callback = callback
        self.value = value
        self.caption = caption
        self.__name__ = "flag"

    def __call__(self, request: Request, *flag_data: Any) -> Any:
        """Record the values; a button says so when that failed."""
        begun = time.monotonic()
        try:
            self.callback.flag(list(flag_data), flag_option=self.value, username=request.username)
        except Exception:
            log.exception("the flagging callback failed")
            return None if self.caption is None else update(value="Error!", interactive=True)
        if self.caption is None:
            return None
        time.sleep(max(0.0, SHOWN_S - (time.monotonic() - begun)))
        return update(value=self.caption, interactive=True)


class _Folder:
    """Where one record's files go: ``<dir>/<column>/<20 hex digits>/<name>``."""

    def __init__(self, root: Path, column: str) -> None:
        self._root = root
        self._column = column

    def save(self, file: FileRef) -> str:
        """Copy a file into a folder of its own and return its path relative to the flag folder."""
        name = clean_file_name(Path(file.orig_name or (file.path.name if file.path else "file")).name)
        folder = self._root / self._column / secrets.token_hex(10)
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / name
        if file.data is not None:
            target.write_bytes(file.data)
        elif file.path is not None:
            shutil.copyfile(file.path, target)
        else:
            raise ValueError("this file reference has no local content")
        return target.relative_to(self._root).as_posix()

    def load(self, path: str) -> FileRef:
        """Return a reference to a file that `save` copied."""
        return FileRef.from_path(self._root / path)


class _TableLogger(FlaggingCallback):
    """What the loggers share: columns, packing, and appending."""

    def __init__(self, simplify_file_data: bool = True, verbose: bool = True) -> None:
        self.simplify_file_data = simplify_file_data
        self.verbose = verbose
        self.components: list[AnyComponent] = []
        self.flagging_dir = Path(".")
        self._thread_lock = threading.Lock()
        self._counted: tuple[str, int, int] | None = None

    def setup(self, components: Sequence[AnyComponent], flagging_dir: str) -> None:
        """Name a column for each component; equal labels get a suffix."""
        self.components = list(components)
        self.flagging_dir = Path(flagging_dir)
        self.columns: list[str] = []
        for at, component in enumerate(self.components):
            label = str(component.label or f"component {at}")
            name, suffix = label, 1
            while name in self.columns:
                suffix += 1
                name = f"{label} {suffix}"
            self.columns.append(name)

    def _packed(self, flag_data: Sequence[Any]) -> list[Any]:
        return [
            _packed(component, _without_updates(value), _Folder(self.flagging_dir, folder_name(name)))
            for component, name, value in zip(self.components, self.columns, flag_data)
        ]

    def _cells(self, packed: Sequence[Any]) -> list[str]:
        return [sanitised(cell_text(value, self.simplify_file_data)) for value in packed]

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self.flagging_dir.mkdir(parents=True, exist_ok=True)
        with self._thread_lock, file_lock(self.flagging_dir / ".lock"):
            yield

    def _count(self, table: Path, header_rows: int) -> int:
        """Return the number of records, reading the whole table only when others wrote to it."""
        known = self._counted
        size = table.stat().st_size
        if known is not None and known[0] == str(table) and known[1] == size:
            return known[2]
        with table.open(encoding="utf-8", newline="") as lines:
            return sum(1 for row in csv.reader(lines) if row) - header_rows

    def _append(self, table: Path, row: Sequence[str], header: Sequence[str] | None) -> int:
        """Write one row, with the header before the first; return the number of records."""
        is_new = not table.exists() or table.stat().st_size == 0
        header_rows = 0 if header is None else 1
        before = 0 if is_new else self._count(table, header_rows)
        lines = [row] if not is_new or header is None else [header, row]
        append_text(table, csv_text(lines))
        self._counted = (str(table), table.stat().st_size, before + 1)
        return before + 1


class CSVLogger(_TableLogger):
    """Record flags in ``dataset1.csv``, and as JSON lines in ``dataset1.jsonl`` beside it.

    A table has one header for good: a flag with other columns starts ``dataset2.csv``.

    Args:
        simplify_file_data: Write the path of a file instead of JSON about it.
        dataset_file_name: Name of the first table.
    """

    def __init__(
        self,
        simplify_file_data: bool = True,
        verbose: bool = True,
        dataset_file_name: str | None = None,
    ) -> None:
        super().__init__(simplify_file_data, verbose)
        self.dataset_file_name = dataset_file_name

    def flag(
        self,
        flag_data: list[Any],
        flag_option: str | None = None,
        username: str | None = None,
    ) -> int:
        """Append one sample and return the number of samples in its table."""
        extra: dict[str, str] = {}
        if flag_option is not None:
            extra["flag"] = flag_option
        if username is not None:
            extra["username"] = username
        extra["timestamp"] = str(datetime.datetime.now())
        packed = self._packed(flag_data)
        header = [*self.columns, *extra]
        row = [*self._cells(packed), *(sanitised(value) for value in extra.values())]
        record = {"values": dict(zip(self.columns, packed)), **extra}
        with self._locked():
            table = self._table_for(header)
            # The lossless twin first: were we stopped between the two, nothing would be lost.
            append_text(table.with_suffix(".jsonl"), json.dumps(record, ensure_ascii=False) + "\n")
            return self._append(table, row, header)

    def _table_for(self, header: list[str]) -> Path:
        """Return the newest table if its header is this one, else the name of the next."""
        first = self.flagging_dir / (self.dataset_file_name or "dataset1.csv")
        match = re.fullmatch(r"(.*?)(\d*)", first.stem)
        assert match is not None
        stem, number = match[1], int(match[2] or 1)
        table = first
        while (following := self.flagging_dir / f"{stem}{number + 1}{first.suffix}").exists():
            table, number = following, number + 1
        if not table.exists() or read_header(table) == header:
            return table
        return self.flagging_dir / f"{stem}{number + 1}{first.suffix}"


class ClassicCSVLogger(_TableLogger):
    """Record flags in ``log.csv`` with the columns ``flag``, ``username`` and ``timestamp``."""

    def flag(
        self,
        flag_data: list[Any],
        flag_option: str | None = None,
        username: str | None = None,
    ) -> int:
        """Append one sample and return the number of samples."""
        cells = self._cells(self._packed(flag_data))
        extra = [flag_option or "", username or "", str(datetime.datetime.now())]
        with self._locked():
            return self._append(
                self.flagging_dir / "log.csv",
                [*cells, *(sanitised(value) for value in extra)],
                [*self.columns, "flag", "username", "timestamp"],
            )


class SimpleCSVLogger(_TableLogger):
    """Record flags in ``log.csv``: no header, one column per component."""

    def flag(
        self,
        flag_data: list[Any],
        flag_option: str | None = None,
        username: str | None = None,
    ) -> int:
        """Append one sample and return the number of samples."""
        cells = self._cells(self._packed(flag_data))
        with self._locked():
            return self._append(self.flagging_dir / "log.csv", cells, None)


# -- cells -----------------------------------------------------------------------------------------


def _without_updates(value: Any) -> Any:
    return dict(value.props) if isinstance(value, Update) else value


def _packed(component: AnyComponent, payload: Any, folder: _Folder) -> Any:
    if is_file_dict(payload) and not isinstance(payload, FileRef):
        # A callback called by hand, outside of an app: nobody has looked the file up.
        return payload.get("path")
    return component.flag(payload, folder)


def cell_text(packed: Any, is_simple: bool) -> str:
    """Return the text of a table's cell for a packed value."""
    if packed is None:
        return ""
    if isinstance(packed, str):
        return packed
    if is_simple and isinstance(packed, dict) and "$file" in packed:
        return str(packed["$file"] or packed.get("url") or "")
    return json.dumps(packed, ensure_ascii=False)


_STARTS = ("=", "+", "-", "@", "\t", "\n")


def sanitised(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    is_risky = text.startswith(_STARTS) or any(f",{start}" in text for start in _STARTS)
    return f"'{text}" if is_risky else text


def folder_name(label: str) -> str:
    """Return a label without the characters that folders cannot have."""
    return re.sub(r"[^\w \-.()]", "", label).strip(" .")[:100] or "component"


def clean_file_name(name: str) -> str:
    """Return a file name without the characters that files cannot have."""
    return re.sub(r"[^\w \-.()]", "_", name).lstrip(".")[-120:] or "file"


# -- files -----------------------------------------------------------------------------------------


def csv_text(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as CSV."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def read_header(table: Path) -> list[str]:
    """Return a table's first row."""
    with table.open(encoding="utf-8", newline="") as lines:
        return next(csv.reader(lines), [])


def append_text(path: Path, text: str) -> None:
    """Append in a single write; a line that another process left unfinished is ended first."""
    with path.open("ab+") as file:
        file.seek(0, os.SEEK_END)
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                text = "\n" + text
        file.write(text.encode("utf-8", "replace"))
        file.flush()


@contextlib.contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold a lock that other processes respect."""
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
