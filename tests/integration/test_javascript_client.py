"""The real JavaScript client in Node against a real server: the conformance items that are its own."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from pegboard.errors import Error
from pegboard.testing.fakes import Anything, Counter, Echo, Parcel

from .support import AppBuilder
from .test_python_client import STEPS, counting, endless, failing, greet, greeting


def test_client_connects_with_and_without_trailing_slash_and_its_script_ends(
    serve: Any, run_js: Any
) -> None:
    server = serve(greeting().spec())

    assert run_js("connect", server.local_url) == [["/predict"], ["/predict"]]


def test_call_works_by_array_by_object_without_slash_and_by_index(serve: Any, run_js: Any) -> None:
    server = serve(greeting().spec())

    assert run_js("call_every_way", server.local_url) == [
        ["Hello Ada"], ["Hello Bo"], ["Hello Cy"], ["Hello Di"],
    ]  # fmt: skip


def test_declared_default_is_used_for_an_argument_left_out(serve: Any, run_js: Any) -> None:
    app = AppBuilder()
    name, number = app.add(Echo(label="name")), app.add(Counter(value=3, label="n"))
    app.on(lambda name, n: f"{name}{n}", [name, number], [app.add(Echo())], "join")
    server = serve(app.spec())

    assert run_js("predict", server.local_url, "/join", {"name": "a"}) == ["a3"]


def test_missing_argument_and_unknown_endpoint_are_errors(serve: Any, run_js: Any) -> None:
    server = serve(greeting().spec())

    assert "name" in run_js("fail", server.local_url, "/predict", {})["message"]
    assert "endpoint" in run_js("fail", server.local_url, "/unknown", [])["message"].lower()


def test_state_counts_and_is_absent_from_the_data(serve: Any, run_js: Any) -> None:
    server = serve(counting().spec())

    assert run_js("predict_many", server.local_url, "/count", [[], [], []]) == [[1], [2], [3]]


def test_function_outside_the_queue_is_called_directly(serve: Any, run_js: Any) -> None:
    app = AppBuilder()
    app.on(greet, [app.add(Echo())], [app.add(Echo())], "fast", queue=False)
    server = serve(app.spec())

    assert run_js("predict", server.local_url, "/fast", ["Ada"]) == ["Hello Ada"]


def test_two_outputs_and_none_arrive_as_arrays(serve: Any, run_js: Any) -> None:
    app = AppBuilder()
    app.on(lambda: ("a", 1), [], [app.add(Echo()), app.add(Counter())], "two")
    app.on(lambda: None, [], [], "none")
    server = serve(app.spec())

    assert run_js("predict", server.local_url, "/two", []) == ["a", 1]
    assert run_js("predict", server.local_url, "/none", []) == []


def test_generator_of_text_gives_every_whole_step_and_completes(serve: Any, run_js: Any) -> None:
    def write(count: float) -> Any:
        text = ""
        for number in range(int(count)):
            text += f"w{number} "
            yield text

    app = AppBuilder()
    app.on(write, [app.add(Counter())], [app.add(Echo())], "write", is_generator=True)
    server = serve(app.spec())

    report = run_js("steps", server.local_url, "/write", [3])

    assert [step[0] for step in report["data"]][:3] == ["w0 ", "w0 w1 ", "w0 w1 w2 "]
    assert report["data"][-1] == ["w0 w1 w2 "]
    assert report["stages"][-1] == "complete"


def test_generator_of_nested_json_matches_step_by_step(serve: Any, run_js: Any) -> None:
    async def steps() -> Any:
        for step in STEPS:
            yield step

    app = AppBuilder()
    app.on(steps, [], [app.add(Anything())], "steps", is_generator=True)
    server = serve(app.spec())

    got = [step[0] for step in run_js("copied_steps", server.local_url, "/steps")]

    assert got[: len(STEPS)] == STEPS


def test_error_of_the_app_arrives_with_all_its_fields(serve: Any, run_js: Any) -> None:
    def fail() -> None:
        raise Error("too big", duration=5, title="Sorry")

    app = AppBuilder()
    app.on(fail, [], [app.add(Echo())], "fail")
    server = serve(app.spec())

    report = run_js("fail", server.local_url, "/fail", [])

    assert report == {
        "message": "too big",
        "title": "Sorry",
        "duration": 5,
        "visible": True,
        "stage": "error",
        "code": None,
    }


def test_unexpected_error_shows_a_reference_only(serve: Any, run_js: Any) -> None:
    server = serve(failing().spec())

    assert "reference" in run_js("fail", server.local_url, "/fail", [])["message"]


def test_cancel_ends_the_iterator_and_spares_the_sibling(serve: Any, run_js: Any) -> None:
    closed = threading.Event()
    app = endless(closed)

    def slow(name: str) -> str:
        time.sleep(0.3)
        return f"Hello {name}"

    app.on(slow, [app.add(Echo())], [app.add(Echo())], "slow")
    server = serve(app.spec())

    report = run_js("cancel_beside_a_sibling", server.local_url, "/tick", "/slow")

    assert report == {"sibling": ["Hello Ada"], "after": ["Hello Bo"]}
    assert closed.wait(10)


def test_many_calls_at_once_lose_nothing(serve: Any, run_js: Any) -> None:
    app = AppBuilder()
    app.on(greet, [app.add(Echo())], [app.add(Echo())], concurrency_limit=None)
    server = serve(app.spec())

    assert run_js("many", server.local_url, "/predict", 8, 50) == 0


def test_files_of_every_form_come_back_whole(serve: Any, run_js: Any, tmp_path: Path) -> None:
    app = AppBuilder()
    app.on(lambda path: path, [app.add(Parcel())], [app.add(Parcel())], "echo")
    server = serve(app.spec())
    file = tmp_path / "some name.bin"
    file.write_bytes(bytes(range(256)) * 100)

    assert run_js("files", server.local_url, "/echo", str(file)) == [True] * 4


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        (None, {"message": "Who are you?"}),
        (["ada", "wrong"], {"message": "Invalid credentials. Could not login. "}),
        (["ada", "lovelace"], {"value": ["Hello Ada"]}),
    ],
)
def test_login_is_needed_and_works(serve: Any, run_js: Any, auth: Any, expected: Any) -> None:
    server = serve(greeting().spec(), auth=("ada", "lovelace"), auth_message="Who are you?")

    report = run_js("log_in", server.local_url, auth)

    assert {name: report.get(name) for name in expected} == expected
