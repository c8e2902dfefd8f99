"""Launch: the one door between describing an app and running it.

`launch` takes a function that gives the `AppSpec`, starts a server in a thread of its own, and says
where it is. `mount_gradio_app` puts an app into someone's own FastAPI app. The web framework is
imported when one of them is called, never before.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import errno
import logging
import os
import signal
import socket
import ssl
import sys
import threading
import time
import warnings
import webbrowser
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pegboard import notebook, tooling
from pegboard.errors import OptionError
from pegboard.memory import restore_collector, spare_collector
from pegboard.options import ServerOptions, parse_size
from pegboard.spec import AppSpec

if TYPE_CHECKING:
    import uvicorn

    from pegboard.server.app import PegboardApp
    from pegboard.tunnels import Tunnel

DEFAULT_PORT = 7860
START_LIMIT_S = 30.0
DRAIN_LIMIT_S = 10
EXIT_LIMIT_S = 3.0
CHECK_LIMIT_S = 5.0


class Server:
    """A running server, in a thread of its own.

    Attributes:
        local_url: Where it is, for people on this machine; ends with a slash.
        share_url: Where everyone finds it, when it is shared.
    """

    def __init__(self, app: PegboardApp, options: ServerOptions, sock: socket.socket) -> None:
        self.app = app
        self.options = options
        self.host, self.port = sock.getsockname()[:2]
        self.share_url: str | None = None
        self._tunnel: Tunnel | None = None
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

    def share(self) -> None:
        """Open a tunnel, so that people elsewhere reach the app.

        A tunnel that cannot be opened is explained, and the app goes on without it.
        """
        from pegboard import tunnels

        options = self.options
        wish = tunnels.TunnelWish(
            port=self.port,
            scheme=urlsplit(self.local_url).scheme,
            address=options.share_server_address,
            protocol=options.share_server_protocol,
            certificate=options.share_server_tls_certificate,
        )
        try:
            self._tunnel = tunnels.open_tunnel(wish)
        except tunnels.TunnelError as problem:
            print(f"* share=True: {problem}\n* The app keeps running at {self.local_url}")
            return
        self.share_url = self._tunnel.url.rstrip("/") + "/"
        self.app.site.guard.allow_host(urlsplit(self.share_url).hostname or "")
        print(f"* Running on public URL: {self.share_url.rstrip('/')}")
        if not self.app.site.logins.is_required:
            print("* Everyone who knows this URL can use the app: it has no login (launch(auth=...)).")

    def close(self, wait_s: float = DRAIN_LIMIT_S + 5) -> None:
        """Stop: fail what still waits, end the streams, then leave, after ``wait_s`` seconds at the latest."""
        tunnel, self._tunnel = self._tunnel, None
        if tunnel is not None:
            tunnel.close()
        if self in _running:
            _running.remove(self)
            if not _running:
                restore_collector()
        if self._thread.is_alive():
            self._uvicorn.should_exit = True
            if threading.current_thread() is not self._thread:
                self._thread.join(wait_s)

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
        self.close()
        if stopping.is_set() and not self.options.quiet:
            print("The server has stopped.")

    def wait_if_wanted(self, prevent_thread_lock: bool | None = None) -> None:
        """Wait as a launch does: not in an interactive session, unless ``debug``."""
        held = self.options.prevent_thread_lock if prevent_thread_lock is None else prevent_thread_lock
        if not held and (self.options.debug or not notebook.is_interactive()):
            self.block_thread()

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


@atexit.register
def _leave_all() -> None:
    # A thread of a loop that is still in C code when the interpreter is taken down can crash the process.
    for server in [*_running]:
        server.close(EXIT_LIMIT_S)


def launch(
    describe: Callable[[], AppSpec] | AppSpec, **parameters: Any
) -> tuple[PegboardApp, str, str | None]:
    """Serve an app; return the web app, its local address and its public one or ``None``.

    Blocks the main thread unless ``prevent_thread_lock`` or in an interactive session.

    Raises:
        OptionError: A parameter is not usable.
        OSError: The chosen port is taken, or none is free.
    """
    server = serve(describe, **parameters)
    server.wait_if_wanted()
    return server.app, server.local_url, server.share_url


def serve(describe: Callable[[], AppSpec] | AppSpec, **parameters: Any) -> Server:
    """Start a server for an app and return it at once; `launch` is this plus waiting."""
    tool = tooling.active()
    options = ServerOptions.from_parameters({**parameters, **(tool.parameters if tool else {})})
    from pegboard.server.app import PegboardApp
    from pegboard.server.site import Site

    spec = describe() if callable(describe) else describe
    sock = _listening_socket(options)
    try:
        site = Site(spec, options)
        server = Server(PegboardApp(site, **options.app_kwargs), options, sock)
        if tool is not None:
            tool.prepare(server.app)
        server.start()
    except BaseException:
        sock.close()
        raise
    if not _running:
        spare_collector()
    _running.append(server)
    _announce(server, site.problems())
    if options.ssl_certfile and options.ssl_verify and options.frontend:
        _check_certificate(server)
    if options.share:
        server.share()
    sys.stdout.flush()
    _show(server)
    return server


def server_of(app: object) -> Server | None:
    """Return the server that `launch` started for an app."""
    return next((server for server in _running if server.app is app), None)


def close_all(verbose: bool = True) -> None:
    """Stop every server of this process."""
    while _running:
        server = _running[-1]
        server.close()
        if verbose and not server.options.quiet:
            print(f"* Closed the server on port {server.port}.")


def create_app(describe: Callable[[], AppSpec] | AppSpec, **parameters: Any) -> PegboardApp:
    """Return the web app of a Pegboard app, for a server of your own."""
    return _create_app(describe, parameters, "create_app")


def _create_app(
    describe: Callable[[], AppSpec] | AppSpec, parameters: dict[str, Any], where: str
) -> PegboardApp:
    options = ServerOptions.from_parameters(parameters, where)
    from pegboard.server.app import PegboardApp
    from pegboard.server.site import Site

    spec = describe() if callable(describe) else describe
    return PegboardApp(Site(spec, options, is_mounted=True), **options.app_kwargs)


def mount_gradio_app(app: Any, blocks: Any, path: str, **parameters: Any) -> Any:
    """Mount a Pegboard app into a FastAPI (or Starlette) app below ``path``; return that app.

    Args:
        blocks: A ``Blocks``, a function giving an `AppSpec`, or an `AppSpec`.
        parameters: Those of `launch` that do not concern a server of its own: ``auth``, ``root_path``,
            ``allowed_paths``, ``theme``, ``css`` and so on.

    Raises:
        OptionError: The path or a parameter is not usable.
    """
    if not isinstance(path, str):
        raise OptionError("mount_gradio_app(path=)", got=path, expected="a path such as '/demo'")
    if not callable(getattr(app, "mount", None)):
        raise OptionError("mount_gradio_app(app=)", got=app, expected="a FastAPI or Starlette app")
    given = dict(parameters)
    if hasattr(blocks, "take_look"):
        blocks.take_look(given, "mount_gradio_app")
        blocks = blocks.describe
    inner = _create_app(blocks, given, "mount_gradio_app")
    prefix = "/" + path.strip("/")
    app.mount("" if prefix == "/" else prefix, inner)
    outer = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(this: Any) -> Any:
        async with outer(this) as state:
            # A mounted app gets no lifespan of its own from the framework.
            async with inner.router.lifespan_context(inner):
                yield state

    app.router.lifespan_context = lifespan
    return app


mount_pegboard_app = mount_gradio_app


def _uvicorn_server(app: PegboardApp, options: ServerOptions) -> uvicorn.Server:
    import uvicorn

    wants_log = options.debug and notebook.is_notebook()
    if wants_log:
        logging.getLogger("pegboard").setLevel(logging.INFO)
    config = uvicorn.Config(
        app,
        log_level="info" if wants_log else "warning",
        # Never: paths hold session ids and file handles.
        access_log=False,
        lifespan="on",
        loop=_choice("uvloop"),
        http=_http_protocol(),
        ws="none",
        timeout_graceful_shutdown=DRAIN_LIMIT_S,
        timeout_keep_alive=30,
        limit_concurrency=options.max_connections,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        ssl_keyfile=options.ssl_keyfile,
        ssl_certfile=options.ssl_certfile,
        ssl_keyfile_password=options.ssl_keyfile_password,
    )

    class Quiet(uvicorn.Server):
        """Leaves signals to `Server.block_thread`, and fails waiting events before it drains.

        It also sleeps until it is told to end, where its base looks ten times a second.
        """

        _loop: asyncio.AbstractEventLoop | None = None
        _is_told = False

        @property
        def should_exit(self) -> bool:
            """Whether it was told to end; may be set from any thread."""
            return self._is_told

        @should_exit.setter
        def should_exit(self, told: bool) -> None:
            self._is_told = told
            if told and self._loop is not None:
                with contextlib.suppress(RuntimeError):  # the loop is closed: it has ended
                    self._loop.call_soon_threadsafe(self._woken.set)

        async def main_loop(self) -> None:
            self._woken = asyncio.Event()
            self._loop = asyncio.get_running_loop()
            await self.on_tick(0)
            if not self._is_told:
                await self._woken.wait()

        @contextlib.contextmanager
        def capture_signals(self) -> Any:
            yield

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Streams end only when their events have: so these first, then the connections.
            await app.site.stop()
            await super().shutdown(sockets)

    return Quiet(config)


def _http_protocol() -> Any:
    if _choice("httptools") == "auto":
        return "auto"
    from pegboard.server.joining import JoiningProtocol

    return JoiningProtocol


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
    if options.quiet:
        return
    print(f"* Running on local URL:  {server.local_url.rstrip('/')}")
    if options.server_name in ("0.0.0.0", "::") and not server.app.site.logins.is_required:
        print("* Everyone in this network can use the app: it has no login (launch(auth=...)).")
    if options.enable_monitoring:
        print(f"* Monitoring: {server.local_url}monitoring/{server.app.site.monitor.key}")
    if options.mcp_server:
        print(f"* MCP server for assistants: {server.local_url}gradio_api/mcp/")
    for problem in problems:
        print(f"* {problem}")


def _check_certificate(server: Server) -> None:
    """Say so when this machine does not trust the server's own certificate: browsers will not either."""
    name = (urlsplit(server.local_url).hostname or "localhost").strip("[]")
    try:
        with socket.create_connection((name, server.port), timeout=CHECK_LIMIT_S) as raw:
            ssl.create_default_context().wrap_socket(raw, server_hostname=name).close()
    except ssl.SSLCertVerificationError as problem:
        warnings.warn(
            OptionError.three_parts(
                "Browsers will warn of this app's certificate.",
                got=f"{server.options.ssl_certfile}: {problem.verify_message}",
                expected=f"a certificate for {name!r} that this machine trusts",
                fix="install its authority, or launch(ssl_verify=False) if that is on purpose",
            ),
            stacklevel=4,
        )
    except OSError:
        return  # not reached from here, which says nothing about its certificate


def _show(server: Server) -> None:
    """Show the app where its author is: below a notebook's cell, or in a browser."""
    options, address = server.options, server.share_url or server.local_url
    if options.inbrowser:
        webbrowser.open(address)
    wants_frame = notebook.is_notebook() if options.inline is None else options.inline
    if wants_frame and notebook.shell() is not None:
        notebook.show_frame(address, options.width, options.height)


__all__ = [
    "Server", "ServerOptions", "close_all", "create_app", "launch", "mount_gradio_app",
    "mount_pegboard_app", "parse_size", "serve", "server_of",
]  # fmt: skip
