"""Large uploads, which are read past the parser of HTTP: nothing about them may differ from small ones."""

from __future__ import annotations

import hashlib
import json
import os
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from pegboard.launch import Server
from pegboard.server import direct_body, uploads
from pegboard.testing.fakes import Parcel

from .support import AppBuilder, until

MIB = 1024 * 1024
BOUNDARY = "x-boundary"
HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="big.bin"\r\n'
    "Content-Type: application/octet-stream\r\n\r\n"
).encode()
TAIL = f"\r\n--{BOUNDARY}--\r\n".encode()


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[direct_body.DirectBody]:
    """Return the bodies that were read past the parser, as they come."""
    found: list[direct_body.DirectBody] = []
    begin = direct_body.DirectBody._begin

    def noted(body: direct_body.DirectBody) -> bytes:
        found.append(body)
        return begin(body)

    monkeypatch.setattr(direct_body.DirectBody, "_begin", noted)
    return found


@pytest.fixture
def server(serve: Callable[..., Server]) -> Server:
    app = AppBuilder()
    app.on(lambda path: path, [app.add(Parcel())], [app.add(Parcel())], "echo")
    return serve(app.spec(), max_file_size="64 mb")


def address(server: Server) -> tuple[str, int]:
    url = httpx.URL(server.local_url)
    return str(url.host), int(url.port or 80)


