"""What only Dropdown does: the first choice by default, several choices, and values of one's own."""

import jsonschema
import pytest

from pegboard import PayloadError, ValueTypeError
from pegboard_dropdown import Dropdown


def test_dropdown_starts_with_the_first_choice_when_no_value_is_given():
    assert Dropdown([("Three", 3), 4]).initial_value() == 3


def test_dropdown_starts_empty_when_the_value_is_none():
    assert Dropdown([1, 2], value=None).initial_value() is None


def test_dropdown_of_several_starts_with_an_empty_list():
    assert Dropdown([1, 2], multiselect=True).initial_value() == []


def test_dropdown_without_choices_starts_empty():
    assert Dropdown().initial_value() is None


def test_dropdowns_share_no_list_of_picked_values():
    first = Dropdown([1], multiselect=True)
    second = Dropdown([1], multiselect=True)

    assert first.initial_value() is not second.initial_value()


@pytest.mark.parametrize("choice", ["1", 1, True, 2.5])
def test_dropdown_gives_the_function_the_choice_with_its_own_type(choice):
    got = Dropdown(["1", 1, True, 2.5]).preprocess(choice)

    assert (type(got), got) == (type(choice), choice)


def test_dropdown_of_several_gives_a_list_in_the_order_of_picking():
    assert Dropdown(["a", "b", "c"], multiselect=True).preprocess(["c", "a"]) == ["c", "a"]


def test_dropdown_gives_indices_when_asked_and_none_for_a_custom_value():
    several = Dropdown(["a", "b"], multiselect=True, type="index", allow_custom_value=True)

    assert several.preprocess(["b", "mine", "a"]) == [1, None, 0]


@pytest.mark.parametrize("payload", ["c", True, [], ["a"], {}])
def test_dropdown_refuses_what_is_not_a_choice(payload):
    with pytest.raises(PayloadError, match="one of 'a', 1"):
        Dropdown(["a", 1]).preprocess(payload)


@pytest.mark.parametrize("payload", ["a", 1, {}, ["c"], [["a"]], [None]])
def test_dropdown_of_several_refuses_what_is_not_a_list_of_choices(payload):
    with pytest.raises(PayloadError):
        Dropdown(["a", "b"], multiselect=True).preprocess(payload)


def test_dropdown_refuses_more_than_max_choices():
    dropdown = Dropdown([1, 2, 3], multiselect=True, max_choices=2)

    assert dropdown.preprocess([1, 2]) == [1, 2]
    with pytest.raises(PayloadError, match="at most 2"):
        dropdown.preprocess([1, 2, 3])


@pytest.mark.parametrize("payload", [{}, [], ["x"]])
def test_dropdown_takes_only_scalars_as_custom_values(payload):
    dropdown = Dropdown(["a"], allow_custom_value=True)

    assert dropdown.preprocess("own") == "own"
    with pytest.raises(PayloadError):
        dropdown.preprocess(payload)


def test_dropdown_accepts_the_choices_of_an_update_and_no_longer_the_old_ones():
    updated = Dropdown(["a"]).with_options({"choices": ["b"]})

    assert updated.preprocess("b") == "b"
    with pytest.raises(PayloadError):
        updated.preprocess("a")


def test_dropdown_of_several_shows_one_value_as_a_list_of_one():
    assert Dropdown([1, 2], multiselect=True).postprocess(2) == [2]


@pytest.mark.parametrize("value", [["a"], {"a": 1}, object()])
def test_dropdown_refuses_to_show_what_is_no_scalar(value):
    with pytest.raises(ValueTypeError):
        Dropdown(["a"]).postprocess(value)


def test_dropdown_shows_an_unknown_value_and_says_so_in_the_log(caplog):
    assert Dropdown(["a"], label="L").postprocess("b") == "b"
    assert "Dropdown 'L' shows 'b'" in caplog.text


def test_dropdown_with_custom_values_stays_filterable_and_warns():
    with pytest.warns(UserWarning, match="filterable"):
        dropdown = Dropdown(["a"], allow_custom_value=True, filterable=False)

    assert dropdown.props()["filterable"] is True


def test_dropdown_warns_that_max_choices_needs_multiselect():
    with pytest.warns(UserWarning, match="max_choices"):
        Dropdown(["a"], max_choices=1)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("choices", {"choices": "abc"}),
        ("choices", {"choices": [None]}),
        ("type", {"type": "label"}),
        ("max_choices", {"max_choices": 0, "multiselect": True}),
        ("num_choices_shown", {"num_choices_shown": 0}),
        ("value", {"choices": ["a"], "value": ["a"]}),
    ],
)
def test_dropdown_refuses_bad_options(name, options):
    with pytest.raises(ValueError, match=rf"Dropdown\({name}=\)"):
        Dropdown(**options)


def test_dropdown_schema_keeps_real_types():
    assert Dropdown([1, 2]).api_schema() == {"type": "integer", "enum": [1, 2]}
    assert Dropdown(["a"], multiselect=True, max_choices=3).api_schema() == {
        "type": "array",
        "items": {"type": "string", "enum": ["a"]},
        "maxItems": 3,
    }


def test_dropdown_schema_allows_custom_values_where_the_component_does():
    schema = Dropdown([1], allow_custom_value=True).api_schema()

    jsonschema.validate("own", schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate([], schema)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("One", [1]), ("One, 2", [1, 2]), ("[1, 2]", [1, 2]), ('["One"]', [1]), ("", [])],
)
def test_dropdown_of_several_reads_a_csv_cell_as_the_choices_it_names(cell, value):
    assert Dropdown([("One", 1), 2], multiselect=True).parse_example(cell) == value
