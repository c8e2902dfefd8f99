"""Layout blocks: containers that the page's shell draws, filled inside ``with``.

They hold children in order of creation and have options and events, but no value. Knows nothing of
listeners; `pegboard.blocks` is the root that holds them all.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, ClassVar, Literal

from typing_extensions import Self

from pegboard import context
from pegboard.component import Block
from pegboard.errors import OptionError
from pegboard.events import Event, SelectData

Variant = Literal["default", "panel", "compact"]
Visible = bool | Literal["hidden"]
Key = int | str | tuple[int | str, ...] | None
Classes = Sequence[str] | str | None

_COMMON = ("visible", "elem_id", "elem_classes")


class Layout(Block):
    """Base of the blocks that hold others. Use as a context manager.

    Attributes:
        gathers: Consecutive form components among the children share one bordered form.
    """

    gathers: bool = True
    own_options: ClassVar[tuple[str, ...]] = ()

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Remember which options were given."""
        made = super().__new__(cls)
        # What was given is what an update changes when such a block is returned by a function.
        try:
            plain: type = cls  # a bare type is what the checker takes for hashable
            bound = _signature(plain).bind_partial(None, *args, **kwargs)
        except TypeError:
            return made  # __init__ raises the same with a better traceback
        given = dict(list(bound.arguments.items())[1:])
        made._given = given
        return made

    _given: dict[str, Any]

    def __init__(
        self,
        *,
        visible: Visible = True,
        elem_id: str | None = None,
        elem_classes: Classes = None,
        render: bool = True,
        key: Key = None,
        preserved_by_key: Any = None,
    ) -> None:
        self.visible = visible
        self.elem_id = elem_id
        self.elem_classes = [elem_classes] if isinstance(elem_classes, str) else elem_classes
        self.key = key
        self.preserved_by_key = preserved_by_key
        self.children: list[Any] = []
        self._open: list[AbstractContextManager[None]] = []
        self._enter_page(render)

    # -- children ----------------------------------------------------------------------------------

    def add_child(self, child: Any) -> None:
        """Append a block to the children."""
        self.children.append(child)

    def remove_child(self, child: Any) -> None:
        """Take a child out."""
        self.children = [other for other in self.children if other is not child]

    def add(self, child: Any) -> None:
        """Place a block that was made with ``render=False`` in here."""
        with self:
            child.render()

    def __enter__(self) -> Self:
        opened = context.inside(self)
        opened.__enter__()
        self._open.append(opened)
        return self

    def __exit__(self, *problem: Any) -> None:
        self._open.pop().__exit__(None, None, None)

    # -- what describing reads ---------------------------------------------------------------------

    @classmethod
    def component_name(cls) -> str:
        """Return the lower-case class name."""
        return cls.__name__.lower()

    @classmethod
    def get_events(cls) -> dict[str, Event[Any]]:
        """Return the events of this class by name."""
        return {
            name: value
            for base in reversed(cls.__mro__)
            for name, value in vars(base).items()
            if isinstance(value, Event)
        }

    def props(self) -> dict[str, Any]:
        """Return the options that the browser reads."""
        return {name: getattr(self, name) for name in (*self.own_options, *_COMMON)}

    def options(self) -> dict[str, Any]:
        """Return the constructor arguments that were given, by name."""
        return dict(self._given)

    @property
    def described(self) -> str:
        """Class and label, as error messages name a block."""
        label = getattr(self, "label", None)
        return f"{type(self).__name__} {str(label)!r}" if label else type(self).__name__

    def __repr__(self) -> str:
        return f"<{self.described}>"


@cache
def _signature(cls: type) -> inspect.Signature:
    return inspect.signature(cls.__init__)  # type: ignore[misc]  # only the signature is read


def _one_of(block: Layout, name: str, value: Any, allowed: Sequence[Any]) -> Any:
    if value not in allowed:
        raise OptionError(
            f"{type(block).__name__}({name}=)",
            got=value,
            expected=" or ".join(repr(item) for item in allowed),
        )
    return value


def _whole_scale(block: Layout, scale: Any) -> Any:
    if scale is not None and scale != round(scale):
        warnings.warn(
            f"{type(block).__name__}(scale={scale}) should be a whole number", stacklevel=4
        )
    return scale


