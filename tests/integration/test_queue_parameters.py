"""Batches, limits and places in the queue, through the public API against a real server."""

from __future__ import annotations

import inspect
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from gradio_client import Client

import pegboard as pb
from pegboard.testing.fakes import Counter, Echo

API = "gradio_api"


@pytest.fixture
def launch() -> Iterator[Callable[..., str]]:
    apps: list[Any] = []

    def start(demo: Any, **options: Any) -> str:
        apps.append(demo)
        _, url, _ = demo.launch(prevent_thread_lock=True, server_port=0, quiet=True, **options)
        return str(url)

    yield start
    for demo in apps:
        demo.close()


class Held:
    """A function that says when it has begun, and ends when it is let go."""

    def __init__(self) -> None:
        self.begun: queue.Queue[str] = queue.Queue()
        self.may_end = threading.Event()

    def __call__(self, text: str) -> str:
        self.begun.put(text)
        assert self.may_end.wait(30)
        return text


def join(url: str, fn_index: int, *data: Any, session: str = "s") -> httpx.Response:
    body = {"data": list(data), "fn_index": fn_index, "session_hash": session}
    return httpx.post(f"{url}{API}/queue/join", json=body)


def waiting(url: str) -> int:
    return int(httpx.get(f"{url}{API}/queue/status").json()["queue_size"])


def page_of(*functions: tuple[Any, dict[str, Any]]) -> pb.Blocks:
    with pb.Blocks() as demo:
        box, out = Echo(label="in"), Echo(label="out")
        for fn, options in functions:
            box.change(fn, box, out, **options)
    return demo


@pytest.mark.parametrize(
    ("options", "at_once"),
    [({}, 1), ({"concurrency_limit": 2}, 2), ({"concurrency_limit": None}, 4)],
)
def test_so_many_run_at_once_and_the_others_wait(
    launch: Any, options: dict[str, Any], at_once: int
) -> None:
    held = Held()
    url = launch(page_of((held, options)))

    for number in range(4):
        join(url, 0, str(number))
    begun = [held.begun.get(timeout=30) for _ in range(at_once)]

    assert waiting(url) == 4 - at_once
    assert begun == [str(number) for number in range(at_once)]
    assert held.begun.empty()
    held.may_end.set()


def test_functions_of_one_concurrency_id_share_the_smallest_limit(launch: Any) -> None:
    one, two = Held(), Held()
    url = launch(
        page_of(
            (one, {"concurrency_id": "gpu", "concurrency_limit": 3}),
            (two, {"concurrency_id": "gpu", "concurrency_limit": 1}),
        )
    )

    join(url, 0, "a")
    one.begun.get(timeout=30)
    join(url, 1, "b")

    assert waiting(url) == 1
    assert two.begun.empty()
    one.may_end.set()
    assert two.begun.get(timeout=30) == "b"
    two.may_end.set()


def test_default_limit_is_for_functions_without_their_own(launch: Any) -> None:
    free, own = Held(), Held()
    url = launch(page_of((free, {}), (own, {"concurrency_limit": 1})).queue(default_concurrency_limit=2))

    for number in (0, 0, 0, 1, 1):
        join(url, number, str(number))
    begun = [free.begun.get(timeout=30), free.begun.get(timeout=30), own.begun.get(timeout=30)]

    assert (begun, waiting(url)) == (["0", "0", "1"], 2)
    free.may_end.set()
    own.may_end.set()


@pytest.mark.parametrize(("text", "limit"), [("3", 3), ("none", None), (None, 1)])
def test_environment_gives_the_default_limit(
    monkeypatch: pytest.MonkeyPatch, text: str | None, limit: int | None
) -> None:
    if text is not None:
        monkeypatch.setenv("GRADIO_DEFAULT_CONCURRENCY_LIMIT", text)

    assert page_of((lambda x: x, {})).describe().default_concurrency_limit == limit


def test_full_queue_refuses_with_its_size_and_does_not_count_what_runs(launch: Any) -> None:
    held = Held()
    url = launch(page_of((held, {})).queue(max_size=1))
    join(url, 0, "runs")
    held.begun.get(timeout=30)

    waits, refused = join(url, 0, "waits"), join(url, 0, "too many")

    assert waits.status_code == 200
    assert refused.status_code == 503
    assert refused.json()["detail"].startswith("Queue is full. 1 events are waiting, and no more than 1")
    held.may_end.set()


