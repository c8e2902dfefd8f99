"""Textbox in a real browser: keys, buttons, selection and growth."""

from __future__ import annotations

import pytest

from pegboard.testing.browser import FrontendConformance, Stage
from pegboard_textbox import Textbox

# As in browsers that cannot size a field by its text.
WITHOUT_FIELD_SIZING = "CSS.supports = () => false"


class TestTextboxInABrowser(FrontendConformance):
    component = Textbox
    options = {"buttons": ["copy"], "submit_btn": True, "stop_btn": "Halt"}

    def test_enter_submits_a_field_of_one_line_and_shift_enter_breaks_it(self, stage: Stage) -> None:
        number = stage.mount(value="")
        field = stage.page.get_by_role("textbox")

        field.press_sequentially("a")
        field.press("Shift+Enter")
        field.press("Enter")

        assert field.input_value() == "a\n"
        assert names(stage, number).count("submit") == 1

    def test_shift_enter_submits_a_field_of_several_lines_and_enter_breaks_it(self, stage: Stage) -> None:
        number = stage.mount(value="", lines=3)
        field = stage.page.get_by_role("textbox")

        field.press_sequentially("a")
        field.press("Enter")
        field.press("Shift+Enter")

        assert field.input_value() == "a\n"
        assert names(stage, number).count("submit") == 1

    def test_enter_does_not_submit_a_static_field(self, stage: Stage) -> None:
        number = stage.mount(value="a", interactive=False)

        stage.page.get_by_role("textbox").press("Enter")

        assert "submit" not in names(stage, number)

    def test_the_buttons_have_names_and_fire_their_events(self, stage: Stage) -> None:
        number = stage.mount(value="a")

        stage.page.get_by_role("button", name="Submit").click()
        stage.page.get_by_role("button", name="Halt").click()

        assert names(stage, number) == ["submit", "stop"]

    def test_a_selection_says_where_it_is_and_what_it_holds(self, stage: Stage) -> None:
        number = stage.mount(value="hello")
        field = stage.page.get_by_role("textbox")

        field.evaluate("field => field.setSelectionRange(1, 3)")
        stage.page.wait_for_function("n => conformance.report(n).events.length > 0", arg=number)

        assert events(stage, number) == [("select", {"index": [1, 3], "value": "el"})]

    @pytest.mark.parametrize("by", ["browser", "measuring"])
    def test_a_field_grows_with_its_text_up_to_max_lines(self, stage: Stage, by: str) -> None:
        if by == "measuring":
            stage.page.evaluate(WITHOUT_FIELD_SIZING)
        number = stage.mount(value="a", max_lines=4)
        field = stage.page.get_by_role("textbox")
        heights = []

        for text in ("a", "a\nb\nc", "a\n" * 4, "a\n" * 40):
            stage.update(number, {"value": text})
            stage.page.wait_for_function("text => document.querySelector('textarea').value === text", arg=text)
            heights.append(field.evaluate("field => field.offsetHeight"))

        assert heights[0] < heights[1] < heights[2] == heights[3]
        assert (field.get_attribute("style") or "").startswith("block-size") == (by == "measuring")

    @pytest.mark.parametrize("by", ["browser", "measuring"])
    def test_appended_text_is_followed_unless_the_person_scrolled_up(self, stage: Stage, by: str) -> None:
        if by == "measuring":
            stage.page.evaluate(WITHOUT_FIELD_SIZING)
        text = "line\n" * 40
        number = stage.mount(value=text, lines=3, max_lines=3, interactive=False)
        field = stage.page.get_by_role("textbox")
        gap = "field => field.scrollHeight - field.clientHeight - field.scrollTop"

        field.evaluate("field => (field.scrollTop = field.scrollHeight)")
        stage.update(number, {"value": text + "more\n" * 5})
        stage.page.wait_for_function("document.querySelector('textarea').value.includes('more')")
        assert field.evaluate(gap) < 2

        field.evaluate("field => (field.scrollTop = 0)")
        stage.update(number, {"value": text + "more\n" * 5 + "last"})
        stage.page.wait_for_function("document.querySelector('textarea').value.includes('last')")
        assert field.evaluate("field => field.scrollTop") == 0


class TestPasswordInABrowser(FrontendConformance):
    component = Textbox
    options = {"type": "password", "html_attributes": {"autocomplete": "off"}}


def events(stage: Stage, number: int) -> list[tuple[str, object]]:
    return [(name, data) for name, data in stage.report(number)["events"]]


def names(stage: Stage, number: int) -> list[str]:
    return [name for name, _ in events(stage, number) if name in ("submit", "stop")]
