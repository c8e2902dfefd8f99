"""Streaming inputs and outputs over HTTP: one event with many inputs, and playlists that grow."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from gradio_client import Client

import pegboard as pb
from pegboard.testing.fakes import Counter, Echo, Tape

from .support import AppBuilder

API = "gradio_api"


class Reader:
    """The stream of one session, read message by message."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def next(self, *kinds: str) -> dict[str, Any]:
        """Return the next message of one of these kinds."""
        for line in self._lines:
            if line.startswith("data: "):
                message: dict[str, Any] = json.loads(line[6:])
                if message["msg"] in kinds:
                    return message
        raise AssertionError(f"the stream ended before {kinds}")


class Sender:
    """Plays the part of a page (or of the JavaScript client) with a streaming input."""

    made: list[Sender] = []

    def __init__(self, url: str, session: str = "one") -> None:
        self.made.append(self)
        self.url, self.session = url, session
        self.http = httpx.Client(timeout=20, headers={"user-agent": "node"})
        self.event = ""

    def open(self, *data: Any, fn_index: int = 0) -> httpx.Response:
        body = {"data": list(data), "fn_index": fn_index, "session_hash": self.session}
        answer = self.http.post(f"{self.url}{API}/queue/join", json=body)
        self.event = answer.json().get("event_id", "")
        return answer

    def chunk(self, *data: Any, **more: Any) -> httpx.Response:
        body = {"data": list(data), "session_hash": self.session, **more}
        return self.http.post(f"{self.url}{API}/stream/{self.event}", json=body)

    def close(self) -> httpx.Response:
        return self.http.post(f"{self.url}{API}/stream/{self.event}/close", json={})

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        address = f"{self.url}{API}/queue/data?session_hash={self.session}"
        with self.http.stream("GET", address) as answer:
            yield Reader(answer.iter_lines())


@pytest.fixture(autouse=True)
def closed_connections() -> Iterator[None]:
    yield
    while Sender.made:
        Sender.made.pop().http.close()


def summing(**options: Any) -> AppBuilder:
    """An app whose streaming function adds up what it gets, per session."""
    app = AppBuilder()
    tape, total, out = app.add(Tape(streaming=True)), app.state(0), app.add(Counter())

    def add(piece: str, so_far: int) -> tuple[int, int]:
        so_far += len(piece)
        return so_far, so_far

    app.on(
        add,
        [tape, total],
        [total, out],
        "add",
        targets=[(tape, "stream")],
        connection="stream",
        trigger_mode="multiple",
        **options,
    )
    return app


# -- inputs ------------------------------------------------------------------------------------------


def test_one_event_takes_many_chunks_and_answers_each_with_a_whole_value(serve: Any) -> None:
    sender = Sender(serve(summing(keeps_every_chunk=True).spec()).local_url)
    sender.open("a", None)

    with sender.reading() as stream:
        first = stream.next("process_streaming")
        assert sender.chunk("bb", None).json() == {"msg": "success"}
        second = stream.next("process_streaming")
        sender.chunk("ccc", None)
        third = stream.next("process_streaming")
        assert sender.close().status_code == 200
        last = stream.next("process_completed")
        stream.next("close_stream")

    values = [message["output"]["data"] for message in (first, second, third, last)]
    assert values == [[None, 1], [None, 3], [None, 6], [None, 6]]
    assert {message["event_id"] for message in (first, second, third, last)} == {sender.event}
    assert last["success"] is True


def test_stream_is_cut_at_its_time_limit(serve: Any) -> None:
    sender = Sender(serve(summing(time_limit=0.3).spec()).local_url)
    sender.open("a", None)

    with sender.reading() as stream:
        step = stream.next("process_streaming")
        last = stream.next("process_completed")

    assert step["time_limit"] == 0.3
    assert last["output"]["data"] == [None, 1]
    assert sender.chunk("b", None).status_code == 404


def test_newest_frame_wins_while_the_function_is_busy(serve: Any) -> None:
    app = AppBuilder()
    eye, out = app.add(Echo()), app.add(Echo())
    seen: list[str] = []
    may_go_on = threading.Event()

    def look(frame: str) -> str:
        seen.append(frame)
        assert may_go_on.wait(20)
        return frame

    app.on(look, [eye], [out], "look", connection="stream")
    sender = Sender(serve(app.spec()).local_url)
    sender.open("1")
    for frame in ("2", "3", "4"):
        sender.chunk(frame)
    sender.close()
    may_go_on.set()

    with sender.reading() as stream:
        assert stream.next("process_completed")["output"]["data"] == ["4"]
    assert seen in (["1", "4"], ["4"])


