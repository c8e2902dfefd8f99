"""Pages made of what runs elsewhere: a running app, an HTTP service by its description, a model's server."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

import pegboard as pb
from pegboard.errors import OptionError


@pytest.fixture
def launch() -> Iterator[Callable[..., str]]:
    apps: list[Any] = []

    def start(demo: Any, **options: Any) -> str:
        apps.append(demo)
        options = {"server_port": 0, "quiet": True, **options}
        _, url, _ = demo.launch(prevent_thread_lock=True, **options)
        return str(url)

    yield start
    while apps:
        apps.pop().close()


def connect(url: str) -> Client:
    return Client(url, verbose=False)


# -- a running app -----------------------------------------------------------------------------------


def test_interface_is_rebuilt_and_its_calls_go_to_the_other_app(launch: Any) -> None:
    seen: list[tuple[str, float]] = []

    def greet(name: str, times: float) -> str:
        """Greet somebody."""
        seen.append((name, times))
        return f"Hello {name}" * int(times)

    inputs = [pb.Textbox(label="Name", value="Ada"), pb.Slider(1, 5, value=2, step=1)]
    first = launch(pb.Interface(greet, inputs, pb.Textbox(label="Greeting"), title="Greeter"))

    copy = pb.load(first)
    client = connect(launch(copy))

    assert client.predict("Bo", 2, api_name="/greet") == "Hello BoHello Bo"
    assert client.predict("Cy", 2, api_name="/predict") == "Hello CyHello Cy"
    assert seen == [("Bo", 2), ("Cy", 2)]
    assert copy.title == "Greeter"
    described = client.view_api(return_format="dict")["named_endpoints"]["/greet"]
    assert [p["parameter_name"] for p in described["parameters"]] == ["name", "times"]
    config = httpx.get(client.src + "config").json()
    shown = {c["props"].get("label"): c["props"] for c in config["components"] if c["props"].get("label")}
    assert shown["Name"]["value"] == "Ada"
    assert (shown["times"]["minimum"], shown["times"]["maximum"]) == (1, 5)


def test_page_of_blocks_keeps_its_layout_its_chains_and_its_load_event(launch: Any) -> None:
    with pb.Blocks(title="Page") as page:
        with pb.Row():
            with pb.Column(scale=2):
                box = pb.Textbox(label="in")
            with pb.Accordion("More", open=False), pb.Tabs(), pb.Tab("One"):
                out = pb.Textbox(label="out")
        done = pb.Textbox(label="done")
        box.submit(lambda text: text.upper(), box, out, api_name="shout").then(
            lambda text: f"said {text}", out, done, api_name="after"
        )
        page.load(lambda: "hi", None, done, api_name="hello")

    copy = pb.load(launch(page))

    def shape(block: Any) -> Any:
        return [type(block).__name__, *(shape(child) for child in getattr(block, "children", ()))]

    assert shape(copy) == shape(page)
    events = [[(type(b).__name__, event) for b, event in w.targets] for w in copy.wirings]
    assert events == [[("Textbox", "submit")], [("Textbox", "then")], [("Blocks", "load")]]
    client = connect(launch(copy))
    assert client.predict("a", api_name="/shout") == "A"
    assert client.predict("A", api_name="/after") == "said A"
    assert client.predict(api_name="/hello") == "hi"


def test_state_of_the_other_app_is_each_visitors_own(launch: Any) -> None:
    with pb.Blocks() as page:
        count, out = pb.State(0), pb.Number()
        page.load(lambda n: (n + 1, n + 1), count, [count, out], api_name="count")

    url = launch(pb.load(launch(page)))
    ada, bob = connect(url), connect(url)

    assert [ada.predict(api_name="/count") for _ in range(3)] == [1, 2, 3]
    assert bob.predict(api_name="/count") == 1


def test_state_between_other_inputs_shifts_nothing(launch: Any) -> None:
    with pb.Blocks() as page:
        text, kept, number, out = pb.Textbox(), pb.State("s"), pb.Number(), pb.Textbox()
        text.submit(
            lambda a, b, c: (f"{a}{b}{c}", b + "!"), [text, kept, number], [out, kept], api_name="join"
        )
    client = connect(launch(pb.load(launch(page))))

    assert [client.predict("t", 5, api_name="/join") for _ in range(2)] == ["ts5", "ts!5"]


def test_files_go_there_and_come_back(launch: Any, tmp_path: Path) -> None:
    def shout(path: str) -> str:
        target = tmp_path / "loud.txt"
        target.write_text(Path(path).read_text().upper())
        return str(target)

    url = launch(pb.load(launch(pb.Interface(shout, pb.File(), pb.File(), api_name="shout"))))
    given = tmp_path / "quiet.txt"
    given.write_text("content")

    got = connect(url).predict(handle_file(str(given)), api_name="/shout")

    assert Path(got).read_text() == "CONTENT"


def test_steps_of_a_generator_come_through(launch: Any) -> None:
    def count(n: float) -> Iterator[str]:
        for number in range(int(n)):
            yield f"step {number}"

    url = launch(pb.load(launch(pb.Interface(count, "number", "textbox"))))
    job = connect(url).submit(3, api_name="/count")

    assert job.result() == "step 2"
    assert job.outputs() == ["step 0", "step 1", "step 2"]


def test_error_for_people_keeps_its_words_and_title(launch: Any) -> None:
    def fail(text: str) -> str:
        raise pb.Error("out of paper", title="Printer", duration=3)

    url = launch(pb.load(launch(pb.Interface(fail, "textbox", "textbox"))))

    with pytest.raises(AppError) as caught:
        connect(url).predict("x", api_name="/fail")
    assert (caught.value.message, caught.value.title, caught.value.duration) == (
        "out of paper", "Printer", 3,
    )  # fmt: skip


def test_app_with_a_login_is_reached_with_auth(launch: Any) -> None:
    first = launch(pb.Interface(lambda x: x, "textbox", "textbox", api_name="echo"), auth=("a", "b"))

    with pytest.raises(OptionError, match="auth="):
        pb.load(first)
    assert connect(launch(pb.load(first, auth=("a", "b")))).predict("x", api_name="/echo") == "x"


def test_component_that_is_not_installed_here_is_left_out_with_a_word(
    launch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = launch(pb.Interface(lambda x: x, "number", "textbox", api_name="echo"))
    from pegboard import remote
    from pegboard.errors import ComponentNotFound

    known = remote.class_named

    def without_numbers(name: str) -> Any:
        if name == "number":
            raise ComponentNotFound("No component named 'number' is installed.")
        return known(name)

    monkeypatch.setattr(remote, "class_named", without_numbers)
    with pytest.warns(UserWarning, match="shows a number, which is not installed"):
        copy = pb.load(first)
    assert connect(launch(copy)).predict(5, api_name="/echo") == "5"


def test_form_of_gradio_is_understood(launch: Any) -> None:
    """The config of a Gradio 6 app in miniature, as captured; its server answers what Gradio's would."""
    gradio = _service(GRADIO)
    copy = pb.load(gradio.url)

    client = connect(launch(copy))

    assert client.predict("bob", api_name="/greet") == "hi bob"
    assert [type(child).__name__ for child in copy.children] == ["Row"]
    assert gradio.seen[-1]["data"] == ["bob"]