def test_closed_api_refuses_direct_calls_with_advice_and_the_page_goes_on(launch: Any) -> None:
    with pb.Blocks() as demo:
        box, out = Echo(label="in"), Echo(label="out")
        box.change(str.upper, box, out, api_name="queued")
        box.input(str.lower, box, out, api_name="direct", queue=False)
    url = launch(demo.queue(api_open=False))

    def run(name: str) -> httpx.Response:
        return httpx.post(f"{url}{API}/run/{name}", json={"data": ["Ab"]})

    assert run("queued").status_code == 404
    assert "/gradio_api/call/queued" in run("queued").json()["detail"]
    assert run("direct").json()["data"] == ["ab"]
    assert Client(url, verbose=False).predict("Ab", api_name="/queued") == "AB"


def test_calls_that_wait_together_run_as_one_batch_up_to_its_size(launch: Any) -> None:
    sizes: list[int] = []
    may_end, begun = threading.Event(), threading.Event()

    def double(texts: list[str], numbers: list[float]) -> tuple[list[str], list[float]]:
        sizes.append(len(texts))
        begun.set()
        assert may_end.wait(30)
        return [text * 2 for text in texts], [number * 2 for number in numbers]

    demo = pb.Interface(
        double, [Echo(), Counter()], [Echo(), Counter()], batch=True, max_batch_size=3
    )
    url = launch(demo)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(Client(url, verbose=False).predict, "x", 1, api_name="/double")
        assert begun.wait(30)
        clients = [Client(url, verbose=False) for _ in range(4)]
        calls = [
            pool.submit(client.predict, f"t{number}", number, api_name="/double")
            for number, client in enumerate(clients)
        ]
        while waiting(url) < 4:
            pass
        may_end.set()
        results = [call.result(60) for call in calls]

    assert first.result() == ("xx", 2)
    assert results == [(f"t{number}" * 2, number * 2) for number in range(4)]
    assert sizes == [1, 3, 1]


def test_batch_of_unequal_lists_fails_with_words(launch: Any) -> None:
    def short(texts: list[str]) -> list[list[str]]:
        return [[]]

    url = launch(pb.Interface(short, Echo(), Echo(), batch=True), show_error=True)

    answer = httpx.post(f"{url}{API}/run/short", json={"data": ["x"]})

    assert answer.status_code == 500
    assert "did not return a value for every call of its batch" in answer.json()["error"]


@pytest.mark.parametrize(("threads", "word"), [(1, "alone"), (2, "together")])
def test_so_many_threads_run_functions(launch: Any, threads: int, word: str) -> None:
    meeting = threading.Barrier(2)

    def meet(text: str) -> str:
        try:
            meeting.wait(1 if threads == 1 else 30)
        except threading.BrokenBarrierError:
            return "alone"
        return "together"

    url = launch(page_of((meet, {"concurrency_limit": None})), max_threads=threads)
    with ThreadPoolExecutor(2) as pool:
        one, two = (
            pool.submit(httpx.post, f"{url}{API}/run/meet", json={"data": ["x"]}, timeout=60)
            for _ in range(2)
        )

    assert {call.result().json()["data"][0] for call in (one, two)} == {word}


def test_live_interface_keeps_its_limits_and_its_batch() -> None:
    def many(texts: list[str]) -> list[list[str]]:
        return [texts]

    demo = pb.Interface(
        many, Echo(), Echo(), live=True, batch=True, max_batch_size=8, concurrency_limit=3
    )

    listener = demo.describe().by_api_name("many")

    assert listener is not None
    assert (listener.batch, listener.max_batch_size, listener.concurrency_limit) == (True, 8, 3)
    assert (listener.trigger_mode, [target.event for target in listener.targets]) == (
        "always_last", ["change"],
    )  # fmt: skip


def test_live_interface_with_a_stream_listens_to_chunks_and_to_changes() -> None:
    from pegboard.testing.fakes import Tape

    demo = pb.Interface(
        lambda sound, text: text, [Tape(streaming=True), Echo()], Echo(), live=True,
        time_limit=7, stream_every=0.2, api_name="hear",
    )  # fmt: skip

    listener = demo.describe().by_api_name("hear")

    assert listener is not None
    assert [target.event for target in listener.targets] == ["stream", "change"]
    assert (listener.connection, listener.trigger_mode, listener.show_progress) == (
        "stream", "multiple", "hidden",
    )  # fmt: skip
    assert (listener.time_limit, listener.stream_every, listener.keeps_every_chunk) == (7, 0.2, True)


