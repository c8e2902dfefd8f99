"""Plain HTTP, as curl sends it: the call and run forms, malformed input, streams, the gate."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

import pegboard as pb
from pegboard.errors import Error
from pegboard.server.app import PegboardApp
from pegboard.server.routes import Access
from pegboard.testing.fakes import Counter, Echo

from .support import AppBuilder
from .test_python_client import counting, endless, failing, greeting


@pytest.fixture
def api() -> Any:
    """Return a function that gives an HTTP client for a server's API."""
    clients: list[httpx.Client] = []

    def make(server: Any, prefix: str = "gradio_api/") -> httpx.Client:
        client = httpx.Client(base_url=f"{server.local_url}{prefix}", timeout=20)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


def named_events(text: str) -> list[tuple[str, Any]]:
    """Read the named events of a call's result."""
    events = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        events.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return events


def messages(text: str) -> list[dict[str, Any]]:
    """Read the messages of a session's stream, holding the strict framing that clients need."""
    found = []
    for block in text.split("\n\n")[:-1]:
        assert block.startswith("data: ") and "\n" not in block and "\r" not in block
        found.append(json.loads(block.removeprefix("data: ")))
    return found


# -- call --------------------------------------------------------------------------------------------


def test_call_gives_its_result_and_gives_it_again(serve: Any, api: Any) -> None:
    client = api(serve(greeting().spec()))

    event_id = client.post("call/predict", json={"data": ["Ada"]}).json()["event_id"]
    first = client.get(f"call/predict/{event_id}")
    second = client.get(f"call/predict/{event_id}")

    assert first.headers["content-type"].startswith("text/event-stream")
    assert named_events(first.text) == [("complete", ["Hello Ada"])]
    assert second.text == first.text


def test_call_shows_every_step_of_a_generator_whole(serve: Any, api: Any) -> None:
    def write() -> Any:
        yield "a"
        yield "ab"

    app = AppBuilder()
    app.on(write, [], [app.add(Echo())], "write", is_generator=True)
    client = api(serve(app.spec()))

    event_id = client.post("call/write", json={"data": []}).json()["event_id"]

    assert named_events(client.get(f"call/write/{event_id}").text) == [
        ("generating", ["a"]), ("generating", ["ab"]), ("complete", ["ab"]),
    ]  # fmt: skip


def test_call_shows_an_error_as_an_object(serve: Any, api: Any) -> None:
    def fail() -> None:
        raise Error("no", duration=3, title="Sorry", print_exception=False)

    app = AppBuilder()
    app.on(fail, [], [app.add(Echo())], "fail")
    client = api(serve(app.spec()))

    event_id = client.post("call/fail", json={"data": []}).json()["event_id"]

    assert named_events(client.get(f"call/fail/{event_id}").text) == [
        (
            "error",
            {"error": "no", "duration": 3, "visible": True, "title": "Sorry", "print_exception": False},
        )
    ]


@pytest.mark.parametrize("data", [[], [None]])
def test_call_takes_state_as_null_or_left_out_and_keeps_it_by_session(
    serve: Any, api: Any, data: Any
) -> None:
    client = api(serve(counting().spec()))

    def call(session: str | None) -> Any:
        body = {"data": data} if session is None else {"data": data, "session_hash": session}
        event_id = client.post("call/count", json=body).json()["event_id"]
        return named_events(client.get(f"call/count/{event_id}").text)[-1][1]

    assert [call("s"), call("s"), call("t"), call(None), call(None)] == [
        [None, 1], [None, 2], [None, 1], [None, 1], [None, 1],
    ]  # fmt: skip