# -- names ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "models/gpt2"}, "hosted models"),
        ({"name": "spaces/user/app"}, "hosted models"),
        ({"name": "huggingface/x"}, "hosted models"),
        ({"name": "gpt2", "src": "models"}, "models/gpt2"),
        ({"name": "gpt2"}, "begins with http"),
        ({"name": 5}, "load(name=)"),
        ({"name": "x", "src": "elsewhere"}, "load(src=)"),
        ({"name": "http://x", "token": 5}, "load(token=)"),
        ({"name": "http://127.0.0.1:9"}, "running Pegboard or Gradio app"),
    ],
)
def test_what_cannot_be_loaded_is_said_in_three_parts_without_network(
    given: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a name was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", refuse) if "127" not in str(given) else None
    with pytest.raises(OptionError) as caught:
        pb.load(**given)
    text = str(caught.value)
    assert words in text
    assert all(part in text for part in ("got:", "expected:", "fix:"))


def test_source_of_ones_own_is_asked() -> None:
    def mine(name: str, token: str | None, **options: Any) -> Any:
        return name, token, options

    assert pb.load("x", src=mine, token="t", more=1) == ("x", "t", {"more": 1})


def test_options_without_effect_on_a_page_are_warned_of(launch: Any) -> None:
    first = launch(pb.Interface(lambda x: x, "textbox", "textbox"))

    with pytest.warns(UserWarning, match="title have no effect"):
        pb.load(first, title="Mine")
    with pytest.warns(UserWarning, match="accept_token"):
        pb.load(first, accept_token=True)


def test_missing_client_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gradio_client", None)

    with pytest.raises(OptionError, match=r'pip install "pegboard-core\[client\]"'):
        pb.load("http://127.0.0.1:9")


# -- a service by its description ------------------------------------------------------------------------


class _Seen(ThreadingHTTPServer):
    url: str
    seen: list[Any]


_open: list[_Seen] = []


def _service(answers: Callable[[BaseHTTPRequestHandler, bytes], tuple[int, str, bytes]]) -> _Seen:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(size)
            status, kind, content = answers(self, body)
            self.send_response(status)
            self.send_header("content-type", kind)
            if status in (301, 302):
                self.send_header("location", "http://127.0.0.1:9/stolen")
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PUT = do_DELETE = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    server = _Seen(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{server.server_port}/"
    server.seen = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _open.append(server)
    return server


@pytest.fixture(autouse=True)
def services_are_closed() -> Iterator[None]:
    yield
    while _open:
        server = _open.pop()
        server.shutdown()
        server.server_close()


def GRADIO(request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, str, bytes]:
    server: Any = request.server
    text = "application/json"
    if request.path.endswith("/config"):
        config = {
            "version": "6.31.0", "protocol": "sse_v3", "api_prefix": "/gradio_api", "title": "Gradio",
            "connect_heartbeat": False, "mode": "interface",
            "components": [
                {"id": 1, "type": "row", "props": {"name": "row", "variant": "default", "visible": True}},
                {"id": 2, "type": "form", "props": {"scale": 0}},
                {"id": 3, "type": "textbox", "props": {"label": "Name", "lines": 2, "buttons": None, "_selectable": False}},
                {"id": 4, "type": "textbox", "props": {"label": "Out", "interactive": False}},
                {"id": 5, "type": "dataset", "props": {"components": ["textbox"], "samples": [["a"]]}},
            ],
            "layout": {"id": 9, "children": [{"id": 1, "children": [
                {"id": 2, "children": [{"id": 3, "children": []}]}, {"id": 4}, {"id": 5}]}]},
            "dependencies": [
                {"id": 0, "targets": [[3, "submit"]], "inputs": [3], "outputs": [4], "backend_fn": True,
                 "api_name": "greet", "api_visibility": "public", "queue": True, "js": None, "cancels": [],
                 "trigger_after": None, "types": {"generator": False, "cancel": False}, "trigger_mode": "once"},
                {"id": 1, "targets": [[4, "change"]], "inputs": [], "outputs": [3], "backend_fn": False, "js": "() => 1",
                 "api_name": "js_fn", "api_visibility": "private", "trigger_after": None, "cancels": []},
                {"id": 2, "targets": [[5, "click"]], "inputs": [5], "outputs": [3], "backend_fn": True,
                 "api_name": "load_example", "api_visibility": "undocumented", "trigger_after": None, "cancels": []},
            ],
        }  # fmt: skip
        return 200, text, json.dumps(config).encode()
    if "/info" in request.path:
        named = {"/greet": {"parameters": [], "returns": []}}
        named["/greet"]["parameters"] = [
            {"label": "Name", "parameter_name": "name", "parameter_has_default": False, "type": {"type": "string"},
             "python_type": {"type": "str", "description": ""}, "component": "Textbox"}
        ]  # fmt: skip
        return 200, text, json.dumps({"named_endpoints": named, "unnamed_endpoints": {}}).encode()
    if request.path.endswith("/queue/join"):
        server.seen.append(json.loads(body))
        return 200, text, b'{"event_id": "e1"}'
    if "/queue/data" in request.path:
        said = {"msg": "process_completed", "event_id": "e1", "success": True,
                "output": {"data": [f"hi {server.seen[-1]['data'][0]}"]}}  # fmt: skip
        close = {"msg": "close_stream", "event_id": None}
        lines = "".join(f"data: {json.dumps(one)}\n\n" for one in (said, close))
        return 200, "text/event-stream", lines.encode()
    return 404, text, b"{}"


SPEC: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Pets", "version": "1"},
    "paths": {
        "/pets/{pet_id}": {
            "parameters": [{"$ref": "#/components/parameters/pet"}],
            "get": {
                "operationId": "getPet",
                "summary": "One pet",
                "parameters": [
                    {"name": "kind", "in": "query", "schema": {"enum": ["cat", "dog"]}},
                    {"name": "tags", "in": "query", "schema": {"type": "array", "items": {}}},
                    {"name": "full", "in": "query", "schema": {"type": "boolean", "default": True}},
                    {"name": "x-trace", "in": "header", "schema": {"type": "string"}},
                ],
            },
            "delete": {"responses": {}},
        },
        "/pets": {
            "post": {
                "operationId": "addPet",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}},
                },
            }
        },
        "/photo": {
            "put": {"operationId": "photo", "requestBody": {"content": {"image/png": {"schema": {}}}}}
        },
    },
    "components": {
        "parameters": {
            "pet": {"name": "pet_id", "in": "path", "required": True, "schema": {"type": "integer"}}
        },
        "schemas": {"Pet": {"type": "object", "example": {"name": "Rex"}}},
    },
}