def test_stream_without_live_is_warned_of() -> None:
    from pegboard.testing.fakes import Tape

    with pytest.warns(UserWarning, match="pass live=True"):
        pb.Interface(lambda sound: "x", Tape(streaming=True), Echo())


# -- bad values --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("fn", 5), ("inputs", "text"), ("inputs", 5), ("outputs", 5), ("inputs_kwargs", ["x"]),
        ("api_name", 5), ("api_description", 5), ("api_visibility", "secret"), ("show_api", "yes"),
        ("scroll_to_output", "yes"), ("show_progress", "some"), ("show_progress_on", 5),
        ("queue", "yes"), ("batch", "yes"), ("max_batch_size", 0), ("preprocess", 1),
        ("postprocess", "no"), ("cancels", 5), ("trigger_mode", "often"), ("js", True),
        ("concurrency_limit", 0), ("concurrency_limit", "many"), ("concurrency_id", 5),
        ("time_limit", 0), ("time_limit", "long"), ("stream_every", -1), ("key", 1.5),
        ("validator", "yes"),
    ],
)  # fmt: skip
def test_bad_listener_argument_is_refused_in_three_parts(option: str, value: Any) -> None:
    with pb.Blocks():
        box = Echo()
        with pytest.raises(ValueError) as caught:
            box.change(**{"fn": lambda x: x, "inputs": box, "outputs": box, option: value})

    text = str(caught.value)
    assert option in text
    assert all(part in text for part in ("got:", "expected:", "fix:"))


BAD_FOR_QUEUE = [
    ("status_update_rate", "often"), ("status_update_rate", 0), ("api_open", "no"),
    ("max_size", 0), ("max_size", "big"), ("default_concurrency_limit", 0),
    ("default_concurrency_limit", "two"), ("protocol", "sse_v9"),
]  # fmt: skip


def test_every_parameter_of_queue_has_a_bad_value_in_this_file() -> None:
    assert {name for name, _ in BAD_FOR_QUEUE} == set(inspect.signature(pb.Blocks().queue).parameters)


@pytest.mark.parametrize(("option", "value"), BAD_FOR_QUEUE)
def test_bad_queue_parameter_is_refused_in_three_parts(option: str, value: Any) -> None:
    with pytest.raises(ValueError) as caught:
        pb.Blocks().queue(**{option: value})

    text = str(caught.value)
    assert f"queue({option}=)" in text
    assert all(part in text for part in ("got:", "expected:", "fix:"))


def test_bad_default_limit_of_the_environment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEGBOARD_DEFAULT_CONCURRENCY_LIMIT", "many")

    with pytest.raises(ValueError, match="PEGBOARD_DEFAULT_CONCURRENCY_LIMIT"):
        pb.Blocks()


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (lambda: pb.Progress(track_tqdm="yes"), "Progress(track_tqdm=)"),
        (lambda: pb.Progress().tqdm(5), "progress.tqdm()"),
        (lambda: pb.Progress().tqdm(), "progress.tqdm()"),
        (lambda: pb.Info("x", duration="long"), "Info(duration=)"),
        (lambda: pb.Info("x", visible="yes"), "Info(visible=)"),
        (lambda: pb.Warning("x", duration=-1), "Warning(duration=)"),
        (lambda: pb.Warning("x", title=5), "Warning(title=)"),
        (lambda: pb.Success("x", duration=True), "Success(duration=)"),
        (lambda: pb.Error("x", duration="long"), "Error(duration=)"),
        (lambda: pb.Error("x", visible=1), "Error(visible=)"),
        (lambda: pb.Error("x", title=None), "Error(title=)"),
    ],
)
def test_bad_value_for_progress_or_a_message_is_refused_in_three_parts(
    work: Callable[[], Any], words: str
) -> None:
    with pytest.raises(ValueError) as caught:
        work()

    text = str(caught.value)
    assert words in text
    assert all(part in text for part in ("got:", "expected:", "fix:"))
