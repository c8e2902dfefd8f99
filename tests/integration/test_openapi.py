"""Endpoints as typed routes: the document is valid and true, and clients made from it work."""

from __future__ import annotations

import importlib
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from fastapi import FastAPI
from openapi_spec_validator import OpenAPIV31SpecValidator
from PIL import Image
from pydantic import BaseModel, Field

import pegboard as pb

ENDPOINTS = "gradio_api/endpoints"


class Point(BaseModel):
    """A place, for an endpoint with a type of its own."""

    x: float
    children: list[Point] = Field(default_factory=list)


def everything() -> pb.Blocks:
    """An app with an endpoint of every kind."""
    with pb.Blocks(title="Everything") as demo:
        name, count = pb.Textbox(label="Name"), pb.Slider(0, 10, value=3, step=1, label="Count")
        choice, note = pb.Radio(["a", "b"], label="Choice"), pb.Checkbox(label="Sure?")
        picture, out = pb.Image(label="Picture"), pb.Textbox(label="Result text")
        size, seen = pb.Number(label="Größe"), pb.State(0)

        def repeat(name: str, count: float, choice: str, sure: bool) -> str:
            """Say it again.

            And again.
            """
            return f"{name}{count:g}{choice}{sure}"

        def steps(name: str) -> Any:
            yield "first"
            yield f"last {name}"

        def measure(picture: Any) -> Any:
            return 0 if picture is None else picture.shape[0], pb.update(value="done", visible=True)

        def tally(seen: int) -> Any:
            return seen + 1, seen + 1

        def refuse(name: str) -> str:
            raise pb.Error("Not today.")

        def fail(name: str) -> str:
            raise KeyError("secret-of-the-server")

        def move(point: Point, kind: Literal["up", "down"] = "up") -> Point:
            return Point(x=point.x + (1 if kind == "up" else -1))

        button = pb.Button()
        button.click(repeat, [name, count, choice, note], out)
        button.click(steps, name, out)
        button.click(measure, picture, [size, out])
        button.click(tally, seen, [seen, size])
        button.click(refuse, name, out)
        button.click(fail, name, out)
        button.click(lambda: None, None, None, api_name="nothing")
        button.click(lambda name: name.upper(), name, out, api_name="hidden", api_visibility="undocumented")
        button.click(lambda name: name.upper(), name, out, api_name="private", api_visibility="private")
        pb.api(move)
    return demo


@pytest.fixture
def server(serve: Any) -> Any:
    return serve(everything().describe())


def post(server: Any, name: str, body: Any = None, **options: Any) -> httpx.Response:
    return httpx.post(f"{server.local_url}{ENDPOINTS}/{name}", json=body or {}, **options)


# -- calling -------------------------------------------------------------------------------------------


def test_arguments_go_by_name_and_outputs_come_by_name(server: Any) -> None:
    answer = post(server, "repeat", {"name": "x", "count": 4, "choice": "b", "sure": True})

    assert (answer.status_code, answer.json()) == (200, {"result_text": "x4bTrue"})


def test_argument_left_out_has_its_declared_default(server: Any) -> None:
    answer = post(server, "repeat", {"name": "x", "choice": "a"})

    assert answer.json() == {"result_text": "x3aFalse"}


def test_generator_answers_with_its_last_step(server: Any) -> None:
    assert post(server, "steps", {"name": "Ada"}).json() == {"result_text": "last Ada"}


def test_update_answers_with_its_value_and_an_odd_label_with_a_position(server: Any) -> None:
    assert post(server, "measure", {"picture": None}).json() == {"output_0": 0, "result_text": "done"}


def test_function_without_inputs_and_outputs_takes_no_body(server: Any) -> None:
    answer = httpx.post(f"{server.local_url}{ENDPOINTS}/nothing")

    assert (answer.status_code, answer.json()) == (200, {})


def test_picture_is_uploaded_then_named(server: Any, tmp_path: Path) -> None:
    Image.new("RGB", (4, 7), "red").save(tmp_path / "red.png")
    with (tmp_path / "red.png").open("rb") as file:
        (path,) = httpx.post(f"{server.local_url}gradio_api/upload", files={"files": file}).json()

    answer = post(server, "measure", {"picture": {"path": path, "meta": {"_type": "gradio.FileData"}}})

    assert answer.json()["output_0"] == 7


