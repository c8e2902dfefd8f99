"""Every example app as a page: accessible, narrow and wide, still while it loads, all from one place."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

import pegboard as pb
import pegboard_gallery.demos
from pegboard.server.head import hash_of
from pegboard.testing.axe import axe_source
from pegboard.testing.fakes import Echo

from .conftest import watch

DEMOS = sorted(
    folder.name
    for folder in Path(pegboard_gallery.demos.__path__[0]).iterdir()
    if (folder / "app.py").is_file()
)
VIEWS = {
    "light": ("light", {"width": 1280, "height": 900}),
    "dark": ("dark", {"width": 1280, "height": 900}),
    "narrow": ("light", {"width": 390, "height": 800}),
}
# Counted from the first paint on.
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
        if (!entry.hadRecentInput) window.shifts.push([entry.value, ...entry.sources.map((s) => s.node?.outerHTML?.slice(0, 80) ?? "")]);
    }
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture(scope="module")
def addresses() -> Iterator[Callable[[str], str]]:
    """Return a function that gives the address of an example app, launched when it is first asked for."""
    running: dict[str, tuple[pb.Blocks, str]] = {}

    def of(name: str) -> str:
        if name not in running:
            demo = importlib.import_module(f"pegboard_gallery.demos.{name}.app").demo
            _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, server_port=0)
            running[name] = (demo, str(address))
        return running[name][1]

    yield of
    for demo, _ in running.values():
        demo.close()


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", DEMOS)
def test_example_app_is_accessible_and_fits_its_page(
    browser: Browser, addresses: Callable[[str], str], problems: list[str], name: str, view: str
) -> None:
    theme, viewport = VIEWS[view]
    context = browser.new_context(viewport=viewport, reduced_motion="reduce")
    page = context.new_page()
    watch(page, problems)
    page.add_init_script(SHIFTS)

    page.goto(addresses(name) + f"?__theme={theme}")
    expect(page.locator("main .pb-block").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.evaluate(axe_source())
    found = page.evaluate(
        "async () => (await axe.run()).violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html}`))"
    )
    widths = page.evaluate("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    shifts = page.evaluate("() => shifts")
    context.close()

    assert found == []
    assert widths[0] <= widths[1]
    assert shifts == []
    assert problems == []


def test_title_that_is_drawn_late_moves_nothing(browser: Browser, serve: Callable[..., str]) -> None:
    demo = pb.Interface(str.upper, "textbox", "textbox", title="A title", description="And **what** it says.")
    address = serve(demo)
    with browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce") as context:
        page = context.new_page()
        page.add_init_script(SHIFTS)
        kept: list[Route] | None = []

        def hold(route: Route) -> None:
            if kept is None:
                route.continue_()
            else:
                kept.append(route)

        page.route("**/*.js*", hold)

        page.goto(address, wait_until="commit")
        expect(page.get_by_role("textbox").first).to_be_visible()
        expect(page.get_by_role("heading", name="A title")).to_have_count(0)
        held, kept = kept, None
        for route in held:
            route.continue_()

        expect(page.get_by_role("heading", name="A title")).to_be_visible()
        assert page.evaluate("() => shifts") == []


def test_the_pages_policy_allows_its_own_scripts_by_their_hashes_and_no_eval(
    page: Page, serve: Callable[..., str]
) -> None:
    with pb.Blocks() as demo:
        Echo("x", label="x")
    answer = page.goto(serve(demo))
    assert answer is not None

    policy = dict(
        part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";")
    )

    assert policy["default-src"] == policy["connect-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    own, *hashes = policy["script-src"].split()
    inline = re.findall(r"<script(?: type=\"importmap\")?>(.*?)</script>", answer.text(), re.DOTALL)
    assert own == "'self'" and len(inline) == 2
    assert hashes == [hash_of(script) for script in inline]


def test_a_chosen_theme_is_kept(page: Page, serve: Callable[..., str]) -> None:
    with pb.Blocks() as demo:
        Echo("x", label="x")
    address = serve(demo)
    page.emulate_media(color_scheme="light")
    page.goto(address)

    page.get_by_role("button", name="Dark theme").click()
    page.goto(address)

    expect(page.get_by_role("button", name="Light theme")).to_be_visible()
    background = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert background == "rgb(16, 17, 20)"


def test_the_theme_follows_the_system_until_one_is_chosen(page: Page, serve: Callable[..., str]) -> None:
    with pb.Blocks() as demo:
        Echo("x", label="x")
    page.emulate_media(color_scheme="dark")
    page.goto(serve(demo))
    expect(page.get_by_role("button", name="Light theme")).to_be_visible()

    page.emulate_media(color_scheme="light")

    expect(page.get_by_role("button", name="Dark theme")).to_be_visible()
