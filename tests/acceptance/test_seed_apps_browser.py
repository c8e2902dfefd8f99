"""The apps that people start from, used by a person: a real page in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.acceptance import apps

Serve = Callable[..., str]


def test_a_person_is_greeted(page: Page, serve: Serve) -> None:
    page.goto(serve(apps.gallery("hello_world")))

    page.get_by_label("name").fill("Ada")
    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_label("output")).to_have_value("Hello Ada!")


def test_enter_submits_and_clear_empties(page: Page, serve: Serve) -> None:
    page.goto(serve(apps.gallery("hello_world")))

    page.get_by_label("name").fill("Ada")
    page.get_by_label("name").press("Enter")
    expect(page.get_by_label("output")).to_have_value("Hello Ada!")
    page.get_by_role("button", name="Clear").click()

    expect(page.get_by_label("name")).to_have_value("")
    expect(page.get_by_label("output")).to_have_value("")


def test_the_slider_decides_how_loud_the_greeting_is(page: Page, serve: Serve) -> None:
    page.goto(serve(apps.gallery("hello_slider")))

    page.get_by_label("name").fill("Ada")
    page.get_by_role("slider").press("ArrowRight")
    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_label("greeting")).to_have_value("Hello, Ada!!!")


def test_checkbox_slider_and_text_give_text_and_number(page: Page, serve: Serve) -> None:
    page.goto(serve(apps.gallery("hello_mixed")))

    page.get_by_label("name").fill("Ada")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_label("output 0")).to_have_value("Good morning Ada. It is 0 degrees today")
    expect(page.get_by_label("output 1")).to_have_value("-17.78")


def test_an_uploaded_picture_is_classified(page: Page, serve: Serve, tmp_path: Path) -> None:
    Image.new("RGB", (32, 20), "red").save(tmp_path / "red.png")
    page.goto(serve(apps.cat_or_dog()))

    page.locator("input[type=file]").first.set_input_files(tmp_path / "red.png")
    expect(page.locator("img").first).to_be_visible()
    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_text("dog").first).to_be_visible()
    expect(page.get_by_text("70%")).to_be_visible()


def test_frames_of_noise_are_followed_by_the_picture(page: Page, serve: Serve) -> None:
    page.goto(serve(apps.gallery("noise")))

    page.evaluate("""() => {
        window.sources = new Set();
        new MutationObserver(() => {
            for (const image of document.images) if (image.src) window.sources.add(image.src);
        }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["src"] });
    }""")

    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_role("button", name="Submit")).to_be_visible(timeout=30_000)
    # Three frames and the picture, each under an address of its own; a slow page may miss a frame.
    assert page.evaluate("window.sources.size") > 1


def test_progress_is_shown_while_the_word_is_reversed(page: Page, serve: Serve) -> None:
    page.goto(serve(apps.gallery("progress")))

    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_text("Reversing").first).to_be_visible()
    expect(page.get_by_label("Reversed")).to_have_value("draobgep", timeout=30_000)


def test_messages_appear_and_an_error_says_what_happened(page: Page, serve: Serve) -> None:
    page.goto(serve(apps.gallery("messages")))

    page.get_by_label("Name").fill("fail")
    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_text("Starting process")).to_be_visible()
    expect(page.get_by_text("The process was asked to fail")).to_be_visible()


def test_a_list_grows_item_by_item(page: Page, serve: Serve) -> None:
    page.goto(serve(apps.gallery("blocks_state")))

    for item in ("milk", "bread"):
        page.get_by_label("Item").fill(item)
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_label("Item")).to_have_value("")

    expect(page.get_by_role("listitem")).to_have_text(["milk", "bread"])


def test_an_example_digit_is_filled_in_and_recognised(page: Page, serve: Serve) -> None:
    page.goto(serve(apps.gallery("digits")))

    page.get_by_role("region", name="Examples").get_by_role("button").first.click()
    expect(page.get_by_role("img", name="Digit")).to_be_visible()
    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_text("Which digit is it?")).to_be_visible()
    expect(page.get_by_text("%").first).to_be_visible()
