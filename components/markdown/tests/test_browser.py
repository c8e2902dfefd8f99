"""Markdown in a real browser: what is drawn, and what is kept from running."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from pegboard.testing.browser import FrontendConformance, Stage
from pegboard_markdown import Markdown

HOSTILE = [
    "<script>window.caught = 1</script>",
    "<img src=x onerror='window.caught = 1'>",
    "<svg onload='window.caught = 1'></svg>",
    "<svg><script>window.caught = 1</script></svg>",
    "[press](javascript:window.caught=1)",
    "<a href='javascript:window.caught=1'>press</a>",
    "<a href='java\tscript:window.caught=1'>press</a>",
    "![x](x 'a\" onerror=\"window.caught=1')",
    "<iframe srcdoc='<script>parent.caught = 1</script>'></iframe>",
    "<form action='javascript:window.caught=1'><button>press</button></form>",
    "<math><mtext><table><mglyph><style><img src=x onerror='window.caught=1'>",
    "<details open ontoggle='window.caught = 1'>press</details>",
    "$$\\href{javascript:window.caught=1}{press}$$",
    "# press <img src=x onerror='window.caught=1'>",
    "```html\n</code><script>window.caught = 1</script>\n```",
]


class TestMarkdownInABrowser(FrontendConformance):
    component = Markdown
    other_payload = "Some *other* text"

    # The stage of this test enforces no policy: only the cleaning stands between text and page.
    @pytest.mark.parametrize("text", HOSTILE)
    def test_nothing_in_a_text_runs(self, stage: Stage, text: str) -> None:
        stage.mount(value=f"before\n\n{text}", header_links=True)
        expect(stage.page.get_by_text("before")).to_be_visible()

        for pressed in stage.page.locator("[data-stage]").get_by_text("press").all():
            pressed.click()
        stage.settle()

        shown = stage.page.locator("[data-stage]")
        assert stage.page.evaluate("() => window.caught ?? null") is None
        assert shown.locator("script, iframe, form, object, embed, style").count() == 0
        assert shown.evaluate(
            """root => [...root.querySelectorAll("*")].flatMap((element) => [...element.attributes])
                .filter(({ name, value }) => name.startsWith("on") || /^\\s*java\\s*script:/i.test(value)).length"""
        ) == 0

    def test_headings_lists_tables_and_code_are_drawn(self, stage: Stage) -> None:
        stage.mount(value="# Title\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx = 'text'\n```")
        page = stage.page

        expect(page.get_by_role("heading", name="Title", level=1)).to_be_visible()
        assert page.get_by_role("listitem").all_text_contents() == ["one", "two"]
        assert page.get_by_role("cell").all_text_contents() == ["1", "2"]
        expect(page.locator("pre .hljs-string")).to_have_text("'text'")

    def test_a_formula_is_drawn_and_what_looks_like_one_in_code_is_not(self, stage: Stage) -> None:
        stage.mount(value="$$\\frac{1}{2}$$ and `$$x$$`")

        expect(stage.page.locator("mfrac")).to_have_count(1)
        expect(stage.page.locator("code")).to_have_text("$$x$$")

    def test_the_delimiters_are_the_authors(self, stage: Stage) -> None:
        stage.mount(
            value="costs $$5$$ or @x^2@", latex_delimiters=[{"left": "@", "right": "@", "display": False}]
        )

        expect(stage.page.locator("msup")).to_have_count(1)
        expect(stage.page.get_by_text("costs $$5$$ or")).to_be_visible()

    def test_copy_puts_the_source_into_the_clipboard(self, stage: Stage) -> None:
        number = stage.mount(value="**bold**", buttons=["copy"])

        stage.page.get_by_role("button", name="Copy").click()

        expect(stage.page.get_by_role("button", name="Copied")).to_be_visible()
        assert stage.page.evaluate("() => navigator.clipboard.readText()") == "**bold**"
        assert stage.report(number)["events"] == [("copy", {"value": "**bold**"})]

    def test_headings_have_addresses_of_their_own_when_asked_for(self, stage: Stage) -> None:
        stage.mount(value="# Same\n\n# Same", header_links=True)

        links = stage.page.get_by_role("link", name="Link to this heading")
        assert [link.get_attribute("href") for link in links.all()] == ["#same", "#same-1"]
        assert stage.page.locator("#same-1").count() == 1

    def test_headings_have_no_addresses_otherwise(self, stage: Stage) -> None:
        stage.mount(value="# Same")

        expect(stage.page.get_by_role("heading", name="Same")).to_be_visible()
        assert stage.page.locator("[data-stage] h1[id], [data-stage] a").count() == 0

    def test_a_newline_breaks_the_line_only_when_asked_for(self, stage: Stage) -> None:
        stage.mount(value="a\nb", line_breaks=True)
        stage.mount(value="a\nb")

        assert [root.locator("br").count() for root in stage.page.locator("[data-stage]").all()] == [1, 0]

    def test_more_text_than_the_height_scrolls_by_keyboard(self, stage: Stage) -> None:
        stage.mount(value="line\n\n" * 50, height=100)
        region = stage.page.locator("[tabindex='0']")

        region.press("End")

        stage.page.wait_for_function("() => document.querySelector('.text[role=group]').scrollTop > 0")
        assert region.evaluate("region => region.clientHeight") == 100


class TestMarkdownWithEverythingInABrowser(FrontendConformance):
    component = Markdown
    options = {"buttons": ["copy"], "header_links": True, "max_height": 120, "rtl": True, "padding": True}
    payload = "# Title\n\n" + "text " * 200 + "\n\n```python\nprint(1)\n```\n\n$$x^2$$\n\n| a |\n|---|\n| 1 |"
    other_payload = "short"
