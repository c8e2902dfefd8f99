"""One gate: every route of a running app refuses who is not logged in, whoever added it."""

from __future__ import annotations

import asyncio
import socket
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect

import pegboard as pb
from pegboard.server.guard import Logins

OPEN = {
    ("GET", "/"): 401,  # answers with the login page
    ("HEAD", "/"): 401,
    ("POST", "/login"): 400,
    ("GET", "/logout"): 302,
    ("GET", "/theme.css"): 200,
    ("HEAD", "/theme.css"): 200,
    ("GET", "/gradio_api/theme.css"): 200,
    ("HEAD", "/gradio_api/theme.css"): 200,
    ("GET", "/favicon.ico"): 200,
    ("HEAD", "/favicon.ico"): 200,
    ("GET", "/robots.txt"): 200,
    ("HEAD", "/robots.txt"): 200,
    ("GET", "/pwa_icon"): 200,
    ("HEAD", "/pwa_icon"): 200,
    ("GET", "/pwa_icon/{size}"): 200,
    ("HEAD", "/pwa_icon/{size}"): 200,
    ("GET", "/_pegboard/{address:rest}"): 404,
    ("HEAD", "/_pegboard/{address:rest}"): 404,
}
"""What anyone may ask for, and how it answers to a request that names nothing real."""


def page() -> pb.Interface:
    return pb.Interface(lambda name: name, "textbox", "textbox", api_name="echo")


@pytest.fixture
def start() -> Iterator[Callable[..., tuple[Any, str, Any]]]:
    apps: list[Any] = []

    def launch(app: Any, **options: Any) -> tuple[Any, str, Any]:
        apps.append(app)
        return app.launch(server_port=0, quiet=True, prevent_thread_lock=True, **options)

    yield launch
    for app in apps:
        app.close()


def everything_of(app: Any) -> list[tuple[str, str]]:
    """Every route of a running app as method and path: our table's, and the framework's own."""
    found = [(method, route.pattern) for route in app.table.all for method in route.methods]
    for route in app.router.routes[1:]:
        for method in getattr(route, "methods", None) or ("GET",):
            found.append((method, getattr(route, "path", "")))
    return sorted(found)


@pytest.mark.parametrize("how", ["account", "dependency"])
def test_every_route_refuses_without_login_except_a_short_list(start: Any, how: str) -> None:
    from fastapi import APIRouter

    router = APIRouter()
    router.add_api_route("/added/{thing}", lambda thing: thing)
    login: dict[str, Any] = (
        {"auth": ("ada", "pw")} if how == "account" else {"auth_dependency": lambda request: None}
    )
    app, local, _ = start(
        page(), pwa=True, enable_monitoring=True, app_kwargs={"docs_url": "/docs", "routes": router.routes}, **login
    )
    routes = everything_of(app)
    assert {("GET", "/docs"), ("GET", "/openapi.json"), ("GET", "/added/{thing}")} <= set(routes)
    assert set(OPEN) <= set(routes), "the short list names only routes that exist"

    answers = {}
    with httpx.Client(base_url=local) as client:
        for method, pattern in routes:
            path = pattern.replace(":rest", "").replace("{", "").replace("}", "")
            for variant in {path, f"{path}/"}:
                answer = client.request(method, variant)
                if (method, pattern) in OPEN:
                    continue
                assert answer.status_code == 401, (method, variant)
        for (method, pattern), expected in OPEN.items():
            answers[method, pattern] = client.request(method, pattern.replace(":rest", "")).status_code
            if how == "dependency" and pattern == "/login":
                expected = 404  # there is no form
            assert answers[method, pattern] == expected, (method, pattern)


def test_open_routes_tell_nothing_of_the_app(start: Any) -> None:
    app, local, _ = start(page(), auth=("ada", "pw"))

    texts = [httpx.get(f"{local}{path.lstrip('/')}").text for method, path in OPEN if method == "GET"]

    assert not any(word in text for text in texts for word in ("pegboard-config", "echo", app.site.app_id))


