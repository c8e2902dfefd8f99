"""The transport that joins an answer's head and its body."""

from __future__ import annotations

from typing import Any

import pytest

from pegboard.server.joining import JOINED_BYTES, JoiningTransport

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"
STREAM_HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


class Wire:
    """Keeps each write apart."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.is_closed = False

    def write(self, data: bytes) -> None:
        self.writes.append(data)

    def is_closing(self) -> bool:
        return self.is_closed

    def close(self) -> None:
        self.is_closed = True

    def get_extra_info(self, name: str) -> str:
        return f"{name} of the wire"


@pytest.fixture
def wire() -> Wire:
    return Wire()


def joining(wire: Any) -> JoiningTransport:
    return JoiningTransport(wire)


def test_head_goes_out_with_its_body(wire: Wire) -> None:
    transport = joining(wire)
    transport.write(HEAD)
    assert wire.writes == []
    transport.write(b"hello")
    assert wire.writes == [HEAD + b"hello"]


def test_head_of_a_stream_goes_out_at_once(wire: Wire) -> None:
    transport = joining(wire)
    transport.write(STREAM_HEAD)
    transport.write(b"5\r\nhello\r\n")
    assert wire.writes == [STREAM_HEAD, b"5\r\nhello\r\n"]


def test_word_that_a_body_may_come_goes_out_at_once(wire: Wire) -> None:
    joining(wire).write(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert wire.writes == [b"HTTP/1.1 100 Continue\r\n\r\n"]


def test_large_body_is_not_copied_behind_its_head(wire: Wire) -> None:
    body = bytes(JOINED_BYTES + 1)
    transport = joining(wire)
    transport.write(HEAD)
    transport.write(body)
    assert wire.writes[0] == HEAD
    assert wire.writes[1] is body


def test_head_without_a_body_goes_out_when_the_answer_is_complete_or_the_connection_ends(wire: Wire) -> None:
    transport = joining(wire)
    transport.write(HEAD)
    transport.flush()
    transport.flush()
    assert wire.writes == [HEAD]
    transport.write(HEAD)
    transport.close()
    assert wire.writes == [HEAD, HEAD]
    assert transport.is_closing()


def test_the_rest_is_the_transports_own(wire: Wire) -> None:
    assert joining(wire).get_extra_info("peername") == "peername of the wire"
    with pytest.raises(AttributeError):
        joining(wire).no_such_thing  # noqa: B018 - asking is the test
