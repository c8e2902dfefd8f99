"""The real Python client against a real server: conformance items 1 to 33 as far as they are Python's."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from gradio_client.utils import Status

from pegboard.errors import Error
from pegboard.request import Header, Request
from pegboard.testing.fakes import Anything, Counter, Echo

from .support import AppBuilder


def greet(name: str) -> str:
    return f"Hello {name}"


def greeting() -> AppBuilder:
    app = AppBuilder()
    app.on(greet, [app.add(Echo(label="Name"))], [app.add(Echo(label="Greeting"))])
    return app


def connect(server: Any, **options: Any) -> Client:
    return Client(server.local_url, verbose=False, **options)


# -- connect and describe ----------------------------------------------------------------------------


def test_client_connects_and_describes_the_endpoints(serve: Any) -> None:
    client = connect(serve(greeting().spec()))

    described = client.view_api(return_format="dict")

    assert list(described["named_endpoints"]) == ["/predict"]
    (parameter,) = described["named_endpoints"]["/predict"]["parameters"]
    assert (parameter["parameter_name"], parameter["component"]) == ("name", "Echo")
    assert "predict(name, api_name=\"/predict\") -> greeting" in str(client)


def test_config_has_an_absolute_root_that_follows_the_proxy(serve: Any) -> None:
    server = serve(greeting().spec())

    plain = httpx.get(f"{server.local_url}config").json()
    proxied = httpx.get(
        f"{server.local_url}config",
        headers={"x-forwarded-host": "apps.example.org", "x-forwarded-proto": "https"},
    ).json()

    assert plain["root"] == server.local_url.rstrip("/")
    assert proxied["root"] == "https://apps.example.org"


def test_root_path_stands_in_the_root(serve: Any) -> None:
    server = serve(greeting().spec(), root_path="/app")

    assert httpx.get(f"{server.local_url}config").json()["root"] == f"{server.local_url}app"


def test_script_ends_by_itself_after_its_last_call(serve: Any) -> None:
    server = serve(greeting().spec())
    script = (
        "from gradio_client import Client\n"
        f"print(Client({server.local_url!r}, verbose=False).predict('Ada', api_name='/predict'))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True
    )

    assert done.stdout.strip() == "Hello Ada"


# -- calls -------------------------------------------------------------------------------------------


def test_call_works_by_position_by_keyword_and_by_index(serve: Any) -> None:
    client = connect(serve(greeting().spec()))

    assert client.predict("Ada", api_name="/predict") == "Hello Ada"
    assert client.predict(name="Bo", api_name="/predict") == "Hello Bo"
    assert client.predict("Cy", fn_index=0) == "Hello Cy"
    assert client.predict("Di") == "Hello Di"


def test_declared_default_is_used_for_an_argument_left_out(serve: Any) -> None:
    app = AppBuilder()
    number, name = app.add(Counter(value=3, label="n")), app.add(Echo(label="name"))
    app.on(lambda name, n: f"{name}{n}", [name, number], [app.add(Echo())], "join")
    client = connect(serve(app.spec()))

    assert client.predict(name="a", api_name="/join") == "a3"
    assert client.predict("a", 5, api_name="/join") == "a5"


def test_missing_and_unknown_arguments_are_refused_before_any_request(serve: Any) -> None:
    client = connect(serve(greeting().spec()))

    with pytest.raises(TypeError):
        client.predict(api_name="/predict")
    with pytest.raises(TypeError):
        client.predict("a", nonsense=1, api_name="/predict")


def test_outputs_come_as_tuple_as_value_or_as_nothing(serve: Any) -> None:
    app = AppBuilder()
    one, two = app.add(Echo()), app.add(Counter())
    seen: list[str] = []
    app.on(lambda: ("a", 1), [], [one, two], "two")
    app.on(lambda: seen.append("ran"), [], [], "none")
    client = connect(serve(app.spec()))

    assert client.predict(api_name="/two") == ("a", 1)
    assert client.predict(api_name="/none") == ()
    assert seen == ["ran"]


def counting() -> AppBuilder:
    app = AppBuilder()
    state, shown = app.state(0), app.add(Counter())

    def count(total: int) -> tuple[int, int]:
        return total + 1, total + 1

    app.on(count, [state], [state, shown], "count")
    return app


def test_state_counts_for_each_client_alone_and_starts_again_after_a_reset(serve: Any) -> None:
    server = serve(counting().spec())
    one, other = connect(server), connect(server)

    assert [one.predict(api_name="/count") for _ in range(3)] == [1, 2, 3]
    assert other.predict(api_name="/count") == 1
    one.reset_session()
    assert one.predict(api_name="/count") == 1


def test_function_outside_the_queue_gives_the_same_result(serve: Any) -> None:
    app = AppBuilder()
    app.on(greet, [app.add(Echo())], [app.add(Echo())], "fast", queue=False)

    assert connect(serve(app.spec())).predict("Ada", api_name="/fast") == "Hello Ada"


def test_undocumented_endpoint_is_callable_but_unlisted_and_private_is_refused(serve: Any) -> None:
    app = AppBuilder()
    name, out = app.add(Echo()), app.add(Echo())
    app.on(greet, [name], [out], "shown")
    app.on(greet, [name], [out], "hidden", api_visibility="undocumented")
    app.on(greet, [name], [out], "secret", api_visibility="private")
    client = connect(serve(app.spec()))

    assert client.predict("Ada", api_name="/hidden") == "Hello Ada"
    assert list(client.view_api(return_format="dict")["named_endpoints"]) == ["/shown"]
    with pytest.raises(ValueError):
        client.predict("Ada", api_name="/secret")
    with pytest.raises(ValueError):
        client.predict("Ada", api_name="/unknown")


def test_batch_gives_each_call_its_own_row(serve: Any) -> None:
    runs: list[int] = []
    gate = threading.Event()

    def shout(words: list[str]) -> list[list[str]]:
        gate.wait(5)
        runs.append(len(words))
        return [[word.upper() for word in words]]

    app = AppBuilder()
    app.on(shout, [app.add(Echo())], [app.add(Echo())], "shout", batch=True, max_batch_size=4)
    client = connect(serve(app.spec()))

    jobs = [client.submit(word, api_name="/shout") for word in ("a", "b", "c", "d")]
    gate.set()

    assert [job.result(timeout=20) for job in jobs] == ["A", "B", "C", "D"]
    assert sum(runs) == 4


# -- generators --------------------------------------------------------------------------------------


def test_generator_of_text_gives_every_whole_step_in_order(serve: Any) -> None:
    def write(count: float) -> Any:
        text = ""
        for number in range(int(count)):
            text += f"w{number} é "
            yield text

    app = AppBuilder()
    app.on(write, [app.add(Counter())], [app.add(Echo())], "write", is_generator=True)
    client = connect(serve(app.spec()))

    job = client.submit(4, api_name="/write")

    expected = ["".join(f"w{n} é " for n in range(k)) for k in range(1, 5)]
    assert list(job) == expected
    assert job.result() == expected[-1]
    assert job.outputs() == expected


STEPS: list[Any] = [
    {"a": [1]},
    {"a": [1, 2], "b": "x"},
    {"a": [1, 2, [3, 4, 5]], "b": "xy"},
    {"a": [1, 2, [3]], "b": "xy"},
    {"b": None},
    {"b": True},
    {"b": 1},
    {"b": 1.0},
    [1, 2, 3],
    [1],
    [[1, 2, 3]],
    [[1]],
    [True, 1, 0, False],
    [1, True, 0, False],
    "text",
    "text and more",
    None,
    {},
    [],
    {"deep": {"er": [{"x": [1, 2, {"y": "a"}]}]}},
    {"deep": {"er": [{"x": [1, {"y": "ab"}]}]}},
]


def test_generator_of_nested_json_matches_step_by_step(serve: Any) -> None:
    async def steps() -> Any:
        for step in STEPS:
            yield step

    app = AppBuilder()
    app.on(steps, [], [app.add(Anything())], "steps", is_generator=True)
    client = connect(serve(app.spec()))

    got = list(client.submit(api_name="/steps"))

    assert [repr(step) for step in got] == [repr(step) for step in STEPS]


def test_generator_that_yields_the_same_list_grown_gives_every_step(serve: Any) -> None:
    def grow() -> Any:
        items: list[int] = []
        for number in range(4):
            items.append(number)
            yield items

    app = AppBuilder()
    app.on(grow, [], [app.add(Anything())], "grow", is_generator=True)

    got = list(connect(serve(app.spec())).submit(api_name="/grow"))

    assert got == [[0], [0, 1], [0, 1, 2], [0, 1, 2, 3]]


def test_generator_that_fails_keeps_what_it_gave(serve: Any) -> None:
    def fail() -> Any:
        yield "one"
        yield "one two"
        raise Error("no three", duration=4, title="Stopped")

    app = AppBuilder()
    app.on(fail, [], [app.add(Echo())], "fail", is_generator=True)
    job = connect(serve(app.spec())).submit(api_name="/fail")

    with pytest.raises(AppError) as caught:
        job.result(timeout=10)

    assert (caught.value.title, caught.value.duration) == ("Stopped", 4)
    assert job.outputs() == ["one", "one two"]


# -- errors and messages -----------------------------------------------------------------------------


def test_error_of_the_app_reaches_the_client_with_all_its_fields(serve: Any) -> None:
    def fail() -> None:
        raise Error("too <b>big</b>", duration=5, visible=False, title="Sorry")

    app = AppBuilder()
    app.on(fail, [], [app.add(Echo())], "fail")

    with pytest.raises(AppError) as caught:
        connect(serve(app.spec())).predict(api_name="/fail")

    error = caught.value
    assert (str(error), error.title, error.duration, error.visible) == (
        "too <b>big</b>", "Sorry", 5, False,
    )  # fmt: skip


def failing() -> AppBuilder:
    def fail() -> None:
        raise RuntimeError("password=hunter2")

    app = AppBuilder()
    app.on(fail, [], [app.add(Echo())], "fail")
    return app


def test_unexpected_error_shows_a_reference_that_is_in_the_log(serve: Any, caplog: Any) -> None:
    client = connect(serve(failing().spec()))

    with pytest.raises(AppError) as caught:
        client.predict(api_name="/fail")

    assert "hunter2" not in str(caught.value)
    reference = str(caught.value).partition("reference ")[2].rstrip(")")
    assert reference and f"(reference {reference})" in caplog.text
    assert "hunter2" in caplog.text


def test_unexpected_error_shows_its_text_when_the_app_says_so(serve: Any) -> None:
    client = connect(serve(failing().spec(), show_error=True))

    with pytest.raises(AppError, match="password=hunter2"):
        client.predict(api_name="/fail")


@pytest.mark.parametrize("stop", [SystemExit, KeyboardInterrupt])
def test_function_that_exits_fails_its_call_and_not_the_server(serve: Any, stop: type) -> None:
    def leave() -> None:
        raise stop

    app = greeting()
    app.on(leave, [], [], "leave")
    client = connect(serve(app.spec()))

    with pytest.raises(AppError):
        client.predict(api_name="/leave")
    assert client.predict("Ada", api_name="/predict") == "Hello Ada"


def test_too_few_values_name_the_function_and_its_outputs(serve: Any) -> None:
    def short() -> str:
        return "only one"

    app = AppBuilder()
    app.on(short, [], [app.add(Echo(label="a")), app.add(Echo(label="b"))], "short")

    with pytest.raises(AppError) as caught:
        connect(serve(app.spec(), show_error=True)).predict(api_name="/short")

    assert "short() returned 1 value, but its listener has 2 outputs." in str(caught.value)
    assert "Echo 'a' and Echo 'b'" in str(caught.value)


def test_payload_of_the_wrong_type_is_an_error_that_names_the_component(serve: Any) -> None:
    app = AppBuilder()
    app.on(lambda n: n, [app.add(Counter(label="age"))], [app.add(Counter())], "age")

    with pytest.raises(AppError, match="Counter 'age' could not use the value it was sent"):
        connect(serve(app.spec())).predict("abc", api_name="/age")


def test_value_that_json_cannot_carry_fails_its_call_only(serve: Any) -> None:
    app = greeting()
    app.on(lambda: object(), [], [app.add(Anything())], "odd")
    client = connect(serve(app.spec()))

    with pytest.raises(AppError):
        client.predict(api_name="/odd")
    assert client.predict("Ada", api_name="/predict") == "Hello Ada"


@pytest.mark.parametrize(
    ("value", "arrives"),
    [
        ("a\ud800b", "a?b"),
        (float("nan"), None),
        (2**70, 2**70),
        ({1: (2, 3)}, {"1": [2, 3]}),
        ("line\nend\r\n\u2028", "line\nend\r\n\u2028"),
    ],
)
def test_odd_values_arrive(serve: Any, value: Any, arrives: Any) -> None:
    app = AppBuilder()
    app.on(lambda: value, [], [app.add(Anything())], "odd")

    assert connect(serve(app.spec())).predict(api_name="/odd") == arrives


# -- injection ---------------------------------------------------------------------------------------


def test_request_and_headers_reach_the_function(serve: Any) -> None:
    def facts(name: str, request: Request, x_color: Header, x_missing: Header = None) -> Any:  # type: ignore[assignment]
        return {
            "name": name,
            "user": request.headers["X-Gradio-User"],
            "color": x_color,
            "missing": x_missing,
            "session": bool(request.session_hash),
            "client": request.client is not None and request.client.host,
        }

    app = AppBuilder()
    app.on(facts, [app.add(Echo())], [app.add(Anything())], "facts")
    client = connect(serve(app.spec()), headers={"X-Color": "blue"})

    assert client.predict("Ada", api_name="/facts") == {
        "name": "Ada",
        "user": "api",
        "color": "blue",
        "missing": None,
        "session": True,
        "client": "127.0.0.1",
    }


# -- concurrency, cancelling, stopping ---------------------------------------------------------------


def test_many_threads_get_their_own_results(serve: Any) -> None:
    app = AppBuilder()
    app.on(greet, [app.add(Echo())], [app.add(Echo())], concurrency_limit=None)
    client = connect(serve(app.spec()))

    def call(name: int) -> bool:
        return bool(client.predict(str(name), api_name="/predict") == f"Hello {name}")

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(call, range(160)))

    assert results == [True] * 160


def endless(closed: threading.Event) -> AppBuilder:
    def tick() -> Any:
        try:
            number = 0
            while True:
                number += 1
                yield number
                time.sleep(0.01)
        finally:
            closed.set()

    app = greeting()
    app.on(tick, [], [app.add(Counter())], "tick", is_generator=True)
    return app


def test_cancelled_generator_is_closed_and_the_client_goes_on(serve: Any) -> None:
    closed = threading.Event()
    client = connect(serve(endless(closed).spec()))
    job = client.submit(api_name="/tick")
    for _ in job:
        break

    job.cancel()

    with pytest.raises(CancelledError):
        job.result(timeout=10)
    assert job.status().code is Status.CANCELLED
    assert closed.wait(10)
    assert client.predict("Ada", api_name="/predict") == "Hello Ada"


def test_cancel_of_a_running_function_frees_the_client(serve: Any) -> None:
    started, release = threading.Event(), threading.Event()

    def block() -> str:
        started.set()
        release.wait(20)
        return "late"

    app = greeting()
    app.on(block, [], [app.add(Echo())], "block")
    client = connect(serve(app.spec()))
    job = client.submit(api_name="/block")
    assert started.wait(10)

    job.cancel()

    with pytest.raises(CancelledError):
        job.result(timeout=10)
    assert client.predict("Ada", api_name="/predict") == "Hello Ada"
    release.set()


def test_server_that_stops_fails_what_runs(serve: Any) -> None:
    started, release = threading.Event(), threading.Event()

    def block() -> str:
        started.set()
        release.wait(20)
        return "late"

    app = AppBuilder()
    app.on(block, [], [app.add(Echo())], "block")
    server = serve(app.spec())
    job = connect(server).submit(api_name="/block")
    assert started.wait(10)

    threading.Timer(0.1, release.set)
    closing = threading.Thread(target=server.close)
    closing.start()

    with pytest.raises((AppError, CancelledError)):
        job.result(timeout=15)
    release.set()
    closing.join(20)
    assert not closing.is_alive()


def test_reader_that_leaves_for_good_ends_the_generator(serve: Any) -> None:
    closed = threading.Event()
    server = serve(endless(closed).spec())
    base = f"{server.local_url}gradio_api/"
    joined = httpx.post(f"{base}queue/join", json={"data": [], "fn_index": 1, "session_hash": "s"})
    assert joined.status_code == 200

    with httpx.stream("GET", f"{base}queue/data?session_hash=s") as stream:
        next(stream.iter_lines())

    assert closed.wait(10)


def test_async_iteration_ends_with_the_final_output(serve: Any) -> None:
    client = connect(serve(greeting().spec()))

    async def collect() -> list[Any]:
        return [update async for update in client.submit("Ada", api_name="/predict")]

    updates = asyncio.run(collect())

    assert updates[-1].type == "output"
    assert updates[-1].outputs["data"] == ["Hello Ada"]


def test_generator_that_is_faster_than_its_reader_gives_every_step(serve: Any) -> None:
    def race() -> Any:
        yield from range(1000)

    app = AppBuilder()
    app.on(race, [], [app.add(Counter())], "race", is_generator=True)

    assert list(connect(serve(app.spec())).submit(api_name="/race")) == list(range(1000))