def test_call_by_name_fills_defaults_and_refuses_unknown_names(serve: Any, api: Any) -> None:
    app = AppBuilder()
    name, number = app.add(Echo(label="name")), app.add(Counter(value=3, label="n"))
    app.on(lambda name, n: f"{name}{n}", [name, number], [app.add(Echo())], "join")
    client = api(serve(app.spec()))

    event_id = client.post("call/v2/join", json={"name": "a"}).json()["event_id"]
    assert named_events(client.get(f"call/v2/join/{event_id}").text) == [("complete", ["a3"])]

    missing = client.post("call/v2/join", json={"n": 1})
    unknown = client.post("call/v2/join", json={"name": "a", "other": 1})
    assert (missing.status_code, unknown.status_code) == (422, 422)
    assert missing.json()["detail"][0]["parameter_name"] == "name"
    assert unknown.json()["detail"][0]["parameter_name"] == "other"


def test_unknown_event_and_unknown_name_end_cleanly(serve: Any, api: Any) -> None:
    client = api(serve(greeting().spec()))

    event = client.get("call/predict/nothing")
    name = client.post("call/nothing", json={"data": []})

    assert named_events(event.text) == [("error", "404: Not Found")]
    assert name.status_code == 404
    assert "/predict" in name.json()["detail"]


# -- run ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["run/predict", "run/predict/", "api/predict", "api/predict/"])
def test_run_answers_with_the_output(serve: Any, api: Any, path: str) -> None:
    client = api(serve(greeting().spec()))

    answer = client.post(path, json={"data": ["Ada"]})

    assert answer.status_code == 200
    assert answer.json()["data"] == ["Hello Ada"]
    assert answer.json()["is_generating"] is False


def test_run_keeps_state_by_session_and_fails_with_an_object(serve: Any, api: Any) -> None:
    counter = api(serve(counting().spec()))
    body = {"data": [None], "session_hash": "s"}

    assert [counter.post("run/count", json=body).json()["data"] for _ in range(2)] == [
        [None, 1], [None, 2],
    ]  # fmt: skip

    failed = api(serve(failing().spec())).post("run/fail", json={"data": []})
    assert failed.status_code == 500
    assert set(failed.json()) == {"error", "duration", "visible", "title", "print_exception"}


def test_run_is_closed_when_the_api_is(serve: Any, api: Any) -> None:
    client = api(serve(greeting().spec(api_open=False)))

    assert client.post("run/predict", json={"data": ["a"]}).status_code == 404


# -- malformed ---------------------------------------------------------------------------------------

ROUTES = ["queue/join", "call/predict", "run/predict", "call/v2/predict", "cancel", "reset"]


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"[]", b"1", b'"x"', b"\xff\xfe", b"[" * 5000, b'{"a":' * 300]
)
def test_body_that_is_no_object_is_refused_in_words(
    serve_greeting: Any, path: str, body: bytes
) -> None:
    answer = serve_greeting.post(path, content=body)

    assert answer.status_code == 400
    assert isinstance(answer.json()["detail"], str)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"data": ["a"], "session_hash": "s"}, 400),
        ({"fn_index": 0, "session_hash": "s"}, 400),
        ({"fn_index": 0, "data": ["a"]}, 400),
        ({"fn_index": 0, "data": "a", "session_hash": "s"}, 400),
        ({"fn_index": 9, "data": ["a"], "session_hash": "s"}, 404),
        ({"fn_index": -1, "data": ["a"], "session_hash": "s"}, 404),
        ({"fn_index": True, "data": ["a"], "session_hash": "s"}, 400),
        ({"fn_index": "0", "data": ["a"], "session_hash": "s"}, 400),
        ({"fn_index": 0, "data": ["a"], "session_hash": 7}, 400),
        ({"fn_index": 0, "data": ["a"], "session_hash": "s" * 1000}, 400),
        ({"fn_index": 0, "data": [], "session_hash": "s"}, 422),
    ],
)
def test_join_refuses_what_it_cannot_run(serve_greeting: Any, body: Any, status: int) -> None:
    answer = serve_greeting.post("queue/join", json=body)

    assert answer.status_code == status
    assert "detail" in answer.json()