def request_head(server: Server, size: int, *more: str) -> bytes:
    host, port = address(server)
    lines = [
        "POST /gradio_api/upload HTTP/1.1",
        f"Host: {host}:{port}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
        f"Content-Length: {size}",
        *more,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


@contextmanager
def connected(server: Server) -> Iterator[socket.socket]:
    with socket.create_connection(address(server), timeout=30) as client:
        yield client


def answer_of(client: socket.socket) -> tuple[int, bytes]:
    """Read one answer with a length, and nothing behind it."""
    with client.makefile("rb", buffering=0) as answers:
        # One byte at a time is slow, and leaves the next answer where it is.
        lines = list(iter(answers.readline, b"\r\n"))
        sizes = [line for line in lines if line.lower().startswith(b"content-length:")]
        left, body = int(sizes[0].split(b":")[1]), b""
        while len(body) < left:
            body += answers.read(left - len(body)) or b""
    return int(lines[0].split()[1]), body


def leftovers(server: Server) -> list[str]:
    folder = server.app.site.files.folder / "incoming"
    return os.listdir(folder) if folder.exists() else []


def stored_digest(server: Server, path: str) -> str:
    stored = server.app.site.files.find(path)
    assert stored is not None
    return hashlib.sha256(stored.path.read_bytes()).hexdigest()


@pytest.mark.parametrize("extra", [-2, -1, 0, 1, len(TAIL), MIB // 2])
def test_content_arrives_whole_wherever_blocks_end(server: Server, taken: list[Any], extra: int) -> None:
    # The end of the form lies before, on and behind the end of a block, in turn.
    content = os.urandom(9 * direct_body.BLOCK_BYTES - len(HEAD) - len(TAIL) + extra)

    (path,) = httpx.post(
        f"{server.local_url}gradio_api/upload",
        content=HEAD + content + TAIL,
        headers={"content-type": f"multipart/form-data; boundary={BOUNDARY}"},
    ).json()

    assert len(taken) == 1
    assert stored_digest(server, path) == hashlib.sha256(content).hexdigest()


def test_several_files_full_of_near_boundaries_stay_apart(server: Server, taken: list[Any]) -> None:
    near = f"\r\n--{BOUNDARY[:-1]}".encode()
    contents = [near * (size // len(near)) + b"\r" for size in (MIB, 3 * MIB + 7, 11, 2 * MIB)]
    parts = b"".join(HEAD + content + TAIL[: -len(b"--\r\n")] + b"\r\n" for content in contents)
    body = parts.replace(f"\r\n--{BOUNDARY}\r\n--{BOUNDARY}\r\n".encode(), f"\r\n--{BOUNDARY}\r\n".encode())
    body = body[: -len(b"\r\n")] + b"--\r\n"

    paths = httpx.post(
        f"{server.local_url}gradio_api/upload",
        content=body,
        headers={"content-type": f"multipart/form-data; boundary={BOUNDARY}"},
    ).json()

    assert len(taken) == 1
    assert [stored_digest(server, path) for path in paths] == [
        hashlib.sha256(content).hexdigest() for content in contents
    ]


def test_connection_goes_on_with_the_request_that_came_right_behind(server: Server, taken: list[Any]) -> None:
    content = os.urandom(3 * MIB)
    size = len(HEAD) + len(content) + len(TAIL)
    host, port = address(server)
    following = f"GET /gradio_api/info HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode()
    with connected(server) as client:
        for _ in range(2):
            client.sendall(request_head(server, size) + HEAD + content + TAIL + following)

            status, body = answer_of(client)
            assert status == 200
            assert stored_digest(server, json.loads(body)[0]) == hashlib.sha256(content).hexdigest()
            status, body = answer_of(client)
            assert status == 200 and "named_endpoints" in json.loads(body)
    assert len(taken) == 2


def test_client_that_asks_first_is_told_to_go_on(server: Server, taken: list[Any]) -> None:
    content = os.urandom(2 * MIB)
    with connected(server) as client:
        client.sendall(request_head(server, len(HEAD) + len(content) + len(TAIL), "Expect: 100-continue"))
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(HEAD + content + TAIL)

        assert answer_of(client)[0] == 200
    assert len(taken) == 1


def test_refused_upload_is_answered_and_its_connection_goes_on(server: Server, taken: list[Any]) -> None:
    content = bytes(70 * MIB)
    with connected(server) as client:
        client.sendall(request_head(server, len(HEAD) + len(content) + len(TAIL)) + HEAD + content + TAIL)
        assert answer_of(client)[0] == 413

        content = os.urandom(2 * MIB)
        client.sendall(request_head(server, len(HEAD) + len(content) + len(TAIL)) + HEAD + content + TAIL)
        assert answer_of(client)[0] == 200
    assert len(taken) == 2
    assert leftovers(server) == []


def test_connection_stays_while_the_rest_of_a_refused_upload_comes_slowly(
    server: Server, taken: list[Any]
) -> None:
    size = 80 * MIB
    with connected(server) as client:
        client.sendall(request_head(server, size) + HEAD + bytes(60 * MIB))
        until(lambda: bool(taken))
        taken[0]._protocol.timeout_keep_alive = 0.4
        client.sendall(bytes(10 * MIB - len(HEAD)))
        assert answer_of(client)[0] == 413

        for _ in range(10):
            time.sleep(0.1)
            client.sendall(bytes(MIB))
        body = HEAD + bytes(2 * MIB) + TAIL
        client.sendall(request_head(server, len(body)) + body)
        assert answer_of(client)[0] == 200


def test_refused_client_that_stalls_is_let_go(server: Server, taken: list[Any]) -> None:
    with connected(server) as client:
        client.sendall(request_head(server, 80 * MIB) + HEAD + bytes(60 * MIB))
        until(lambda: bool(taken))
        taken[0]._protocol.timeout_keep_alive = 0.4
        client.sendall(bytes(10 * MIB))
        assert answer_of(client)[0] == 413
        client.sendall(bytes(MIB))

        assert client.recv(1) == b""


def test_client_that_leaves_leaves_nothing_behind(server: Server, taken: list[Any]) -> None:
    with connected(server) as client:
        client.sendall(request_head(server, 40 * MIB) + HEAD + bytes(5 * MIB))
        until(lambda: bool(leftovers(server)))
    until(lambda: not leftovers(server))

    assert len(taken) == 1
    assert httpx.get(f"{server.local_url}gradio_api/info").status_code == 200


def test_client_that_sends_nothing_more_is_told(
    server: Server, taken: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "BODY_IDLE_S", 0.3)
    with connected(server) as client:
        client.sendall(request_head(server, 40 * MIB) + HEAD + bytes(5 * MIB + 1000))

        assert answer_of(client)[0] == 408
    assert len(taken) == 1
    until(lambda: not leftovers(server))


def test_slow_client_is_not_taken_for_one_that_stalls(
    server: Server, taken: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "BODY_IDLE_S", 1.0)
    content = os.urandom(2 * MIB)
    body = HEAD + content + TAIL
    with connected(server) as client:
        client.sendall(request_head(server, len(body)))
        for start in range(0, len(body), MIB // 4):
            client.sendall(body[start : start + MIB // 4])
            time.sleep(0.2)

        assert answer_of(client)[0] == 200
    assert len(taken) == 1


def test_slow_disk_holds_the_sender_back(
    server: Server, taken: list[Any], go_on: threading.Event
) -> None:
    content = os.urandom(60 * MIB)
    rest = memoryview(request_head(server, len(HEAD) + len(content) + len(TAIL)) + HEAD + content + TAIL)
    with connected(server) as client:
        client.setblocking(False)
        sent = 0
        # Until nothing more has gone for a second.
        while select.select([], [client], [], 1.0)[1]:
            sent += client.send(rest[sent : sent + MIB])
        go_on.set()
        # A few blocks, and what the system holds for a socket (some megabytes on either side).
        assert sent < 30 * MIB
        client.settimeout(30)
        client.sendall(rest[sent:])

        status, body = answer_of(client)
    assert status == 200 and len(taken) == 1
    assert stored_digest(server, json.loads(body)[0]) == hashlib.sha256(content).hexdigest()


def test_events_go_on_beside_it_and_progress_is_told(server: Server, taken: list[Any]) -> None:
    content = os.urandom(3 * MIB)
    body = HEAD + content + TAIL
    told: list[dict[str, Any]] = []

    def listen() -> None:
        with httpx.stream(
            "GET", f"{server.local_url}gradio_api/upload_progress", params={"upload_id": "one"}, timeout=30
        ) as lines:
            told.extend(json.loads(line[6:]) for line in lines.iter_lines() if line.startswith("data: "))

    listener = threading.Thread(target=listen)
    with connected(server) as client:
        head = request_head(server, len(body)).replace(b"/upload ", b"/upload?upload_id=one ")
        client.sendall(head + body[: 2 * MIB])
        listener.start()
        assert httpx.get(f"{server.local_url}gradio_api/info").status_code == 200
        client.sendall(body[2 * MIB :])
        assert answer_of(client)[0] == 200
    listener.join(30)

    assert told[-1] == {"msg": "done"} and len(taken) == 1
    sizes = [message["chunk_size"] for message in told if message["msg"] == "update"]
    assert sum(sizes) == len(content)


def test_body_of_unknown_length_comes_the_usual_way(server: Server, taken: list[Any]) -> None:
    content = os.urandom(3 * MIB)

    (path,) = httpx.post(
        f"{server.local_url}gradio_api/upload",
        content=iter([HEAD, content, TAIL]),
        headers={"content-type": f"multipart/form-data; boundary={BOUNDARY}"},
    ).json()

    assert taken == []
    assert stored_digest(server, path) == hashlib.sha256(content).hexdigest()
