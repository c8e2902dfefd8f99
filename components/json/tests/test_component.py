"""What only JSON does: any structure becomes plain JSON, and a string must hold JSON."""

import dataclasses
import datetime
import enum
import json

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pegboard import Encoded, ValueTypeError
from pegboard_json import JSON


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int
    y: float


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        ({"a": [1, True, None]}, {"a": [1, True, None]}),
        ('{"a": 1}', {"a": 1}),
        ("null", None),
        ((1, 2), [1, 2]),
        ({1: "a", 2.5: "b"}, {"1": "a", "2.5": "b"}),
        ({None: 1, False: 2}, {"null": 1, "false": 2}),
        (float("nan"), None),
        ([float("inf"), 1.5], [None, 1.5]),
        (numpy.arange(3), [0, 1, 2]),
        (numpy.array([[1.5], [float("nan")]]), [[1.5], [None]]),
        ({"n": numpy.float32(0.5), "b": numpy.bool_(True)}, {"n": 0.5, "b": True}),
        (datetime.date(2024, 2, 29), "2024-02-29"),
        ([datetime.datetime(2024, 2, 29, 12)], ["2024-02-29 12:00:00"]),
        (Point(1, 2.5), {"x": 1, "y": 2.5}),
        ({"c": Colour.RED}, {"c": "red"}),
        (10**30, 10**30),
    ],
)
def test_json_shows_structures_as_plain_json(value, shown):
    got = JSON().postprocess(value)

    assert json.loads(json.dumps(got)) == shown
    assert type(got) is type(shown)


STRUCTURES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(Colour.RED) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3) | st.integers(0, 9) | st.none(), inner, max_size=4)
    ),
    max_leaves=30,
)


@given(st.lists(STRUCTURES, max_size=4))
def test_the_quick_way_shows_what_the_careful_way_does(value):
    component = JSON()

    assert repr(component.postprocess(value)) == repr(component._plain(value, 0))


def test_json_reads_a_list_that_a_string_holds():
    assert JSON().postprocess("[1, 2.5]") == [1, 2.5]


def test_json_does_not_read_strings_inside_a_structure():
    assert JSON().postprocess({"text": "[1]"}) == {"text": "[1]"}


def test_json_refuses_a_string_that_holds_no_json():
    with pytest.raises(ValueTypeError, match="a string that holds JSON"):
        JSON().postprocess("{a: 1}")


def test_json_refuses_a_structure_that_holds_itself():
    endless: list[object] = []
    endless.append(endless)

    with pytest.raises(ValueTypeError, match="100 levels"):
        JSON().postprocess(endless)


def test_json_gives_the_function_the_value_as_it_is():
    assert JSON().preprocess([1, {"a": None}]) == [1, {"a": None}]


def test_json_tells_the_page_that_there_is_no_height_limit():
    assert JSON(max_height=None).props()["max_height"] == "none"


def test_json_has_a_copy_button_unless_told_otherwise():
    assert JSON().props()["buttons"] == ["copy"]
    assert JSON(buttons=[]).props()["buttons"] == []


@pytest.mark.parametrize("name", ["height", "max_height", "min_height"])
def test_json_refuses_a_negative_length(name):
    with pytest.raises(ValueError, match=rf"JSON\({name}=\)"):
        JSON(**{name: -1})


def test_json_reads_a_csv_cell_as_json():
    component = JSON()

    assert component.postprocess(component.parse_example('{"a": 1}')) == {"a": 1}
    assert component.parse_example("") is None


def test_json_gives_plain_structures_as_the_text_they_are_sent_as():
    assert JSON().postprocess_encoded({"a": [1, float("nan")]}) == Encoded(b'{"a":[1,null]}')


def test_subclass_that_shows_other_values_is_asked_for_them():
    class Counted(JSON):
        def postprocess(self, value: object) -> object:
            return {"items": super().postprocess(value)}

    assert Counted().show_encoded([1, 2]) == {"items": [1, 2]}
