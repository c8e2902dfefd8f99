"""Number in a real browser: what is half typed stays, and Enter submits."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from pegboard.testing.browser import FrontendConformance, Stage
from pegboard_number import Number


class TestNumberInABrowser(FrontendConformance):
    component = Number
    options = {"minimum": -10, "maximum": 150}

    @pytest.mark.parametrize("text", ["1.50", "-0.5", "007", "1e2"])
    def test_what_a_person_types_is_left_as_it_is(self, stage: Stage, text: str) -> None:
        stage.mount(value=None)
        field = stage.page.get_by_role("spinbutton")

        field.press_sequentially(text)

        assert field.input_value() == text

    def test_enter_submits_a_number_but_not_half_of_one(self, stage: Stage) -> None:
        number = stage.mount(value=None)
        field = stage.page.get_by_role("spinbutton")

        field.press_sequentially("-")
        field.press("Enter")
        assert submits(stage, number) == 0

        field.press_sequentially("5")
        field.press("Enter")
        assert submits(stage, number) == 1
        assert field.input_value() == "-5"

    def test_arrow_keys_add_a_step(self, stage: Stage) -> None:
        stage.mount(value=3, step=2, minimum=1)
        field = stage.page.get_by_role("spinbutton")

        field.press("ArrowUp")

        assert field.input_value() == "5"

    def test_a_number_out_of_bounds_is_marked_when_the_person_leaves(self, stage: Stage) -> None:
        stage.mount(value=None)
        field = stage.page.get_by_role("spinbutton")

        field.fill("151")
        field.blur()

        assert is_marked(stage.page)

    def test_a_number_between_two_steps_is_not_marked(self, stage: Stage) -> None:
        stage.mount(value=None)
        field = stage.page.get_by_role("spinbutton")

        field.fill("0.5")
        field.blur()

        assert not is_marked(stage.page)


def submits(stage: Stage, number: int) -> int:
    return [name for name, _ in stage.report(number)["events"]].count("submit")


def is_marked(page: Page) -> bool:
    return page.get_by_role("spinbutton").get_attribute("aria-invalid") == "true"