def test_route_that_the_author_adds_later_is_behind_the_login_too(start: Any) -> None:
    app, local, _ = start(page(), auth=("ada", "pw"))
    app.add_api_route("/report", lambda: "figures")

    with httpx.Client(base_url=local) as client:
        assert client.get("report").status_code == 401
        client.post("login", data={"username": "ada", "password": "pw"})
        assert client.get("report").json() == "figures"


def test_web_socket_of_the_author_is_behind_the_login_too() -> None:
    from starlette.testclient import TestClient

    from pegboard.launch import create_app

    app = create_app(page().describe, auth=("ada", "pw"))

    @app.websocket("/talk")
    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("hello")
        await socket.close()

    with TestClient(app) as client:
        with pytest.raises(WebSocketDisconnect):
            with client.websocket_connect("/talk"):
                pass
        client.post("/login", data={"username": "ada", "password": "pw"})
        with client.websocket_connect("/talk") as talking:
            assert talking.receive_text() == "hello"


def test_framework_routes_refuse_foreign_hosts_and_origins(start: Any) -> None:
    _, local, _ = start(page(), app_kwargs={"docs_url": "/docs"})

    def status(**headers: str) -> int:
        return httpx.get(f"{local}docs", headers=headers).status_code

    assert status() == 200
    assert status(host="evil.example") == 403
    assert status(origin="https://evil.example") == 403


# -- logging in ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_async", [False, True])
def test_dependency_may_be_async_and_sees_the_whole_request(start: Any, is_async: bool) -> None:
    def check(request: Any) -> str | None:
        return request.cookies.get("sso") or request.headers.get("x-user")

    async def check_async(request: Any) -> str | None:
        return check(request)

    _, local, _ = start(page(), auth_dependency=check_async if is_async else check)

    assert httpx.get(local).status_code == 401
    assert httpx.get(f"{local}config").status_code == 401
    assert httpx.get(f"{local}config", cookies={"sso": "zoe"}).json()["username"] == "zoe"
    assert httpx.get(local, headers={"x-user": "zoe"}).status_code == 200


def test_dependency_page_has_no_form_and_shows_the_message(start: Any) -> None:
    _, local, _ = start(page(), auth_dependency=lambda request: None, auth_message="Use the <portal>.")

    text = httpx.get(local).text

    assert "Use the &lt;portal&gt;." in text and "<form" not in text


def test_session_middleware_of_the_author_reaches_the_dependency(start: Any) -> None:
    from starlette.middleware import Middleware

    class Session:
        """Puts a user into the scope, as a session middleware does."""

        def __init__(self, app: Any) -> None:
            self.app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            scope["session"] = {"user": "mia"}
            await self.app(scope, receive, send)

    _, local, _ = start(
        page(),
        auth_dependency=lambda request: request.session.get("user"),
        app_kwargs={"middleware": [Middleware(Session)], "docs_url": "/docs"},
    )

    assert httpx.get(f"{local}config").json()["username"] == "mia"
    assert httpx.get(f"{local}docs").status_code == 200


def test_logout_ends_one_session_or_all_of_that_person(start: Any) -> None:
    _, local, _ = start(page(), auth=[("ada", "pw"), ("bob", "pw")])

    def enter(user: str) -> httpx.Client:
        client = httpx.Client(base_url=local)
        client.post("login", data={"username": user, "password": "pw"})
        return client

    def states(*clients: httpx.Client) -> list[int]:
        return [client.get("config").status_code for client in clients]

    phone, desk, laptop, bob = enter("ada"), enter("ada"), enter("ada"), enter("bob")
    phone.get("logout", params={"all_session": "false"})
    assert states(phone, desk, laptop, bob) == [401, 200, 200, 200]
    desk.get("logout")
    assert states(desk, laptop, bob) == [401, 401, 200]
    for client in (phone, desk, laptop, bob):
        client.close()


def test_page_of_another_origin_cannot_log_people_out_or_in(start: Any) -> None:
    _, local, _ = start(page(), auth=("ada", "pw"))
    form = {"username": "ada", "password": "pw"}
    with httpx.Client(base_url=local) as client:
        client.post("login", data=form)

        assert client.get("logout", headers={"sec-fetch-site": "cross-site"}).status_code == 403
        assert client.post("login", data=form, headers={"origin": "https://evil.example"}).status_code == 403
        assert client.get("config").status_code == 200


