"""AppSpec: the frozen description of an app, which is all that the running wing ever reads.

The describing wing (``blocks``) builds it; ``server`` turns it into config and pages; ``call`` looks
up components and functions in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pegboard.component import Component
from pegboard.events import Listener


@dataclass(frozen=True)
class LayoutNode:
    """One place in the page's tree: the id of a block, and its children in order."""

    id: int
    children: tuple[LayoutNode, ...] = ()


@dataclass(frozen=True)
class BlockSpec:
    """One block as the browser reads it.

    Attributes:
        id: Block id; also the wire id.
        type: Lower-case class name. The literal ``"state"`` marks server-side state for clients.
        props: What the browser draws from, without ``value``; JSON values only.
        plugin: ``<distribution>/<ClassName>`` of a component, ``None`` for the shell's own blocks.
        skip_api: Left out of the HTTP API.
        problem: For a component that cannot be used: the text of the card shown in its place.
    """

    id: int
    type: str
    props: Mapping[str, Any]
    plugin: str | None = None
    skip_api: bool = False
    problem: str | None = None


@dataclass(frozen=True)
class StateSpec:
    """A server-side value kept for each session."""

    id: int
    initial: Any
    time_to_live_s: float | None = None
    delete_callback: Any = None


@dataclass(frozen=True)
class AppSpec:
    """A whole app, ready to serve.

    Attributes:
        blocks: Every block (components, layout, state) by id, in order of creation.
        components: The live component objects by id, for preprocess and postprocess.
        states: Server-side state by id.
        listeners: By position; ``listener.id`` is the position, which clients send as ``fn_index``.
    """

    title: str
    mode: str
    blocks: Mapping[int, BlockSpec]
    components: Mapping[int, Component[Any, Any, Any]]
    states: Mapping[int, StateSpec]
    layout: LayoutNode
    listeners: tuple[Listener, ...]
    fill_width: bool = False
    fill_height: bool = False
    css: str = ""
    js: str = ""
    head: str = ""
    theme: Any = None
    default_concurrency_limit: int | None = 1
    max_size: int | None = None
    api_open: bool = True
    status_update_rate: float | str = "auto"
    protocol: str = "sse_v3"
    extra: Mapping[str, Any] = field(default_factory=dict)

    def by_api_name(self, name: str) -> Listener | None:
        """Return the listener published under an API name (without slash), or ``None``."""
        for listener in self.listeners:
            if listener.api_name == name and listener.fn is not None:
                return listener
        return None
