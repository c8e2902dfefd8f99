"""Dataset: a table (or gallery) of samples to click on; the shell draws it and its cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, ClassVar, Literal

from pydantic import Field

from pegboard.component import Component, JsonSchema
from pegboard.errors import PayloadError, ValueTypeError
from pegboard.events import Event, SelectData
from pegboard.payload import ExampleCell


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

    @cached_property
    def payloads(self) -> list[list[Any]]:
        """The samples as the columns' components send them."""
        return [self._cells(row, _raw) for row in self._rows]

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
        """Return what the shell draws: captions, raw rows, and cells."""
        props = super().props()
        for name in ("component_props", "proxy_url", "type"):
            props.pop(name, None)
        props["components"] = [column._id for column in self._columns]
        cells = [self._cells(row, self._shown) for row in self._rows]
        props["samples"] = self.payloads
        props["cells"] = [
            [{"kind": cell.kind, "value": cell.value} for cell in row] for row in cells
        ]
        return props

    def _cells(self, row: list[Any], make: Callable[[Any, Any], Any]) -> list[Any]:
        return [make(column, value) for column, value in zip(self._columns, row)]

    @staticmethod
    def _shown(column: Component[Any, Any, Any], value: Any) -> ExampleCell:
        if value is None:
            return ExampleCell("empty")
        return column.example(value)


def _raw(column: Component[Any, Any, Any], value: Any) -> Any:
    return None if value is None else column.postprocess(value)


