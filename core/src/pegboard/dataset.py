"""Dataset: a table (or gallery) of samples to click on; the shell draws it and its cells."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field

from pegboard.component import Component, JsonSchema
from pegboard.errors import PayloadError, ValueTypeError
from pegboard.events import Event, SelectData
from pegboard.payload import ExampleCell, FileRef


class Dataset(Component[int | None, Any, Any]):
    """Rows of samples; its value is the row that was clicked.

    Args:
        components: One per column: components, or their names; they say how a cell looks.
        samples: Rows of values.
        headers: Column captions; the components' labels if left out.
        type: What a function gets: the row's ``values``, its ``index``, or a ``tuple`` of both.
        layout: ``gallery`` or ``table``; chosen by the number of columns if left out.
        sample_labels: One caption per row in place of its values.
    """

    is_shell_drawn: ClassVar[bool] = True
    carries_files: ClassVar[bool] = True

    components: Any = None
    component_props: list[dict[str, Any]] | None = None
    samples: Any = None
    headers: list[str] | None = None
    type: Literal["values", "index", "tuple"] = "values"
    layout: Literal["gallery", "table"] | None = None
    samples_per_page: int = Field(default=10, ge=1)
    proxy_url: str | None = None
    sample_labels: list[str] | None = None
    show_label: bool | None = True
    interactive: bool | None = True
    value: Any = None

    change: Event = Event(doc="the samples changed")
    click: Event = Event(doc="the person picked a row")
    select: Event = Event(SelectData, doc="the person picked a row")

    def setup(self) -> None:
        """Find the components and bring the rows into shape."""
        from pegboard.naming import component_from

        props = self.component_props or []
        given = self.components or []
        self._columns: list[Component[Any, Any, Any]] = [
            component_from(
                item, {**(props[at] if at < len(props) else {}), "render": False}, "Dataset"
            )
            for at, item in enumerate(given)
        ]
        rows: Sequence[Any] = self.samples if self.samples is not None else [[]]
        self._rows: list[list[Any]] = [
            list(row) if isinstance(row, (list, tuple)) else [row] for row in rows
        ]
        if self.headers is None:
            self.headers = [str(column.label or "") for column in self._columns]
            if not any(self.headers):
                self.headers = []
        if self.layout is None:
            is_gallery = len(self._columns) < 2 or self.sample_labels is not None
            self.layout = "gallery" if is_gallery else "table"

    @property
    def rows(self) -> list[list[Any]]:
        """The samples, one list per row."""
        return self._rows

    def preprocess(self, payload: object) -> Any:
        """Look up a row by its position.

        Raises:
            PayloadError: There is no such row.
        """
        if payload is None:
            return None
        if isinstance(payload, bool) or not isinstance(payload, int):
            raise PayloadError(self, got=payload, expected="the position of a row, from 0")
        if not 0 <= payload < len(self._rows):
            raise PayloadError(self, got=payload, expected=f"0 to {len(self._rows) - 1}")
        if self.type == "index":
            return payload
        row = self._rows[payload]
        return (payload, row) if self.type == "tuple" else row

    def postprocess(self, value: object) -> int | None:
        """Take a position, or a row to be looked up."""
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        if isinstance(value, (list, tuple)) and list(value) in self._rows:
            return self._rows.index(list(value))
        raise ValueTypeError(self, got=value, expected="the position of a row, or a row")

    def api_schema(self, direction: Any = "input") -> JsonSchema:
        """Return the schema of a position."""
        return {"type": "integer", "description": "index of selected example"}

    def example_payload(self) -> int:
        """Return the first row's position."""
        return 0

    def props(self) -> dict[str, Any]:
        """Return what the shell draws: captions, the number of rows, and the first page's cells."""
        props = super().props()
        for name in ("component_props", "proxy_url", "type", "samples"):
            props.pop(name, None)
        props["components"] = [column._id for column in self._columns]
        props["total"] = len(self._rows)
        props["cells"] = self.page(0)
        return props

    def page(self, number: int) -> list[list[dict[str, Any]]]:
        """Return the cells of one page; with captions in their place there are none.

        Only what is looked at is made: a thousand pictures cost no more than the ten that are shown.
        """
        if self.sample_labels is not None:
            return []
        start = number * self.samples_per_page
        return [
            [
                {"kind": cell.kind, "value": cell.value}
                for cell in map(_shown, self._columns, row)
            ]
            for row in self._rows[start : start + self.samples_per_page]
        ]

    def local_files(self) -> Iterator[str]:
        """Yield the files on this machine that samples name."""
        at_columns = [at for at, column in enumerate(self._columns) if column.carries_files]
        for row in self._rows if at_columns else ():
            for at in at_columns:
                if at < len(row):
                    yield from _paths_in(row[at])


def _shown(column: Component[Any, Any, Any], value: Any) -> ExampleCell:
    return ExampleCell("empty") if value is None else column.example(value)


def _paths_in(value: Any) -> Iterator[str]:
    if isinstance(value, (str, os.PathLike)):
        yield os.fspath(value)
    elif isinstance(value, FileRef):
        if value.path is not None:
            yield str(value.path)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _paths_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _paths_in(item)
