"""Going back to a page that was left: it is as it was, and goes on working."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, expect

from pegboard.testing.stage import ARGUMENTS, chromium_path
from tests.acceptance import apps

Serve = Callable[..., str]


def test_a_page_that_was_left_comes_back_as_it_was_and_works(browser: Browser, serve: Serve) -> None:
    address = serve(apps.gallery("hello_world"))
    # The tool switches this cache off by default; people's browsers have it on.
    caching = browser.browser_type.launch(
        executable_path=chromium_path(),
        args=list(ARGUMENTS),
        ignore_default_args=["--disable-back-forward-cache"],
    )
    page = caching.new_page()
    page.goto(address)
    page.get_by_label("name").fill("Ada")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_label("output")).to_have_value("Hello Ada!")
    page.evaluate("window.stayed = true")

    page.goto(f"{address.rstrip('/')}/robots.txt")
    page.go_back(wait_until="commit")

    expect(page.get_by_label("output")).to_have_value("Hello Ada!")
    assert page.evaluate("window.stayed") is True
    page.get_by_label("name").fill("Grace")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_label("output")).to_have_value("Hello Grace!")
    caching.close()
