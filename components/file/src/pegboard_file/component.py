"""File: takes uploads and hands out files. The server has checked and stored what arrives here."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from pegboard import (
    FILE_SCHEMA,
    Component,
    DeletedFileData,
    DownloadData,
    Event,
    ExampleCell,
    FileRef,
    PayloadError,
    SelectData,
    ValueTypeError,
    refuse_option,
)

GROUPS = ("image", "video", "audio", "text", "file")
SAMPLE = Path(__file__).parent / "sample.txt"


class NamedString(str):
    """A path that also has a ``name``, as an open file has: both are the path.

    Attributes:
        name: The path.
        orig_name: The name that the file had where it came from.
    """

    name: str
    orig_name: str

    def __new__(cls, path: str, orig_name: str = "") -> NamedString:
        text = super().__new__(cls, path)
        text.name = path
        text.orig_name = orig_name or Path(path).name
        return text


class File(Component[Any, Any, Any]):
    """Files: chosen, dropped or taken from a folder; listed for download as an output.

    Attributes:
        value: Path, list of paths, address, or a function that gives one.
        file_count: ``"single"`` gives one file, ``"multiple"`` and ``"directory"`` a list.
        file_types: Extensions such as ``".pdf"`` and groups such as ``"image"``; all by default.
        type: ``"filepath"`` gives a str with a ``name``, ``"binary"`` the content as bytes.
        height: Pixels, or a CSS length, from which the list scrolls.
        allow_reordering: The person may change the order of several files.
    """

    carries_files: ClassVar[bool] = True

    value: Any = Field(default=None, kw_only=False)
    file_count: Literal["single", "multiple", "directory"] = "single"
    file_types: list[str] | None = None
    type: Literal["filepath", "binary"] = "filepath"
    height: int | float | str | None = None
    allow_reordering: bool = False
    buttons: list[Any] | None = None

    server_props: ClassVar[frozenset[str]] = Component.server_props | {"type", "buttons"}

    change = Event(doc="The files were replaced, by the person or by an output.")
    select = Event(SelectData, doc="A file was picked; index and value, its name.")
    clear = Event(doc="The person removed all files.")
    upload = Event(doc="An upload ended.")
    delete = Event(DeletedFileData, doc="The person removed one file.")
    download = Event(DownloadData, doc="The person downloaded a file.")

    def setup(self) -> None:
        if isinstance(self.file_types, str):
            self.file_types = [self.file_types]
        for kind in self.file_types or ():
            if kind not in GROUPS and not kind.startswith(".") and "/" not in kind:
                raise refuse_option(
                    self, "file_types", kind, f"an extension such as '.pdf', or one of {', '.join(GROUPS)}"
                )
        if isinstance(self.height, bool) or (isinstance(self.height, (int, float)) and self.height < 0):
            raise refuse_option(self, "height", self.height, "pixels, or a CSS length")

    @property
    def is_list(self) -> bool:
        """Whether a function gets a list."""
        return self.file_count != "single"

    # -- in ----------------------------------------------------------------------------------------

    def preprocess(self, payload: Any) -> Any:
        """Give the function paths, or the content.

        Raises:
            PayloadError: It is no file, or one of a type that is not taken.
        """
        if payload is None:
            return None
        if self.is_list:
            files = payload if isinstance(payload, (list, tuple)) else [payload]
            return [self._given(file) for file in files]
        if isinstance(payload, (list, tuple)):
            if len(payload) != 1:
                raise PayloadError(self, got=payload, expected="one uploaded file")
            payload = payload[0]
        return self._given(payload)

    def _given(self, file: Any) -> Any:
        if not isinstance(file, FileRef) or (file.path is None and file.data is None):
            raise PayloadError(self, got=file, expected="an uploaded file")
        name = file.orig_name or (file.path.name if file.path else "file")
        if not self.takes(name):
            raise PayloadError(
                self, got=name, expected=f"a file of type {', '.join(self.file_types or ())}",
                fix="choose another file",
            )
        if self.type == "binary":
            return file.read_bytes()
        if file.path is None:
            raise PayloadError(self, got=file, expected="an uploaded file")
        return NamedString(str(file.path), name)

    def takes(self, name: str) -> bool:
        """Say whether a file of this name is of a type that is taken."""
        if not self.file_types or "file" in self.file_types:
            return True
        suffix = Path(name).suffix.lower()
        mime = mimetypes.guess_type(name)[0] or ""
        return any(
            suffix == kind.lower() if kind.startswith(".") else mime == kind or mime.startswith(f"{kind}/")
            for kind in self.file_types
        )

    # -- out ---------------------------------------------------------------------------------------

    def postprocess(self, value: Any) -> Any:
        """Hand the browser references to files.

        Raises:
            ValueTypeError: The value is no path, address or list of these, or there is no such file.
        """
        if value is None:
            return None
        if isinstance(value, (list, tuple)):
            return [self._shown(item) for item in value]
        return [self._shown(value)] if self.is_list else self._shown(value)

    def _shown(self, value: Any) -> FileRef:
        if isinstance(value, FileRef):
            return value
        if not isinstance(value, (str, Path)):
            raise ValueTypeError(
                self, got=value, expected="a path, an http(s) address, or a list of these",
                fix="write the content to a file and return its path",
            )
        text = str(value)
        if text.startswith(("http://", "https://")):
            return FileRef.from_url(text)
        path = Path(value)
        if not path.is_file():
            raise ValueTypeError(
                self, got=text, expected="the path of a file that exists", fix="check the path"
            )
        name = getattr(value, "orig_name", None)
        return FileRef(path=path, orig_name=name or path.name, size=path.stat().st_size)

    # -- schema and examples -----------------------------------------------------------------------

    def api_schema(self, direction: Literal["input", "output"] = "input") -> dict[str, Any]:
        return {"type": "array", "items": FILE_SCHEMA} if self.is_list else FILE_SCHEMA

    def example_payload(self) -> Any:
        file = FileRef.from_path(SAMPLE, mime_type="text/plain")
        return [file] if self.is_list else file

    def example_value(self) -> Any:
        return [str(SAMPLE)] if self.is_list else str(SAMPLE)

    def example(self, value: Any) -> ExampleCell:
        if value is None:
            return ExampleCell("empty")
        items = value if isinstance(value, (list, tuple)) else [value]
        return ExampleCell("files", [Path(getattr(item, "orig_name", None) or str(item)).name for item in items])