def test_body_that_is_too_large_is_refused(serve_greeting: Any) -> None:
    answer = serve_greeting.post("queue/join", content=b" " * (17 * 1024 * 1024))

    assert answer.status_code == 413


@pytest.mark.parametrize(
    "body", [{}, {"event_id": None, "session_hash": "s", "fn_index": 0}, {"event_id": "unknown"}]
)
def test_cancel_and_reset_of_unknown_events_are_no_error(serve_greeting: Any, body: Any) -> None:
    for path in ("cancel", "reset"):
        for _ in range(2):
            answer = serve_greeting.post(path, json=body)
            assert (answer.status_code, answer.json()) == (200, {"success": True})


def test_other_method_is_refused_and_unknown_path_is_not_found(serve_greeting: Any) -> None:
    assert serve_greeting.get("queue/join").status_code == 405
    assert serve_greeting.get("nothing").status_code == 404


@pytest.fixture
def serve_greeting(serve: Any, api: Any) -> httpx.Client:
    client: httpx.Client = api(serve(greeting().spec()))
    return client


# -- streams -----------------------------------------------------------------------------------------


def test_stream_of_an_unknown_session_ends_with_close(serve_greeting: Any) -> None:
    answer = serve_greeting.get("queue/data?session_hash=never")

    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert messages(answer.text) == [{"msg": "close_stream", "event_id": None}]


def test_stream_opened_before_the_join_gets_its_messages(serve_greeting: Any) -> None:
    joined = threading.Event()

    def join() -> None:
        serve_greeting.post("queue/join", json={"fn_index": 0, "data": ["Ada"], "session_hash": "s"})
        joined.set()

    with serve_greeting.stream("GET", "queue/data?session_hash=s") as stream:
        threading.Thread(target=join).start()
        text = "".join(stream.iter_text())

    assert joined.wait(5)
    found = messages(text)
    (end,) = [item for item in found if item["msg"] == "process_completed"]
    assert end["output"]["data"] == ["Hello Ada"]
    assert found[-1] == {"msg": "close_stream", "event_id": None}


def test_newest_reader_takes_over_and_the_older_one_is_closed(serve: Any, api: Any) -> None:
    server = serve(endless(threading.Event()).spec())
    client = api(server)
    body = {"fn_index": 1, "data": [], "session_hash": "s"}
    event_id = client.post("queue/join", json=body).json()["event_id"]
    older: list[str] = []

    def read_old() -> None:
        with api(server).stream("GET", "queue/data?session_hash=s") as stream:
            for line in stream.iter_lines():
                older.append(line)

    reader = threading.Thread(target=read_old)
    reader.start()
    while not older:
        time.sleep(0.01)
    with client.stream("GET", "queue/data?session_hash=s") as stream:
        newer = stream.iter_lines()
        first = json.loads(next(newer).removeprefix("data: "))
        reader.join(10)
        client.post("cancel", json={"event_id": event_id, "session_hash": "s", "fn_index": 1})
        for _ in newer:
            pass

    assert not reader.is_alive()
    assert json.loads([line for line in older if line][-1].removeprefix("data: "))["msg"] == "close_stream"
    assert first["event_id"] == event_id


def test_reader_after_a_broken_stream_gets_the_end_and_whole_steps(serve: Any, api: Any) -> None:
    go_on = threading.Event()

    def write() -> Any:
        yield "a"
        yield "ab"
        go_on.wait(20)
        yield "abc"

    app = AppBuilder()
    app.on(write, [], [app.add(Echo())], "write", is_generator=True)
    client = api(serve(app.spec()))
    client.post("queue/join", json={"fn_index": 0, "data": [], "session_hash": "s"})
    with client.stream("GET", "queue/data?session_hash=s") as stream:
        for line in stream.iter_lines():
            if '"append"' in line:
                break
    go_on.set()

    found = messages(client.get("queue/data?session_hash=s").text)

    steps = [item["output"]["data"] for item in found if item["msg"] == "process_generating"]
    assert steps[-1:] == [[[["replace", [], "abc"]]]]
    assert [item["output"]["data"] for item in found if item["msg"] == "process_completed"] == [["abc"]]


