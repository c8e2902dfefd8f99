"""Going back to a page: the browser keeps it as it was, and it goes on working."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

import pegboard as pb
from pegboard.testing.stage import ARGUMENTS, chromium_path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Playwright switches this cache off, because a page that comes back fires no load event.
        chromium = playwright.chromium.launch(
            executable_path=chromium_path(),
            args=list(ARGUMENTS),
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield chromium
        chromium.close()


@pytest.mark.parametrize("has_called", [False, True], ids=["before a call", "after a call"])
def test_page_comes_back_from_the_browsers_memory_and_works(
    serve: Any, page: Any, has_called: bool
) -> None:
    demo = pb.Interface(lambda name: f"Hello {name}!", "text", "text")
    address = serve(demo)
    page.goto(address)
    name = page.get_by_label("name")
    name.fill("Ada")
    if has_called:
        page.get_by_role("button", name="Submit").click()
        expect(page.get_by_label("output")).to_have_value("Hello Ada!")
    page.evaluate("window.wasHere = true")

    page.goto(f"{address}gradio_api/info")
    page.go_back(wait_until="commit")

    page.wait_for_function("window.wasHere === true")  # no page that was loaded anew knows it
    expect(name).to_have_value("Ada")
    name.fill("Grace")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_label("output")).to_have_value("Hello Grace!")
