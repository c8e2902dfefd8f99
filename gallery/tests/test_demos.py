"""Every demo starts and does what it is there to show, driven by the public Python client."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from gradio_client import Client, handle_file
from PIL import Image

from pegboard_gallery.demo_index import FOLDER


def everything(client: Client, folder: Path) -> None:
    shown = steps(client, "Open air", "Forest", 128, "#ffffff", False, api_name="/poster")
    picture, shares, facts = shown[-1]
    assert len(shown) >= 2 and Image.open(picture if isinstance(picture, str) else picture["path"]).size == (128, 128)
    assert shares["label"] == "paper" and facts == {"side": 128, "ink": "#2f6b4f", "letters": 8}


def numbers(result: Any) -> list[Any]:
    return list(result)


def steps(client: Client, *arguments: Any, api_name: str) -> list[Any]:
    job = client.submit(*arguments, api_name=api_name)
    job.result(timeout=60)
    return job.outputs()


def api_only(client: Client, folder: Path) -> None:
    assert client.predict([1, 2, 3, 6], api_name="/summarise")["mean"] == 3
    assert client.predict("ab", api_name="/repeat") == "abab"


def auth(client: Client, folder: Path) -> None:
    assert client.predict("Hello", api_name="/note") == "Hello — ada"


def batch(client: Client, folder: Path) -> None:
    jobs = [client.submit(word, 3, api_name="/trim_words") for word in ("pegboard", "hook")]
    assert [job.result(timeout=60) for job in jobs] == ["peg", "hoo"]


def blocks_state(client: Client, folder: Path) -> None:
    client.predict("milk", api_name="/add")
    assert client.predict("bread", api_name="/add")[-1] == "1. milk\n2. bread"


def cached_examples(client: Client, folder: Path) -> None:
    assert client.predict(360, api_name="/factors") == "2 × 2 × 2 × 3 × 3 × 5"


def cancel(client: Client, folder: Path) -> None:
    assert steps(client, 3, api_name="/count_down")[-1] == "Lift-off"


def chained_events(client: Client, folder: Path) -> None:
    assert client.predict("the  hook", api_name="/clean") == "the hook"
    assert client.predict("the hook the", api_name="/count") == {"the": 2, "hook": 1}
    assert client.predict({"the": 2, "hook": 1}, api_name="/conclude") == "Most often: **the** (2 times)"


def custom_component(client: Client, folder: Path) -> None:
    assert client.predict(5, "Fine", api_name="/thank") == "Thank you! (5 of 5) Fine"


def dependent_inputs(client: Client, folder: Path) -> None:
    assert client.predict("Hardwoods", api_name="/offer")["value"] == "Ash"


def digits(client: Client, folder: Path) -> None:
    Image.new("L", (16, 16), 255).save(folder / "blank.png")
    found = client.predict(handle_file(folder / "blank.png"), api_name="/classify")
    assert len(found["confidences"]) == 4


def files(client: Client, folder: Path) -> None:
    (folder / "a.txt").write_text("Ada")
    joined, contents = client.predict([handle_file(folder / "a.txt")], "Both", api_name="/join")
    assert contents == "1. a.txt"
    assert "% Both" in Path(joined).read_text()


def flagging(client: Client, folder: Path) -> None:
    assert client.predict("great and warm", api_name="/judge")["label"] == "friendly"


def hello_mixed(client: Client, folder: Path) -> None:
    assert numbers(client.predict("Ada", True, 50, api_name="/greet"))[1] == 10


def hello_slider(client: Client, folder: Path) -> None:
    assert client.predict("Ada", 3, api_name="/greet") == "Hello, Ada!!!"


def hello_world(client: Client, folder: Path) -> None:
    assert client.predict("Ada", api_name="/greet") == "Hello Ada!"


def image_filter(client: Client, folder: Path) -> None:
    Image.new("RGB", (4, 4), (255, 0, 0)).save(folder / "red.png")
    path = client.predict(handle_file(folder / "red.png"), "Invert", 1, api_name="/apply_filter")
    assert Image.open(path if isinstance(path, str) else path["path"]).convert("RGB").getpixel((0, 0))[0] < 10


def live(client: Client, folder: Path) -> None:
    assert numbers(client.predict("one two", api_name="/measure")) == [2, 7, "n tw"]


def messages(client: Client, folder: Path) -> None:
    assert client.predict("a", api_name="/start_process") == "Process a is done"


def mounted(client: Client, folder: Path) -> None:
    assert client.predict(100, api_name="/convert") == 212


def noise(client: Client, folder: Path) -> None:
    assert len(steps(client, 2, api_name="/develop")) == 3


def progress(client: Client, folder: Path) -> None:
    assert client.predict("ab", api_name="/slowly_reverse") == "ba"


def queue_limits(client: Client, folder: Path) -> None:
    assert client.predict("ab", api_name="/slow") == "ba"
    assert client.predict("ab", api_name="/quick") == "AB"


def streaming(client: Client, folder: Path) -> None:
    assert steps(client, 1, api_name="/tell")[-1].startswith("A pegboard is a board")


def tabs(client: Client, folder: Path) -> None:
    feet, log = client.predict(3.048, "", api_name="/lengths")
    assert (feet, log.strip()) == (10, "3.048 m = 10 ft")


def typed(client: Client, folder: Path) -> None:
    assert client.predict("large", "Ada", True, api_name="/order")["price"] == 4.3


def updates(client: Client, folder: Path) -> None:
    assert client.predict("Letter", "Ada", "Hello", api_name="/write") == "Dear Ada,\nHello"


def validation(client: Client, folder: Path) -> None:
    assert client.predict("Ada", 2, api_name="/book") == "2 seats for Ada. See you there!"
    with pytest.raises(Exception, match="One to eight seats"):
        client.predict("Ada", 12, api_name="/book")


def who_calls(client: Client, folder: Path) -> None:
    assert client.predict(api_name="/look")["program"] != "not said"


CASES: dict[str, Callable[[Client, Path], None]] = {
    case.__name__: case
    for case in (
        api_only, auth, batch, blocks_state, cached_examples, cancel, chained_events, custom_component,
        dependent_inputs, digits, everything, files, flagging, hello_mixed, hello_slider, hello_world, image_filter, live,
        messages, mounted, noise, progress, queue_limits, streaming, tabs, typed, updates, validation, who_calls,
    )
}


def test_every_demo_has_a_case() -> None:
    assert set(CASES) == {path.parent.name for path in FOLDER.glob("*/app.py")}


@pytest.fixture
def serve() -> Iterator[Callable[[Any, dict[str, Any]], str]]:
    started: list[Any] = []

    def start(demo: Any, options: dict[str, Any]) -> str:
        started.append(demo)
        _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, server_port=0, **options)
        return str(address)

    yield start
    for demo in started:
        demo.close()


@pytest.mark.parametrize("name", sorted(set(CASES) - {"mounted"}))
def test_a_demo_does_what_it_shows(name: str, serve: Callable[..., str], tmp_path: Path) -> None:
    module = importlib.import_module(f"pegboard_gallery.demos.{name}.app")
    options = getattr(module, "LAUNCH", {})
    address = serve(module.demo, options)
    login = options["auth"][0] if "auth" in options else None

    CASES[name](Client(address, auth=login, verbose=False, download_files=str(tmp_path)), tmp_path)


def test_the_mounted_demo_answers_below_its_path(tmp_path: Path) -> None:
    import socket
    import threading

    module = importlib.import_module("pegboard_gallery.demos.mounted.app")
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen()
    server = uvicorn.Server(uvicorn.Config(module.app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    try:
        mounted(Client(f"http://127.0.0.1:{sock.getsockname()[1]}/convert/", verbose=False), tmp_path)
    finally:
        server.should_exit = True
        thread.join(30)
