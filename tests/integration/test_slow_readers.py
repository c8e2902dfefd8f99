"""A client that does not read: it holds up neither the function nor other readers, and costs bounded memory."""

from __future__ import annotations

import json
import socket
import threading
from typing import Any

import httpx
import pytest

from pegboard.testing.fakes import Echo

from .support import AppBuilder

STEPS = 1500
STEP_CHARS = 20_000


def texts() -> Any:
    """Yield steps that have nothing in common, 30 MB together."""
    for number in range(STEPS):
        yield f"{number:06}" * (STEP_CHARS // 6)


def steps_of(stream: bytes) -> tuple[int, dict[str, Any]]:
    """Return how many steps were told, and the end."""
    told = [json.loads(line[6:]) for line in stream.split(b"\n") if line.startswith(b"data: ")]
    ends = [message for message in told if message["msg"] == "process_completed"]
    return sum(message["msg"] == "process_generating" for message in told), ends[0]


@pytest.mark.parametrize(("buffer", "most"), [(None, 20_000_000), ("200 kb", 9_000_000)])
def test_who_does_not_read_holds_up_nobody_and_gets_the_newest(
    serve: Any, monkeypatch: pytest.MonkeyPatch, buffer: str | None, most: int
) -> None:
    if buffer is not None:
        monkeypatch.setenv("PEGBOARD_STREAM_BUFFER", buffer)
    has_ended = threading.Event()

    def write() -> Any:
        yield from texts()
        has_ended.set()

    app = AppBuilder()
    app.on(write, [], [app.add(Echo())], "write", is_generator=True)
    server = serve(app.spec())
    url = httpx.URL(server.local_url)
    with httpx.Client(base_url=f"{server.local_url}gradio_api/", timeout=60) as api:
        with socket.socket() as slow:
            # Of what the system keeps for it as little as possible.
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.settimeout(60)
            slow.connect((url.host, url.port))
            slow.sendall(
                f"GET /gradio_api/queue/data?session_hash=slow HTTP/1.1\r\nHost: {url.host}:{url.port}\r\n\r\n".encode()
            )
            api.post("queue/join", json={"fn_index": 0, "data": [], "session_hash": "slow"})
            assert has_ended.wait(60)

            has_ended.clear()
            api.post("queue/join", json={"fn_index": 0, "data": [], "session_hash": "other"})
            others, end = steps_of(api.get("queue/data?session_hash=other").content)
            assert has_ended.is_set() and end["output"]["data"] == [f"{STEPS - 1:06}" * (STEP_CHARS // 6)]

            got = bytearray()
            while not got.endswith(b"0\r\n\r\n"):
                part = slow.recv(1 << 20)
                assert part, "the stream broke off"
                got += part
    told, end = steps_of(unchunked(bytes(got)))
    assert end["success"] and end["output"]["data"] == [f"{STEPS - 1:06}" * (STEP_CHARS // 6)]
    # What was kept for it is bounded (8 MB), and what the system had taken already by its own buffers.
    assert told < STEPS * 2 // 3 and len(got) < most


def unchunked(answer: bytes) -> bytes:
    """Return the body of an answer that came in chunks."""
    body, rest = b"", answer.partition(b"\r\n\r\n")[2]
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return body
