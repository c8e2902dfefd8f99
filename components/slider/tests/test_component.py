"""What only Slider does: its range, its step and its random start."""

from __future__ import annotations

import math
from typing import Any

import pytest

import pegboard as pb
from pegboard.errors import OptionError
from pegboard_slider import Slider


def test_slider_takes_minimum_maximum_and_value_by_position() -> None:
    slider = Slider(2, 20, 4)

    assert (slider.minimum, slider.maximum, slider.value) == (2, 20, 4)
    with pytest.raises(OptionError, match="at most 3 positional"):
        Slider(2, 20, 4, 1)


@pytest.mark.parametrize(
    ("minimum", "maximum", "step"), [(0, 100, 1), (0, 1, 0.01), (1, 10000, 10), (0, 0.5, 0.001), (-1, 1, 0.01), (0, 10**6, 10**4)]
)
def test_slider_picks_a_power_of_ten_as_its_step(minimum: float, maximum: float, step: float) -> None:
    assert Slider(minimum, maximum).props()["step"] == step


@pytest.mark.parametrize(("payload", "number"), [(0, 0), (55.5, 55.5), (100, 100), (None, 0)])
def test_slider_hands_over_numbers_in_its_range(payload: Any, number: float) -> None:
    assert Slider().preprocess(payload) == number


@pytest.mark.parametrize("payload", ["5", True, [5], {}, math.nan, math.inf, -1, 100.5])
def test_slider_refuses_what_is_no_number_in_its_range(payload: object) -> None:
    with pytest.raises(pb.PayloadError, match="Slider 'age' could not use"):
        Slider(label="age").preprocess(payload)


def test_slider_says_which_range_it_accepts() -> None:
    with pytest.raises(pb.PayloadError, match="a number from 2 to 20"):
        Slider(2, 20).preprocess(21)


@pytest.mark.parametrize(("precision", "payload", "expected"), [(0, 2.6, 3), (1, 2.66, 2.7), (None, 2.66, 2.66)])
def test_slider_rounds_by_precision_in_both_directions(precision: int | None, payload: float, expected: float) -> None:
    slider = Slider(precision=precision)

    assert slider.preprocess(payload) == slider.postprocess(payload) == expected


@pytest.mark.parametrize(("value", "shown"), [(None, 5), (7, 7), ("7.5", 7.5)])
def test_slider_shows_numbers_and_none_as_the_minimum(value: object, shown: float) -> None:
    assert Slider(5, 10).postprocess(value) == shown


@pytest.mark.parametrize("value", [True, "much", [1, 2], math.nan, math.inf])
def test_slider_refuses_to_show_what_is_no_number(value: object) -> None:
    with pytest.raises(pb.ValueTypeError, match="Slider cannot show"):
        Slider().postprocess(value)


def test_random_slider_starts_on_a_step_inside_its_range_at_each_visit() -> None:
    slider = Slider(1, 2, step=0.3, randomize=True)

    starts = {slider.initial_value() for _ in range(200)}

    assert starts == {1, 1.3, 1.6, 1.9}


def test_slider_asks_its_function_for_the_value_at_each_visit() -> None:
    visits = iter([3, 4])
    slider = Slider(value=lambda: next(visits))

    assert [slider.initial_value(), slider.initial_value()] == [3, 4]


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"minimum": 5, "maximum": 5}, "minimum"),
        ({"minimum": 6, "maximum": 5}, "minimum"),
        ({"step": 0}, "step"),
        ({"maximum": math.inf}, "maximum"),
        ({"maximum": True}, "maximum"),
        ({"value": False}, "value"),
        ({"buttons": ["copy"]}, "buttons"),
    ],
)
def test_slider_names_the_option_whose_value_is_bad(options: dict[str, Any], name: str) -> None:
    with pytest.raises(OptionError, match=rf"Slider\({name}=\)") as raised:
        Slider(**options)
    assert isinstance(raised.value, ValueError)


def test_slider_has_a_reset_button_unless_told_otherwise() -> None:
    assert Slider().props()["buttons"] == ["reset"]
    assert Slider(buttons=[]).props()["buttons"] == []
    with pytest.warns(DeprecationWarning, match="show_reset_button"):
        assert Slider(show_reset_button=False).props()["buttons"] == []


def test_slider_schema_names_its_range_and_bounds_only_what_comes_in() -> None:
    slider = Slider(0, 5, precision=0)
    text = "numeric value between 0 and 5"

    assert slider.api_schema("input") == {"type": "integer", "description": text, "minimum": 0, "maximum": 5}
    assert slider.api_schema("output") == {"type": "integer", "description": text}


@pytest.mark.parametrize(("cell", "value"), [("3", 3), (" 2.5 ", 2.5), ("", None)])
def test_slider_reads_the_cells_of_a_csv_file(cell: str, value: float | None) -> None:
    assert Slider().parse_example(cell) == value


def test_slider_declares_the_events_that_people_listen_to() -> None:
    assert list(Slider.get_events()) == ["change", "input", "release"]
    assert all(event.doc for event in Slider.get_events().values())
