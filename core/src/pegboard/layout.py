"""Layout blocks: the containers that the shell draws itself, and the two small blocks it owns.

They are context managers: blocks created inside become their children, in order of creation.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any, ClassVar, Literal

from typing_extensions import Self

from pegboard import context
from pegboard.component import Block
from pegboard.errors import OptionError
from pegboard.events import Event, SelectData
from pegboard.payload import ExampleCell

Size = int | str | None


class Layout(Block):
    """A block that holds other blocks and carries no value.

    Args (of every layout block):
        visible: ``False`` leaves it out of the page; ``"hidden"`` keeps it, not shown.
        elem_id: DOM id.
        elem_classes: Further CSS classes.
        render: ``False`` creates it now, to be placed later with ``.render()``.
        key: Identity across re-renders.
    """

    type_name: ClassVar[str] = ""

    def __init__(
        self,
        *,
        visible: bool | Literal["hidden"] = True,
        elem_id: str | None = None,
        elem_classes: Sequence[str] | str | None = None,
        render: bool = True,
        key: object = None,
        preserved_by_key: object = None,
        **props: Any,
    ) -> None:
        self.children: list[Any] = []
        self.visible = visible
        self.elem_id = elem_id
        self.elem_classes = [elem_classes] if isinstance(elem_classes, str) else list(elem_classes or ())
        self.key = key
        self._props = props
        self._enter_page(render)

    def props(self) -> dict[str, Any]:
        """Return what the browser draws from."""
        return {
            **self._props,
            "visible": self.visible,
            "elem_id": self.elem_id,
            "elem_classes": self.elem_classes,
        }

    def options(self) -> dict[str, Any]:
        """Return the properties that an update may change."""
        return dict(self._props)

    def add_child(self, child: Any) -> None:
        """Append a block to the children."""
        self.children.append(child)

    def remove_child(self, child: Any) -> None:
        """Take a block out of the children."""
        self.children = [other for other in self.children if other is not child]

    def __enter__(self) -> Self:
        self._inside = context.inside(self)
        self._inside.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._inside.__exit__(kind, error, trace)

    @classmethod
    def get_events(cls) -> dict[str, Event[Any]]:
        """Return the events of this class by name."""
        return {
            name: value
            for base in reversed(cls.__mro__)
            for name, value in vars(base).items()
            if isinstance(value, Event)
        }

    def __repr__(self) -> str:
        label = self._props.get("label")
        return f"<{type(self).__name__}{f' {label!r}' if label else ''}>"


class Row(Layout):
    """Children side by side, wrapping when they no longer fit.

    Args:
        scale: Flex grow inside another Row.
        variant: ``"panel"`` adds a background, ``"compact"`` removes the gaps.
        height, max_height, min_height: Pixels, or a CSS length.
        equal_height: Stretch the children to one height.
        show_progress: Cover the row while its children are outputs of a running event.
    """

    type_name = "row"

    def __init__(
        self,
        *,
        scale: int | None = None,
        variant: Literal["default", "panel", "compact"] = "default",
        height: Size = None,
        max_height: Size = None,
        min_height: Size = None,
        equal_height: bool = False,
        show_progress: bool = False,
        **common: Any,
    ) -> None:
        _one_of("Row(variant=)", variant, ("default", "panel", "compact"))
        super().__init__(
            scale=scale, variant=variant, height=height, max_height=max_height,
            min_height=min_height, equal_height=equal_height, show_progress=show_progress, **common,
        )


class Column(Layout):
    """Children below each other.

    Args:
        scale: Flex grow inside a Row.
        min_width: Pixels below which the row wraps.
        variant: ``"panel"`` adds a background.
    """

    type_name = "column"

    def __init__(
        self,
        scale: int | None = 1,
        min_width: int = 320,
        *,
        variant: Literal["default", "panel", "compact"] = "default",
        show_progress: bool = False,
        **common: Any,
    ) -> None:
        _one_of("Column(variant=)", variant, ("default", "panel", "compact"))
        super().__init__(
            scale=scale, min_width=min_width, variant=variant, show_progress=show_progress, **common
        )


class Group(Layout):
    """Children joined without gaps, sharing borders."""

    type_name = "group"


class Form(Layout):
    """Consecutive form components, gathered into one frame when the page is described."""

    type_name = "form"


class Accordion(Layout):
    """A section that opens and closes.

    Args:
        label: Its heading.
        open: Whether it starts open.
    """

    type_name = "accordion"
    expand: Event[Any] = Event(doc="It was opened.")
    collapse: Event[Any] = Event(doc="It was closed.")

    def __init__(
        self,
        label: Any = None,
        open: bool = True,
        *,
        height: Size = None,
        max_height: Size = None,
        **common: Any,
    ) -> None:
        super().__init__(label=label, open=open, height=height, max_height=max_height, **common)


class Sidebar(Layout):
    """A panel at the side of the page, over it on narrow screens.

    Args:
        width: Pixels, or a CSS length.
        position: ``"left"`` or ``"right"``.
    """

    type_name = "sidebar"
    expand: Event[Any] = Event(doc="It was opened.")
    collapse: Event[Any] = Event(doc="It was closed.")

    def __init__(
        self,
        label: Any = None,
        open: bool = True,
        width: int | str = 320,
        *,
        position: Literal["left", "right"] = "left",
        **common: Any,
    ) -> None:
        _one_of("Sidebar(position=)", position, ("left", "right"))
        super().__init__(label=label, open=open, width=width, position=position, **common)


class Tabs(Layout):
    """Several `Tab` blocks, one of which is shown.

    Args:
        selected: ``id`` of the tab that is shown first.
        overflow_behavior: Tabs that do not fit go to a ``"menu"``, or ``"wrap"``.
    """

    type_name = "tabs"
    change: Event[Any] = Event(doc="Another tab is shown.")
    select: Event[SelectData] = Event(SelectData, doc="A tab was chosen.")

    def __init__(
        self,
        *,
        selected: int | str | None = None,
        overflow_behavior: Literal["menu", "wrap"] = "menu",
        **common: Any,
    ) -> None:
        super().__init__(selected=selected, overflow_behavior=overflow_behavior, **common)


class Tab(Layout):
    """One tab; a direct child of `Tabs`.

    Args:
        label: Its caption.
        interactive: ``False`` greys it out.
        id: Name for ``Tabs(selected=)``.
        render_children: Mount the content before the tab is first shown.
    """

    type_name = "tabitem"
    select: Event[SelectData] = Event(SelectData, doc="This tab was chosen.")

    def __init__(
        self,
        label: Any = None,
        interactive: bool = True,
        *,
        scale: int | None = None,
        id: int | str | None = None,
        alignment: Literal["left", "right"] = "left",
        height: Size = None,
        max_height: Size = None,
        render_children: bool = False,
        **common: Any,
    ) -> None:
        parent = context.current_parent()
        self._own_tabs: Tabs | None = None
        if not isinstance(parent, Tabs) and common.get("render", True):
            # A Tab outside Tabs makes its own; one right after another joins it.
            siblings = getattr(parent, "children", [])
            last = siblings[-1] if siblings else None
            self._own_tabs = last if isinstance(last, Tabs) and getattr(last, "implied", False) else Tabs()
            self._own_tabs.implied = True  # type: ignore[attr-defined]  # a mark for the next Tab
            with self._own_tabs:
                super().__init__(
                    label=label, interactive=interactive, scale=scale, id=id, alignment=alignment,
                    height=height, max_height=max_height, render_children=render_children, **common,
                )
        else:
            super().__init__(
                label=label, interactive=interactive, scale=scale, id=id, alignment=alignment,
                height=height, max_height=max_height, render_children=render_children, **common,
            )


TabItem = Tab


class Prose(Layout):
    """Plain text that the shell draws: what stands in for Markdown when no plugin renders it.

    Args:
        text: Shown as it is.
        heading: Draw it as the page's heading.
    """

    type_name = "prose"

    def __init__(self, text: str, *, heading: bool = False, **common: Any) -> None:
        super().__init__(text=text, heading=heading, **common)


class Dataset(Layout):
    """A table (or gallery) of example rows; its value is the index of the row that was picked.

    The shell draws it from cells that the components described, so it needs no bundle.
    """

    type_name = "dataset"
    click: Event[Any] = Event(doc="A row was picked.")
    select: Event[SelectData] = Event(SelectData, doc="A row was picked; index and value.")

    def __init__(
        self,
        *,
        label: Any = None,
        components: Sequence[Any] = (),
        samples: Sequence[Sequence[Any]] = (),
        headers: Sequence[str] | None = None,
        samples_per_page: int = 10,
        sample_labels: Sequence[str] | None = None,
        type: Literal["values", "index", "tuple"] = "values",
        layout: Literal["gallery", "table"] | None = None,
        **common: Any,
    ) -> None:
        self.components = list(components)
        self.samples = [list(row) for row in samples]
        self.value_type = type
        self.label = label
        cells = [
            [_cell(component, value) for component, value in zip(self.components, row)]
            for row in self.samples
        ]
        chosen = layout or ("gallery" if len(self.components) == 1 or sample_labels else "table")
        super().__init__(
            label=label,
            headers=list(headers or [str(c.label or "") for c in self.components]),
            components=[c._id for c in self.components],
            cells=cells,
            samples_per_page=samples_per_page,
            sample_labels=list(sample_labels) if sample_labels else None,
            layout=chosen,
            **common,
        )

    # What the running wing asks of a block that has a value.
    skip_api: ClassVar[bool] = False
    carries_files: ClassVar[bool] = True
    value_is_caption: ClassVar[bool] = False
    _initial: ClassVar[None] = None

    @property
    def described(self) -> str:
        """How error messages name it."""
        return f"Dataset {self._props.get('label')!r}"

    def initial_value(self) -> None:
        """Return what a new page starts with: no row is picked."""

    def api_schema(self, direction: str = "input") -> dict[str, Any]:
        """Return the JSON Schema of the value."""
        return {"type": "integer", "description": "index of the selected example"}

    def example_payload(self) -> int:
        """Return a valid payload."""
        return 0

    def preprocess(self, payload: Any) -> Any:
        """Return the picked row in the form that ``type`` asks for.

        Raises:
            PayloadError: The index is no row.
        """
        from pegboard.errors import PayloadError

        if payload is None:
            return None
        if not isinstance(payload, int) or isinstance(payload, bool) or not 0 <= payload < len(self.samples):
            raise PayloadError(self, got=payload, expected=f"a row number below {len(self.samples)}")
        row = self.samples[payload]
        return {"index": payload, "values": row, "tuple": (payload, row)}[self.value_type]

    def postprocess(self, value: Any) -> Any:
        """Return a row's index."""
        return value if isinstance(value, int) else None


def _cell(component: Any, value: Any) -> dict[str, Any]:
    cell = ExampleCell("empty") if value is None else component.example(value)
    return {"kind": cell.kind, "value": cell.value}


def _one_of(where: str, value: object, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise OptionError(where, got=value, expected=" or ".join(repr(item) for item in allowed))
