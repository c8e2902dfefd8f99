"""Options: every parameter of ``launch()``, checked at the border and filled in from the environment.

A table says what each parameter accepts, so that a wrong value is refused in three parts whichever it
is. Names that change nothing here are in `IGNORED`, each with its reason; calls that use them keep
working.
"""

from __future__ import annotations

import inspect
import logging
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from pegboard.errors import OptionError, OptionTypeError
from pegboard.queue.outbox import KEPT_BYTES
from pegboard.settings import environment, environment_flag

DEFAULT_PORT_COUNT = 100
HEARTBEAT_S = 15.0

log = logging.getLogger("pegboard")

IGNORED: Mapping[str, str] = {
    "enable_queue": "the queue is always on",
    "concurrency_count": "limits belong to functions: listener(concurrency_limit=)",
    "show_tips": "there are none",
    "encrypt": "flagged data is not encrypted by a launch",
    "cache_examples": "it belongs to Interface",
    "file_directories": "the name of allowed_paths in old releases, when it meant folders of the cache",
    "analytics_enabled": "nothing is ever sent",
    "run_history": "no history of runs is kept",
    "vibe_mode": "there is no editor in the page",
    "num_workers": "one process serves files and functions",
    "node_server_name": "pages are drawn in Python, not in Node",
    "node_port": "pages are drawn in Python, not in Node",
    "show_footer": "the footer's links are footer_links",
}
"""Accepted without effect, and why."""

FOOTER_LINKS = ("api", "gradio", "settings")


@dataclass(frozen=True)
class ServerOptions:
    """How an app is served. Made by `from_parameters`, which reads the environment too.

    Attributes:
        inline: Show the app below a notebook's cell; ``None`` for yes in a notebook.
        server_name: Address to listen on.
        server_port: Port, or ``None`` for the first free one from 7860.
        debug: In a notebook, wait and show the server's log.
        show_error: Show the text of unexpected errors to people.
        auth: ``(user, password)``, a list of them, or a function of both.
        auth_dependency: A function of a request that gives the name of who makes it, or ``None``.
        max_file_size: Bytes, or a text such as ``"5 mb"``.
        allowed_hosts: Host names to answer to besides local ones, when listening locally.
        allowed_origins: Origins whose pages may call the app in any case.
        enable_monitoring: ``True`` prints the dashboard's address, ``False`` refuses it, ``None``
            prints it when someone asks for ``/monitoring``.
        footer_links: Which of ``"api"``, ``"gradio"``, ``"settings"`` (or ``{"label", "url"}``) are
            at the foot of the page.
        pwa: Publish a manifest, so that the page can be installed as an app.
        mcp_server: Offer every public endpoint as a tool to AI assistants, at ``/gradio_api/mcp/``.
        ssr_mode: Put the page's skeleton into its HTML, so that it is seen before any script runs.
        frontend: ``False`` leaves out the check that the address can be reached.
        heartbeat_interval_s: Seconds after which a quiet stream is given a sign of life.
        stream_buffer_bytes: Kept of an event's steps for a client that does not read them, at most.
        max_connections: Connections at once; more are answered with 503. Each open page holds one, and a
            second one while it sends.
    """

    inline: bool | None = None
    height: int = 500
    width: int | str = "100%"
    server_name: str = "127.0.0.1"
    server_port: int | None = None
    port_count: int = DEFAULT_PORT_COUNT
    prevent_thread_lock: bool = False
    quiet: bool = False
    inbrowser: bool = False
    share: bool = False
    share_server_address: str | None = None
    share_server_protocol: str | None = None
    share_server_tls_certificate: str | None = None
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
    enable_monitoring: bool | None = None
    footer_links: Sequence[Any] = FOOTER_LINKS
    pwa: bool = False
    ssr_mode: bool = False
    mcp_server: bool = False
    frontend: bool = True
    login_lifetime_s: float | None = None
    heartbeat_interval_s: float = HEARTBEAT_S
    stream_buffer_bytes: int = KEPT_BYTES
    max_connections: int = 10_000

    @classmethod
    def from_parameters(cls, given: Mapping[str, Any], where: str = "launch") -> ServerOptions:
        """Check the parameters of ``launch()`` and fill in the environment.

        Raises:
            OptionError: A value is not usable, or a parameter does not exist.
        """
        for name, value in given.items():
            if name not in CHECKS and name not in IGNORED:
                raise OptionTypeError(
                    f"{where}({name}=)",
                    got=value,
                    expected=f"a parameter of launch: {', '.join(sorted(CHECKS))}",
                    fix="check the spelling",
                )
            if name in IGNORED and value is not None and IGNORED[name]:
                log.info("launch(%s=) changes nothing: %s", name, IGNORED[name])
        values = dict(_from_environment())
        if where == "mount_gradio_app":
            # The place in the other app is the path; the environment speaks of the app as a whole.
            values.pop("root_path", None)
        for name, value in given.items():
            if name in CHECKS and value is not None:
                values[name] = CHECKS[name](f"{where}({name}=)", value)
        _check_together(where, values)
        if values.pop("show_api", True) is False:
            kept = values.get("footer_links", FOOTER_LINKS)
            values["footer_links"] = tuple(link for link in kept if link != "api")
        values["frontend"] = values.pop("_frontend", True)
        known = {item.name for item in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known})


