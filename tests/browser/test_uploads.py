"""Submit while a file is still on its way: the file belongs to what was submitted."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import pegboard as pb


def digest(path: str | None) -> str:
    return "nothing" if path is None else hashlib.sha256(Path(path).read_bytes()).hexdigest()


@pytest.fixture
def chosen(serve: Callable[..., str], page: Page, tmp_path: Path) -> str:
    """Choose a large file on an app's page; return its digest."""
    content = os.urandom(3_000_000)
    file = tmp_path / "large.bin"
    file.write_bytes(content)
    with pb.Blocks() as demo:
        given, out = pb.File(label="In"), pb.Textbox(label="Out")
        run = pb.Button("Submit").click(digest, given, out)
        pb.Button("Stop").click(None, cancels=[run])
    page.goto(serve(demo))
    page.locator("input[type=file]").set_input_files(file)
    return hashlib.sha256(content).hexdigest()


def submit(page: Page) -> None:
    page.get_by_role("button", name="Submit").click()


def test_submit_waits_for_the_file(page: Page, go_on: threading.Event, chosen: str) -> None:
    submit(page)

    expect(page.locator(".pb-overlay")).to_be_visible()
    go_on.set()
    expect(page.get_by_label("Out")).to_have_value(chosen)


def test_stop_ends_the_wait_and_nothing_is_run(page: Page, go_on: threading.Event, chosen: str) -> None:
    submit(page)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".pb-overlay")).to_have_count(0)

    go_on.set()

    expect(page.get_by_text("1 file uploaded")).to_be_attached()
    expect(page.get_by_label("Out")).to_have_value("")
    submit(page)
    expect(page.get_by_label("Out")).to_have_value(chosen)


def test_nothing_is_run_without_a_file_that_was_lost(
    serve: Callable[..., str], page: Page, problems: list[str], tmp_path: Path, go_on: threading.Event
) -> None:
    calls: list[str | None] = []
    file = tmp_path / "large.bin"
    file.write_bytes(bytes(3_000_000))
    demo = pb.Interface(calls.append, pb.File(label="In"), pb.Textbox(label="Out"))
    page.goto(serve(demo, max_file_size="1 mb"))
    page.locator("input[type=file]").set_input_files(file)

    submit(page)
    go_on.set()

    expect(page.get_by_text("larger than")).to_be_visible()
    expect(page.locator(".pb-overlay")).to_have_count(0)
    assert calls == []
    problems.clear()  # the browser's word about the answer 413
