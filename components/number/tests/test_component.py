"""What only Number does: bounds, steps and rounding."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

import pegboard as pb
from pegboard.errors import OptionError
from pegboard_number import Number


@pytest.mark.parametrize("payload", [3, 3.5, -2, 0, None, 10**30])
def test_number_hands_over_what_json_carried(payload: Any) -> None:
    got = Number().preprocess(payload)

    assert got == payload
    assert type(got) is type(payload)


@pytest.mark.parametrize("payload", ["3", "", True, False, [3], {}, math.nan, math.inf, -math.inf])
def test_number_refuses_what_is_no_finite_json_number(payload: object) -> None:
    with pytest.raises(pb.PayloadError, match="Number 'age' could not use"):
        Number(label="age").preprocess(payload)


@pytest.mark.parametrize(
    ("payload", "message"), [(0, "at least 1"), (0.999, "at least 1"), (10.01, "at most 10"), (10**400, "at most 10")]
)
def test_number_refuses_a_payload_outside_its_bounds(payload: float, message: str) -> None:
    with pytest.raises(pb.PayloadError, match=message):
        Number(minimum=1, maximum=10).preprocess(payload)


def test_number_accepts_its_bounds_and_the_empty_field() -> None:
    number = Number(minimum=1, maximum=10)

    assert [number.preprocess(payload) for payload in (1, 10, None)] == [1, 10, None]


@pytest.mark.parametrize(
    ("precision", "payload", "expected"),
    [(0, 2.6, 3), (0, -1.2, -1), (2, 3.14159, 3.14), (-1, 27, 30), (None, 3.14159, 3.14159)],
)
def test_number_rounds_by_precision_in_both_directions(precision: int | None, payload: float, expected: float) -> None:
    number = Number(precision=precision)

    assert number.preprocess(payload) == number.postprocess(payload) == expected
    assert isinstance(number.preprocess(payload), int) == (expected == int(expected))


def test_number_with_a_given_step_refuses_what_lies_between() -> None:
    number = Number(value=0.25, minimum=0, maximum=1.05, step=0.1)

    assert [number.preprocess(payload) for payload in (0.3, 0.7, 0.25, 1.05)] == [0.3, 0.7, 0.25, 1.05]
    with pytest.raises(pb.PayloadError, match=r"whole steps of 0\.1 from 0"):
        number.preprocess(0.15)


def test_number_without_a_given_step_accepts_any_number() -> None:
    assert Number().preprocess(0.123) == 0.123


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, None), (3, 3), (2.5, 2.5), ("4", 4), ("-5.5", -5.5), (Decimal("1.5"), 1.5), (Fraction(1, 4), 0.25)],
)
def test_number_shows_what_is_a_number_to_python(value: object, shown: float | None) -> None:
    assert Number().postprocess(value) == shown


def test_number_shows_numpy_scalars_and_single_elements_as_plain_numbers() -> None:
    numpy = pytest.importorskip("numpy")

    for value in (numpy.float32(2.5), numpy.int64(3), numpy.array([4]), numpy.array(1.5)):
        assert type(Number().postprocess(value)) in (int, float)
        assert Number().postprocess(value) == value.item()


@pytest.mark.parametrize("value", [True, "three", [1, 2], {}, math.nan, math.inf, "nan", object()])
def test_number_refuses_to_show_what_is_none(value: object) -> None:
    with pytest.raises(pb.ValueTypeError, match="Number cannot show"):
        Number().postprocess(value)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"minimum": 5, "maximum": 1}, "minimum"),
        ({"step": 0}, "step"),
        ({"step": -1}, "step"),
        ({"maximum": math.inf}, "maximum"),
        ({"minimum": True}, "minimum"),
        ({"value": True}, "value"),
        ({"precision": 0.5}, "precision"),
    ],
)
def test_number_names_the_option_whose_value_is_bad(options: dict[str, Any], name: str) -> None:
    with pytest.raises(OptionError, match=rf"Number\({name}=\)"):
        Number(**options)


def test_number_schema_is_integer_for_precision_zero_and_bounded_only_inwards() -> None:
    number = Number(precision=0, minimum=1, maximum=9)

    assert number.api_schema("input") == {"type": "integer", "minimum": 1, "maximum": 9}
    assert number.api_schema("output") == {"type": "integer"}
    assert Number().api_schema() == {"type": "number"}


@pytest.mark.parametrize(
    "options", [{}, {"minimum": 7}, {"maximum": -4}, {"minimum": 0.5, "precision": 0}, {"step": 0.5}]
)
def test_number_example_payload_passes_its_own_checks(options: dict[str, Any]) -> None:
    number = Number(**options)

    assert number.preprocess(number.example_payload()) == number.example_payload()


@pytest.mark.parametrize(("cell", "value"), [("3", 3), (" 2.5 ", 2.5), ("'-5.5", -5.5), ("", None)])
def test_number_reads_the_cells_of_a_csv_file(cell: str, value: float | None) -> None:
    assert Number().parse_example(cell) == value


def test_number_declares_the_events_that_people_listen_to() -> None:
    assert list(Number.get_events()) == ["change", "input", "submit", "focus", "blur"]
    assert all(event.doc for event in Number.get_events().values())
