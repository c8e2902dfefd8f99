"""Flagging: records of inputs and outputs that a person marked, as CSV with a lossless JSON twin.

Records are appended through a `Ledger`, so that several processes may flag into one folder and lose
nothing, and a killed one leaves no half record. Source of the folder layout, the header and the cell
sanitising: the public behaviour of Gradio 5 and 6; the ``.jsonl`` beside each CSV is ours and keeps
every value with its type.
"""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
import json
import logging
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import importlib_metadata

from pegboard.component import Component
from pegboard.errors import OptionError, OptionTypeError
from pegboard.ledger import Ledger, encoded
from pegboard.payload import UPDATE_MARKER, FileRef, Update, is_file_dict
from pegboard.request import Request
from pegboard.updates import update

log = logging.getLogger("pegboard.flagging")

GROUP = "pegboard.flagging"
"""Entry points of callbacks that may be chosen by name: ``flagging_callback="csv"``."""

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


def callback_from(given: object) -> Any:
    """Return the callback meant by an object, by the name of an installed one, or by ``None``.

    Raises:
        OptionError: No callback of that name is installed.
        OptionTypeError: It is neither, or it lacks ``setup`` or ``flag``.
    """
    where = "Interface(flagging_callback=)"
    if given is None:
        return CSVLogger()
    if isinstance(given, str):
        points = {point.name: point for point in importlib_metadata.entry_points(group=GROUP)}
        if given not in points:
            raise OptionError(
                where,
                got=given,
                expected=f"the name of an installed callback: {', '.join(sorted(points)) or 'none'}",
                fix="check the spelling, or pass an object",
            )
        return points[given].load()()
    if isinstance(given, type):
        raise OptionTypeError(
            where, got=given, expected="an object", fix=f"add (): {given.__name__}()"
        )
    for method in ("setup", "flag"):
        if not callable(getattr(given, method, None)):
            raise OptionTypeError(
                where,
                got=given,
                expected="an object with the methods setup() and flag()",
                fix="subclass pegboard.FlaggingCallback",
            )
    return given


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
        self._ledger = Ledger(self.flagging_dir)
        self._counted: tuple[str, int, int] | None = None

    def setup(self, components: Sequence[AnyComponent], flagging_dir: str) -> None:
        """Name a column, and a folder for its files, for each component; equal names get a suffix."""
        self.components = list(components)
        self.flagging_dir = Path(flagging_dir)
        self._ledger = Ledger(self.flagging_dir)
        labels = [str(item.label or f"component {at}") for at, item in enumerate(components)]
        self.columns = _distinct(labels)
        self.folders = _distinct([folder_name(label) for label in labels])

    def _packed(self, flag_data: Sequence[Any]) -> list[Any]:
        return [
            _packed(component, value, _Folder(self.flagging_dir, folder))
            for component, folder, value in zip(self.components, self.folders, flag_data)
        ]

    def _cells(self, packed: Sequence[Any]) -> list[str]:
        return [sanitised(cell_text(value, self.simplify_file_data)) for value in packed]

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with self._ledger.locked():
            yield

    def _append(
        self,
        name: str,
        row: Sequence[str],
        header: Sequence[str] | None,
        record: dict[str, Any],
    ) -> int:
        """Write one row, with the header before the first, and its twin; return the count of rows."""
        table = self.flagging_dir / name
        is_new = not table.exists() or table.stat().st_size == 0
        before = 0 if is_new else self._count(table, has_header=header is not None)
        rows = [row] if not is_new or header is None else [header, row]
        twin = Path(name).with_suffix(".jsonl").name
        self._ledger.append([(twin, json_line(record)), (name, csv_text(rows))])
        self._counted = (name, table.stat().st_size, before + 1)
        return before + 1

    def _count(self, table: Path, *, has_header: bool) -> int:
        """Return the number of rows, reading only what others have written since."""
        name, size, count = self._counted or ("", 0, 0)
        if name != table.name or size > table.stat().st_size:
            size, count = 0, -1 if has_header else 0
        with table.open("rb") as file:
            file.seek(size)
            added = file.read().decode("utf-8", "replace")
        return count + sum(1 for row in csv.reader(io.StringIO(added, newline="")) if row)

    def _record(self, packed: Sequence[Any], **extra: Any) -> dict[str, Any]:
        return {"values": dict(zip(self.columns, packed)), **extra}