def test_open_stream_holds_its_slot_and_the_next_visitor_waits(serve: Any) -> None:
    url = serve(summing(concurrency_limit=1).spec()).local_url
    first, second = Sender(url, "one"), Sender(url, "two")
    first.open("a", None)
    with first.reading() as stream:
        stream.next("process_streaming")
        second.open("bbbb", None)

        with second.reading() as other:
            assert other.next("estimation", "process_streaming")["msg"] == "estimation"
            first.close()
            assert other.next("process_streaming")["output"]["data"] == [None, 4]
            second.close()
            other.next("process_completed")


def test_failing_chunk_ends_the_stream_with_the_error(serve: Any) -> None:
    app = AppBuilder()

    def refuse(text: str) -> str:
        raise pb.Error(f"not {text}")

    app.on(refuse, [app.add(Echo())], [app.add(Echo())], "refuse", connection="stream")
    sender = Sender(serve(app.spec()).local_url)
    sender.open("x")

    with sender.reading() as stream:
        last = stream.next("process_completed")

    assert (last["success"], last["output"]["error"]) == (False, "not x")
    assert sender.chunk("y").status_code == 404


@pytest.mark.parametrize(
    ("event", "body", "status"),
    [
        ("nonsense", {"data": ["a", None]}, 404),
        (None, {"data": "no list"}, 400),
        (None, {"data": ["a", None], "session_hash": "somebody-else"}, 404),
        (None, [], 400),
    ],
)
def test_chunk_that_makes_no_sense_is_refused(
    serve: Any, event: str | None, body: Any, status: int
) -> None:
    sender = Sender(serve(summing().spec()).local_url)
    sender.open("a", None)

    answer = sender.http.post(f"{sender.url}{API}/stream/{event or sender.event}", json=body)

    assert answer.status_code == status
    assert answer.json()["detail"]


def test_cancelled_stream_takes_no_more(serve: Any) -> None:
    sender = Sender(serve(summing().spec()).local_url)
    sender.open("a", None)
    with sender.reading() as stream:
        stream.next("process_streaming")
        body = {"event_id": sender.event, "session_hash": sender.session, "fn_index": 0}
        sender.http.post(f"{sender.url}{API}/cancel", json=body)
        stream.next("process_completed")

    assert sender.chunk("b", None).status_code == 404


def test_python_client_and_curl_get_one_answer_to_one_chunk(serve: Any) -> None:
    url = serve(summing().spec()).local_url

    assert Client(url, verbose=False).predict("abc", api_name="/add") == 3
    event = httpx.post(f"{url}{API}/call/add", json={"data": ["abcd"]}).json()["event_id"]
    text = httpx.get(f"{url}{API}/call/add/{event}").text
    assert text == "event: complete\ndata: [null,4]\n\n"


def test_javascript_client_sends_chunks(serve: Any, run_js: Any) -> None:
    url = serve(summing(keeps_every_chunk=True).spec()).local_url

    assert run_js("stream_chunks", url, "/add", ["a", None], [["bb", None], ["ccc", None]]) == [
        [1], [3], [6],
    ]  # fmt: skip


# -- outputs -----------------------------------------------------------------------------------------


def player(pieces: list[bytes], gate: threading.Event | None = None) -> AppBuilder:
    app = AppBuilder()

    def play(name: str) -> Iterator[tuple[bytes, str]]:
        for number, piece in enumerate(pieces, 1):
            yield piece, f"{name} {number}"
            if gate is not None and number == 1:
                assert gate.wait(20)

    app.on(
        play,
        [app.add(Echo(label="name"))],
        [app.add(Tape(streaming=True)), app.add(Echo())],
        "play",
        is_generator=True,
    )
    return app


