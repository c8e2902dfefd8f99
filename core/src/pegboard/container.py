"""Container: a component that holds others, filled inside ``with``, drawn by its own module.

The module leaves a place for them, ``<div data-pb-slot="default"></div>`` inside its own element; the
host puts the children there, and below the component's element when there is no such place.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, ClassVar

from typing_extensions import Self

from pegboard import context
from pegboard.component import Component


class Container(Component[Any]):
    """Base of components that hold others. Use as a context manager.

    Attributes:
        gathers: Consecutive form components among the children share one bordered form.
    """

    skip_api: ClassVar[bool] = True
    gathers: ClassVar[bool] = True

    def setup(self) -> None:
        """Begin with no children; an override calls this one."""
        self._held: list[Any] = []
        self._opened: list[AbstractContextManager[None]] = []

    @property
    def children(self) -> list[Any]:
        """The blocks inside, in order."""
        return self._held

    def add_child(self, child: Any) -> None:
        """Append a block to the children."""
        self._held.append(child)

    def remove_child(self, child: Any) -> None:
        """Take a child out."""
        self._held = [other for other in self._held if other is not child]

    def __enter__(self) -> Self:
        opened = context.inside(self)
        opened.__enter__()
        self._opened.append(opened)
        return self

    def __exit__(self, *problem: Any) -> None:
        self._opened.pop().__exit__(None, None, None)


__all__ = ["Container"]
