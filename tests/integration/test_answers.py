"""Answers as bytes on a kept connection."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from pegboard.testing.fakes import Echo

from .support import AppBuilder


@pytest.fixture
def line(serve: Any) -> Any:
    """Return one connection to a running app."""
    app = AppBuilder()
    box = app.add(Echo())
    app.on(str.upper, [box], [box], "upper")
    where = urlsplit(serve(app.spec()).local_url)
    with socket.create_connection((where.hostname, where.port), timeout=10) as connection:
        yield connection


def ask(line: socket.socket, method: str, path: str, *headers: str) -> None:
    line.sendall("\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]).encode())


def answer(line: socket.socket) -> tuple[bytes, bytes]:
    """Return the head of one answer, and the bytes that have come behind it."""
    found = b""
    while b"\r\n\r\n" not in found:
        part = line.recv(65536)
        assert part, found
        found += part
    head, _, rest = found.partition(b"\r\n\r\n")
    return head, rest


def test_small_answer_is_one_piece(line: Any) -> None:
    for _ in range(3):
        ask(line, "GET", "/gradio_api/queue/status")

        piece = line.recv(65536)

        head, _, body = piece.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        assert body.startswith(b"{") and b"content-length: %d" % len(body) in head


def test_answers_without_a_body_come_and_leave_the_connection_open(line: Any) -> None:
    ask(line, "HEAD", "/config")
    head, rest = answer(line)
    assert head.startswith(b"HTTP/1.1 200") and rest == b""
    assert b"content-length: 0" not in head

    ask(line, "GET", "/")
    head, rest = answer(line)
    size = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(rest) < size:
        rest += line.recv(65536)
    tag = head.split(b"etag: ")[1].split(b"\r\n")[0].decode()
    ask(line, "GET", "/", f"If-None-Match: {tag}")
    head, rest = answer(line)
    assert head.startswith(b"HTTP/1.1 304") and rest == b""

    ask(line, "OPTIONS", "/config")
    assert answer(line)[0].startswith(b"HTTP/1.1 204")


def test_last_answer_comes_before_the_connection_is_closed(line: Any) -> None:
    ask(line, "HEAD", "/config", "Connection: close")
    assert answer(line)[0].startswith(b"HTTP/1.1 200")
    assert line.recv(100) == b""


def test_client_that_waits_for_leave_to_send_gets_it(line: Any) -> None:
    body = b'{"data": ["a"]}'
    ask(line, "POST", "/gradio_api/run/upper", "Expect: 100-continue", f"Content-Length: {len(body)}")
    head, _ = answer(line)
    assert head.startswith(b"HTTP/1.1 100")

    line.sendall(body)
    head, rest = answer(line)
    assert head.startswith(b"HTTP/1.1 200") and b'"A"' in rest


def test_stream_begins_before_it_has_anything_to_say(line: Any) -> None:
    ask(line, "GET", "/gradio_api/queue/data?session_hash=quiet&pegboard=1")
    head, _ = answer(line)
    assert b"text/event-stream" in head
