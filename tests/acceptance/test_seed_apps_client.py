"""The apps that people start from, driven by the unmodified public Python client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from tests.acceptance import apps

Serve = Callable[..., str]


def connect(address: str) -> Client:
    """Return a client that prints nothing."""
    return Client(address, verbose=False)


def test_hello_world_greets(serve: Serve) -> None:
    client = connect(serve(apps.gallery("hello_world")))

    assert client.predict("Ada") == "Hello Ada!"
    assert client.predict("Ada", api_name="/greet") == "Hello Ada!"
    assert client.predict("Ada", api_name="/predict") == "Hello Ada!"


def test_hello_slider_uses_the_sliders_value_when_it_is_left_out(serve: Serve) -> None:
    client = connect(serve(apps.gallery("hello_slider")))

    assert client.predict("Ada", 3, api_name="/greet") == "Hello, Ada!!!"
    assert client.predict(name="Ada", api_name="/greet") == "Hello, Ada!!"


def test_hello_mixed_returns_both_outputs(serve: Serve) -> None:
    client = connect(serve(apps.gallery("hello_mixed")))

    result = client.predict("Ada", True, 50, api_name="/greet")

    assert result == ("Good morning Ada. It is 50 degrees today", 10)


def test_image_in_gives_confidences_out(serve: Serve, tmp_path: Path) -> None:
    Image.new("RGB", (32, 20), "red").save(tmp_path / "red.png")
    client = connect(serve(apps.cat_or_dog()))

    result = client.predict(handle_file(str(tmp_path / "red.png")), api_name="/classify")

    assert result == {
        "label": "dog",
        "confidences": [{"label": "dog", "confidence": 0.7}, {"label": "cat", "confidence": 0.3}],
    }


def test_noise_streams_every_frame_and_then_the_picture(serve: Serve) -> None:
    client = connect(serve(apps.gallery("noise")))

    job = client.submit(3, api_name="/develop")
    final = job.result(timeout=60)

    assert len(job.outputs()) == 4
    with Image.open(final) as picture:
        assert picture.size == (600, 600)
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    # The gradient grows to the right in red and downwards in green; frames of noise do not.
    assert pixels[300, 580, 0] - pixels[300, 20, 0] > 200
    assert pixels[580, 300, 1] - pixels[20, 300, 1] > 200


def test_slowly_reverse_reports_progress(serve: Serve) -> None:
    client = connect(serve(apps.gallery("progress")))

    job = client.submit("abcd", api_name="/slowly_reverse")
    seen: list[Any] = []
    while not job.done():
        status = job.status()
        if status.progress_data:
            seen.append(status.progress_data[0])

    assert job.result(timeout=60) == "dcba"
    assert any(unit.desc == "Reversing" and unit.length == 4 for unit in seen)


def test_trim_words_answers_concurrent_calls_together(serve: Serve) -> None:
    demo = apps.trim_words()
    client = connect(serve(demo))

    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(client.predict, "pegboard", n, api_name="/trim_words") for n in range(1, 9)]
        results = [call.result(timeout=60) for call in calls]

    assert results == ["pegboard"[:n] for n in range(1, 9)]
    assert sum(demo.sizes) == 8
    assert max(demo.sizes) > 1


def test_start_process_sends_info_and_warning_and_fails_with_its_own_words(serve: Serve) -> None:
    client = connect(serve(apps.gallery("messages")))

    job = client.submit("", api_name="/start_process")

    async def follow() -> list[tuple[str, str]]:
        return [update.log async for update in job if getattr(update, "log", None)]

    assert asyncio.run(follow()) == [("Starting process", "info"), ("Name is empty", "warning")]
    assert job.result(timeout=30) == "Process without a name is done"
    with pytest.raises(AppError, match="The process was asked to fail"):
        client.predict("fail", api_name="/start_process")


def test_shopping_list_keeps_a_list_for_each_client(serve: Serve) -> None:
    address = serve(apps.gallery("blocks_state"))
    first, second = connect(address), connect(address)

    first.predict("milk", api_name="/add")

    assert first.predict("bread", api_name="/add") == ("", "1. milk\n2. bread")
    assert second.predict("tea", api_name="/add") == ("", "1. tea")


def test_digits_are_recognised(serve: Serve) -> None:
    demo = apps.gallery("digits")
    client = connect(serve(demo))
    module = __import__("pegboard_gallery.demos.digits.app", fromlist=["app"])

    right = 0
    for number, (path,) in enumerate(module.save_examples()):
        result = client.predict(handle_file(path), api_name="/classify")
        right += result["label"] == str(module.test_y[number])

    assert right >= 5
