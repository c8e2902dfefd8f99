"""What a function may return instead of a value: property updates, and nothing at all."""

from __future__ import annotations

from typing import Any

from pegboard.payload import SKIP, Ready, Skip, Update

__all__ = ["Ready", "skip", "update"]

_UNSET: Any = object()


def update(value: Any = _UNSET, elem_id: str | None = None, **props: Any) -> Update:
    """Return new properties for an output component.

    Args:
        value: New value, as the function would return it; leave out to keep the value.
        **props: Constructor arguments of the component to change.
    """
    changed = dict(props)
    if elem_id is not None:
        changed["elem_id"] = elem_id
    if value is not _UNSET:
        changed["value"] = value
    return Update(changed)


def skip() -> Skip:
    """Return the marker that leaves an output as it is."""
    return SKIP
