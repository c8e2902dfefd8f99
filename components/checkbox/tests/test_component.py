"""What only Checkbox does: booleans and nothing that merely looks like one."""

from __future__ import annotations

import pytest

import pegboard as pb
from pegboard_checkbox import Checkbox


@pytest.mark.parametrize("payload", [True, False, None])
def test_checkbox_hands_over_booleans_and_null(payload: bool | None) -> None:
    assert Checkbox().preprocess(payload) is payload


@pytest.mark.parametrize("payload", ["false", "true", 0, 1, [], {}])
def test_checkbox_refuses_what_is_no_json_boolean(payload: object) -> None:
    with pytest.raises(pb.PayloadError, match="Checkbox 'loud' could not use"):
        Checkbox(label="loud").preprocess(payload)


@pytest.mark.parametrize(("value", "ticked"), [(None, False), (0, False), ("", False), (1, True), ("no", True), ([0], True)])
def test_checkbox_shows_the_truth_of_a_value(value: object, ticked: bool) -> None:
    assert Checkbox().postprocess(value) is ticked


def test_checkbox_refuses_a_value_without_a_single_truth() -> None:
    class Several:
        def __bool__(self) -> bool:
            raise ValueError("the truth of several elements is ambiguous")

    with pytest.raises(pb.ValueTypeError, match="one truth value"):
        Checkbox().postprocess(Several())


@pytest.mark.parametrize(
    ("cell", "ticked"), [("True", True), ("yes", True), ("1", True), ("false", False), (" NO ", False), ("0", False), ("", False)]
)
def test_checkbox_reads_the_cells_of_a_csv_file(cell: str, ticked: bool) -> None:
    assert Checkbox().parse_example(cell) is ticked


def test_checkbox_refuses_a_csv_cell_that_is_neither_yes_nor_no() -> None:
    with pytest.raises(pb.ValueTypeError, match="true, yes, 1"):
        Checkbox().parse_example("maybe")


def test_checkbox_starts_unticked_and_takes_its_value_by_position() -> None:
    assert Checkbox().initial_value() is False
    assert Checkbox(True).initial_value() is True


def test_checkbox_example_cell_is_a_boolean() -> None:
    assert Checkbox().example(True) == pb.ExampleCell("boolean", True)


def test_checkbox_declares_the_events_that_people_listen_to() -> None:
    events = Checkbox.get_events()

    assert list(events) == ["change", "input", "select"]
    assert events["select"].data is pb.SelectData
    assert all(event.doc for event in events.values())
