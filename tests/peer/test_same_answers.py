"""The same app on Pegboard and on Gradio itself, asked the same by the same client.

Not part of `make test`, because it needs Gradio in an environment of its own: `make peer`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client, handle_file
from PIL import Image

HERE = Path(__file__).parent
PEER = Path(os.environ.get("PEGBOARD_PEER", HERE.parents[1] / ".venv-gradio" / "bin" / "python"))


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.fixture(scope="module", params=["pegboard", "gradio"])
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    port = free_port()
    python = sys.executable if request.param == "pegboard" else str(PEER)
    environment = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"}
    server = subprocess.Popen([python, str(HERE / "app.py"), request.param, str(port)], env=environment)
    address = f"http://127.0.0.1:{port}/"
    for _ in range(600):
        try:
            if httpx.get(f"{address}config").status_code == 200:
                break
        except httpx.TransportError:
            assert server.poll() is None, f"{request.param} did not start"
            time.sleep(0.1)
    yield Client(address, verbose=False)
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("/greet", ("Ada", 2), "Hello AdaHello Ada"),
        ("/greet", ("Ada",), "Hello AdaHello AdaHello Ada"),
        ("/both", ("ab", True), ("AB", 2)),
        ("/both", ("ab", False), ("ab", 2)),
        ("/write", (3,), "word0 word1 word2 "),
        ("/grow", (), {"a": [], "c": 1.5}),
        ("/trim", ("pegboard", 3), "peg"),
        ("/choose", ("b",), "b"),
        ("/speak", (), "done"),
        ("/nothing", (), ()),
        ("/fast", ("x",), "x"),
    ],
)
def test_call_gives_the_same(client: Client, name: str, arguments: tuple[Any, ...], answer: Any) -> None:
    assert client.predict(*arguments, api_name=name) == answer


def test_state_counts_up_and_starts_again(client: Client) -> None:
    client.reset_session()

    assert [client.predict(2, api_name="/count") for _ in range(3)] == [2, 4, 6]


def test_every_step_arrives_whole(client: Client) -> None:
    assert list(client.submit(3, api_name="/write")) == ["word0 ", "word0 word1 ", "word0 word1 word2 "]


def test_error_has_its_fields(client: Client) -> None:
    with pytest.raises(Exception, match="not today") as refused:
        client.predict("today", api_name="/refuse")

    assert (refused.value.title, refused.value.duration) == ("Sorry", 4)


def test_messages_are_heard(client: Client) -> None:
    async def follow() -> list[Any]:
        return [u.log async for u in client.submit(api_name="/speak") if getattr(u, "log", None)]

    assert asyncio.run(follow()) == [("looking", "info"), ("nearly", "warning")]


def test_picture_and_label_travel(client: Client, tmp_path: Path) -> None:
    Image.new("RGB", (50, 25), "red").save(tmp_path / "red.png")

    answer = client.predict(handle_file(tmp_path / "red.png"), api_name="/classify")

    assert answer["label"] == "width"
    assert [(item["label"], item["confidence"]) for item in answer["confidences"]] == [
        ("width", 0.5), ("height", 0.25),
    ]  # fmt: skip


def test_file_comes_back_whole(client: Client, tmp_path: Path) -> None:
    (tmp_path / "a note.txt").write_bytes(b"hello")

    returned = client.predict(handle_file(tmp_path / "a note.txt"), api_name="/keep")

    assert Path(returned).read_bytes() == b"hello"


def test_endpoints_describe_themselves_alike(client: Client) -> None:
    endpoints: Callable[[str], Any] = client.view_api(return_format="dict")["named_endpoints"].get

    (name, times) = endpoints("/greet")["parameters"]
    assert (name["parameter_name"], name["component"], name["python_type"]["type"]) == ("name", "Textbox", "str")
    assert (times["parameter_has_default"], times["parameter_default"]) == (True, 3)
    assert endpoints("/classify")["parameters"][0]["python_type"]["type"] == "filepath"
    assert endpoints("/count")["parameters"][0]["component"] == "Number"
    assert len(endpoints("/count")["parameters"]) == len(endpoints("/count")["returns"]) == 1
