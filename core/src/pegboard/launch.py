"""Launch: the one door between describing an app and running it.

`launch` takes a function that gives the `AppSpec`, starts a server in a thread of its own, and says
where it is. `mount_gradio_app` puts an app into someone's own FastAPI app. The web framework is
imported when one of them is called, never before.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import signal
import socket
import sys
import threading
import time
import warnings
import webbrowser
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pegboard.errors import OptionError, OptionTypeError
from pegboard.spec import AppSpec

if TYPE_CHECKING:
    import uvicorn

    from pegboard.server.app import PegboardApp

DEFAULT_PORT = 7860
DEFAULT_PORT_COUNT = 100
START_LIMIT_S = 30.0
DRAIN_LIMIT_S = 10

# Parameters of older and newer Gradio that change nothing here; accepted so that calls keep working.
HARMLESS = frozenset(
    {
        "inline", "height", "width", "enable_queue", "show_api", "show_tips", "footer_links",
        "run_history", "ssr_mode", "node_server_name", "node_port", "vibe_mode", "num_workers",
        "enable_monitoring", "monitoring", "pwa", "i18n", "_frontend", "file_directories",
        "encrypt", "cache_examples", "show_footer", "share_server_address", "share_server_protocol",
        "share_server_tls_certificate", "concurrency_count", "analytics_enabled",
    }
)  # fmt: skip


def environment(name: str) -> str | None:
    """Return ``PEGBOARD_<name>``, else ``GRADIO_<name>``, else ``None``; empty counts as unset."""
    return os.environ.get(f"PEGBOARD_{name}") or os.environ.get(f"GRADIO_{name}") or None


@dataclass(frozen=True)
class ServerOptions:
    """How an app is served. Made by `from_parameters`, which reads the environment too.

    Attributes:
        server_name: Address to listen on.
        server_port: Port, or ``None`` for the first free one from 7860.
        show_error: Show the text of unexpected errors to people.
        auth: ``(user, password)``, a list of them, or a function of both.
        max_file_size: Bytes, or a text such as ``"5 mb"``.
        allowed_hosts: Host names to answer to besides local ones, when listening locally.
        allowed_origins: Origins whose pages may call the app in any case.
        mcp_server: Offer every public endpoint as a tool to AI assistants, at ``/gradio_api/mcp/``.
    """

    server_name: str = "127.0.0.1"
    server_port: int | None = None
    port_count: int = DEFAULT_PORT_COUNT
    prevent_thread_lock: bool = False
    quiet: bool = False
    inbrowser: bool = False
    share: bool = False
    debug: bool = False
    show_error: bool = False
    max_threads: int = 40
    auth: Any = None
    auth_message: str | None = None
    auth_dependency: Callable[[Any], Any] | None = None
    max_file_size: int | None = None
    allowed_paths: Sequence[str] = ()
    blocked_paths: Sequence[str] = ()
    favicon_path: str | None = None
    root_path: str = ""
    state_session_capacity: int = 10_000
    strict_cors: bool = True
    allowed_hosts: Sequence[str] = ()
    allowed_origins: Sequence[str] = ()
    app_kwargs: dict[str, Any] = field(default_factory=dict)
    ssl_keyfile: str | None = None
    ssl_certfile: str | None = None
    ssl_keyfile_password: str | None = None
    ssl_verify: bool = True
    mcp_server: bool = False

    @classmethod
    def from_parameters(cls, given: dict[str, Any]) -> ServerOptions:
        """Check the parameters of ``launch()`` and fill in the environment.

        Raises:
            OptionError: A value is not usable, or a parameter does not exist.
        """
        known = {item.name for item in fields(cls)}
        for name, value in given.items():
            if name not in known and name not in HARMLESS:
                raise OptionTypeError(
                    f"launch({name}=)",
                    got=value,
                    expected=f"a parameter of launch: {', '.join(sorted(known))}",
                    fix="check the spelling",
                )
        values = {name: value for name, value in given.items() if name in known and value is not None}
        values.setdefault("server_name", environment("SERVER_NAME") or "127.0.0.1")
        values.setdefault("root_path", environment("ROOT_PATH") or "")
        if values.get("server_port") is None and environment("SERVER_PORT"):
            values["server_port"] = environment("SERVER_PORT")
        if values.get("server_port") is not None:
            values["server_port"] = _port(values["server_port"])
        values["port_count"] = _whole("PEGBOARD_NUM_PORTS", environment("NUM_PORTS"), DEFAULT_PORT_COUNT)
        if "share" not in values:
            values["share"] = (environment("SHARE") or "").lower() in ("1", "true")
        if "mcp_server" not in values:
            values["mcp_server"] = (environment("MCP_SERVER") or "").lower() in ("1", "true")
        elif not isinstance(values["mcp_server"], bool):
            raise OptionTypeError(
                "launch(mcp_server=)", got=values["mcp_server"], expected="True, False or None"
            )
        if "debug" not in values:
            values["debug"] = (environment("DEBUG") or "").lower() in ("1", "true")
        values["max_file_size"] = parse_size(values.get("max_file_size"))
        for name in ("allowed_paths", "blocked_paths", "allowed_hosts", "allowed_origins"):
            values[name] = _texts(name, values.get(name), environment(name.upper()))
        _check(values)
        return cls(**values)


class Server:
    """A running server, in a thread of its own.

    Attributes:
        local_url: Where it is, for people on this machine; ends with a slash.
    """

    def __init__(self, app: PegboardApp, options: ServerOptions, sock: socket.socket) -> None:
        self.app = app
        self.options = options
        self.host, self.port = sock.getsockname()[:2]
        self._socket = sock
        self._uvicorn = _uvicorn_server(app, options)
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._serve, name="pegboard-server", daemon=True)

    @property
    def local_url(self) -> str:
        """Address for people on this machine."""
        name = self.options.server_name
        if name in ("0.0.0.0", ""):
            name = "localhost"
        elif name == "::":
            name = "[::1]"
        elif ":" in name and not name.startswith("["):
            name = f"[{name}]"
        scheme = "https" if self.options.ssl_certfile else "http"
        return f"{scheme}://{name}:{self.port}/"

    @property
    def is_running(self) -> bool:
        """Whether it answers."""
        return self._thread.is_alive() and bool(self._uvicorn.started)

    def start(self) -> None:
        """Start, and return when requests are answered.

        Raises:
            RuntimeError: It did not come up.
        """
        self._thread.start()
        limit = time.monotonic() + START_LIMIT_S
        while not self._uvicorn.started:
            if not self._thread.is_alive() or time.monotonic() > limit:
                raise RuntimeError("The server did not start.") from self._failure
            time.sleep(0.002)

    def close(self) -> None:
        """Stop: fail what still waits, end the streams, then leave."""
        if self._thread.is_alive():
            self._uvicorn.should_exit = True
            if threading.current_thread() is not self._thread:
                self._thread.join(DRAIN_LIMIT_S + 5)

    def block_thread(self) -> None:
        """Wait until the server stops, or Ctrl-C or SIGTERM stops it.

        A first signal drains; a second one stops at once.
        """
        stopping = threading.Event()

        def on_signal(number: int, frame: object) -> None:
            if stopping.is_set():
                self._uvicorn.force_exit = True
            stopping.set()
            self._uvicorn.should_exit = True

        previous: dict[signal.Signals, Any] = {}
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                previous[number] = signal.signal(number, on_signal)
        try:
            while self._thread.is_alive():
                self._thread.join(0.5)
        except KeyboardInterrupt:
            self.close()
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
        if stopping.is_set() and not self.options.quiet:
            print("The server has stopped.")

    def _serve(self) -> None:
        try:
            self._uvicorn.run(sockets=[self._socket])
        except BaseException as problem:
            self._failure = problem
            raise
        finally:
            with contextlib.suppress(OSError):
                self._socket.close()


_running: list[Server] = []


def launch(
    describe: Callable[[], AppSpec] | AppSpec, **parameters: Any
) -> tuple[PegboardApp, str, str | None]:
    """Serve an app; return the web app, its local address and its public one (``None``).

    Blocks the main thread unless ``prevent_thread_lock`` or in an interactive session.

    Raises:
        OptionError: A parameter is not usable.
        OSError: The chosen port is taken, or none is free.
    """
    server = serve(describe, **parameters)
    if not (server.options.prevent_thread_lock or _is_interactive()):
        server.block_thread()
    return server.app, server.local_url, None


def serve(describe: Callable[[], AppSpec] | AppSpec, **parameters: Any) -> Server:
    """Start a server for an app and return it at once; `launch` is this plus waiting."""
    options = ServerOptions.from_parameters(parameters)
    from pegboard.server.app import PegboardApp
    from pegboard.server.site import Site

    spec = describe() if callable(describe) else describe
    sock = _listening_socket(options)
    try:
        site = Site(spec, options)
        server = Server(PegboardApp(site, **options.app_kwargs), options, sock)
        server.start()
    except BaseException:
        sock.close()
        raise
    _running.append(server)
    _announce(server, site.problems())
    if options.inbrowser:
        webbrowser.open(server.local_url)
    return server


def server_of(app: object) -> Server | None:
    """Return the server that `launch` started for an app."""
    return next((server for server in _running if server.app is app), None)


def close_all() -> None:
    """Stop every server of this process."""
    while _running:
        _running.pop().close()


def create_app(describe: Callable[[], AppSpec] | AppSpec, **parameters: Any) -> PegboardApp:
    """Return the web app of a Pegboard app, for a server of your own."""
    options = ServerOptions.from_parameters(parameters)
    from pegboard.server.app import PegboardApp
    from pegboard.server.site import Site

    spec = describe() if callable(describe) else describe
    return PegboardApp(Site(spec, options, is_mounted=True), **options.app_kwargs)


def mount_gradio_app(app: Any, blocks: Any, path: str, **parameters: Any) -> Any:
    """Mount a Pegboard app into a FastAPI (or Starlette) app below ``path``; return that app.

    Args:
        blocks: A ``Blocks``, a function giving an `AppSpec`, or an `AppSpec`.
    """
    if hasattr(blocks, "describe"):
        blocks = blocks.describe
    inner = create_app(blocks, **{"root_path": None, **parameters})
    prefix = "/" + path.strip("/")
    app.mount("" if prefix == "/" else prefix, inner)
    outer = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(this: Any) -> Any:
        async with outer(this) as state:
            await inner.site.start()
            try:
                yield state
            finally:
                await inner.site.stop()

    app.router.lifespan_context = lifespan
    return app


def parse_size(given: object) -> int | None:
    """Return a size in bytes for a number or a text such as ``"5 mb"`` (units of 1024).

    Raises:
        OptionError: It is neither.
    """
    if given is None or (isinstance(given, int) and not isinstance(given, bool) and given > 0):
        return given
    units = {"b": 0, "kb": 1, "mb": 2, "gb": 3, "tb": 4}
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*", str(given))
    if match is None or (match[2].lower() or "b") not in units:
        raise OptionError(
            "launch(max_file_size=)", got=given, expected="bytes, or a text such as '5 mb'"
        )
    return int(float(match[1]) * 1024 ** units[match[2].lower() or "b"])


def _uvicorn_server(app: PegboardApp, options: ServerOptions) -> uvicorn.Server:
    import uvicorn

    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="on",
        loop=_choice("uvloop"),
        http=_choice("httptools"),
        ws="none",
        timeout_graceful_shutdown=DRAIN_LIMIT_S,
        timeout_keep_alive=30,
        limit_concurrency=5000,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        ssl_keyfile=options.ssl_keyfile,
        ssl_certfile=options.ssl_certfile,
        ssl_keyfile_password=options.ssl_keyfile_password,
    )

    class Quiet(uvicorn.Server):
        """Leaves signals to `Server.block_thread`, and fails waiting events before it drains."""

        @contextlib.contextmanager
        def capture_signals(self) -> Any:
            yield

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Streams end only when their events have: so these first, then the connections.
            await app.site.stop()
            await super().shutdown(sockets)

    return Quiet(config)


def _choice(module: str) -> str:
    try:
        __import__(module)
    except ImportError:
        return "auto"
    return module


def _listening_socket(options: ServerOptions) -> socket.socket:
    name = options.server_name.strip("[]")
    family = socket.AF_INET6 if ":" in name else socket.AF_INET
    if options.server_port is not None:
        ports: Sequence[int] = (options.server_port,)
    else:
        ports = range(DEFAULT_PORT, DEFAULT_PORT + options.port_count)
    for port in ports:
        sock = socket.socket(family, socket.SOCK_STREAM)
        if os.name != "nt":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((name, port))
            sock.listen(2048)
        except OSError as problem:
            sock.close()
            if problem.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            continue
        sock.setblocking(False)
        return sock
    first, last = ports[0], ports[-1]
    taken = f"port {first} is" if first == last else f"ports {first} to {last} are all"
    raise OSError(
        errno.EADDRINUSE,
        OptionError.three_parts(
            "The server has no port to listen on.",
            got=f"{taken} in use on {options.server_name}",
            expected="a free port",
            fix="stop the other program, or launch(server_port=...) with another number",
        ),
    )


def _announce(server: Server, problems: Sequence[str]) -> None:
    options = server.options
    if not options.quiet:
        scheme = "public" if options.server_name in ("0.0.0.0", "::") else "local"
        print(f"* Running on {'local'} URL:  {server.local_url.rstrip('/')}")
        if scheme == "public" and not server.app.site.logins.is_required:
            print("* Everyone in this network can use the app: it has no login (launch(auth=...)).")
        if options.mcp_server:
            print(f"* MCP server for assistants: {server.local_url}gradio_api/mcp/")
        for problem in problems:
            print(f"* {problem}")
    if options.share:
        print(
            "* share=True: no tunnel provider is installed, so there is no public URL. "
            "The app keeps running at its local URL."
        )
    sys.stdout.flush()


def _is_interactive() -> bool:
    return hasattr(sys, "ps1") or bool(sys.flags.interactive)


def _check(values: dict[str, Any]) -> None:
    if values.get("auth") is not None and values.get("auth_dependency") is not None:
        raise OptionError(
            "launch(auth_dependency=)",
            got=values["auth_dependency"],
            expected="auth or auth_dependency, not both",
            fix="remove one of them",
        )
    if values.get("auth") is None:
        values.pop("auth", None)
    elif isinstance(values["auth"], (list, tuple)) and not values["auth"]:
        warnings.warn("launch(auth=[]) lets nobody in; pass at least one pair", stacklevel=4)
    if bool(values.get("ssl_keyfile")) != bool(values.get("ssl_certfile")):
        raise OptionError(
            "launch(ssl_certfile=)",
            got=values.get("ssl_certfile"),
            expected="ssl_keyfile and ssl_certfile together",
            fix="pass both, or neither",
        )
    for name in ("max_threads", "state_session_capacity"):
        value = values.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
            raise OptionError(f"launch({name}=)", got=value, expected="a whole number from 1")
    if values.get("favicon_path") is not None and not Path(values["favicon_path"]).is_file():
        raise OptionError(
            "launch(favicon_path=)", got=values["favicon_path"], expected="the path of an icon file"
        )


def _port(given: object) -> int:
    try:
        port = int(str(given))
    except ValueError:
        port = -1
    if not 0 <= port <= 65535 or isinstance(given, bool):
        raise OptionError("launch(server_port=)", got=given, expected="a number from 0 to 65535")
    return port


def _whole(where: str, text: str | None, default: int) -> int:
    if text is None:
        return default
    if not text.isdigit() or int(text) < 1:
        raise OptionError(where, got=text, expected="a whole number from 1")
    return int(text)


def _texts(name: str, given: object, text: str | None) -> tuple[str, ...]:
    if given is None:
        return tuple(part.strip() for part in text.split(",") if part.strip()) if text else ()
    if isinstance(given, (str, bytes)) or not isinstance(given, (list, tuple, set, frozenset)):
        raise OptionError(f"launch({name}=)", got=given, expected="a list of texts")
    return tuple(str(item) for item in given)
