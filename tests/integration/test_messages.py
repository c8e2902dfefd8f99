"""What clients hear besides results: places in the queue, progress, messages, refusals, heartbeats."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import ValidationError
from gradio_client.utils import QueueError, Status

from pegboard.errors import Error
from pegboard.progress import Info, Progress, Success, Warning
from pegboard.queue.worker import STARTED_AFTER_S, Engine
from pegboard.testing.fakes import Anything, Counter, Echo, Parcel

from .support import AppBuilder
from .test_python_client import connect, greet, greeting

# -- messages and progress -----------------------------------------------------------------------------


def speaking() -> AppBuilder:
    def speak() -> str:
        Info("Looking", duration=3)
        Warning("Nearly <b>there</b>", title="Mind")
        Success("Found", visible=False)
        return "done"

    app = AppBuilder()
    app.on(speak, [], [app.add(Echo())], "speak")
    return app


LOGS = [
    {"log": "Looking", "level": "info", "title": "Info", "duration": 3, "visible": True},
    {"log": "Nearly <b>there</b>", "level": "warning", "title": "Mind", "duration": 10, "visible": True},
    {"log": "Found", "level": "success", "title": "Success", "duration": 10, "visible": False},
]


def updates_of(job: Any) -> list[Any]:
    async def follow() -> list[Any]:
        return [update async for update in job]

    return asyncio.run(follow())


def test_messages_reach_the_python_client_with_level_and_text(serve: Any) -> None:
    client = connect(serve(speaking().spec()))

    updates = updates_of(client.submit(api_name="/speak"))

    logs = [update.log for update in updates if update.type == "status" and update.code is Status.LOG]
    assert logs == [(item["log"], item["level"]) for item in LOGS]


def test_messages_reach_the_javascript_client_with_all_their_fields(serve: Any, run_js: Any) -> None:
    server = serve(speaking().spec())

    assert run_js("logs", server.local_url, "/speak") == LOGS


def counting_aloud() -> AppBuilder:
    def count(progress: Progress = Progress()) -> str:
        progress(0.25, desc="warm")
        for _ in progress.tqdm(range(2), desc="turns", unit="turns"):
            pass
        progress((2, 4), unit="steps")
        return "done"

    app = AppBuilder()
    app.on(count, [], [app.add(Echo())], "count")
    return app


def fractions(bars: list[dict[str, Any]]) -> tuple[Any, ...]:
    return tuple((bar["index"], bar["length"], bar["unit"], bar["progress"], bar["desc"]) for bar in bars)


def test_progress_reaches_the_javascript_client_in_order(serve: Any, run_js: Any) -> None:
    server = serve(counting_aloud().spec())

    seen = [fractions(bars) for bars in run_js("progress", server.local_url, "/count")]

    # Superseded progress may be left out, the order may not change, and the last is never lost.
    ordered = [
        ((None, None, "steps", 0.25, "warm"),),
        ((0, 2, "turns", None, "turns"),),
        ((1, 2, "turns", None, "turns"),),
        ((2, 2, "turns", None, "turns"),),
        ((2, 4, "steps", None, None),),
    ]
    assert seen == [step for step in ordered if step in seen]
    assert seen[-1] == ordered[-1]


def test_progress_reaches_the_python_client(serve: Any) -> None:
    client = connect(serve(counting_aloud().spec()))

    updates = updates_of(client.submit(api_name="/count"))

    units = [u.progress_data[0] for u in updates if u.type == "status" and u.progress_data]
    assert (units[-1].index, units[-1].length, units[-1].unit) == (2, 4, "steps")


# -- the queue -----------------------------------------------------------------------------------------


class Gate:
    """A function that waits until it is let go."""

    def __init__(self) -> None:
        self.started = threading.Semaphore(0)
        self.calls: list[str] = []
        self._open = threading.Event()

    def __call__(self, name: str) -> str:
        self.calls.append(name)
        self.started.release()
        self._open.wait(30)
        return f"Hello {name}"

    def wait_for_start(self) -> None:
        assert self.started.acquire(timeout=10)

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open()


def gated(gate: Gate) -> AppBuilder:
    app = greeting()
    app.on(gate, [app.add(Echo())], [app.add(Echo())], "gated")
    return app


def read_messages(server: Any, session: str) -> Iterator[dict[str, Any]]:
    address = f"{server.local_url}gradio_api/queue/data?session_hash={session}"
    with httpx.stream("GET", address, timeout=30) as stream:
        for line in stream.iter_lines():
            if line:
                yield json.loads(line.removeprefix("data: "))


def join(server: Any, session: str, *data: Any, fn_index: int = 1) -> httpx.Response:
    body = {"data": list(data), "fn_index": fn_index, "session_hash": session}
    return httpx.post(f"{server.local_url}gradio_api/queue/join", json=body)


def test_second_call_hears_its_place_and_then_that_it_starts(serve: Any, gate: Gate) -> None:
    server = serve(gated(gate).spec())
    join(server, "first", "Ada")
    gate.wait_for_start()
    join(server, "second", "Bo")
    messages = read_messages(server, "second")

    waiting = next(messages)
    gate.open()
    rest = [message["msg"] for message in messages]

    assert (waiting["msg"], waiting["rank"], waiting["queue_size"]) == ("estimation", 0, 1)
    # A start that is followed by the end at once may be left out.
    assert [kind for kind in rest if kind != "process_starts"] == ["process_completed", "close_stream"]


def test_full_queue_refuses_in_words_and_spares_the_earlier_calls(
    serve: Any, gate: Gate, run_js: Any
) -> None:
    server = serve(gated(gate).spec(max_size=1))
    client = connect(server)
    first = client.submit("Ada", api_name="/gated")
    gate.wait_for_start()
    second = client.submit("Bo", api_name="/gated")
    waited = time.monotonic() + 10
    while second.status().code is not Status.IN_QUEUE and time.monotonic() < waited:
        pass

    refused = join(server, "third", "Cy")
    with pytest.raises(QueueError):
        client.submit("Di", api_name="/gated").result(timeout=10)
    told = run_js("fail", server.local_url, "/gated", ["Ed"])
    gate.open()

    assert refused.status_code == 503
    assert "full" in refused.json()["detail"]
    assert "busy" in told["message"]
    assert (first.result(10), second.result(10)) == ("Hello Ada", "Hello Bo")
    assert gate.calls == ["Ada", "Bo"]


def test_call_that_is_cancelled_while_it_waits_never_runs(serve: Any, gate: Gate) -> None:
    client = connect(serve(gated(gate).spec()))
    first = client.submit("Ada", api_name="/gated")
    gate.wait_for_start()
    second = client.submit("Bo", api_name="/gated")
    waited = time.monotonic() + 10
    while second.status().code is not Status.IN_QUEUE and time.monotonic() < waited:
        pass

    second.cancel()
    with pytest.raises(CancelledError):
        second.result(timeout=10)
    gate.open()

    assert first.result(10) == "Hello Ada"
    assert client.predict("Cy", api_name="/gated") == "Hello Cy"
    assert gate.calls == ["Ada", "Cy"]


def test_function_slower_than_the_heartbeat_keeps_both_clients_waiting(
    serve: Any, run_js: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEGBOARD_HEARTBEAT_INTERVAL", "0.1")

    def slow(name: str) -> str:
        time.sleep(1)
        return f"Hello {name}"

    app = AppBuilder()
    app.on(slow, [app.add(Echo())], [app.add(Echo())], "slow", concurrency_limit=None)
    server = serve(app.spec())
    join(server, "raw", "Cy", fn_index=0)

    kinds = [message["msg"] for message in read_messages(server, "raw")]

    assert kinds.count("heartbeat") >= 3
    assert connect(server).predict("Ada", api_name="/slow") == "Hello Ada"
    assert run_js("predict", server.local_url, "/slow", ["Bo"]) == ["Hello Bo"]


# -- refusals ------------------------------------------------------------------------------------------


def validated() -> AppBuilder:
    def check(name: str, age: float) -> list[dict[str, Any]]:
        return [
            {"__type__": "validate", "is_valid": bool(name), "message": "A name is needed"},
            {"__type__": "validate", "is_valid": age >= 18, "message": "Too young"},
        ]

    app = AppBuilder()
    name, age = app.add(Echo(label="name")), app.add(Counter(label="age"))
    app.on(lambda name, age: f"{name} {age}", [name, age], [app.add(Echo())], "enter", validator=check)
    return app


def test_validator_names_the_refused_argument_in_both_clients(serve: Any, run_js: Any) -> None:
    server = serve(validated().spec())
    client = connect(server)

    with pytest.raises(ValidationError, match=r"age: Too young"):
        client.predict("Ada", 3, api_name="/enter")
    told = run_js("fail", server.local_url, "/enter", ["Ada", 3])

    assert told["code"] == "validation_error"
    assert client.predict("Ada", 36, api_name="/enter") == "Ada 36"


def test_unlisted_function_is_callable_from_javascript_and_an_unknown_one_is_not(
    serve: Any, run_js: Any
) -> None:
    app = greeting()
    app.on(greet, [app.add(Echo())], [app.add(Echo())], "quiet", api_visibility="undocumented")
    server = serve(app.spec())

    assert run_js("connect", server.local_url) == [["/predict"], ["/predict"]]
    assert run_js("predict", server.local_url, "/quiet", ["Ada"]) == ["Hello Ada"]
    assert 'matching "/nowhere"' in run_js("fail", server.local_url, "/nowhere", ["Ada"])["message"]


def test_error_after_some_steps_keeps_them_and_then_fails_in_javascript(serve: Any, run_js: Any) -> None:
    def write() -> Iterator[str]:
        yield "one"
        raise Error("Out of ink", title="Sorry", duration=4)

    app = AppBuilder()
    app.on(write, [], [app.add(Echo())], "write", is_generator=True)
    server = serve(app.spec())

    report = run_js("steps", server.local_url, "/write", [])

    assert report["data"] == [["one"]]
    assert report["stages"][-1] == "error"


# -- values --------------------------------------------------------------------------------------------


def test_path_in_plain_json_is_downloaded_under_v3_and_left_alone_under_v2_1(serve: Any) -> None:
    def describe() -> dict[str, str]:
        return {"path": "somewhere"}

    app = AppBuilder()
    app.on(describe, [], [app.add(Anything())], "describe")

    with pytest.raises(httpx.HTTPStatusError):
        connect(serve(app.spec())).predict(api_name="/describe")

    older = connect(serve(app.spec(protocol="sse_v2.1")))
    assert older.predict(api_name="/describe") == {"path": "somewhere"}


def test_file_is_described_instead_of_downloaded_when_the_client_asks_for_that(serve: Any) -> None:
    app = AppBuilder()
    app.on(lambda: b"abc", [], [app.add(Parcel())], "make")
    server = serve(app.spec())
    client = Client(server.local_url, verbose=False, download_files=False)

    described = client.predict(api_name="/make")

    assert described["meta"] == {"_type": "gradio.FileData"}
    assert httpx.get(described["url"]).content == b"abc"


def test_tokens_that_a_client_sends_are_in_no_log(serve: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "httpx")
    caplog.set_level(logging.WARNING, "httpcore")

    def fail() -> None:
        raise RuntimeError("broken")

    app = AppBuilder()
    app.on(fail, [], [app.add(Echo())], "fail")
    client = connect(serve(app.spec()), headers={"authorization": "Bearer s3cret-token"})

    with pytest.raises(Exception, match="reference"):
        client.predict(api_name="/fail")

    assert "RuntimeError: broken" in caplog.text
    assert "s3cret-token" not in caplog.text


# -- words about runs that have started ----------------------------------------------------------------


def test_quick_runs_do_not_wake_the_loop_to_look_for_slow_ones(
    serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []
    look = Engine._tell_started

    def counted(engine: Engine) -> None:
        looks.append(time.monotonic())
        look(engine)

    monkeypatch.setattr(Engine, "_tell_started", counted)
    client = connect(serve(greeting().spec()))
    begin = time.monotonic()
    for _ in range(60):
        client.predict("Ada", api_name="/predict")
    lasted_s = time.monotonic() - begin

    # A timer that waits for the rest of a millisecond would look a dozen times an event.
    assert len(looks) <= 2 + lasted_s / STARTED_AFTER_S
