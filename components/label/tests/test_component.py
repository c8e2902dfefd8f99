"""What only Label does: sorting, cutting, and the many forms of a classification."""

import json

import numpy
import pytest

from pegboard import PayloadError, ValueTypeError
from pegboard_label import Label

ANIMALS = {"dog": 0.2, "cat": 0.7, "bird": 0.1}


def test_label_sorts_classes_surest_first():
    assert Label().postprocess(ANIMALS) == {
        "label": "cat",
        "confidences": [
            {"label": "cat", "confidence": 0.7},
            {"label": "dog", "confidence": 0.2},
            {"label": "bird", "confidence": 0.1},
        ],
    }


def test_label_sends_only_the_top_classes():
    sent = Label(num_top_classes=2).postprocess(ANIMALS)

    assert [entry["label"] for entry in sent["confidences"]] == ["cat", "dog"]


def test_label_keeps_the_order_of_equal_classes():
    sent = Label().postprocess({"b": 0.5, "a": 0.5})

    assert [entry["label"] for entry in sent["confidences"]] == ["b", "a"]


@pytest.mark.parametrize(
    ("value", "label"),
    [("cat", "cat"), (3, "3"), (0.5, "0.5"), (numpy.int64(3), "3"), (numpy.str_("cat"), "cat")],
)
def test_label_shows_a_bare_label_as_text(value, label):
    assert Label().postprocess(value) == {"label": label, "confidences": None}


@pytest.mark.parametrize("value", [None, {}])
def test_label_shows_nothing_for_an_empty_value(value):
    assert Label().postprocess(value) == {}


def test_label_turns_numbers_of_numpy_into_plain_floats():
    sent = Label().postprocess({numpy.int64(7): numpy.float32(0.5), 8: numpy.array(0.25)})

    assert json.loads(json.dumps(sent))["confidences"] == [
        {"label": "7", "confidence": 0.5},
        {"label": "8", "confidence": 0.25},
    ]


def test_label_reads_a_json_file(tmp_path):
    file = tmp_path / "classes.json"
    file.write_text('{"label": "cat", "confidences": [{"label": "cat", "confidence": 1}]}')

    assert Label().postprocess(str(file)) == Label().postprocess(file) == {
        "label": "cat",
        "confidences": [{"label": "cat", "confidence": 1.0}],
    }


def test_label_shows_the_name_of_a_json_file_that_is_not_there():
    assert Label().postprocess("no.json") == {"label": "no.json", "confidences": None}


@pytest.mark.parametrize("value", [["cat"], object(), {"cat": "much"}, {"cat": None}, {"cat": float("nan")}])
def test_label_refuses_what_is_no_classification(value):
    with pytest.raises(ValueTypeError):
        Label().postprocess(value)


def test_label_gives_the_function_confidences_or_the_bare_label():
    label = Label()

    assert label.preprocess(label.postprocess(ANIMALS)) == ANIMALS
    assert label.preprocess({"label": "cat", "confidences": None}) == "cat"
    assert [label.preprocess({}), label.preprocess(None)] == [None, None]


@pytest.mark.parametrize("payload", ["cat", [], {"confidences": []}, {"label": "a", "confidences": [{}]}])
def test_label_refuses_payloads_of_another_form(payload):
    with pytest.raises(PayloadError, match="confidences"):
        Label().preprocess(payload)


@pytest.mark.parametrize("count", [0, -1, "many"])
def test_label_refuses_a_count_below_one(count):
    with pytest.raises(ValueError, match=r"Label\(num_top_classes=\)"):
        Label(num_top_classes=count)
