"""Blocks: collects components, layout and listeners inside ``with``, and describes them as an `AppSpec`.

The describing wing: nothing here runs a listener, knows HTTP or waits for anything. Listeners are kept
as drafts that refer to objects; `pegboard.describing` turns them into numbers when the app is described.
"""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from typing_extensions import Self

from pegboard import context
from pegboard.component import Block, Component
from pegboard.describing import Draft, describe
from pegboard.errors import OptionError, OptionTypeError
from pegboard.events import BoundEvent, Dependency, Event, listen
from pegboard.layout import Layout
from pegboard.signature import plan_of
from pegboard.spec import AppSpec
from pegboard.state import State

if TYPE_CHECKING:
    from pegboard.launch import Server

_DECORATOR: Literal["decorator"] = "decorator"
_TRIGGER_MODES = ("once", "multiple", "always_last")
_VISIBILITIES = ("public", "private", "undocumented")
_LAUNCH_ORDER = (
    "inline", "inbrowser", "share", "debug", "max_threads", "auth", "auth_message",
    "prevent_thread_lock", "show_error", "server_name", "server_port",
)  # fmt: skip
_PROGRESS = ("full", "minimal", "hidden")


class Blocks(Layout):
    """A page of your own layout and events.

    Args:
        title: Title of the browser's tab.
        mode: What kind of app this is, for clients.
        fill_height: Stretch the page's content to the window.
        fill_width: Use the window's whole width.
        delete_cache: (every, older than), in seconds: files made by this app are removed.
        analytics_enabled: Accepted; nothing is ever sent.
        theme, css, css_paths, js, head, head_paths: Look and scripts of the page; ``launch`` wins.
    """

    type_name = "blocks"
    load: Event[Any] = Event(doc="The page opened.")
    unload: Event[Any] = Event(doc="The page closed.")

    def __init__(
        self,
        theme: Any = None,
        analytics_enabled: bool | None = None,
        mode: str = "blocks",
        title: Any = "Pegboard",
        css: str | None = None,
        css_paths: str | Path | Sequence[str | Path] | None = None,
        js: str | Literal[True] | None = None,
        head: str | None = None,
        head_paths: str | Path | Sequence[str | Path] | None = None,
        fill_height: bool = False,
        fill_width: bool = False,
        delete_cache: tuple[int, int] | None = None,
        **common: Any,
    ) -> None:
        self.title = title
        self.mode = mode
        self.fill_height = fill_height
        self.fill_width = fill_width
        self.theme = theme
        self.css = _joined(css, css_paths)
        self.js = js if isinstance(js, str) else ""
        self.head = _joined(head, head_paths)
        if delete_cache is not None and not (
            isinstance(delete_cache, tuple) and len(delete_cache) == 2
        ):
            raise OptionError(
                "Blocks(delete_cache=)",
                got=delete_cache,
                expected="a pair (every, older than), in seconds",
                fix="pass for example (3600, 86400)",
            )
        self.delete_cache = delete_cache
        self.drafts: list[Draft] = []
        self.queue_options: dict[str, Any] = {}
        self.server: Server | None = None
        self._open: list[Any] = []
        super().__init__(render=False, **common)

    # -- collecting --------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        entered = context.inside(self, self)
        entered.__enter__()
        self._open.append(entered)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.pop().__exit__(kind, error, trace)
        outer = context.current_root()
        if not self._open and isinstance(outer, Blocks) and outer is not self and not self.is_rendered:
            self.render()

    def render(self) -> Blocks:
        """Place this app's blocks and listeners inside the Blocks being described."""
        outer = context.current_root()
        if isinstance(outer, Blocks) and outer is not self:
            super().render()
            outer.drafts.extend(self.drafts)
        return self

    def add_listener(
        self, targets: list[tuple[Any, str]], fn: Callable[..., Any] | None, options: dict[str, Any]
    ) -> Dependency:
        """Register a listener; `pegboard.events` calls this.

        Raises:
            OptionError: An option has a bad value, or options contradict each other.
        """
        draft = Draft.of(targets, fn, options)
        _check(draft)
        draft.dependency.id = len(self.drafts)
        self.drafts.append(draft)
        return draft.dependency

    def blocks(self) -> list[Any]:
        """Return every block inside, depth first, in order."""
        return list(_walk(self.children))

    # -- running -----------------------------------------------------------------------------------

    def describe(self) -> AppSpec:
        """Return the frozen description of this app, as it is now."""
        self._load_callables()
        return describe(self)

    def queue(
        self,
        status_update_rate: float | Literal["auto"] = "auto",
        api_open: bool | None = None,
        max_size: int | None = None,
        *,
        default_concurrency_limit: int | None | Literal["not_set"] = "not_set",
        **legacy: Any,
    ) -> Self:
        """Set the queue's limits; the queue is always on.

        Args:
            status_update_rate: ``"auto"``, or seconds between messages about the place in the queue.
            api_open: ``False`` refuses ``/run`` and ``/api`` for queued functions.
            max_size: Waiting events beyond which the queue is full; ``None`` for no limit.
            default_concurrency_limit: Runs at once of a function that sets no limit; ``None``: any.
        """
        for name in legacy:
            if name not in ("concurrency_count", "client_position_to_load_data", "live_updates"):
                raise OptionTypeError(
                    f"queue({name}=)", got=legacy[name], expected="a known option", fix="remove it"
                )
            warnings.warn(f"queue({name}=) has no effect any more", DeprecationWarning, stacklevel=2)
        if max_size is not None and (not isinstance(max_size, int) or max_size < 0):
            raise OptionError("queue(max_size=)", got=max_size, expected="a whole number, or None")
        if default_concurrency_limit not in ("not_set", None) and (
            not isinstance(default_concurrency_limit, int) or default_concurrency_limit < 1
        ):
            raise OptionError(
                "queue(default_concurrency_limit=)",
                got=default_concurrency_limit,
                expected="a whole number from 1, or None",
            )
        self.queue_options.update(
            status_update_rate=status_update_rate,
            api_open=True if api_open is None else api_open,
            max_size=max_size,
        )
        if default_concurrency_limit != "not_set":
            self.queue_options["default_concurrency_limit"] = default_concurrency_limit
        return self

    def launch(self, *args: Any, **options: Any) -> tuple[Any, str, str | None]:
        """Serve this app; see `pegboard.launch.ServerOptions` for the parameters.

        Blocks the main thread unless ``prevent_thread_lock`` is true or the interpreter is interactive.
        Called again while the app is served, it gives the same addresses.

        Returns:
            The web application, its local address, and the shared address or ``None``.
        """
        from pegboard import launch as door

        if len(args) > len(_LAUNCH_ORDER):
            raise OptionTypeError(
                "launch()", got=args, expected=f"at most {len(_LAUNCH_ORDER)} positional arguments",
                fix="pass the others by name",
            )
        given = {**dict(zip(_LAUNCH_ORDER, args)), **options}
        for name in ("theme", "css", "css_paths", "js", "head", "head_paths"):
            if name in given:
                self._set_look(name, given.pop(name))
        if self.server is None or not self.server.is_running:
            self.server = door.serve(self.describe, **given)
        if not given.get("prevent_thread_lock") and not _is_interactive():
            self.server.block_thread()
        return self.server.app, self.server.local_url, None

    def _set_look(self, name: str, value: Any) -> None:
        if value is None:
            return
        if name in ("css", "css_paths"):
            self.css = "\n".join([self.css, _joined(*((value, None) if name == "css" else (None, value)))])
        elif name in ("head", "head_paths"):
            self.head += _joined(*((value, None) if name == "head" else (None, value)))
        elif name == "js":
            self.js = value if isinstance(value, str) else ""
        else:
            self.theme = value

    def close(self, verbose: bool = True) -> None:
        """Stop serving."""
        if self.server is not None:
            server, self.server = self.server, None
            server.close()

    def block_thread(self) -> None:
        """Wait until serving stops, or until interrupted."""
        if self.server is not None:
            self.server.block_thread()

    # -- functions as values -----------------------------------------------------------------------

    def _load_callables(self) -> None:
        """Add what re-evaluates ``value=function``: at page load, and when its inputs change."""
        for block in self.blocks():
            if not isinstance(block, Component) or getattr(block, "_loads_itself", False):
                continue
            if not callable(block._initial) or block.inputs is None:
                continue
            block._loads_itself = True  # type: ignore[attr-defined]  # a mark of ours, set once
            inputs = list(block.inputs) if isinstance(block.inputs, (list, tuple, set)) else [block.inputs]
            targets = [(self, "load"), *((source, "change") for source in inputs)]
            options = {"inputs": inputs, "outputs": block, "api_visibility": "private",
                       "show_progress": "hidden"}
            self.add_listener(targets, block._initial, options)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {str(self.title)!r} with {len(self.blocks())} blocks>"