class Row(Layout):
    """Children side by side; they wrap when there is no room for their ``min_width``.

    Args:
        variant: ``panel`` has a background, ``compact`` no gaps.
        equal_height: Stretch the children to the height of the tallest.
        height, max_height, min_height: Pixels, or a CSS length.
        show_progress: Cover the row while one of its children is being computed.
    """

    own_options = (
        "scale", "variant", "height", "max_height", "min_height", "equal_height", "show_progress",
    )  # fmt: skip

    def __init__(
        self,
        scale: int | None = None,
        variant: Variant = "default",
        visible: Visible = True,
        elem_id: str | None = None,
        elem_classes: Classes = None,
        render: bool = True,
        height: int | str | None = None,
        max_height: int | str | None = None,
        min_height: int | str | None = None,
        equal_height: bool = False,
        show_progress: bool = False,
        key: Key = None,
        preserved_by_key: Any = None,
    ) -> None:
        self.scale = _whole_scale(self, scale)
        self.variant = _one_of(self, "variant", variant, ("default", "panel", "compact"))
        self.height = height
        self.max_height = max_height
        self.min_height = min_height
        self.equal_height = equal_height
        self.show_progress = show_progress
        self.gathers = variant != "compact"
        super().__init__(
            visible=visible, elem_id=elem_id, elem_classes=elem_classes, render=render,
            key=key, preserved_by_key=preserved_by_key,
        )  # fmt: skip


class Column(Layout):
    """Children below one another.

    Args:
        scale: Share of a row's width, against the row's other children.
        min_width: Pixels below which the row wraps.
        variant: ``panel`` has a background, ``compact`` small gaps.
    """

    own_options = ("scale", "min_width", "variant", "show_progress")

    def __init__(
        self,
        scale: int = 1,
        min_width: int = 320,
        variant: Variant = "default",
        visible: Visible = True,
        elem_id: str | None = None,
        elem_classes: Classes = None,
        render: bool = True,
        show_progress: bool = False,
        key: Key = None,
        preserved_by_key: Any = None,
    ) -> None:
        self.scale = _whole_scale(self, scale)
        self.min_width = min_width
        self.variant = _one_of(self, "variant", variant, ("default", "panel", "compact"))
        self.show_progress = show_progress
        super().__init__(
            visible=visible, elem_id=elem_id, elem_classes=elem_classes, render=render,
            key=key, preserved_by_key=preserved_by_key,
        )  # fmt: skip


class Group(Layout):
    """Children joined without gaps, sharing borders."""

    def __init__(
        self,
        visible: Visible = True,
        elem_id: str | None = None,
        elem_classes: Classes = None,
        render: bool = True,
        key: Key = None,
        preserved_by_key: Any = None,
    ) -> None:
        super().__init__(
            visible=visible, elem_id=elem_id, elem_classes=elem_classes, render=render,
            key=key, preserved_by_key=preserved_by_key,
        )  # fmt: skip


class Form(Layout):
    """Form components gathered into one frame; made while describing, not by authors."""

    own_options = ("scale", "min_width")
    gathers = False

    def __init__(self, scale: int = 0, min_width: int = 0) -> None:
        self.scale = scale
        self.min_width = min_width
        super().__init__(render=False)


class Accordion(Layout):
    """A heading that shows and hides its children.

    Args:
        open: Whether the children show at first.
    """

    own_options = ("label", "open", "height", "max_height")

    expand: Event = Event(doc="the person opened it")
    collapse: Event = Event(doc="the person closed it")

    def __init__(
        self,
        label: str | None = None,
        open: bool = True,  # the option's public name
        visible: Visible = True,
        elem_id: str | None = None,
        elem_classes: Classes = None,
        render: bool = True,
        height: int | str | None = None,
        max_height: int | str | None = None,
        key: Key = None,
        preserved_by_key: Any = None,
    ) -> None:
        self.label = label
        self.open = open
        self.height = height
        self.max_height = max_height
        super().__init__(
            visible=visible, elem_id=elem_id, elem_classes=elem_classes, render=render,
            key=key, preserved_by_key=preserved_by_key,
        )  # fmt: skip