def pets(request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, str, bytes]:
    server: Any = request.server
    headers = {name.lower(): value for name, value in request.headers.items()}
    server.seen.append((request.command, request.path, headers, body))
    if request.path.startswith("/moved"):
        return 302, "text/plain", b"elsewhere"
    if request.command == "DELETE":
        return 403, "application/json", b'{"why": "not yours"}'
    if request.path == "/openapi.json":
        return 200, "application/json", json.dumps(SPEC).encode()
    return 200, "application/json", json.dumps({"seen": request.path}).encode()


def test_each_operation_is_an_interface_with_fitting_components(launch: Any) -> None:
    page = pb.load_openapi(SPEC, "http://127.0.0.1:9")

    config = httpx.get(launch(page) + "config").json()

    kinds = {c["props"].get("label"): c["type"] for c in config["components"] if c["props"].get("label")}
    assert kinds | {"Answer": "json"} == kinds
    assert {name: kinds[name] for name in ("pet_id *", "kind", "tags", "full", "x-trace", "body *", "body")} == {
        "pet_id *": "number", "kind": "dropdown", "tags": "textbox", "full": "checkbox",
        "x-trace": "textbox", "body *": "textbox", "body": "file",
    }  # fmt: skip
    names = {d["api_name"] for d in config["dependencies"] if d["api_visibility"] == "public"}
    assert names == {"getPet", "delete_pets_pet_id", "addPet", "photo"}
    assert config["title"] == "Pets"