def test_state_is_shared_by_the_calls_of_one_session_alone(server: Any) -> None:
    def tally(session: str | None) -> float:
        params = {"session_hash": session} if session else {}
        return post(server, "tally", params=params).json()["output_1"]

    assert [tally(name) for name in ("a", "a", "b", None, None, "a")] == [1, 2, 1, 1, 1, 3]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"name": "x"}, "choice is missing"),
        ({"name": "x", "choice": "a", "more": 1}, "more is not a parameter"),
        ({"name": ["x"], "choice": "a"}, "Textbox 'Name' could not use the value"),
        ({"name": "x", "choice": "c"}, "Radio 'Choice' could not use"),
        ({"name": "x", "choice": "a", "count": 11}, "from 0 to 10"),
    ],
)
def test_bad_argument_is_refused_with_words(server: Any, body: Any, words: str) -> None:
    answer = post(server, "repeat", body)

    assert answer.status_code == 422
    assert words in answer.text


@pytest.mark.parametrize("body", [b"[1]", b"{", b"5", b'"x"', b"\xff", b"[" * 100_000])
def test_body_that_is_no_object_is_refused(server: Any, body: bytes) -> None:
    answer = httpx.post(f"{server.local_url}{ENDPOINTS}/repeat", content=body)

    assert answer.status_code == 400
    assert isinstance(answer.json()["detail"], str)


def test_function_refuses_with_its_words_and_fails_without_them(server: Any) -> None:
    refused, failed = post(server, "refuse", {"name": "x"}), post(server, "fail", {"name": "x"})

    assert (refused.status_code, refused.json()) == (400, {"detail": "Not today."})
    assert failed.status_code == 500
    assert "reference" in failed.json()["detail"] and "secret-of-the-server" not in failed.text


def test_private_and_unknown_endpoints_are_not_found_and_undocumented_ones_work(server: Any) -> None:
    assert post(server, "hidden", {"name": "x"}).json() == {"result_text": "X"}
    assert [post(server, name, {}).status_code for name in ("private", "unknown")] == [404, 404]


def test_login_guards_the_routes_and_the_document(serve: Any) -> None:
    server = serve(everything().describe(), auth=("ada", "lovelace"))
    client = httpx.Client(base_url=server.local_url)
    addresses = [f"{ENDPOINTS}/nothing", "openapi.json", "gradio_api/openapi.json"]

    def codes() -> list[int]:
        return [client.post(addresses[0]).status_code, *(client.get(a).status_code for a in addresses[1:])]

    assert codes() == [401, 401, 401]
    client.post("login", data={"username": "ada", "password": "lovelace"})
    assert codes() == [200, 200, 200]


def test_page_of_another_origin_cannot_call(server: Any) -> None:
    answer = post(server, "nothing", headers={"origin": "http://evil.example"})

    assert answer.status_code == 403


def test_call_waits_in_the_queue_like_any_event(serve: Any) -> None:
    begun, go = threading.Event(), threading.Event()

    def hold(name: str) -> str:
        begun.set()
        go.wait(30)
        return name

    with pb.Blocks() as demo:
        box = pb.Textbox()
        pb.Button().click(hold, box, box)
    server = serve(demo.queue(max_size=1).describe())
    answers: list[Any] = []

    def call(name: str) -> None:
        answers.append(post(server, "hold", {"name": name}, timeout=60))

    first = threading.Thread(target=call, args=["a"])
    first.start()
    assert begun.wait(30)
    second = threading.Thread(target=call, args=["b"])
    second.start()
    while httpx.get(f"{server.local_url}gradio_api/queue/status").json()["queue_size"] == 0:
        pass
    full = post(server, "hold", {"name": "c"})
    go.set()
    first.join()
    second.join()

    assert full.status_code == 503
    assert sorted(answer.json()["output_0"] for answer in answers) == ["a", "b"]


def test_client_that_leaves_ends_its_call(serve: Any) -> None:
    begun, closed = threading.Event(), threading.Event()

    def forever(name: str) -> Any:
        try:
            while True:
                begun.set()
                yield name
        finally:
            closed.set()

    with pb.Blocks() as demo:
        box = pb.Textbox()
        pb.Button().click(forever, box, box)
    server = serve(demo.describe())
    script = (
        "import httpx, sys\n"
        f"httpx.post({server.local_url + ENDPOINTS + '/forever'!r}, json={{'name': 'a'}}, timeout=None)"
    )
    caller = subprocess.Popen([sys.executable, "-c", script])

    assert begun.wait(60)
    caller.kill()
    caller.wait()

    assert closed.wait(30)


# -- the document --------------------------------------------------------------------------------------


def document_of(server: Any) -> Any:
    return httpx.get(f"{server.local_url}openapi.json").json()