def on(
    triggers: BoundEvent[Any] | Sequence[BoundEvent[Any]] | None = None,
    fn: Callable[..., Any] | None | Literal["decorator"] = _DECORATOR,
    inputs: Any = None,
    outputs: Any = None,
    **options: Any,
) -> Any:
    """Run ``fn`` when any of several events fires.

    With ``triggers=None`` it listens to ``change`` of every input, and to the page's load. Usable as a
    decorator when ``fn`` is left out. The other options are those of every event.
    """
    root = context.current_root()
    if triggers is None:
        sources = list(inputs) if isinstance(inputs, (list, tuple, set)) else [inputs] if inputs else []
        events = [
            BoundEvent[Any](source, "change") for source in sources if "change" in source.get_events()
        ]
        events.append(BoundEvent(root, "load"))
    else:
        events = list(triggers) if isinstance(triggers, (list, tuple)) else [triggers]
    targets = [(event.block, event.name) for event in events]
    return listen(targets, fn, {"inputs": inputs, "outputs": outputs, **options})


def api(
    fn: Callable[..., Any] | Literal["decorator"] = _DECORATOR,
    *,
    api_name: str | None = None,
    **options: Any,
) -> Any:
    """Add an endpoint without any component, from the function's type hints.

    Raises:
        OptionError: A parameter or the return value has no hint.
    """
    if not callable(fn):
        return lambda function: api(function, api_name=api_name, **options) or function
    from pegboard.inference import infer_inputs, infer_outputs

    inputs = infer_inputs(fn, strict=True)
    outputs = infer_outputs(fn, strict=True)
    with_components = [*inputs, *outputs]
    for component in with_components:
        component.visible = False
    return listen([], fn, {"inputs": inputs, "outputs": outputs, "api_name": api_name, **options})


