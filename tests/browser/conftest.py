"""One Chromium for a module, one page and one server for a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from pegboard.testing.stage import launch_chromium

expect.set_options(timeout=20_000)  # many machines run tests side by side


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch_chromium(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def problems() -> list[str]:
    """What goes wrong on the page of a test; a test that expects something clears it."""
    return []


@pytest.fixture
def page(browser: Browser, problems: list[str]) -> Iterator[Page]:
    """A page on which a script error, a breach of the policy or a foreign request fails the test."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(20_000)
    watch(page, problems)
    yield page
    context.close()
    assert problems == []


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Return a function that launches an app and gives its address; all are closed at the end."""
    apps: list[Any] = []

    def start(demo: Any, **options: Any) -> str:
        apps.append(demo)
        _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, server_port=0, **options)
        return str(address)

    yield start
    for demo in apps:
        demo.close()


def watch(page: Page, problems: list[str]) -> None:
    """Write down what goes wrong on a page."""
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "request",
        lambda request: None
        if request.url.startswith(("http://127.0.0.1", "http://localhost", "data:", "blob:"))
        else problems.append(f"request to {request.url}"),
    )
    page.on(
        "console",
        lambda message: problems.append(message.text)
        if message.type == "error" and "Content Security Policy" in message.text
        else None,
    )
