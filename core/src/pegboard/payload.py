"""What crosses the wire: JSON values, file references, property updates and example cells.

Knows nothing of components, sessions or HTTP.

Source of the FileData shape and of its ``meta`` marker: the public wire protocol of Gradio 5 and 6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias, Union

JsonValue: TypeAlias = Union[
    bool, int, float, str, "list[JsonValue]", "dict[str, JsonValue]", None
]
"""A value that JSON can carry. Payloads may also hold `FileRef` objects in place of objects."""

FILE_MARKER = "gradio.FileData"
FILE_MARKERS = frozenset({FILE_MARKER, "pegboard.FileData"})
UPDATE_MARKER = "update"

CellKind = Literal["text", "number", "boolean", "image", "files", "json", "markdown", "html", "table", "empty"]


@dataclass(frozen=True)
class FileRef:
    """A file on its way to or from the browser.

    Components see only this, never a path that came from outside. In ``preprocess`` a reference has
    a readable local ``path`` that the server has checked; in ``postprocess`` a component returns a
    reference made by `from_path`, `from_bytes` or `from_url`, and the server stores and publishes it.

    Attributes:
        path: Local file, checked by the server, or ``None`` when only ``data`` or ``url`` is known.
        data: Content to be stored, when there is no file yet.
        url: Address for the browser; a ``data:`` address is allowed for small pictures.
        orig_name: Name to show to people; the last segment only.
        mime_type: Media type, or ``None`` when unknown.
        size: Bytes, or ``None`` when unknown.
        is_stream: The address is a playlist that is still growing.
        handle: The opaque wire path, when the server has published the file already.
    """

    path: Path | None = None
    data: bytes | None = field(default=None, repr=False)
    url: str | None = None
    orig_name: str | None = None
    mime_type: str | None = None
    size: int | None = None
    is_stream: bool = False
    handle: str | None = None

    @classmethod
    def from_path(
        cls, path: str | Path, *, orig_name: str | None = None, mime_type: str | None = None
    ) -> FileRef:
        """Refer to a file on this machine; the server checks later whether it may be served."""
        local = Path(path)
        return cls(path=local, orig_name=orig_name or local.name, mime_type=mime_type)

    @classmethod
    def from_bytes(cls, data: bytes, *, name: str, mime_type: str | None = None) -> FileRef:
        """Hold content that the server stores under its hash; ``name`` is what people see."""
        return cls(data=data, orig_name=name, mime_type=mime_type, size=len(data))

    @classmethod
    def from_url(cls, url: str, *, orig_name: str | None = None) -> FileRef:
        """Refer to a file by http(s) address; the server fetches it (public addresses only)."""
        return cls(url=url, orig_name=orig_name)

    @property
    def is_address(self) -> bool:
        """Whether the reference is nothing but a web address, which is to be fetched."""
        is_local = self.handle is not None or self.data is not None or self.path is not None
        return not is_local and not self.is_stream and (self.url or "").startswith(("http://", "https://"))

    def read_bytes(self) -> bytes:
        """Return the whole content.

        Raises:
            ValueError: The reference has neither data nor a local file.
        """
        if self.data is not None:
            return self.data
        if self.path is None:
            raise ValueError("this file reference has no local content")
        return self.path.read_bytes()


def is_file_dict(value: object) -> bool:
    """Say whether a JSON object is a FileData by its ``meta`` marker."""
    if not isinstance(value, dict):
        return False
    meta = value.get("meta")
    if not isinstance(meta, dict):
        return False
    marker = meta.get("_type")
    # Anything may come here, and only what can be hashed can be looked up.
    return isinstance(marker, str) and marker in FILE_MARKERS


def file_refs(payload: object) -> Iterator[FileRef]:
    """Yield every file reference inside a payload, depth first."""
    if isinstance(payload, FileRef):
        yield payload
    elif isinstance(payload, dict):
        for item in payload.values():
            yield from file_refs(item)
    elif isinstance(payload, (list, tuple)):
        for item in payload:
            yield from file_refs(item)


def map_files(payload: Any, change: Callable[[FileRef], Any]) -> Any:
    """Return a payload with what ``change`` makes of each file reference, at any depth."""
    if isinstance(payload, FileRef):
        return change(payload)
    if isinstance(payload, dict):
        return {name: map_files(item, change) for name, item in payload.items()}
    if isinstance(payload, (list, tuple)):
        return [map_files(item, change) for item in payload]
    return payload


@dataclass(frozen=True)
class Update:
    """New property values for an output component; made by ``pb.update`` or by returning a component.

    Attributes:
        props: Constructor arguments to change; ``value``, if present, is a Python value that is
            still to be postprocessed.
    """

    props: Mapping[str, Any]


class Properties:
    """All properties of an input, for a parameter annotated with its component's class.

    ``value`` is the Python value; the others are what the component was made with. Return it to change
    those that the function has set.
    """

    def __init__(self, properties: Mapping[str, Any], value: Any) -> None:
        self.__dict__.update(properties)
        self.value = value
        self.__dict__["_before"] = dict(vars(self))

    def changes(self) -> dict[str, Any]:
        """Return what was set, by name."""
        before = self.__dict__["_before"]
        return {
            name: value
            for name, value in vars(self).items()
            if name != "_before" and (name not in before or before[name] is not value)
        }


@dataclass(frozen=True)
class Ready:
    """A payload that needs no postprocess, because a component made it before (a cached result)."""

    payload: Any


@dataclass(frozen=True)
class Fresh:
    """A value for an output whose properties go back to what its author wrote (an example)."""

    value: Any


class Skip:
    """The type of the marker returned by ``pb.skip()``: leave this output as it is."""

    def __repr__(self) -> str:
        return "pegboard.skip()"


SKIP = Skip()


@dataclass(frozen=True)
class ExampleCell:
    """How one value looks in a table of examples; drawn by the shell, no script needed.

    Attributes:
        kind: How to draw it.
        value: ``text``/``markdown``/``html``: str. ``number``: int or float. ``boolean``: bool.
            ``image``: FileRef. ``files``: list of names. ``json``: any JSON value.
            ``table``: list of rows. ``empty``: ignored.
    """

    kind: CellKind
    value: object = None