def _from_environment() -> dict[str, Any]:
    found: dict[str, Any] = {
        name: flag
        for name in ("share", "debug", "ssr_mode", "mcp_server")
        if (flag := environment_flag(name.upper())) is not None
    }
    texts = {
        "server_name": "SERVER_NAME",
        "server_port": "SERVER_PORT",
        "root_path": "ROOT_PATH",
        "share_server_address": "SHARE_SERVER_ADDRESS",
        "share_server_protocol": "SHARE_SERVER_PROTOCOL",
        "port_count": "NUM_PORTS",
        "login_lifetime_s": "AUTO_LOGOUT",
        "heartbeat_interval_s": "HEARTBEAT_INTERVAL",
        "stream_buffer_bytes": "STREAM_BUFFER",
        "max_connections": "MAX_CONNECTIONS",
    }
    for name, key in texts.items():
        text = environment(key)
        if text is not None:
            check = CHECKS.get(name) or ENVIRONMENT_CHECKS[name]
            found[name] = check(f"PEGBOARD_{key}", text)
    if environment("NUM_WORKERS") is not None:
        log.info("PEGBOARD_NUM_WORKERS changes nothing: %s", IGNORED["num_workers"])
    for name in ("allowed_paths", "blocked_paths", "allowed_hosts", "allowed_origins"):
        text = environment(name.upper())
        if text is not None:
            found[name] = tuple(part.strip() for part in text.split(",") if part.strip())
    return found


# -- one parameter -----------------------------------------------------------------------------------

Check = Callable[[str, Any], Any]


def _flag(where: str, given: object) -> bool:
    if not isinstance(given, bool):
        raise OptionTypeError(where, got=given, expected="True, False or None")
    return given


def _text(where: str, given: object) -> str:
    if not isinstance(given, str):
        raise OptionTypeError(where, got=given, expected="a text")
    return given


