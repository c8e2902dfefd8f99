"""A browser, and a page in which nothing may go wrong unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from pegboard.testing.stage import launch_chromium

expect.set_options(timeout=30_000)  # many machines run tests side by side


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch_chromium(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page in a context of its own.

    A script error, a message of the policy (unless ``is_refused``), or a request to another origin
    fails the test.
    """
    contexts = []
    problems: list[str] = []

    def look(message: object) -> None:
        text = getattr(message, "text", "")
        if getattr(message, "type", "") == "error" and "Content Security Policy" in text:
            problems.append(text)

    def start(address: str, *, is_refused: bool = False, **options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1300, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        if not is_refused:
            page.on("console", look)
        page.on(
            "request",
            lambda request: None
            if request.url.startswith(("http://127.0.0.1", "data:", "blob:"))
            else problems.append(f"request to {request.url}"),
        )
        page.goto(address)
        return page

    yield start
    for context in contexts:
        context.close()
    assert problems == []
