"""What only Radio does: typed choices, and values or indices for the function."""

import jsonschema
import numpy
import pytest

from pegboard import PayloadError, ValueTypeError
from pegboard_radio import Radio


def test_radio_starts_with_nothing_picked():
    assert Radio(["a", "b"]).initial_value() is None


def test_radio_sends_choices_as_pairs_of_label_and_value():
    radio = Radio(["a", ("Two", 2), numpy.int64(3), True])

    assert radio.props()["choices"] == [("a", "a"), ("Two", 2), ("3", 3), ("True", True)]


@pytest.mark.parametrize("choice", ["1", 1, True, 2.5, ""])
def test_radio_gives_the_function_the_choice_with_its_own_type(choice):
    got = Radio(["1", 1, True, 2.5, ""]).preprocess(choice)

    assert (type(got), got) == (type(choice), choice)


def test_radio_gives_a_float_choice_as_float_though_json_sends_a_whole_number():
    got = Radio([0.5, 1.0]).preprocess(1)

    assert (type(got), got) == (float, 1.0)


def test_radio_gives_the_index_when_asked():
    radio = Radio([("Low", 1), ("High", 10)], type="index")

    assert [radio.preprocess(10), radio.preprocess(None)] == [1, None]


@pytest.mark.parametrize("payload", ["c", True, 1.5, [], ["a"], {"a": 1}, "A"])
def test_radio_refuses_what_is_not_a_choice_and_lists_the_choices(payload):
    with pytest.raises(PayloadError, match="one of 'a', 1"):
        Radio(["a", 1]).preprocess(payload)


def test_radio_accepts_the_choices_of_an_update_and_no_longer_the_old_ones():
    updated = Radio(["a"]).with_options({"choices": ["b"]})

    assert updated.preprocess("b") == "b"
    with pytest.raises(PayloadError):
        updated.preprocess("a")


@pytest.mark.parametrize("choices", ["abc", 5, [None], [{}], [("a", "b", "c")], {"a": 1}, [("a", [])]])
def test_radio_refuses_choices_that_are_no_scalars(choices):
    with pytest.raises(ValueError, match=r"Radio\(choices=\)"):
        Radio(choices)


def test_radio_refuses_an_unknown_type():
    with pytest.raises(ValueError, match=r"Radio\(type=\)"):
        Radio(["a"], type="label")


def test_radio_refuses_to_show_a_list():
    with pytest.raises(ValueTypeError, match="a choice"):
        Radio(["a"]).postprocess(["a"])


def test_radio_schema_names_real_types_and_labels():
    schema = Radio([("One", 1), ("Two", 2)]).api_schema()

    assert schema == {
        "type": "integer",
        "enum": [1, 2],
        "oneOf": [{"const": 1, "title": "One"}, {"const": 2, "title": "Two"}],
    }
    jsonschema.validate(2, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate("2", schema)


def test_radio_schema_of_mixed_choices_lists_each_type_once():
    assert Radio(["a", "b", 1]).api_schema() == {
        "type": ["string", "integer"],
        "enum": ["a", "b", 1],
    }


@pytest.mark.parametrize(("cell", "value"), [("One", 1), ("1", 1), ("", None), ("x", "x")])
def test_radio_reads_a_csv_cell_as_the_choice_it_names(cell, value):
    assert Radio([("One", 1)]).parse_example(cell) == value