def _is_interactive() -> bool:
    return hasattr(sys, "ps1") or bool(sys.flags.interactive)


def _walk(children: Iterable[Any]) -> Iterable[Any]:
    for child in children:
        yield child
        yield from _walk(getattr(child, "children", ()))


def _joined(text: str | None, paths: str | Path | Sequence[str | Path] | None) -> str:
    files = [paths] if isinstance(paths, (str, Path)) else list(paths or ())
    return "\n".join(
        [*([text] if text else []), *(Path(file).read_text(encoding="utf-8") for file in files)]
    )


def _check(draft: Draft) -> None:
    """Refuse what can be seen to be wrong now, where the author's own line is in the traceback."""
    where = f"{draft.name}()"
    for block in (*draft.inputs, *draft.outputs):
        if not isinstance(block, (Block, State)):
            raise OptionTypeError(
                f"An input or output of {where}",
                got=block,
                expected="a component made before this line",
                fix="pass the component object, not its name or value",
            )
    for role, blocks in (("input", draft.inputs),):
        for block in blocks:
            if isinstance(block, Layout) and not hasattr(block, "preprocess"):
                raise OptionTypeError(
                    f"An {role} of {where}", got=block, expected="a component, which has a value"
                )
    for block, event in draft.targets:
        if isinstance(block, (Dependency, Blocks)) or block is None:
            continue
        if event not in block.get_events() and not hasattr(block, "problem"):
            known = ", ".join(block.get_events()) or "none"
            raise OptionError(
                f"{block!r}.{event}", got=event, expected=f"one of its events: {known}"
            )
    options = draft.options
    _among(where, "trigger_mode", options.get("trigger_mode"), _TRIGGER_MODES)
    _among(where, "api_visibility", options.get("api_visibility"), _VISIBILITIES)
    if not isinstance(options.get("show_progress", "full"), bool):
        _among(where, "show_progress", options.get("show_progress"), _PROGRESS)
    limit = options.get("concurrency_limit", "default")
    if limit not in ("default", None) and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
        raise OptionError(
            f"{where}: concurrency_limit", got=limit, expected="a whole number from 1, None or 'default'"
        )
    size = options.get("max_batch_size", 4)
    if not isinstance(size, int) or size < 1:
        raise OptionError(f"{where}: max_batch_size", got=size, expected="a whole number from 1")
    if draft.fn is not None and options.get("batch") and draft.is_generator:
        raise OptionError(
            f"{where}: batch", got=True, expected="a plain function",
            fix="a generator cannot be batched: remove batch=True, or return instead of yield",
        )
    if draft.fn is not None:
        _check_arity(draft, where)


def _check_arity(draft: Draft, where: str) -> None:
    assert draft.fn is not None
    plan = plan_of(draft.fn)
    try:
        inspect.signature(draft.fn)
    except (TypeError, ValueError):
        return
    given = 1 if draft.inputs_as_dict else len(draft.inputs)
    needed = [
        p for p in plan.inputs if p.default is p.empty and p.name not in draft.inputs_kwargs
    ]
    positional = [p for p in plan.inputs if p.kind is not p.KEYWORD_ONLY]
    if given < len(needed):
        warnings.warn(
            f"{where} takes {len(needed)} values, but its listener has {given} inputs", stacklevel=5
        )
    elif given > len(positional) and not plan.takes_rest and not draft.inputs_kwargs:
        warnings.warn(
            f"{where} takes at most {len(positional)} values, but its listener has {given} inputs",
            stacklevel=5,
        )


def _among(where: str, name: str, value: object, allowed: Sequence[str]) -> None:
    if value is not None and value not in allowed:
        raise OptionError(
            f"{where}: {name}", got=value, expected=" or ".join(repr(item) for item in allowed)
        )


__all__ = ["Blocks", "api", "on"]