def test_own_page_resumes_by_number_and_misses_nothing(serve_greeting: Any) -> None:
    body = {"fn_index": 0, "data": ["Ada"], "session_hash": "page"}
    serve_greeting.post("queue/join", json=body)

    def read_until_end(headers: dict[str, str]) -> list[str]:
        lines = []
        address = "queue/data?session_hash=page&pegboard=1"
        with serve_greeting.stream("GET", address, headers=headers) as stream:
            for line in stream.iter_lines():
                lines.append(line)
                if "process_completed" in line:
                    break
        return lines

    first = read_until_end({})
    numbers = [line for line in first if line.startswith("id: ")]
    again = read_until_end({"last-event-id": str(int(numbers[-1][4:]) - 1)})

    assert [line for line in again if line.startswith("id: ")] == numbers[-1:]
    assert [line for line in again if line.startswith("data: ")] == first[-1:]


def test_own_page_that_was_away_for_long_gets_what_comes_after(serve_greeting: Any) -> None:
    """The server has forgotten the session; the numbers that the page knows are those of an earlier stream."""
    first, other = ({"fn_index": 0, "data": [name], "session_hash": name} for name in ("first", "other"))
    serve_greeting.post("queue/join", json=first)
    with serve_greeting.stream("GET", "queue/data?session_hash=first&pegboard=1") as stream:
        seen: list[str] = []
        for line in stream.iter_lines():
            seen += [line] if line.startswith("id: ") else []
            if "process_completed" in line:
                break
    serve_greeting.post("queue/join", json=other)

    address = "queue/data?session_hash=other&pegboard=1"
    with serve_greeting.stream("GET", address, headers={"last-event-id": seen[-1][4:]}) as stream:
        ended = next(line for line in stream.iter_lines() if "process_completed" in line)

    assert '"Hello other"' in ended


# -- the gate ----------------------------------------------------------------------------------------


def test_foreign_host_is_refused_on_loopback_unless_allowed(serve: Any) -> None:
    closed, opened = serve(greeting().spec()), serve(greeting().spec(), allowed_hosts=["app.example"])

    def status(server: Any, host: str) -> int:
        return httpx.get(f"{server.local_url}config", headers={"host": host}).status_code

    assert status(closed, "app.example") == 403
    assert status(closed, f"localhost:{closed.port}") == 200
    assert status(opened, "app.example:80") == 200


def test_page_of_a_foreign_origin_is_refused_on_loopback(serve: Any) -> None:
    server = serve(greeting().spec())

    def ask(origin: str) -> httpx.Response:
        return httpx.get(f"{server.local_url}config", headers={"origin": origin})

    assert [ask(origin).status_code for origin in ("https://evil.example", "null")] == [403, 403]
    own = ask("http://localhost:5173")
    assert own.status_code == 200
    assert own.headers["access-control-allow-origin"] == "http://localhost:5173"
    assert own.headers["vary"].lower().count("origin") == 1


def test_every_route_declares_its_access(serve: Any) -> None:
    server = serve(greeting().spec())
    app: PegboardApp = server.app

    public = {route.pattern for route in app.table.all if route.access is Access.PUBLIC}

    assert all(isinstance(route.access, Access) for route in app.table.all)
    assert public == {
        "/", "/theme.css", "/gradio_api/theme.css", "/robots.txt", "/favicon.ico",
        "/_pegboard/{address:rest}", "/login", "/logout", "/pwa_icon", "/pwa_icon/{size}",
    }  # fmt: skip
    assert [type(route).__name__ for route in app.router.routes] == ["_TableRoute"]


