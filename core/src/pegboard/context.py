"""Where a block that is being created belongs: the stack of open ``with`` blocks.

Knows only that there is an innermost parent and a root; what they are is the business of ``blocks``.
Also hands out block ids.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pegboard.events import Dependency

_ids = itertools.count(1)
_parent: ContextVar[ParentBlock | None] = ContextVar("pegboard_parent", default=None)
_root: ContextVar[RootBlock | None] = ContextVar("pegboard_root", default=None)


class ParentBlock(Protocol):
    """A block that holds children."""

    def add_child(self, child: Any) -> None:
        """Append a block (any: layout or component) to the children."""


class RootBlock(Protocol):
    """What events need of the ``Blocks`` being described."""

    def add_listener(
        self, targets: list[tuple[Any, str]], fn: Callable[..., Any] | None, options: dict[str, Any]
    ) -> Dependency:
        """Register a listener and return the handle that ``.then`` hangs on."""


def next_id() -> int:
    """Return a block id that is unique in this process."""
    return next(_ids)


def current_parent() -> ParentBlock | None:
    """Return the innermost open layout block, or ``None`` outside any."""
    return _parent.get()


def current_root() -> RootBlock | None:
    """Return the ``Blocks`` being described, or ``None`` outside any."""
    return _root.get()


@contextmanager
def inside(parent: ParentBlock | None, root: RootBlock | None = None) -> Iterator[None]:
    """Make ``parent`` (and ``root``, if given) the current ones for the length of the block."""
    parent_token = _parent.set(parent)
    root_token = _root.set(root) if root is not None else None
    try:
        yield
    finally:
        _parent.reset(parent_token)
        if root_token is not None:
            _root.reset(root_token)


@contextmanager
def outside() -> Iterator[None]:
    """Be in no page for the length of the block, so that what is created joins none."""
    parent_token, root_token = _parent.set(None), _root.set(None)
    try:
        yield
    finally:
        _parent.reset(parent_token)
        _root.reset(root_token)
