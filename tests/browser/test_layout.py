"""Boxes, tabs, accordions and sidebars: by keyboard, on a narrow page, and when a function changes them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

import pegboard as pb
from pegboard.testing.fakes import Echo

Serve = Callable[..., str]
NARROW = {"width": 390, "height": 800}


def box(locator: Locator) -> dict[str, float]:
    found = locator.bounding_box()
    assert found is not None
    return {**found}


def fits(page: Page) -> bool:
    widths: list[int] = page.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    return widths[0] <= widths[1]


def test_a_row_is_side_by_side_and_wraps_where_it_does_not_fit(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo, pb.Row():
        with pb.Column(min_width=320):
            Echo("a", label="left")
        with pb.Column(min_width=320):
            Echo("b", label="right")
    page.goto(serve(demo))
    left, right = page.get_by_label("left"), page.get_by_label("right")

    assert box(left)["y"] == box(right)["y"] and box(left)["x"] < box(right)["x"]
    page.set_viewport_size(NARROW)

    assert box(left)["x"] == box(right)["x"] and box(left)["y"] < box(right)["y"]
    assert fits(page)


def test_scale_shares_out_the_width(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo, pb.Row():
        with pb.Column(scale=1, min_width=10):
            Echo("a", label="small")
        with pb.Column(scale=3, min_width=10):
            Echo("b", label="large")
    page.goto(serve(demo))

    small, large = box(page.locator(".pb-column").nth(0)), box(page.locator(".pb-column").nth(1))

    assert abs(large["width"] / small["width"] - 3) < 0.1


def tabs_app() -> tuple[pb.Blocks, list[Any]]:
    picked: list[Any] = []
    with pb.Blocks() as demo, pb.Tabs() as tabs:
        with pb.Tab("First", id="first"):
            Echo("one", label="in first")
            pb.Button("Go on").click(lambda: pb.Tabs(selected="third"), None, tabs)
        with pb.Tab("Second", id="second", interactive=False):
            Echo("two", label="in second")
        with pb.Tab("Third", id="third"):
            Echo("three", label="in third")
    return demo, picked


def test_buttons_beside_a_form_move_below_it_on_a_narrow_page(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo, pb.Row():
        pb.Textbox(label="Name")
        pb.Button("Go")
        pb.Button("Wait")
        pb.Button("Stop")
    page.goto(serve(demo))
    field, stop = page.get_by_label("Name"), page.get_by_role("button", name="Stop")
    assert box(stop)["x"] > box(field)["x"] + box(field)["width"]

    page.set_viewport_size(NARROW)

    assert box(stop)["y"] > box(field)["y"] and box(stop)["width"] >= 80
    assert fits(page)


def test_tabs_are_walked_with_arrow_keys_past_what_is_closed(page: Page, serve: Serve) -> None:
    page.goto(serve(tabs_app()[0]))
    first, third = page.get_by_role("tab", name="First"), page.get_by_role("tab", name="Third")

    first.press("ArrowRight")

    expect(third).to_be_focused()
    expect(third).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel", name="Third").get_by_label("in third")).to_be_visible()
    expect(page.get_by_label("in first")).to_be_hidden()
    third.press("Home")
    expect(page.get_by_label("in first")).to_be_visible()


def test_a_function_can_turn_to_another_tab(page: Page, serve: Serve) -> None:
    page.goto(serve(tabs_app()[0]))

    page.get_by_role("button", name="Go on").click()

    expect(page.get_by_label("in third")).to_be_visible()


def test_many_tabs_scroll_inside_a_narrow_page(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo, pb.Tabs():
        for number in range(20):
            with pb.Tab(f"Tab number {number}"):
                Echo("x", label=f"in {number}")
    page.set_viewport_size(NARROW)
    page.goto(serve(demo))

    page.get_by_role("tab").first.press("End")

    last = page.get_by_role("tab", name="Tab number 19")
    expect(last).to_be_in_viewport(ratio=1)
    expect(page.get_by_label("in 19")).to_be_visible()
    assert fits(page)


def test_an_accordion_opens_by_keyboard_and_by_a_function(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo:
        with pb.Accordion("More", open=False) as more:
            Echo("x", label="inside")
        pb.Button("Open it").click(lambda: pb.Accordion(open=True), None, more)
        pb.Button("Close it").click(lambda: pb.Accordion(open=False), None, more)
    page.goto(serve(demo))
    head = page.get_by_role("button", name="More")
    expect(page.get_by_label("inside")).to_be_hidden()

    head.press("Enter")
    expect(page.get_by_label("inside")).to_be_visible()
    expect(head).to_have_attribute("aria-expanded", "true")
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_label("inside")).to_be_hidden()
    page.get_by_role("button", name="Open it").click()

    expect(page.get_by_label("inside")).to_be_visible()


def test_a_sidebar_opens_and_closes_by_keyboard(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo:
        with pb.Sidebar(label="Settings", open=False):
            Echo("x", label="inside")
        Echo("y", label="main")
    page.set_viewport_size(NARROW)
    page.goto(serve(demo))

    page.get_by_role("button", name="Open Settings").press("Enter")
    expect(page.get_by_label("inside")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="Close Settings").press("Enter")

    expect(page.get_by_label("inside")).to_be_hidden()
    expect(page.get_by_label("main")).to_be_visible()


def test_a_column_is_shown_and_taken_away_by_a_function(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo:
        with pb.Column(visible=False) as details:
            Echo("x", label="inside")
        pb.Button("Show").click(lambda: pb.Column(visible=True), None, details)
        pb.Button("Hide").click(lambda: pb.Column(visible=False), None, details)
    page.goto(serve(demo))
    expect(page.get_by_label("inside")).to_have_count(0)

    page.get_by_role("button", name="Show").click()
    expect(page.get_by_label("inside")).to_be_visible()
    page.get_by_role("button", name="Hide").click()

    expect(page.get_by_label("inside")).to_have_count(0)


def test_an_example_fills_the_inputs_by_click_and_by_keyboard(page: Page, serve: Serve) -> None:
    demo = pb.Interface(
        lambda name, age: f"{name} {age}",
        [pb.Textbox(label="name"), pb.Number(label="age")],
        pb.Textbox(label="out"),
        examples=[["Ada", 36], ["Grace", 85]],
        flagging_mode="never",
    )
    page.goto(serve(demo))

    page.get_by_role("cell", name="85").click()
    expect(page.get_by_label("name")).to_have_value("Grace")
    page.get_by_role("button", name="Ada").press("Enter")

    expect(page.get_by_label("name")).to_have_value("Ada")
    expect(page.get_by_label("age")).to_have_value("36")


def test_stop_ends_a_generator_and_submit_comes_back(page: Page, serve: Serve) -> None:
    is_over = threading.Event()

    def count(start: str) -> Any:
        yield "first"
        is_over.wait(120)
        yield "second"

    demo = pb.Interface(count, "textbox", pb.Textbox(label="out"), flagging_mode="never")
    page.goto(serve(demo))
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_label("out")).to_have_value("first")

    page.get_by_role("button", name="Stop").click()

    expect(page.get_by_role("button", name="Submit")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    is_over.set()
    expect(page.get_by_label("out")).to_have_value("first")