def _positive(where: str, given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        raise OptionError(where, got=given, expected="a whole number from 1")
    return given


def _number_text(where: str, given: str) -> int:
    if not given.strip().isdigit() or int(given) < 1:
        raise OptionError(where, got=given, expected="a whole number from 1")
    return int(given)


def _size_text(where: str, given: str) -> int:
    size = parse_size(given, where)
    if not size:
        raise OptionError(where, got=given, expected="bytes above 0, or a text such as '5 mb'")
    return size


def _seconds_text(where: str, given: str) -> float:
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 3600:
        raise OptionError(where, got=given, expected="seconds from 0.1 to 3600")
    return seconds


def _port(where: str, given: object) -> int:
    try:
        port = int(str(given))
    except ValueError:
        port = -1
    if not 0 <= port <= 65535 or isinstance(given, bool):
        raise OptionError(where, got=given, expected="a number from 0 to 65535")
    return port


def _host(where: str, given: object) -> str:
    text = _text(where, given)
    if re.search(r"[\s/@]", text):
        raise OptionError(
            where, got=given, expected="a host name or an address, such as '0.0.0.0'",
            fix="leave out the scheme, the port and the path",
        )  # fmt: skip
    return text


def _width(where: str, given: object) -> int | str:
    if isinstance(given, str) and re.fullmatch(r"\d+(\.\d+)?(%|px|em|rem|vw)?", given):
        return given
    if isinstance(given, int) and not isinstance(given, bool) and given > 0:
        return given
    raise OptionError(where, got=given, expected="pixels, or a CSS length such as '100%'")


def _file(where: str, given: object) -> str:
    if not isinstance(given, (str, Path)):
        raise OptionTypeError(where, got=given, expected="the path of a file")
    if not Path(given).expanduser().is_file():
        raise OptionError(where, got=given, expected="the path of an existing file")
    return str(Path(given).expanduser())


def _icon(where: str, given: object) -> str:
    path = _file(where, given)
    if Path(path).suffix.lower() not in (".ico", ".png", ".svg", ".gif", ".jpg", ".jpeg", ".webp"):
        raise OptionError(
            where, got=given, expected="the path of an icon file: .ico, .png, .svg or .gif",
            fix="convert it to one of those",
        )  # fmt: skip
    return path


def _list(where: str, given: object) -> tuple[str, ...]:
    if isinstance(given, (str, bytes)) or not isinstance(given, (list, tuple, set, frozenset)):
        raise OptionError(where, got=given, expected="a list of texts", fix="put it into a list: [...]")
    for item in given:
        if not isinstance(item, (str, Path)):
            raise OptionTypeError(where, got=item, expected="a list of texts")
    return tuple(str(item) for item in given)


def _root_path(where: str, given: object) -> str:
    text = _text(where, given)
    is_url = re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", text) is not None
    if not is_url and not re.fullmatch(r"[^\s?#:]*", text):
        raise OptionError(
            where, got=given, expected="a path such as '/app', or the full public address",
            fix="pass what stands before the app's own paths, without a query",
        )  # fmt: skip
    return text.rstrip("/")


def _auth(where: str, given: Any) -> Any:
    if callable(given):
        return given
    is_pair = isinstance(given, tuple) and len(given) == 2 and all(isinstance(x, str) for x in given)
    pairs = [given] if is_pair else given
    is_list = isinstance(pairs, (list, tuple)) and all(
        isinstance(pair, (list, tuple)) and len(pair) == 2 and all(isinstance(x, str) for x in pair)
        for pair in pairs
    )
    if not is_list:
        raise OptionError(
            where,
            # Not the value itself: it may be a password.
            got=type(given),
            expected="(user, password), a list of such pairs, or a function of both",
        )
    if not pairs:
        warnings.warn("launch(auth=[]) lets nobody in; pass at least one pair", stacklevel=6)
    if any(not user.strip() or not password for user, password in pairs):
        warnings.warn(
            "launch(auth=) has an account with an empty name or password; give it both", stacklevel=6
        )
    return given


def _dependency(where: str, given: object) -> object:
    if not callable(given):
        raise OptionTypeError(
            where, got=given, expected="a function of the request that gives a user name or None"
        )
    try:
        inspect.signature(given).bind(None)
    except TypeError:
        raise OptionError(where, got=given, expected="a function of one argument, the request") from None
    except ValueError:
        pass  # a built-in without a signature
    return given


def _app_kwargs(where: str, given: object) -> dict[str, Any]:
    if not isinstance(given, dict) or not all(isinstance(name, str) for name in given):
        raise OptionTypeError(
            where, got=given, expected="a dict of arguments of FastAPI, such as {'docs_url': '/docs'}"
        )
    return given


def _protocol(where: str, given: object) -> str:
    if given not in ("http", "https"):
        raise OptionError(where, got=given, expected="'http' or 'https'")
    return str(given)


def _links(where: str, given: object) -> tuple[Any, ...]:
    expected = 'a list of "api", "gradio", "settings" and {"label": ..., "url": ...}'
    if not isinstance(given, (list, tuple)):
        raise OptionTypeError(where, got=given, expected=expected)
    for link in given:
        is_own = isinstance(link, dict) and set(link) == {"label", "url"} and all(
            isinstance(part, str) for part in link.values()
        )
        if is_own and re.match(r"(https?:|mailto:|[/?#.])", link["url"]):
            continue
        if link not in FOOTER_LINKS:
            raise OptionError(where, got=link, expected=expected)
    return tuple(given)


def parse_size(given: object, where: str = "launch(max_file_size=)") -> int | None:
    """Return a size in bytes for a number or a text such as ``"5 mb"`` (units of 1024).

    Raises:
        OptionError: It is neither.
    """
    if given is None or (isinstance(given, int) and not isinstance(given, bool) and given > 0):
        return given
    units = {"b": 0, "kb": 1, "mb": 2, "gb": 3, "tb": 4}
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*", given) if isinstance(given, str) else None
    if match is None or (match[2].lower() or "b") not in units:
        raise OptionError(where, got=given, expected="bytes, or a text such as '5 mb'")
    return int(float(match[1]) * 1024 ** units[match[2].lower() or "b"])


CHECKS: Mapping[str, Check] = {
    "inline": _flag,
    "inbrowser": _flag,
    "share": _flag,
    "debug": _flag,
    "max_threads": _positive,
    "auth": _auth,
    "auth_message": _text,
    "auth_dependency": _dependency,
    "prevent_thread_lock": _flag,
    "show_error": _flag,
    "server_name": _host,
    "server_port": _port,
    "height": _positive,
    "width": _width,
    "favicon_path": _icon,
    "ssl_keyfile": _file,
    "ssl_certfile": _file,
    "ssl_keyfile_password": _text,
    "ssl_verify": _flag,
    "quiet": _flag,
    "show_api": _flag,
    "footer_links": _links,
    "allowed_paths": _list,
    "blocked_paths": _list,
    "root_path": _root_path,
    "app_kwargs": _app_kwargs,
    "state_session_capacity": _positive,
    "max_file_size": lambda where, given: parse_size(given, where),
    "enable_monitoring": _flag,
    "strict_cors": _flag,
    "mcp_server": _flag,
    "ssr_mode": _flag,
    "pwa": _flag,
    "share_server_address": _text,
    "share_server_protocol": _protocol,
    "share_server_tls_certificate": _file,
    "allowed_hosts": _list,
    "allowed_origins": _list,
    "_frontend": _flag,
}

ENVIRONMENT_CHECKS: Mapping[str, Check] = {
    "port_count": _number_text,
    "login_lifetime_s": _number_text,
    "heartbeat_interval_s": _seconds_text,
    "stream_buffer_bytes": _size_text,
    "max_connections": _number_text,
}
"""What only the environment can say."""
"""What each parameter of ``launch()`` accepts."""


def _check_together(where: str, values: Mapping[str, Any]) -> None:
    if values.get("auth") is not None and values.get("auth_dependency") is not None:
        raise OptionError(
            f"{where}(auth_dependency=)",
            got=values["auth_dependency"],
            expected="auth or auth_dependency, not both",
            fix="remove one of them",
        )
    if bool(values.get("ssl_keyfile")) != bool(values.get("ssl_certfile")):
        raise OptionError(
            f"{where}(ssl_certfile=)",
            got=values.get("ssl_certfile"),
            expected="ssl_keyfile and ssl_certfile together",
            fix="pass both, or neither",
        )