class CSVLogger(_TableLogger):
    """Record flags in ``dataset1.csv``, and as JSON lines in ``dataset1.jsonl`` beside it.

    A table has one header for good: a flag with other columns goes into ``dataset2.csv``.

    Args:
        simplify_file_data: Write the path of a file instead of JSON about it.
        verbose: Log where a new table is.
        dataset_file_name: Name of the first table.
    """

    def __init__(
        self,
        simplify_file_data: bool = True,
        verbose: bool = True,
        dataset_file_name: str | None = None,
    ) -> None:
        super().__init__(simplify_file_data, verbose)
        name = "dataset1.csv" if dataset_file_name is None else dataset_file_name
        if Path(name).name != name or Path(name).suffix in ("", ".jsonl"):
            raise OptionError(
                "CSVLogger(dataset_file_name=)", got=name, expected="a file name such as 'mine.csv'"
            )
        self.dataset_file_name = name

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
        extra["timestamp"] = timestamp()
        packed = self._packed(flag_data)
        header = [*self.columns, *extra]
        row = [*self._cells(packed), *(sanitised(value) for value in extra.values())]
        with self._locked():
            name = self._table_for(header)
            if self.verbose and not (self.flagging_dir / name).exists():
                log.info("flags go to %s", self.flagging_dir / name)
            return self._append(name, row, header, self._record(packed, **extra))

    def _table_for(self, header: list[str]) -> str:
        """Return the newest table with this very header, else the name of a new one."""
        first = Path(self.dataset_file_name)
        match = re.fullmatch(r"(.*?)(\d*)", first.stem)
        assert match is not None
        stem, number = match[1], int(match[2] or 1)
        names = [self.dataset_file_name]
        while (self.flagging_dir / names[-1]).exists():
            number += 1
            names.append(f"{stem}{number}{first.suffix}")
        for name in reversed(names[:-1]):
            if read_header(self.flagging_dir / name) == header:
                return name
        return names[-1]


class ClassicCSVLogger(_TableLogger):
    """Record flags in ``log.csv`` with the columns ``flag``, ``username`` and ``timestamp``."""

    def flag(
        self,
        flag_data: list[Any],
        flag_option: str | None = None,
        username: str | None = None,
    ) -> int:
        """Append one sample and return the number of samples."""
        packed = self._packed(flag_data)
        extra = {"flag": flag_option or "", "username": username or "", "timestamp": timestamp()}
        row = [*self._cells(packed), *(sanitised(value) for value in extra.values())]
        with self._locked():
            return self._append(
                "log.csv", row, [*self.columns, *extra], self._record(packed, **extra)
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
        packed = self._packed(flag_data)
        with self._locked():
            return self._append("log.csv", self._cells(packed), None, self._record(packed))


class ChatCSVLogger:
    """Record what people think of a chat's answers in ``log.csv``, with a JSON twin."""

    HEADER = ("conversation", "index", "value", "timestamp")

    def setup(self, flagging_dir: str) -> None:
        """Take note of where the record goes."""
        self._ledger = Ledger(Path(flagging_dir))

    def flag(self, like_data: Any, messages: Sequence[Any]) -> None:
        """Append one opinion.

        Args:
            like_data: What a chatbot's ``like`` event says: ``index`` and ``liked``.
            messages: The whole conversation, as JSON.
        """
        liked = like_data.liked
        value = liked if isinstance(liked, str) else "Like" if liked else "Dislike"
        record = {
            "conversation": list(messages),
            "index": like_data.index,
            "value": value,
            "timestamp": timestamp(),
        }
        row = [sanitised(cell_text(item, False)) for item in record.values()]
        with self._ledger.locked():
            table = self._ledger.folder / "log.csv"
            is_new = not table.exists() or table.stat().st_size == 0
            rows = [self.HEADER, row] if is_new else [row]
            self._ledger.append([("log.jsonl", json_line(record)), ("log.csv", csv_text(rows))])


# -- cells -----------------------------------------------------------------------------------------


def _packed(component: AnyComponent, payload: Any, folder: _Folder) -> Any:
    if isinstance(payload, Update):
        return str(dict(payload.props))
    if isinstance(payload, dict) and payload.get("__type__") == UPDATE_MARKER:
        return str(payload)
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


def _distinct(names: Sequence[str]) -> list[str]:
    """Return names with a number behind those that came before; case makes no difference."""
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        candidate, suffix = name, 1
        while candidate.casefold() in taken:
            suffix += 1
            candidate = f"{name} {suffix}"
        taken.add(candidate.casefold())
        found.append(candidate)
    return found


# -- files -----------------------------------------------------------------------------------------


def timestamp() -> str:
    """Return the local time, as ``YYYY-MM-DD HH:MM:SS.ffffff``."""
    return datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S.%f")


def csv_text(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as CSV. A NUL, which the format has no place for, is left out."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    for row in rows:
        cells = [cell.replace("\0", "") for cell in row]
        # A carriage return alone would end the row for its readers, and the writer does not quote it.
        is_odd = any("\r" in cell for cell in cells)
        (csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL) if is_odd else writer).writerow(cells)
    return buffer.getvalue()


def json_line(record: dict[str, Any]) -> str:
    """Return a record as a line of JSON, readable where UTF-8 can carry it."""
    text = json.dumps(record, ensure_ascii=False)
    return (text if encoded(text).decode() == text else json.dumps(record)) + "\n"


def read_header(table: Path) -> list[str]:
    """Return a table's first row."""
    with table.open(encoding="utf-8", newline="") as lines:
        return next(csv.reader(lines), [])
