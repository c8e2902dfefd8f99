"""Login: who gets in, who does not, and what is whose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AuthenticationError

from pegboard.request import Request
from pegboard.testing.fakes import Echo, Parcel

from .support import AppBuilder
from .test_files_over_http import CONTENT
from .test_http import messages
from .test_python_client import counting

ACCOUNTS = [("ada", "lovelace"), ("bob", "builder")]


def who() -> AppBuilder:
    app = counting()

    def name(request: Request) -> str:
        return f"I am {request.username}"

    app.on(name, [], [app.add(Echo())], "name")
    app.on(lambda path: path, [app.add(Parcel())], [app.add(Parcel())], "echo")
    return app


@pytest.fixture
def log_in() -> Iterator[Callable[..., httpx.Client]]:
    """Return a function that logs a person in and gives their HTTP client."""
    clients: list[httpx.Client] = []

    def enter(server: Any, user: str, password: str) -> httpx.Client:
        client = httpx.Client(base_url=server.local_url)
        clients.append(client)
        answer = client.post("login", data={"username": user, "password": password})
        assert answer.json() == {"success": True}
        return client

    yield enter
    for client in clients:
        client.close()


def test_python_client_needs_the_right_password(serve: Any) -> None:
    server = serve(who().spec(), auth=ACCOUNTS, auth_message="Who are you?")

    with pytest.raises(AuthenticationError):
        Client(server.local_url, verbose=False)
    with pytest.raises(AuthenticationError):
        Client(server.local_url, verbose=False, auth=("ada", "wrong"))
    client = Client(server.local_url, verbose=False, auth=("ada", "lovelace"))
    assert client.predict(api_name="/name") == "I am ada"


def test_cookie_is_http_only_lax_and_holds_no_characters_that_clients_cut(serve: Any) -> None:
    server = serve(who().spec(), auth=ACCOUNTS)

    answer = httpx.post(
        f"{server.local_url}login", data={"username": " ada ", "password": "lovelace"}
    )

    cookie = answer.headers["set-cookie"]
    pair, *attributes = [part.strip() for part in cookie.split(";")]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes)
    assert pair.count("=") == 1 and "," not in cookie


def test_wrong_password_is_401_and_attempts_are_limited(serve: Any) -> None:
    server = serve(who().spec(), auth=ACCOUNTS)

    def attempt(password: str) -> int:
        form = {"username": "ada", "password": password}
        return httpx.post(f"{server.local_url}login", data=form).status_code

    assert [attempt("wrong") for _ in range(11)] == [401] * 10 + [429]
    assert attempt("lovelace") == 429


def test_logout_ends_the_login_on_the_server(serve: Any, log_in: Any) -> None:
    server = serve(who().spec(), auth=ACCOUNTS)
    client = log_in(server, "ada", "lovelace")
    stolen = dict(client.cookies)
    assert client.get("config").status_code == 200

    answer = client.get("logout")

    assert (answer.status_code, answer.headers["location"]) == (302, "/")
    assert httpx.get(f"{server.local_url}config", cookies=stolen).status_code == 401


def test_session_of_another_person_is_another_session(serve: Any, log_in: Any) -> None:
    server = serve(who().spec(), auth=ACCOUNTS)
    ada, bob = log_in(server, "ada", "lovelace"), log_in(server, "bob", "builder")
    body = {"data": [None], "session_hash": "s"}

    ada.post("gradio_api/run/count", json=body)
    assert ada.post("gradio_api/run/count", json=body).json()["data"] == [None, 2]
    assert bob.post("gradio_api/run/count", json=body).json()["data"] == [None, 1]

    ada.post("gradio_api/queue/join", json={"fn_index": 0, **body})
    overheard = bob.get("gradio_api/queue/data?session_hash=s")
    assert [item["msg"] for item in messages(overheard.text)] == ["close_stream"]


def test_file_belongs_to_who_uploaded_it(serve: Any, log_in: Any) -> None:
    server = serve(who().spec(), auth=ACCOUNTS)
    ada, bob = log_in(server, "ada", "lovelace"), log_in(server, "bob", "builder")
    (path,) = ada.post("gradio_api/upload", files={"files": ("a.bin", CONTENT)}).json()

    assert ada.get(f"gradio_api/file={path}").content == CONTENT
    assert bob.get(f"gradio_api/file={path}").status_code == 403
    data = [{"path": path, "meta": {"_type": "gradio.FileData"}}]
    assert ada.post("gradio_api/run/echo", json={"data": data}).status_code == 200
    assert bob.post("gradio_api/run/echo", json={"data": data}).status_code == 500


def test_result_of_a_call_belongs_to_who_called(serve: Any, log_in: Any) -> None:
    server = serve(who().spec(), auth=ACCOUNTS)
    ada, bob = log_in(server, "ada", "lovelace"), log_in(server, "bob", "builder")
    event_id = ada.post("gradio_api/call/name", json={"data": []}).json()["event_id"]

    assert "404" in bob.get(f"gradio_api/call/name/{event_id}").text
    assert "I am ada" in ada.get(f"gradio_api/call/name/{event_id}").text


def test_page_without_login_is_the_login_page(serve: Any) -> None:
    server = serve(who().spec(), auth=ACCOUNTS, auth_message="<b>Hi</b>")

    answer = httpx.get(server.local_url)

    assert answer.status_code == 401
    assert "&lt;b&gt;Hi&lt;/b&gt;" in answer.text and 'type="password"' in answer.text
    assert "pegboard-config" not in answer.text


def test_form_of_the_page_leads_back_to_the_page(serve: Any) -> None:
    server = serve(who().spec(), auth=ACCOUNTS)
    form = {"username": "ada", "password": "lovelace"}

    answer = httpx.post(f"{server.local_url}login", data=form, headers={"accept": "text/html"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("is_async", [False, True])
def test_function_may_decide_who_gets_in(serve: Any, log_in: Any, is_async: bool) -> None:
    def check(user: str, password: str) -> bool:
        return (user, password) == ("eve", "adam")

    async def check_async(user: str, password: str) -> bool:
        return check(user, password)

    server = serve(who().spec(), auth=check_async if is_async else check)

    assert log_in(server, "eve", "adam").get("config").json()["username"] == "eve"
    form = {"username": "eve", "password": "x"}
    assert httpx.post(f"{server.local_url}login", data=form).status_code == 401


def test_dependency_decides_by_request(serve: Any) -> None:
    server = serve(who().spec(), auth_dependency=lambda request: request.headers.get("x-user"))

    assert httpx.get(f"{server.local_url}config").status_code == 401
    named = httpx.post(
        f"{server.local_url}gradio_api/run/name", json={"data": []}, headers={"x-user": "zoe"}
    )
    assert named.json()["data"] == ["I am zoe"]


def test_page_of_another_origin_cannot_use_a_login(serve: Any, log_in: Any) -> None:
    server = serve(who().spec(), auth=ACCOUNTS)
    client = log_in(server, "ada", "lovelace")

    for origin in ("https://evil.example", "http://localhost:1"):
        answer = client.get("config", headers={"origin": origin})
        assert answer.status_code == 403
    assert client.get("config", headers={"origin": server.local_url.rstrip("/")}).status_code == 200
