"""One bad value for each parameter of Interface, Examples, flagging and API names: an error in three parts."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import pegboard as pb
from pegboard.errors import OptionError


def same(text: str) -> str:
    return text


def steps(text: str) -> Any:
    yield text


INTERFACE = {
    "fn": "same",
    "inputs": 5,
    "outputs": pb.Textbox,
    "examples": 7,
    "cache_examples": "yes",
    "cache_mode": "now",
    "examples_per_page": 0,
    "example_labels": ["one too many", "for one row"],
    "preload_example": 3,
    "live": "yes",
    "title": 5,
    "theme": 5,
    "css": 5,
    "css_paths": "no-such-file.css",
    "head": 5,
    "head_paths": "no-such-file.html",
    "analytics_enabled": "no",
    "show_api": "no",
    "allow_duplication": "no",
    "concurrency_id": 5,
    "description": 5,
    "article": b"bytes",
    "flagging_mode": "always",
    "allow_flagging": "sometimes",
    "flagging_options": [1, 2],
    "flagging_dir": 5,
    "flagging_callback": "cvs",
    "batch": 1,
    "max_batch_size": 0,
    "api_visibility": "hidden",
    "api_name": 5,
    "api_description": 5,
    "concurrency_limit": 0,
    "additional_inputs": 5,
    "additional_inputs_accordion": 5,
    "submit_btn": 5,
    "clear_btn": 5,
    "show_progress": "much",
    "fill_width": "wide",
    "time_limit": "long",
    "stream_every": 0,
    "validator": "check",
    "delete_cache": 5,
    "deep_link": 5,
    "js": 5,
}


def test_every_parameter_of_interface_has_a_bad_value_in_this_file() -> None:
    rest = {"stop_btn"}  # it matters with a generator only: see the combinations
    named = {
        name
        for name, parameter in inspect.signature(pb.Interface).parameters.items()
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD
    }
    assert set(INTERFACE) == named - rest


def is_in_three_parts(problem: BaseException, bad: Any) -> bool:
    what, *parts = str(problem).splitlines()
    got, expected, fix = (line.strip() for line in parts[:3])
    assert len(what.split()) > 1
    assert got.startswith("got:") and repr(bad)[:20] in got, got
    assert expected.startswith("expected:") and len(expected.split()) > 1
    assert fix.startswith("fix:") and len(fix.split()) > 1
    return True


@pytest.mark.parametrize("name", INTERFACE)
def test_bad_value_of_a_parameter_of_interface_is_explained(name: str) -> None:
    given: dict[str, Any] = {"fn": same, "inputs": "text", "outputs": "text", "examples": [["a"]]}
    if name == "preload_example":
        given["cache_examples"] = True
    given[name] = INTERFACE[name]

    with pytest.raises(OptionError) as caught:
        pb.Interface(**given)

    assert is_in_three_parts(caught.value, INTERFACE[name])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"inputs": None, "outputs": None}, "at least one input or output"),
        ({"fn": steps, "stop_btn": 5}, "stop_btn="),
        ({"fn": steps, "batch": True}, "a function that returns"),
        ({"inputs": ["text", "state"]}, "exactly one state in each"),
        ({"no_such": 1}, "no_such"),
        ({"inputs": "texbox"}, "textbox"),
        ({"inputs": "Textbox"}, "lower case"),
        ({"inputs": "mic"}, "mic"),
    ],
)
def test_combination_that_cannot_work_is_explained(options: Any, words: str) -> None:
    with pytest.raises((ValueError, TypeError), match=words):
        pb.Interface(**{"fn": same, "inputs": "text", "outputs": "text", **options})


EXAMPLES = {
    "examples": {"a": 1},
    "inputs": "text",
    "outputs": "text",
    "fn": "same",
    "cache_examples": 3,
    "cache_mode": "soon",
    "examples_per_page": True,
    "label": 5,
    "run_on_click": True,
    "api_name": 5,
    "api_visibility": "hidden",
    "example_labels": [],
    "visible_columns": [4],
    "visible": "maybe",
    "preload": -1,
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_bad_value_of_a_parameter_of_examples_is_explained(name: str) -> None:
    with pb.Blocks():
        given: dict[str, Any] = {"examples": [["a"]], "inputs": pb.Textbox()}
        given[name] = EXAMPLES[name]

        with pytest.raises(OptionError) as caught:
            pb.Examples(**given)

    assert is_in_three_parts(caught.value, EXAMPLES[name])


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["a", "b"], "rows of 2 values"),
        ([["a", "b", "c"]], "at most 2 values"),
    ],
)
def test_rows_that_do_not_fit_are_explained(rows: Any, words: str) -> None:
    with pb.Blocks(), pytest.raises(OptionError, match=words):
        pb.Examples(rows, [pb.Textbox(), pb.Textbox()])


def test_cache_without_a_function_is_explained() -> None:
    with pb.Blocks(), pytest.raises(OptionError, match="fn= and outputs= as well"):
        pb.Examples([["a"]], pb.Textbox(), cache_examples=True)


@pytest.mark.parametrize("name", ["", "a/b.csv", "../x.csv", "noend", "x.jsonl"])
def test_bad_name_of_a_table_is_explained(name: str) -> None:
    with pytest.raises(OptionError) as caught:
        pb.CSVLogger(dataset_file_name=name)

    assert is_in_three_parts(caught.value, name)