def test_pieces_play_from_a_growing_playlist_and_end_as_one_file(serve: Any) -> None:
    gate = threading.Event()
    sender = Sender(serve(player([b"first!", b"second"], gate).spec()).local_url)
    sender.open("go")

    with sender.reading() as stream:
        tape = stream.next("process_generating")["output"]["data"][0]
        early = sender.http.get(tape["url"])
        gate.set()
        last = stream.next("process_completed")["output"]["data"]
    late = sender.http.get(tape["url"])

    assert tape["is_stream"] is True
    assert tape["url"].startswith(f"{sender.url}{API}/stream/")
    assert tape["url"].endswith("/playlist.m3u8")
    assert sender.session not in tape["url"].split("/stream/")[1].split("/")
    assert early.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert early.headers["cache-control"] == "no-store"
    head = "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-TARGETDURATION:10\n"
    first = head + "#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:0.600,\n0.aac\n"
    assert early.text == first
    assert late.text == first + "#EXT-X-DISCONTINUITY\n#EXTINF:0.600,\n1.aac\n#EXT-X-ENDLIST\n"
    piece = sender.http.get(tape["url"].replace("playlist.m3u8", "1.aac"))
    assert (piece.content, piece.headers["content-type"]) == (b"second", "audio/aac")
    whole, words = last
    assert (whole["is_stream"], whole["orig_name"], words) == (False, "whole.aac", "go 2")
    assert sender.http.get(whole["url"]).content == b"first!second"


def test_python_client_gets_the_whole_as_a_file(serve: Any) -> None:
    url = serve(player([b"one", b"two"]).spec()).local_url

    path, words = Client(url, verbose=False).predict("x", api_name="/play")

    with open(path, "rb") as file:
        assert (file.read(), words) == (b"onetwo", "x 2")


@pytest.mark.parametrize("name", ["9.aac", "0.mp3", "..", "x.aac", "playlist", "%2e%2e%2f0.aac"])
def test_only_names_of_the_playlist_are_served(serve: Any, name: str) -> None:
    sender = Sender(serve(player([b"one"]).spec()).local_url)
    sender.open("go")
    with sender.reading() as stream:
        tape = stream.next("process_generating")["output"]["data"][0]
        stream.next("process_completed")

    answer = sender.http.get(tape["url"].replace("playlist.m3u8", name))

    assert answer.status_code in (404, 403)


def test_unknown_playlist_is_not_found(serve: Any) -> None:
    url = serve(player([b"one"]).spec()).local_url

    assert httpx.get(f"{url}{API}/stream/a/b/1/playlist.m3u8").status_code == 404


def test_playlist_belongs_to_who_is_logged_in(serve: Any) -> None:
    server = serve(player([b"one"]).spec(), auth=[("ada", "x"), ("bob", "y")])
    ada, bob = Sender(server.local_url), Sender(server.local_url)
    ada.http.post(f"{ada.url}login", data={"username": "ada", "password": "x"})
    bob.http.post(f"{bob.url}login", data={"username": "bob", "password": "y"})
    ada.open("go")
    with ada.reading() as stream:
        tape = stream.next("process_generating")["output"]["data"][0]
        stream.next("process_completed")

    assert ada.http.get(tape["url"]).status_code == 200
    assert bob.http.get(tape["url"]).status_code == 404
    assert httpx.get(tape["url"]).status_code == 401


def test_player_hears_the_end_when_the_function_fails_on_the_way(serve: Any) -> None:
    app = AppBuilder()

    def play() -> Iterator[bytes]:
        yield b"one"
        raise pb.Error("tape torn")

    app.on(play, [], [app.add(Tape(streaming=True))], "play", is_generator=True)
    sender = Sender(serve(app.spec()).local_url)
    sender.open()
    with sender.reading() as stream:
        tape = stream.next("process_generating")["output"]["data"][0]
        assert stream.next("process_completed")["output"]["error"] == "tape torn"

    assert sender.http.get(tape["url"]).text.endswith("0.aac\n#EXT-X-ENDLIST\n")


def test_piece_of_an_unknown_format_fails_with_words_in_the_log(serve: Any) -> None:
    app = AppBuilder()

    def play() -> Iterator[bytes]:
        yield b"one"

    app.on(play, [], [app.add(Tape(streaming=True, format="html"))], "play", is_generator=True)
    sender = Sender(serve(app.spec(), show_error=True).local_url)
    sender.open()
    with sender.reading() as stream:
        assert "'html'" in stream.next("process_completed")["output"]["error"]