def test_login_ends_after_its_lifetime() -> None:
    from pegboard.request import Request

    now = 1000.0
    logins = Logins(("ada", "pw"), clock=lambda: now, lifetime_s=600)
    token = asyncio.run(logins.log_in("ada", "pw", "client"))
    request = Request(headers=[(b"cookie", f"{logins.cookie}={token}".encode())])

    def user() -> str | None:
        return asyncio.run(logins.user_of(request, None))

    assert user() == "ada"
    now += 601
    assert user() is None
    now -= 601
    assert user() is None, "what has ended does not come back"


def test_lifetime_is_that_of_the_environment(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_AUTO_LOGOUT", "1234")
    _, local, _ = start(page(), auth=("ada", "pw"))

    answer = httpx.post(f"{local}login", data={"username": "ada", "password": "pw"})

    assert "Max-Age=1234" in answer.headers["set-cookie"]


def test_attempts_come_back_after_a_minute() -> None:
    now = 0.0
    logins = Logins(("ada", "pw"), clock=lambda: now)
    for _ in range(10):
        asyncio.run(logins.log_in("ada", "wrong", "client"))

    assert not logins.may_try("client") and logins.may_try("another")
    now = 61.0
    assert logins.may_try("client")


def test_too_many_attempts_show_a_page_to_people(start: Any) -> None:
    _, local, _ = start(page(), auth=("ada", "pw"))
    form = {"username": "ada", "password": "wrong"}
    headers = {"accept": "text/html"}
    pages = [httpx.post(f"{local}login", data=form, headers=headers) for _ in range(11)]

    assert [answer.status_code for answer in pages] == [401] * 10 + [429]
    assert 'role="alert"' in pages[0].text and "Incorrect credentials." in pages[0].text
    assert 'value="ada"' in pages[0].text and "wrong" not in pages[0].text
    assert "wait a minute" in pages[-1].text


@pytest.mark.parametrize("account", [("", "pw"), ("ada", ""), [("a", "b"), (" ", "c")]])
def test_account_with_an_empty_name_or_password_warns(start: Any, account: Any) -> None:
    with pytest.warns(UserWarning, match="empty name or password"):
        start(page(), auth=account)


def test_login_that_lets_nobody_in_warns_and_lets_nobody_in(start: Any) -> None:
    with pytest.warns(UserWarning, match="lets nobody in"):
        _, local, _ = start(page(), auth=[])

    assert httpx.get(f"{local}config").status_code == 401


def test_password_with_other_alphabets_is_right(start: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, local, _ = start(page(), auth=("zoë", "пароль"))

    assert httpx.post(f"{local}login", data={"username": "zoë", "password": "пароль"}).json() == {"success": True}


def test_failing_login_function_is_no_way_in(start: Any) -> None:
    def check(user: str, password: str) -> bool:
        raise RuntimeError("database is away: dsn=secret")

    _, local, _ = start(page(), auth=check)

    answer = httpx.post(f"{local}login", data={"username": "a", "password": "b"})

    assert answer.status_code == 500 and "secret" not in answer.text
    assert httpx.get(f"{local}config").status_code == 401


def test_app_behind_a_login_may_not_be_framed_by_others(start: Any) -> None:
    _, local, _ = start(page(), auth=("ada", "pw"))

    assert "frame-ancestors 'self'" in httpx.get(local).headers["content-security-policy"]


def test_browser_that_speaks_raw_bytes_gets_no_way_around(start: Any) -> None:
    _, local, _ = start(page(), auth=("ada", "pw"))
    port = httpx.URL(local).port

    for path in ("//config", "/./config", "/%63onfig", "/config?x=/login", "/config;/login", "/login/../config"):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
            raw.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            answer = b""
            while chunk := raw.recv(65536):
                answer += chunk
        assert answer.startswith((b"HTTP/1.1 401", b"HTTP/1.1 404")), path
        assert b"components" not in answer
