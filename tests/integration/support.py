"""Small apps for the integration tests: specs put together by hand, and a server around them."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from pegboard.component import Component
from pegboard.events import Listener, Target
from pegboard.launch import Server, serve
from pegboard.spec import AppSpec, BlockSpec, LayoutNode, StateSpec

STATE_IDS = iter(range(900_000, 999_999))


class AppBuilder:
    """Collects components and listeners into a spec."""

    def __init__(self, title: str = "Test") -> None:
        self.title = title
        self.components: list[Component[Any, Any, Any]] = []
        self.states: dict[int, StateSpec] = {}
        self.listeners: list[Listener] = []

    def add(self, component: Any) -> Any:
        """Place a component."""
        self.components.append(component)
        return component

    def state(self, initial: Any = None) -> int:
        """Place a state and return its id."""
        state_id = next(STATE_IDS)
        self.states[state_id] = StateSpec(state_id, initial)
        return state_id

    def on(
        self,
        fn: Callable[..., Any] | None,
        inputs: Sequence[Any],
        outputs: Sequence[Any],
        api_name: str = "predict",
        **options: Any,
    ) -> Listener:
        """Register a listener."""
        targets = tuple(
            Target(self._id(block), event) for block, event in options.pop("targets", ())
        )
        listener = Listener(
            id=len(self.listeners),
            targets=targets,
            fn=fn,
            inputs=tuple(self._id(item) for item in inputs),
            outputs=tuple(self._id(item) for item in outputs),
            api_name=api_name,
            **options,
        )
        self.listeners.append(listener)
        return listener

    @staticmethod
    def _id(item: Any) -> int:
        return item if isinstance(item, int) else item._id

    def spec(self, **options: Any) -> AppSpec:
        """Return the app."""
        blocks = {
            item._id: BlockSpec(
                item._id,
                item.component_name(),
                item.props(),
                plugin=f"app/{type(item).__name__}",
            )
            for item in self.components
        }
        for state_id in self.states:
            blocks[state_id] = BlockSpec(state_id, "state", {}, skip_api=True)
        return AppSpec(
            title=self.title,
            mode="blocks",
            blocks=blocks,
            components={item._id: item for item in self.components},
            states=self.states,
            layout=LayoutNode(0, tuple(LayoutNode(item._id) for item in self.components)),
            listeners=tuple(self.listeners),
            **options,
        )


@contextmanager
def running(spec: AppSpec, **options: Any) -> Iterator[Server]:
    """Serve an app on a free port of loopback."""
    server = serve(spec, server_port=0, quiet=True, prevent_thread_lock=True, **options)
    try:
        yield server
    finally:
        server.close()


@contextmanager
def web_folder(folder: Path) -> Iterator[str]:
    """Serve a folder's files on this machine, and give the address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

    handler = partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that happens soon; fail if it has not within 20 seconds."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