def test_every_route_that_is_not_public_needs_a_login(serve: Any) -> None:
    server = serve(greeting().spec(), auth=("ada", "lovelace"))

    with httpx.Client(base_url=server.local_url) as client:
        for route in server.app.table.all:
            if route.access is Access.PUBLIC:
                continue
            path = route.pattern
            for part in ("{name}", "{event_id}", "{session_hash}", "{path:rest}", "{key}"):
                path = path.replace(part, "x")
            for method in route.methods:
                answer = client.request(method, path)
                assert answer.status_code == 401, (method, path)
                if method != "HEAD":
                    assert answer.json()["detail"]["error"] == "Not authenticated"


def test_page_and_config_are_compressed_and_the_stream_is_not(serve_greeting: Any, serve: Any) -> None:
    base = str(serve_greeting.base_url).removesuffix("gradio_api/")

    assert httpx.get(f"{base}config").headers["content-encoding"] == "gzip"
    assert httpx.get(base).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in serve_greeting.get("queue/data?session_hash=x").headers


def test_small_files_are_there(serve_greeting: Any) -> None:
    base = str(serve_greeting.base_url).removesuffix("gradio_api/")

    for path, kind in [
        ("theme.css", "text/css"), ("robots.txt", "text/plain"), ("favicon.ico", "image/"),
        ("gradio_api/app_id", "application/json"), ("gradio_api/startup-events", "application/json"),
        ("_pegboard/plugins", "application/json"), ("config/", "application/json"),
    ]:  # fmt: skip
        answer = httpx.get(base + path)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"].startswith(kind), path


def test_component_code_is_served_under_its_hash_for_ever(serve_greeting: Any) -> None:
    base = str(serve_greeting.base_url).removesuffix("/gradio_api/")
    plugin = httpx.get(f"{base}/config").json()["pegboard"]["plugins"]["app/Echo"]

    code = httpx.get(base + plugin["entry"])

    assert code.headers["content-type"].startswith("text/javascript")
    assert "immutable" in code.headers["cache-control"]
    assert "export default" in code.text
    assert httpx.get(f"{base}/_pegboard/c/app/other.js").status_code == 404


def test_slow_initial_value_holds_nobody_else_and_a_busy_function_holds_no_page(serve: Any) -> None:
    may_go, is_asked = threading.Event(), threading.Event()
    is_working = threading.Event()

    def slow() -> str:
        is_asked.set()
        assert may_go.wait(20)
        return "now"

    def work(text: str) -> str:
        is_working.set()
        assert may_go.wait(20)
        return text

    with pb.Blocks() as demo:
        box = pb.Textbox(value=slow)
        box.submit(work, box, box, api_name="work")
    with ThreadPoolExecutor(3) as others:
        may_go.set()  # the launch asks for the page once itself
        base = serve(demo.describe(), max_threads=1).local_url
        may_go.clear()
        is_asked.clear()
        try:
            busy = others.submit(httpx.post, f"{base}gradio_api/run/work", json={"data": ["x"]}, timeout=30)
            assert is_working.wait(10)
            opened = others.submit(httpx.get, f"{base}config", timeout=30)
            assert is_asked.wait(10)  # although the only thread of functions is busy

            described = others.submit(httpx.get, f"{base}gradio_api/info", timeout=30)
            assert httpx.get(f"{base}gradio_api/startup-events", timeout=10).status_code == 200
            assert not opened.done()
        finally:
            may_go.set()
        assert opened.result().json()["components"][0]["props"]["value"] == "now"
        assert busy.result().json()["data"] == ["x"]
        assert described.result().status_code == 200


def test_value_function_that_fails_leaves_the_page_and_the_list_of_endpoints(serve: Any) -> None:
    def broken() -> str:
        raise KeyError("gone")

    with pb.Blocks() as demo:
        box = pb.Textbox(value=broken)
        box.submit(str.upper, box, box, api_name="upper")
    base = serve(demo.describe()).local_url

    assert httpx.get(base).status_code == 200
    [parameter] = httpx.get(f"{base}gradio_api/info").json()["named_endpoints"]["/upper"]["parameters"]
    assert parameter["parameter_default"] is None