class Tabs(Layout):
    """Tabs of which one shows; its children are `Tab` blocks.

    Args:
        selected: Id of the tab that shows at first; the first one if left out.
        overflow_behavior: Tabs without room go into a ``menu``, or ``wrap``.
    """

    own_options = ("selected", "overflow_behavior")
    gathers = False

    change: Event = Event(doc="another tab shows")
    select: Event = Event(SelectData, doc="the person picked a tab")

    def __init__(
        self,
        selected: int | str | None = None,
        visible: Visible = True,
        elem_id: str | None = None,
        elem_classes: Classes = None,
        render: bool = True,
        overflow_behavior: Literal["menu", "wrap"] = "menu",
        key: Key = None,
        preserved_by_key: Any = None,
    ) -> None:
        self.selected = selected
        self.overflow_behavior = _one_of(
            self, "overflow_behavior", overflow_behavior, ("menu", "wrap")
        )
        super().__init__(
            visible=visible, elem_id=elem_id, elem_classes=elem_classes, render=render,
            key=key, preserved_by_key=preserved_by_key,
        )  # fmt: skip

    def add_child(self, child: Any) -> None:
        """Append a tab.

        Anything else is kept, with a warning, since it would show beside the tabs.
        """
        if not isinstance(child, Tab):
            warnings.warn(
                f"Tabs should hold Tab blocks only, and {child!r} is none. Put it into a Tab.",
                stacklevel=3,
            )
        super().add_child(child)


class Tab(Layout):
    """One tab, whose children show while it is selected. Outside of Tabs, neighbours share one.

    Args:
        id: Name for ``Tabs(selected=)``; the position if left out.
        interactive: ``False`` greys it out.
        render_children: Draw the content at load even while hidden.
        alignment: Where the caption stands when it is wider than its text.
    """

    own_options = (
        "label", "interactive", "id", "scale", "alignment", "height", "max_height",
        "render_children",
    )  # fmt: skip

    select: Event = Event(SelectData, doc="the person picked this tab")

    def __init__(
        self,
        label: str | None = None,
        visible: Visible = True,
        interactive: bool = True,
        *,
        id: int | str | None = None,  # the option's public name
        elem_id: str | None = None,
        elem_classes: Classes = None,
        scale: int | None = None,
        render: bool = True,
        alignment: Literal["left", "right"] = "left",
        height: int | str | None = None,
        max_height: int | str | None = None,
        render_children: bool = False,
        key: Key = None,
        preserved_by_key: Any = None,
    ) -> None:
        self.label = label
        self.interactive = interactive
        self.id = id
        self.scale = _whole_scale(self, scale)
        self.alignment = _one_of(self, "alignment", alignment, ("left", "right"))
        self.height = height
        self.max_height = max_height
        self.render_children = render_children
        super().__init__(
            visible=visible, elem_id=elem_id, elem_classes=elem_classes, render=render,
            key=key, preserved_by_key=preserved_by_key,
        )  # fmt: skip

    def render(self) -> Any:
        """Place this tab; without open Tabs, join those of the tab before it, or make some."""
        parent = context.current_parent()
        if parent is None or isinstance(parent, Tabs):
            return super().render()
        before = getattr(parent, "children", None)
        if before and isinstance(before[-1], _ImpliedTabs):
            tabs = before[-1]
        else:
            tabs = _ImpliedTabs()
        with context.inside(tabs):
            return super().render()


class _ImpliedTabs(Tabs):
    """The tabs around neighbouring `Tab` blocks that stand in no Tabs of their own."""

    @classmethod
    def component_name(cls) -> str:
        return "tabs"

TabItem = Tab


class Sidebar(Layout):
    """A panel at the side of the page that can be folded away.

    Args:
        width: Pixels, or a CSS length.
    """

    own_options = ("label", "open", "width", "position")

    expand: Event = Event(doc="the person opened it")
    collapse: Event = Event(doc="the person closed it")

    def __init__(
        self,
        label: str | None = None,
        open: bool = True,  # the option's public name
        visible: Visible = True,
        elem_id: str | None = None,
        elem_classes: Classes = None,
        render: bool = True,
        width: int | str = 320,
        position: Literal["left", "right"] = "left",
        key: Key = None,
        preserved_by_key: Any = None,
    ) -> None:
        self.label = label
        self.open = open
        self.width = width
        self.position = _one_of(self, "position", position, ("left", "right"))
        super().__init__(
            visible=visible, elem_id=elem_id, elem_classes=elem_classes, render=render,
            key=key, preserved_by_key=preserved_by_key,
        )  # fmt: skip
