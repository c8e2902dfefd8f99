"""launch(): what each parameter accepts, what it refuses and in which words, and the environment."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

import pegboard as pb
from pegboard.options import CHECKS, IGNORED, ServerOptions, parse_size
from pegboard.settings import environment

from .support import until

LOOK = ("theme", "css", "css_paths", "js", "head", "head_paths", "i18n")

BAD: dict[str, Any] = {
    "inline": "yes",
    "inbrowser": 1,
    "share": "true",
    "debug": "no",
    "max_threads": 0,
    "auth": "ada:lovelace",
    "auth_message": 5,
    "auth_dependency": "someone",
    "prevent_thread_lock": "yes",
    "show_error": 1,
    "server_name": "http://localhost:7860/",
    "server_port": 70_000,
    "height": "tall",
    "width": "wide",
    "favicon_path": "no-such-icon.png",
    "ssl_keyfile": "no-such-key.pem",
    "ssl_certfile": "no-such-certificate.pem",
    "ssl_keyfile_password": b"secret",
    "ssl_verify": "never",
    "quiet": "very",
    "show_api": "no",
    "footer_links": ["api", "twitter"],
    "allowed_paths": "/data",
    "blocked_paths": {"/data": True},
    "root_path": "ftp://example.org/app",
    "app_kwargs": ["docs_url"],
    "state_session_capacity": -1,
    "max_file_size": "5 parsecs",
    "enable_monitoring": "key",
    "strict_cors": "off",
    "ssr_mode": "node",
    "pwa": "maybe",
    "mcp_server": "please",
    "share_server_address": 22,
    "share_server_protocol": "gopher",
    "share_server_tls_certificate": "no-such-file",
    "allowed_hosts": "example.org",
    "allowed_origins": [5],
    "_frontend": "none",
    "theme": 5,
    "css": 5,
    "css_paths": "no-such-style.css",
    "js": True,
    "head": ["<meta>"],
    "head_paths": ["no-such-head.html"],
    "i18n": {"en": {}},
}


def page() -> pb.Interface:
    return pb.Interface(lambda name: f"Hello {name}", "textbox", "textbox")


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment without any setting of ours."""
    for name in list(os.environ):
        if name.startswith(("PEGBOARD_", "GRADIO_")):
            monkeypatch.delenv(name)
    return monkeypatch


@pytest.fixture
def launched() -> Iterator[Any]:
    """Return a function that launches an app; all are closed at the end."""
    apps: list[Any] = []

    def start(app: Any, *args: Any, **options: Any) -> tuple[Any, str, Any]:
        apps.append(app)
        options.setdefault("server_port", 0)
        return app.launch(*args, prevent_thread_lock=True, **{"quiet": True, **options})

    yield start
    for app in apps:
        app.close()


def test_every_parameter_has_a_bad_value_in_this_file() -> None:
    assert set(BAD) == {*CHECKS, *LOOK}


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_value_is_refused_in_three_parts_and_no_server_starts(name: str) -> None:
    app = page()

    with pytest.raises(pb.PegboardError) as refused:
        app.launch(**{"prevent_thread_lock": True, "server_port": 0, name: BAD[name]})

    text = str(refused.value)
    assert name in text.splitlines()[0]
    assert [line.split(":")[0].strip() for line in text.splitlines()[1:4]] == ["got", "expected", "fix"]
    assert app.server is None


def test_refusal_of_auth_does_not_print_the_password() -> None:
    with pytest.raises(pb.PegboardError) as refused:
        page().launch(auth=["ada", "secret-word"], prevent_thread_lock=True)

    assert "secret-word" not in str(refused.value)


def test_unknown_parameter_is_refused_and_names_the_known_ones() -> None:
    with pytest.raises(TypeError, match="server_prt") as refused:
        page().launch(server_prt=1)

    assert "server_port" in str(refused.value)


