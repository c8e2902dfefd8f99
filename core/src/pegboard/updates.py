"""What a function returns to change more than a value: `update` and `skip`."""

from __future__ import annotations

from typing import Any

from pegboard.payload import SKIP, Ready, Skip, Update

__all__ = ["Ready", "skip", "update"]


def update(elem_id: Any = None, elem_classes: Any = None, visible: Any = None, **props: Any) -> Update:
    """Return new property values for an output, such as ``update(visible=False)``.

    Args:
        props: Constructor arguments of the output's component; ``value`` may be among them.
    """
    given = {"elem_id": elem_id, "elem_classes": elem_classes, "visible": visible}
    return Update({**{name: value for name, value in given.items() if value is not None}, **props})


def skip() -> Skip:
    """Return the marker that leaves an output as it is."""
    return SKIP
