"""Slider in a real browser: dragging, keys, typing and reset."""

from __future__ import annotations

from pegboard.testing.browser import FrontendConformance, Stage
from pegboard_slider import Slider


class TestSliderInABrowser(FrontendConformance):
    component = Slider
    options = {"minimum": 0, "maximum": 10, "step": 1}

    def test_dragging_fires_input_on_the_way_and_release_once(self, stage: Stage) -> None:
        number = stage.mount(value=0)
        track = stage.page.get_by_role("slider").bounding_box()
        assert track is not None
        mouse, middle = stage.page.mouse, track["y"] + track["height"] / 2

        mouse.move(track["x"] + 9, middle)
        mouse.down()
        mouse.move(track["x"] + track["width"] / 2, middle, steps=5)
        mouse.move(track["x"] + track["width"] - 2, middle, steps=5)
        assert "release" not in names(stage, number)
        mouse.up()

        assert names(stage, number).count("input") >= 2
        assert events(stage, number)[-1] == ("release", 10)
        assert names(stage, number).count("release") == 1

    def test_arrow_keys_move_by_a_step(self, stage: Stage) -> None:
        number = stage.mount(value=3)
        slider = stage.page.get_by_role("slider")

        slider.press("ArrowRight")

        assert slider.input_value() == stage.page.get_by_role("spinbutton").input_value() == "4"
        assert names(stage, number) == ["input", "release"]

    def test_a_typed_number_outside_the_range_goes_to_its_end(self, stage: Stage) -> None:
        number = stage.mount(value=3)
        field = stage.page.get_by_role("spinbutton")

        field.fill("99")
        assert names(stage, number) == []
        field.press("Enter")

        assert field.input_value() == "10"
        assert events(stage, number)[-1] == ("release", 10)

    def test_reset_goes_back_to_the_first_value(self, stage: Stage) -> None:
        number = stage.mount(value=3)
        slider = stage.page.get_by_role("slider")
        slider.press("End")

        stage.page.get_by_role("button", name="Reset").click()

        assert slider.input_value() == "3"
        assert events(stage, number)[-1] == ("release", 3)

    def test_there_is_no_reset_button_when_it_was_left_out(self, stage: Stage) -> None:
        stage.mount(value=3, buttons=[])

        assert stage.page.get_by_role("button", name="Reset").count() == 0


def events(stage: Stage, number: int) -> list[tuple[str, object]]:
    return [(name, data) for name, data in stage.report(number)["events"]]


def names(stage: Stage, number: int) -> list[str]:
    return [name for name, _ in events(stage, number)]