def test_two_ways_of_login_are_refused_and_so_is_half_a_certificate(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text("x")

    with pytest.raises(ValueError, match="not both"):
        page().launch(auth=("a", "b"), auth_dependency=lambda request: "a")
    with pytest.raises(ValueError, match="together"):
        page().launch(ssl_keyfile=str(key))


def test_parameters_without_effect_are_accepted(launched: Any) -> None:
    _, address, _ = launched(page(), **dict.fromkeys(IGNORED, True))

    assert address.startswith("http://127.0.0.1:")


def test_first_eleven_parameters_may_be_positional(launched: Any) -> None:
    app = page()

    launched(app, False, False, False, False, 3, ("ada", "pw"), "Who?")

    options = app.server.options
    assert (options.max_threads, options.auth, options.auth_message) == (3, ("ada", "pw"), "Who?")


@pytest.mark.parametrize(
    ("given", "expected"),
    [(7, 7), ("5 mb", 5 * 1024**2), ("1.5KB", 1536), ("10", 10), ("2 GB", 2 * 1024**3), ("1tb", 1024**4)],
)
def test_sizes_have_units_of_1024(given: Any, expected: int) -> None:
    assert parse_size(given) == expected


# -- environment ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["PEGBOARD", "GRADIO"])
@pytest.mark.parametrize(
    ("name", "text", "option", "value"),
    [
        ("SERVER_NAME", "0.0.0.0", "server_name", "0.0.0.0"),
        ("SERVER_PORT", "7999", "server_port", 7999),
        ("NUM_PORTS", "3", "port_count", 3),
        ("ROOT_PATH", "/app/", "root_path", "/app"),
        ("SHARE", "True", "share", True),
        ("SHARE_SERVER_ADDRESS", "ssh://me@host", "share_server_address", "ssh://me@host"),
        ("DEBUG", "1", "debug", True),
        ("SSR_MODE", "true", "ssr_mode", True),
        ("ALLOWED_PATHS", "/a, /b", "allowed_paths", ("/a", "/b")),
        ("BLOCKED_PATHS", "/c", "blocked_paths", ("/c",)),
        ("ALLOWED_HOSTS", "app.example", "allowed_hosts", ("app.example",)),
        ("AUTO_LOGOUT", "600", "login_lifetime_s", 600),
        ("HEARTBEAT_INTERVAL", "2.5", "heartbeat_interval_s", 2.5),
        ("STREAM_BUFFER", "5 mb", "stream_buffer_bytes", 5 * 1024 * 1024),
        ("MAX_CONNECTIONS", "500", "max_connections", 500),
    ],
)
def test_environment_fills_in_what_is_not_given(
    settings: pytest.MonkeyPatch, prefix: str, name: str, text: str, option: str, value: Any
) -> None:
    settings.setenv(f"{prefix}_{name}", text)

    assert getattr(ServerOptions.from_parameters({}), option) == value


def test_connections_beyond_the_limit_are_told_so(settings: pytest.MonkeyPatch, launched: Any) -> None:
    settings.setenv("PEGBOARD_MAX_CONNECTIONS", "4")
    _, address, _ = launched(pb.Interface(str, "text", "text"))
    url = httpx.URL(address)
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(socket.create_connection((url.host, url.port), timeout=20))

        assert httpx.get(f"{address}gradio_api/info").status_code == 503
    # The server has to notice that they are gone.
    until(lambda: httpx.get(f"{address}gradio_api/info").status_code == 200)


def test_own_prefix_wins_and_a_given_value_wins_over_both(settings: pytest.MonkeyPatch) -> None:
    settings.setenv("PEGBOARD_SERVER_PORT", "7001")
    settings.setenv("GRADIO_SERVER_PORT", "7002")

    assert environment("SERVER_PORT") == "7001"
    assert ServerOptions.from_parameters({}).server_port == 7001
    assert ServerOptions.from_parameters({"server_port": 7003}).server_port == 7003


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SERVER_PORT", "x"), ("NUM_PORTS", "0"), ("AUTO_LOGOUT", "soon"), ("HEARTBEAT_INTERVAL", "0"),
        ("ROOT_PATH", "a?b"), ("STREAM_BUFFER", "0 mb"), ("STREAM_BUFFER", "much"), ("MAX_CONNECTIONS", "0"),
    ],
)
def test_bad_setting_is_refused_by_its_name(settings: pytest.MonkeyPatch, name: str, text: str) -> None:
    settings.setenv(f"PEGBOARD_{name}", text)

    with pytest.raises(pb.PegboardError, match=f"PEGBOARD_{name}"):
        ServerOptions.from_parameters({})
