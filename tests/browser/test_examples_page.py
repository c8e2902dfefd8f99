"""Examples and flagging in a real browser: clicking a row, turning pages, flag buttons and Clear."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import pegboard as pb


@pytest.fixture
def launch(serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Serve from a folder of the test's own, because flags and caches go there."""
    monkeypatch.chdir(tmp_path)
    return serve


def greet(name: str, times: float) -> str:
    return f"Hello {name} " * int(times)


def test_click_on_a_row_fills_the_inputs_and_shows_the_cached_result(page: Page, launch: Any) -> None:
    demo = pb.Interface(
        greet, ["text", "number"], "text", examples=[["Ada", 1], ["Bo", 2]], cache_examples=True,
        preload_example=False,
    )  # fmt: skip
    page.goto(launch(demo))

    page.get_by_role("row", name="Bo").click()

    expect(page.get_by_label("name")).to_have_value("Bo")
    expect(page.get_by_label("times")).to_have_value("2")
    expect(page.get_by_label("output")).to_have_value("Hello Bo Hello Bo ")


def test_preloaded_row_is_there_when_the_page_opens(page: Page, launch: Any) -> None:
    demo = pb.Interface(
        greet, ["text", "number"], "text", examples=[["Ada", 1], ["Bo", 2]], cache_examples=True
    )
    page.goto(launch(demo))

    expect(page.get_by_label("name")).to_have_value("Ada")
    expect(page.get_by_label("output")).to_have_value("Hello Ada ")


def test_click_runs_the_function_where_that_is_wanted(page: Page, launch: Any) -> None:
    with pb.Blocks() as demo:
        name, out = pb.Textbox(label="name"), pb.Textbox(label="out")
        pb.Examples(["Ada", "Bo"], name, out, fn=str.upper, run_on_click=True)
    page.goto(launch(demo))

    page.get_by_role("button", name="Bo").click()

    expect(page.get_by_label("out")).to_have_value("BO")


def test_pages_are_turned_and_their_rows_can_be_picked(page: Page, launch: Any) -> None:
    demo = pb.Interface(
        greet, ["text", "number"], "text", examples=[[f"n{n}", n] for n in range(1000)]
    )
    page.goto(launch(demo))
    pager = page.get_by_role("navigation", name="Pages of examples")
    table = page.get_by_role("table")

    assert pager.get_by_role("button").all_inner_texts() == ["1", "2", "3", "100"]
    pager.get_by_role("button", name="100").click()
    expect(table.get_by_role("row")).to_have_count(11)
    table.get_by_role("row", name="n997").click()

    expect(page.get_by_label("name")).to_have_value("n997")
    pager.get_by_role("button", name="1", exact=True).click()
    expect(table.get_by_role("button", name="n0", exact=True)).to_be_visible()


def test_labels_are_captions_to_click(page: Page, launch: Any) -> None:
    demo = pb.Interface(
        greet, ["text", "number"], "text", examples=[["Ada", 1], ["Bo", 2]],
        example_labels=["The countess", "The shepherdess"],
    )  # fmt: skip
    page.goto(launch(demo))

    page.get_by_role("button", name="The shepherdess").click()

    expect(page.get_by_label("name")).to_have_value("Bo")


class Gate(pb.FlaggingCallback):
    """Records when it is let, and fails when it is told to."""

    def __init__(self) -> None:
        self.go, self.flagged = threading.Event(), threading.Event()
        self.fails = False
        self.flags: list[Any] = []

    def flag(self, flag_data: Any, flag_option: Any = None, username: Any = None) -> int:
        assert self.go.wait(60)
        if self.fails:
            raise ValueError("not now")
        self.flags.append((flag_data, flag_option))
        self.flagged.set()
        return len(self.flags)


def test_flag_button_says_saving_then_its_caption_again(page: Page, launch: Any) -> None:
    gate = Gate()
    demo = pb.Interface(
        greet, ["text", "number"], "text", flagging_options=["good"], flagging_callback=gate
    )
    page.goto(launch(demo))
    page.get_by_label("name").fill("Ada")
    page.get_by_role("button", name="Flag as good").click()

    saving = page.get_by_role("button", name="Saving...")
    expect(saving).to_be_disabled()
    gate.go.set()

    expect(page.get_by_role("button", name="Flag as good")).to_be_enabled()
    assert [(data[0], option) for data, option in gate.flags] == [("Ada", "good")]


def test_flag_button_says_error_and_clear_restores_it_and_empties_the_rest(
    page: Page, launch: Any
) -> None:
    gate = Gate()
    gate.fails = True
    gate.go.set()
    demo = pb.Interface(greet, ["text", "number"], "text", flagging_callback=gate)
    page.goto(launch(demo))
    page.get_by_label("name").fill("Ada")
    page.get_by_role("button", name="Flag").click()
    expect(page.get_by_role("button", name="Error!")).to_be_enabled()

    page.get_by_role("button", name="Clear").click()

    expect(page.get_by_role("button", name="Flag")).to_be_enabled()
    expect(page.get_by_label("name")).to_have_value("")
    assert gate.flags == []


def test_auto_mode_flags_each_success_and_shows_nothing(page: Page, launch: Any) -> None:
    gate = Gate()
    gate.go.set()
    demo = pb.Interface(
        greet, ["text", "number"], "text", flagging_mode="auto", flagging_callback=gate
    )
    page.goto(launch(demo))
    page.get_by_label("name").fill("Ada")
    page.get_by_label("times").fill("1")

    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_label("output")).to_have_value("Hello Ada ")

    assert gate.flagged.wait(60)
    assert page.get_by_role("button", name="Flag").count() == 0
    assert gate.flags == [(["Ada", 1, "Hello Ada "], None)]