def test_values_reach_the_service_where_they_belong(launch: Any) -> None:
    service = _service(pets)
    client = connect(launch(pb.load_openapi(SPEC, service.url, auth_token="secret")))

    answer = client.predict(7, "cat", '["a b", 2]', False, "t1", api_name="/getPet")
    client.predict('{"name": "Tom"}', api_name="/addPet")

    assert answer["seen"] == "/pets/7?kind=cat&tags=a+b&tags=2&full=false"
    get, post = service.seen
    assert (get[0], get[2]["x-trace"], get[2]["authorization"]) == ("GET", "t1", "Bearer secret")
    assert (post[0], post[1], json.loads(post[3])) == ("POST", "/pets", {"name": "Tom"})
    assert post[2]["content-type"] == "application/json"


def test_file_is_sent_as_the_body(launch: Any, tmp_path: Path) -> None:
    service = _service(pets)
    (tmp_path / "x.png").write_bytes(b"\x89PNG")
    client = connect(launch(pb.load_openapi(SPEC, service.url)))

    client.predict(handle_file(str(tmp_path / "x.png")), api_name="/photo")

    assert (service.seen[0][0], service.seen[0][2]["content-type"], service.seen[0][3]) == (
        "PUT", "image/png", b"\x89PNG",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("endpoint", "values", "words"),
    [
        ("/delete_pets_pet_id", [1], "was answered with 403: {\"why\": \"not yours\"}"),
        ("/getPet", [None, None, None, True, None], "'pet_id' is needed"),
        ("/getPet", [1, None, "[1", True, None], "'tags' must be JSON"),
        ("/getPet", [1, None, None, True, "a\r\nx: y"], "'x-trace' must be one line"),
        ("/addPet", ["{"], "'body' must be JSON"),
    ],
)
def test_what_goes_wrong_is_said_to_people(
    launch: Any, endpoint: str, values: list[Any], words: str
) -> None:
    service = _service(pets)
    client = connect(launch(pb.load_openapi(SPEC, service.url)))

    with pytest.raises(AppError) as caught:
        client.predict(*values, api_name=endpoint)

    assert words in str(caught.value.message)


def test_token_does_not_follow_a_redirect(launch: Any) -> None:
    service = _service(pets)
    spec = {"paths": {"/moved": {"get": {"operationId": "moved"}}}}
    client = connect(launch(pb.load_openapi(spec, service.url, auth_token="secret")))

    with pytest.raises(AppError, match="302"):
        client.predict(api_name="/moved")
    assert len(service.seen) == 1


