"""State: a value that the server keeps for each session, wired like a component but never sent."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, ClassVar

from pegboard.component import Component
from pegboard.errors import OptionTypeError
from pegboard.events import Event


class State(Component[None, Any, Any]):
    """A value of any type, one copy for each session.

    Args:
        value: What every session starts with a copy of; or a function that makes it.
        time_to_live: Seconds after its last change that a session's value is kept, if limited.
        delete_callback: Called with a value when it is thrown away.

    Raises:
        OptionTypeError: ``value`` cannot be copied.
    """

    skip_api: ClassVar[bool] = True
    is_shell_drawn: ClassVar[bool] = True

    value: Any = None
    time_to_live: float | None = None
    delete_callback: Callable[[Any], Any] | None = None

    change: Event = Event(doc="a function left another value in it")

    def __init__(
        self,
        value: Any = None,
        render: bool = True,
        *,
        time_to_live: float | None = None,
        delete_callback: Callable[[Any], Any] | None = None,
    ) -> None:
        super().__init__(
            value=value,
            render=render,
            time_to_live=time_to_live,
            delete_callback=delete_callback,
        )
        # The page never asks for it, so nothing of it may reach the config.
        self._initial = None

    def setup(self) -> None:
        """Check that every session can get a copy of its own."""
        if callable(self.value):
            return
        try:
            copy.deepcopy(self.value)
        except Exception as problem:
            raise OptionTypeError(
                "State(value=)",
                got=self.value,
                expected="a value that copy.deepcopy can copy, since each session gets its own",
                fix=f"pass a function that makes it: State(lambda: ...) ({problem})",
            ) from None

    def props(self) -> dict[str, Any]:
        """Return nothing: a state is the server's own."""
        return {}
