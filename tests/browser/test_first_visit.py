"""A page whose document holds its scripts: one answer draws it, and what comes later shares its Svelte."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect

import pegboard as pb

Serve = Callable[..., str]


@pytest.fixture
def asked(page: Page) -> list[str]:
    """Paths of the scripts that the page of a test asks for."""
    paths: list[str] = []

    def note(request: Request) -> None:
        if "/_pegboard/" in request.url:
            paths.append(request.url.rpartition("/")[2])

    page.on("request", note)
    return paths


def greet(name: str) -> str:
    return f"Hello {name}"


def test_one_answer_draws_the_page_and_it_works(page: Page, serve: Serve, asked: list[str]) -> None:
    page.goto(serve(pb.Interface(greet, pb.Textbox(label="Name"), pb.Textbox(label="Greeting"))))

    page.get_by_label("Name").fill("Ada")
    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_label("Greeting")).to_have_value("Hello Ada")
    assert asked == []


def test_the_next_page_is_drawn_from_files(page: Page, serve: Serve, asked: list[str]) -> None:
    page.goto(serve(pb.Interface(greet, pb.Textbox(label="Name"), pb.Textbox(label="Greeting"))))
    with page.expect_navigation():
        page.evaluate("location.assign('?next')")

    page.get_by_label("Name").fill("Ada")
    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_label("Greeting")).to_have_value("Hello Ada")
    assert {"shell.js", "svelte.js", "index.shared.js"} <= set(asked)


def test_parts_and_bundles_that_are_fetched_later_run_on_the_documents_svelte(
    page: Page, serve: Serve, asked: list[str]
) -> None:
    with pb.Blocks() as demo:
        name = pb.Textbox(label="Name")
        shown = pb.Markdown("**nobody**")
        name.change(lambda text: f"**{text}**", name, shown)
        pb.Examples([["Ada"], ["Grace"]], name)
    page.goto(serve(demo))

    page.get_by_role("button", name="Grace").or_(page.get_by_role("row", name="Grace")).first.click()

    expect(page.get_by_label("Name")).to_have_value("Grace")
    expect(page.locator("strong")).to_have_text("Grace")
    page.get_by_role("link", name="Use via API").click()
    expect(page.get_by_text("from gradio_client import Client").first).to_be_visible()
    assert sorted(set(asked)) == ["ApiView.js", "DatasetView.js", "index.shared.js", "svelte.js"]
    assert page.evaluate("Object.keys(window.pegboardSvelte).length") >= 3


def test_a_component_with_a_framework_of_its_own_stands_beside_them(page: Page, serve: Serve) -> None:
    class Plain(pb.Component[str | None]):
        value: str | None = None
        _esm = "export default { render({ model, el }) { el.append(model.get('value') ?? 'plain'); } };"

    with pb.Blocks() as demo:
        pb.Textbox("typed", label="Name")
        Plain()
    page.goto(serve(demo))

    expect(page.get_by_label("Name")).to_have_value("typed")
    expect(page.get_by_text("plain")).to_be_visible()


def test_one_inlined_component_that_fails_leaves_the_others(page: Page, serve: Serve, problems: list[str]) -> None:
    with pb.Blocks() as demo:
        pb.Textbox("typed", label="Name")
        pb.Slider(0, 10, label="How many")
    page.add_init_script(
        """Object.defineProperty(window, "pegboardParts", { configurable: true, set(parts) {
          const name = Object.keys(parts).find(key => key.includes("pegboard-slider@"));
          parts[name] = () => { throw new Error("broken at once"); };
          Object.defineProperty(window, "pegboardParts", { value: parts });
        } });"""
    )
    page.goto(serve(demo))

    expect(page.get_by_role("alert").filter(has_text="Slider cannot be shown")).to_contain_text("broken at once")
    expect(page.get_by_label("Name")).to_have_value("typed")
    problems.clear()