def test_document_may_be_a_path_or_an_address_and_operations_are_chosen(tmp_path: Path) -> None:
    service = _service(pets)
    (tmp_path / "spec.json").write_text(json.dumps(SPEC))

    def names(**filters: Any) -> list[str]:
        page = pb.load_openapi(tmp_path / "spec.json", service.url, **filters)
        return sorted({w.options["api_name"] for w in page.wirings if w.fn and w.api_visibility == "public"})

    assert names(paths=["^/pets$"]) == ["addPet"]
    assert names(exclude_paths=["pets"]) == ["photo"]
    assert names(methods=["GET", "put"]) == ["getPet", "photo"]
    by_address = pb.load_openapi(f"{service.url}openapi.json", service.url)
    assert len([w for w in by_address.wirings if w.api_visibility == "public"]) == 4


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"openapi_spec": 5}, "openapi_spec="),
        ({"openapi_spec": {"info": {}}}, "'paths'"),
        ({"openapi_spec": "/no/such/file.json"}, "can be read"),
        ({"openapi_spec": {"paths": {"/a": {"$ref": "other.json#/x"}}}}, "within the document"),
        ({"openapi_spec": {"paths": {"/a": {"$ref": "#/no"}}}}, "something in the document"),
        ({"openapi_spec": {"paths": {"/a": {"$ref": "#/paths/~1a"}}}}, "within the document"),
        ({"base_url": "ftp://x"}, "base_url="),
        ({"paths": "/pets"}, "paths="),
        ({"exclude_paths": ["("]}, "exclude_paths="),
        ({"methods": ["fetch"]}, "methods="),
        ({"auth_token": 5}, "auth_token="),
        ({"paths": ["nothing"]}, "at least one operation"),
    ],
)
def test_bad_value_for_load_openapi_is_refused_in_three_parts(given: dict[str, Any], words: str) -> None:
    with pytest.raises(OptionError) as caught:
        pb.load_openapi(**{"openapi_spec": SPEC, "base_url": "http://127.0.0.1:9", **given})

    text = str(caught.value)
    assert words in text
    assert all(part in text for part in ("got:", "expected:", "fix:"))


# -- a model's server ------------------------------------------------------------------------------------


def model(request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, str, bytes]:
    server: Any = request.server
    asked = json.loads(body)
    server.seen.append((request.path, request.headers.get("authorization"), asked))
    text = f"heard {asked['messages'][-1]['content']}"
    if asked["messages"][-1]["content"] == "fail":
        return 429, "text/plain", b"slow down"
    if not asked["stream"]:
        return 200, "application/json", json.dumps({"choices": [{"message": {"content": text}}]}).encode()
    parts = [{"choices": [{"delta": {"content": word}}]} for word in (text[:5], text[5:])]
    lines = [f"data: {json.dumps(part)}\n\n" for part in [{"choices": []}, *parts]]
    return 200, "text/event-stream", "".join([*lines, "data: [DONE]\n\n"]).encode()


@pytest.mark.parametrize("streaming", [True, False])
def test_conversation_is_kept_and_sent_along(launch: Any, streaming: bool) -> None:
    server = _service(model)
    chat = pb.load_chat(
        f"{server.url}v1/", "small", "secret", system_message="Be kind.", streaming=streaming
    )
    client = connect(launch(chat))

    assert client.predict("one", api_name="/chat") == "heard one"
    assert client.predict("two", api_name="/chat") == "heard two"

    path, token, asked = server.seen[-1]
    assert (path, token, asked["model"]) == ("/v1/chat/completions", "Bearer secret", "small")
    assert [(m["role"], m["content"]) for m in asked["messages"]] == [
        ("system", "Be kind."), ("user", "one"), ("assistant", "heard one"), ("user", "two"),
    ]  # fmt: skip


def test_answer_is_shown_while_it_is_written(launch: Any) -> None:
    job = connect(launch(pb.load_chat(_service(model).url, "small"))).submit("x", api_name="/chat")

    assert job.result() == "heard x"
    assert job.outputs()[-1] == "heard x"


def test_refusal_of_the_model_is_said_to_people(launch: Any) -> None:
    client = connect(launch(pb.load_chat(_service(model).url, "small")))

    with pytest.raises(AppError, match="429: slow down"):
        client.predict("fail", api_name="/chat")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"base_url": "localhost"}, "base_url="),
        ({"base_url": None}, "base_url="),
        ({"model": ""}, "model="),
        ({"token": 5}, "token="),
        ({"system_message": 5}, "system_message="),
        ({"streaming": "yes"}, "streaming="),
        ({"file_types": "video"}, "file_types="),
    ],
)
def test_bad_value_for_load_chat_is_refused_in_three_parts(given: dict[str, Any], words: str) -> None:
    with pytest.raises(OptionError) as caught:
        pb.load_chat(**{"base_url": "http://127.0.0.1:9", "model": "m", **given})

    text = str(caught.value)
    assert words in text
    assert all(part in text for part in ("got:", "expected:", "fix:"))
