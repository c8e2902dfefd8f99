"""Blocks: the page being described, which collects blocks and listeners inside ``with``.

A `Blocks` is the root of layout and of events; `describe` freezes it into an `AppSpec`. Blocks inside
Blocks hand their children and listeners to the outer ones when they close. It knows nothing of servers
but the one door `launch`, opened when it is called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from typing_extensions import Self

from pegboard import context
from pegboard.component import Block, Component
from pegboard.errors import DuplicateBlockError, OptionError, OptionTypeError
from pegboard.events import BoundEvent, Dependency, Event, listen
from pegboard.i18n import texts_of
from pegboard.layout import Layout
from pegboard.settings import environment
from pegboard.wiring import Wiring, wire

if TYPE_CHECKING:
    from pegboard.launch import Server
    from pegboard.spec import AppSpec

TITLE = "Pegboard"


LAUNCH_ORDER = (
    "inline",
    "inbrowser",
    "share",
    "debug",
    "max_threads",
    "auth",
    "auth_message",
    "prevent_thread_lock",
    "show_error",
    "server_name",
    "server_port",
)
"""The parameters of launch that may be positional."""


@dataclass
class QueueOptions:
    """What `Blocks.queue` sets."""

    default_concurrency_limit: int | None = field(default_factory=lambda: _default_limit())
    max_size: int | None = None
    api_open: bool = True
    status_update_rate: float | Literal["auto"] = "auto"
    protocol: Literal["sse_v3", "sse_v2.1"] = "sse_v3"


class Blocks(Layout):
    """A page of blocks and what happens between them. Use as a context manager.

    Args:
        mode: Free text that says what kind of app this is.
        title: Title of the browser tab.
        fill_height: Grow to the window's height; children grow by their ``scale``.
        fill_width: Use the full width of the window.
        delete_cache: ``(frequency, age)`` in seconds after which the app's files are removed.
        analytics_enabled: Accepted; nothing is ever sent.
        theme, css, css_paths, js, head, head_paths: How the page looks; `launch` takes them, too.
    """

    load: Event = Event(doc="the page was opened")
    unload: Event = Event(doc="the page was closed")

    def __init__(
        self,
        analytics_enabled: bool | None = None,
        mode: str = "blocks",
        title: object = TITLE,
        fill_height: bool = False,
        fill_width: bool = False,
        delete_cache: tuple[int, int] | None = None,
        *,
        theme: object = None,
        css: str | None = None,
        css_paths: str | Path | Sequence[str | Path] | None = None,
        js: str | Literal[True] | None = None,
        head: str | None = None,
        head_paths: str | Path | Sequence[str | Path] | None = None,
    ) -> None:
        super().__init__(render=False)
        self.mode = mode
        self.title = title
        self.fill_height = fill_height
        self.fill_width = fill_width
        self.delete_cache = delete_cache
        self.theme = theme
        if theme is not None and not isinstance(theme, str):
            from pegboard.themes import theme_named

            theme_named(theme)  # refuses what is no theme here, and not when the page is opened
        self.css = joined("Blocks(css=)", css, css_paths)
        self.js = own_script("Blocks(js=)", js)
        self.head = joined("Blocks(head=)", head, head_paths)
        self.texts: dict[str, dict[str, str]] = {}
        self.wirings: list[Wiring] = []
        self.queue_options = QueueOptions()
        self.server: Server | None = None
        self.share_url: str | None = None
        self._opened: list[AbstractContextManager[None]] = []

    # -- describing --------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        opened = context.inside(self, self)
        opened.__enter__()
        self._opened.append(opened)
        return self

    def __exit__(self, *problem: Any) -> None:
        self._opened.pop().__exit__(None, None, None)
        if problem and problem[0] is not None:
            return
        if context.current_root() not in (None, self) and not self.is_rendered:
            self.render()

    def render(self) -> Self:
        """Place everything of this page at the current position of the page being described.

        Raises:
            DuplicateBlockError: It was placed in that page before.
        """
        parent, root = context.current_parent(), context.current_root()
        if parent is None or not isinstance(root, Blocks) or root is self:
            return self
        if any(merged is self for merged in root._merged):
            raise DuplicateBlockError(
                f"{self!r} is already in this page. Build a second one, or place it only once."
            )
        root._merged.append(self)
        self.is_rendered = True
        for child in self.children:
            parent.add_child(child)
        root.wirings.extend(self.wirings)
        for number, wiring in enumerate(root.wirings):
            wiring.dependency.id = number
        return self

    @property
    def _merged(self) -> list[Blocks]:
        merged: list[Blocks] = self.__dict__.setdefault("_merged_list", [])
        return merged

    def add_listener(
        self, targets: list[tuple[Any, str]], fn: Callable[..., Any] | None, options: dict[str, Any]
    ) -> Dependency:
        """Register a listener; `BoundEvent` calls this.

        Raises:
            OptionError: An argument is not valid; the message says which and why.
        """
        wiring = wire(len(self.wirings), targets, fn, options)
        self.wirings.append(wiring)
        resets = wiring.resets
        if resets is not None:
            self.wirings.append(wire(len(self.wirings), targets, *resets))
        return wiring.dependency

    def alias(self, dependency: Dependency, api_name: str) -> None:
        """Publish a listener under a second, undocumented API name, if that name is free."""
        for wiring in self.wirings:
            if wiring.dependency is dependency.origin:
                wiring.aliases.append(api_name)

    def describe(self) -> AppSpec:
        """Return the frozen description that a server serves.

        Raises:
            OptionError: A listener names a block that is not in this page.
        """
        from pegboard.description import describe

        return describe(self)

    # -- running -----------------------------------------------------------------------------------

    def queue(
        self,
        status_update_rate: float | Literal["auto"] = "auto",
        api_open: bool | None = None,
        max_size: int | None = None,
        *,
        default_concurrency_limit: int | Literal["not_set"] | None = "not_set",
        protocol: Literal["sse_v3", "sse_v2.1"] = "sse_v3",
    ) -> Self:
        """Say how events wait.

        Args:
            status_update_rate: ``auto`` tells waiting clients of their place soon after it changes; a
                number, at most every so many seconds.
            api_open: ``False`` refuses calls that do not come from the page.
            max_size: How many events may wait; further ones are refused with a message.
            default_concurrency_limit: Runs at once of each function without a limit of its own;
                ``None`` for no limit. Left out, ``PEGBOARD_DEFAULT_CONCURRENCY_LIMIT``, else 1.
            protocol: Which of the public stream protocols to announce. With ``sse_v3``, Python clients
                download whatever has a text under ``path`` in any output; with ``sse_v2.1`` only what
                is marked as a file, which suits apps whose JSON has such keys of its own.

        Raises:
            OptionError: A value is not usable.
        """
        if protocol not in ("sse_v3", "sse_v2.1"):
            raise OptionError("queue(protocol=)", got=protocol, expected="'sse_v3' or 'sse_v2.1'")
        options = self.queue_options
        options.protocol = protocol
        rate = status_update_rate
        is_seconds = isinstance(rate, (int, float)) and not isinstance(rate, bool) and rate > 0
        if rate != "auto" and not is_seconds:
            raise OptionError(
                "queue(status_update_rate=)", got=rate, expected="'auto', or seconds, more than 0"
            )
        if api_open is not None and not isinstance(api_open, bool):
            raise OptionTypeError("queue(api_open=)", got=api_open, expected="True, False or None")
        if max_size is not None and not _is_count(max_size):
            raise OptionError(
                "queue(max_size=)", got=max_size, expected="1 or more, or None for no limit"
            )
        options.status_update_rate = rate
        if api_open is not None:
            options.api_open = api_open
        options.max_size = max_size
        if default_concurrency_limit != "not_set":
            limit = default_concurrency_limit
            if limit is not None and not _is_count(limit):
                raise OptionError(
                    "queue(default_concurrency_limit=)", got=limit, expected="1 or more, or None"
                )
            options.default_concurrency_limit = limit
        return self

    def launch(self, *args: Any, **options: Any) -> tuple[Any, str, str | None]:
        """Serve this app; see `pegboard.launch.ServerOptions` for the parameters.

        Blocks the main thread unless ``prevent_thread_lock`` is true or the interpreter is interactive.
        Called again while the app is served, it gives the same addresses.

        Returns:
            The web application, its local address, and the shared address or ``None``.
        """
        from pegboard import launch as door

        if len(args) > len(LAUNCH_ORDER):
            raise OptionTypeError(
                "launch()",
                got=args,
                expected=f"at most {len(LAUNCH_ORDER)} positional arguments",
                fix="pass the others by name",
            )
        given = {**dict(zip(LAUNCH_ORDER, args)), **options}
        self.take_look(given, "launch")
        if self.server is None or not self.server.is_running:
            self.server = door.serve(self.describe, **given)
        server = self.server
        self.share_url = server.share_url
        server.wait_if_wanted(given.get("prevent_thread_lock"))
        return server.app, server.local_url, server.share_url

    def take_look(self, given: dict[str, Any], where: str) -> None:
        """Take what launch says about the page's look out of its parameters; launch wins.

        Raises:
            OptionError: A value is not usable.
        """
        if given.get("theme") is not None:
            self.theme = given["theme"]
        if given.get("js") is not None:
            self.js = own_script(f"{where}(js=)", given["js"])
        if given.get("css") is not None or given.get("css_paths") is not None:
            self.css = joined(f"{where}(css=)", given.get("css"), given.get("css_paths"))
        if given.get("head") is not None or given.get("head_paths") is not None:
            self.head = joined(f"{where}(head=)", given.get("head"), given.get("head_paths"))
        if given.get("i18n") is not None:
            self.texts = texts_of(given["i18n"])
        for name in ("theme", "js", "css", "css_paths", "head", "head_paths", "i18n"):
            given.pop(name, None)

    def integrate(self, comet_ml: Any = None, wandb: Any = None, mlflow: Any = None) -> None:
        """Note the address of this running app in a service for experiments.

        Args:
            comet_ml: A comet_ml ``Experiment``; it is ended.
            wandb: The ``wandb`` module, after ``wandb.init()``; needs a shared address.
            mlflow: The ``mlflow`` module.

        Raises:
            OptionError: The app is not running, or a service lacks the function that is needed.
        """
        from pegboard.integrations import integrate

        server = self.server if self.server is not None and self.server.is_running else None
        integrate(
            None if server is None else server.local_url,
            None if server is None else server.share_url,
            comet_ml=comet_ml,
            wandb=wandb,
            mlflow=mlflow,
        )

    @property
    def app(self) -> Any:
        """The web application, while the app is served."""
        return None if self.server is None else self.server.app

    @property
    def local_url(self) -> str | None:
        """Where the app is on this machine, while it is served."""
        return None if self.server is None else self.server.local_url

    def close(self, verbose: bool = True) -> None:
        """Stop serving; does nothing when it is not served."""
        server, self.server = self.server, None
        if server is not None:
            server.close()
            if verbose and not server.options.quiet:
                print(f"* Closed the server on port {server.port}.")

    def block_thread(self) -> None:
        """Wait until the server stops, or the process is interrupted."""
        if self.server is not None:
            self.server.block_thread()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} with {len(self.children)} blocks>"


def on(
    triggers: BoundEvent[Any] | Sequence[BoundEvent[Any]] | None = None,
    fn: Callable[..., Any] | Literal["decorator"] | None = "decorator",
    inputs: Any = None,
    outputs: Any = None,
    **options: Any,
) -> Any:
    """Run ``fn`` whenever any of several events fires.

    Args:
        triggers: Events, such as ``[box.submit, button.click]``. Left out, these are the ``change``
            of every input, and the opening of the page.
        options: As for any event; see `BoundEvent`.

    Returns:
        A `Dependency`, or a decorator when ``fn`` is left out.
    """
    code = BoundEvent.__call__.__code__
    allowed = code.co_varnames[: code.co_argcount]
    for name, value in options.items():
        if name not in allowed:
            raise OptionTypeError(f"on({name}=)", got=value, expected="a listener's option")
    targets: list[tuple[Any, str]]
    if triggers is None:
        members = inputs if isinstance(inputs, (list, tuple, set)) else [inputs]
        watched = [item for item in members if isinstance(item, Component)]
        targets = [(item, "change") for item in watched if "change" in item.get_events()]
        root = context.current_root()
        if isinstance(root, Block):
            targets.append((root, "load"))
        options.setdefault("trigger_mode", "always_last")
    else:
        events = [triggers] if isinstance(triggers, BoundEvent) else list(triggers)
        for event in events:
            if not isinstance(event, BoundEvent):
                raise OptionTypeError(
                    "on(triggers=)",
                    got=event,
                    expected="events of blocks, such as [box.submit, button.click]",
                    fix="leave out the parentheses after the event's name",
                )
        targets = [(event.block, event.name) for event in events]
    return listen(targets, fn, {"inputs": inputs, "outputs": outputs, **options})


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _default_limit() -> int | None:
    """Return the runs at once of a function without a limit of its own, as the environment says."""
    text = environment("DEFAULT_CONCURRENCY_LIMIT")
    if text is None:
        return 1
    if text.lower() == "none":
        return None
    if not text.isdecimal() or int(text) < 1:
        raise OptionError(
            "PEGBOARD_DEFAULT_CONCURRENCY_LIMIT", got=text, expected="1 or more, or 'none'"
        )
    return int(text)


def joined(where: str, text: object, paths: str | Path | Sequence[str | Path] | None) -> str:
    """Return text followed by the content of files (UTF-8).

    Raises:
        OptionError: The text is no text, or a file cannot be read.
    """
    if isinstance(text, Path):
        paths = [text, *([] if paths is None else _as_list(paths))]
        text = None
    if text is not None and not isinstance(text, str):
        raise OptionTypeError(
            where, got=text, expected="a text", fix="name files by the parameter ending in _paths"
        )
    parts = [text] if text else []
    for path in [] if paths is None else _as_list(paths):
        try:
            parts.append(Path(path).read_text("utf-8"))
        except (OSError, UnicodeDecodeError, TypeError):
            raise OptionError(
                where.replace("=)", "_paths=)"),
                got=path,
                expected="the path of an existing text file in UTF-8, or a list of those",
            ) from None
    return "\n".join(parts)


def _as_list(paths: Any) -> list[Any]:
    return [paths] if isinstance(paths, (str, Path)) or not hasattr(paths, "__iter__") else list(paths)


def own_script(where: str, js: object) -> str:
    """Return the source of a script option.

    Raises:
        OptionTypeError: It is not text.
    """
    if js is None or js is False:
        return ""
    if not isinstance(js, str):
        raise OptionTypeError(
            where,
            got=js,
            expected="the source of a JavaScript function, as text",
            fix="Python is not translated to JavaScript; write the function in JavaScript",
        )
    return js


