"""State: a value kept on the server for each session, never sent to the browser."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from pegboard.component import Block
from pegboard.errors import OptionTypeError
from pegboard.events import Event


class State(Block):
    """A value that each session has its own copy of.

    Args:
        value: Initial value, copied deeply for every session; a function is called once, now.
        time_to_live: Seconds after which an unused copy is dropped.
        delete_callback: Called with the value when it is dropped.

    Raises:
        OptionTypeError: The value cannot be copied.
    """

    change: Event[Any] = Event(doc="The value differs after a call.")
    skip_api = True
    carries_files = False
    is_form = False

    def __init__(
        self,
        value: Any = None,
        render: bool = True,
        *,
        time_to_live: float | None = None,
        delete_callback: Callable[[Any], None] | None = None,
    ) -> None:
        initial = value() if callable(value) and not isinstance(value, type) else value
        try:
            copy.deepcopy(initial)
        except Exception as problem:
            raise OptionTypeError(
                "State(value=)",
                got=value,
                expected="a value that copy.deepcopy can copy, because each session gets its own",
                fix=f"make it outside the State, or give it __deepcopy__ ({problem})",
            ) from None
        self.value = initial
        self.time_to_live = time_to_live
        self.delete_callback = delete_callback
        self._enter_page(render)

    @classmethod
    def get_events(cls) -> dict[str, Event[Any]]:
        """Return the events of this class by name."""
        return {"change": cls.__dict__["change"]}

    def props(self) -> dict[str, Any]:
        """Return nothing: the value stays on the server."""
        return {}

    def __repr__(self) -> str:
        return f"<State {type(self.value).__name__}>"