def test_document_is_valid_and_names_the_public_endpoints(server: Any) -> None:
    document = document_of(server)

    OpenAPIV31SpecValidator(document).validate()
    assert document["info"]["title"] == "Everything"
    assert document["servers"] == [{"url": server.local_url.rstrip("/")}]
    assert sorted(path.rpartition("/")[2] for path in document["paths"]) == [
        "fail", "measure", "move", "nothing", "refuse", "repeat", "steps", "tally", "upload",
    ]  # fmt: skip


def test_document_says_types_defaults_and_what_is_required(server: Any) -> None:
    document = document_of(server)
    operation = document["paths"]["/gradio_api/endpoints/repeat"]["post"]
    arguments = document["components"]["schemas"]["RepeatArguments"]

    assert operation["summary"] == "Say it again."
    assert operation["description"] == "Say it again.\n\nAnd again."
    assert sorted(arguments["required"]) == ["choice", "name"]
    assert arguments["properties"]["count"]["default"] == 3
    assert arguments["properties"]["sure"]["title"] == "Sure?"
    assert document["components"]["schemas"]["FileData"]["required"] == ["path", "meta"]


def test_document_follows_the_address_that_a_proxy_says(server: Any) -> None:
    document = httpx.get(
        f"{server.local_url}openapi.json",
        headers={"x-forwarded-host": "apps.example.org", "x-forwarded-proto": "https"},
    ).json()

    assert document["servers"] == [{"url": "https://apps.example.org"}]


def test_framework_document_of_an_author_has_the_endpoints_in_it(serve: Any) -> None:
    server = serve(everything().describe(), app_kwargs={"docs_url": "/docs"})

    @server.app.get("/mine")
    def mine() -> str:
        return "mine"

    document = document_of(server)

    OpenAPIV31SpecValidator(document).validate()
    assert {"/mine", "/gradio_api/endpoints/repeat"} <= set(document["paths"])
    assert isinstance(server.app, FastAPI)


# -- clients made from the document --------------------------------------------------------------------


def test_generated_client_calls_an_endpoint(server: Any, tmp_path: Path, monkeypatch: Any) -> None:
    config = tmp_path / "config.yml"
    config.write_text("project_name_override: everything\npackage_name_override: everything_client\n"
                      "post_hooks: []\n")
    subprocess.run(
        [
            sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning",
            "--url", f"{server.local_url}openapi.json", "--config", str(config),
            "--output-path", str(tmp_path / "made"),
        ],
        check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    monkeypatch.syspath_prepend(str(tmp_path / "made"))
    package = importlib.import_module("everything_client")
    repeat = importlib.import_module("everything_client.api.default.repeat")
    move = importlib.import_module("everything_client.api.default.move")
    models = importlib.import_module("everything_client.models")
    client = package.Client(base_url=server.local_url.rstrip("/"))

    said = repeat.sync(client=client, body=models.RepeatArguments(name="x", choice="a", count=5))
    moved = move.sync(client=client, body=models.MoveArguments(point=models.Point(x=1)))

    assert (type(said).__name__, said.result_text) == ("RepeatOutputs", "x5aFalse")
    assert moved.output.x == 2


@pytest.mark.timeout(500)
def test_schemathesis_finds_no_server_error_and_no_untruth(serve: Any, tmp_path: Path) -> None:
    with pb.Blocks() as demo:
        name, count = pb.Textbox(label="Name"), pb.Slider(0, 10, label="Count")
        choice, sure = pb.Radio(["a", "b"], label="Choice"), pb.Checkbox(label="Sure")
        many, data = pb.Dropdown(["x", "y"], multiselect=True, label="Many"), pb.JSON(label="Data")
        size, file, out = pb.Number(label="Size"), pb.File(label="File"), pb.Textbox(label="Out")
        inputs = [name, count, choice, sure, many, data, size, file]
        pb.Button().click(lambda *values: repr(values), inputs, out, api_name="all")
        pb.Button().click(lambda value: {"got": value}, data, data, api_name="data")
        pb.Button().click(lambda: "x", None, out, api_name="none")

        def typed(a: int, b: str = "x", c: list[float] | None = None) -> dict[str, int]:
            return {b: a}

        pb.api(typed)
    server = serve(demo.describe())

    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")), "run",
            f"{server.local_url}openapi.json", "--max-examples", "25", "--seed", "1",
            "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,"
            "response_schema_conformance,response_headers_conformance,unsupported_method",
            "--no-color", "--generation-database", "none",
        ],
        cwd=tmp_path, capture_output=True, text=True, timeout=400,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
