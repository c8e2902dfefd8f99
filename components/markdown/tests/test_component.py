"""What only Markdown does."""

from __future__ import annotations

from typing import Any

import pytest

from pegboard import PayloadError, ValueTypeError
from pegboard.errors import OptionError
from pegboard_markdown import Markdown


def test_common_indentation_is_removed() -> None:
    text = """
        # Title

          indented
        """

    assert Markdown().postprocess(text) == "# Title\n\n  indented"


def test_nothing_stays_nothing_and_numbers_become_text() -> None:
    assert Markdown().postprocess(None) is None
    assert Markdown().postprocess(3) == "3"
    assert Markdown().preprocess(None) is None


def test_it_has_no_frame_unless_asked_for_one() -> None:
    assert Markdown().props()["container"] is False
    assert Markdown(container=True).props()["container"] is True


def test_double_dollars_enclose_formulas_unless_told_otherwise() -> None:
    own = [{"left": "$", "right": "$", "display": False}]

    assert Markdown().props()["latex_delimiters"] == [
        {"left": "$$", "right": "$$", "display": True}
    ]
    assert Markdown(latex_delimiters=own).props()["latex_delimiters"] == own


@pytest.mark.parametrize("payload", [3, True, ["a"], {"a": 1}])
def test_what_is_not_text_is_refused(payload: Any) -> None:
    with pytest.raises(PayloadError, match="expected: text"):
        Markdown().preprocess(payload)


def test_bytes_are_refused_in_words() -> None:
    with pytest.raises(ValueTypeError, match="decode the bytes"):
        Markdown().postprocess(b"text")


@pytest.mark.parametrize("options", [{"height": -1}, {"latex_delimiters": [{"left": "$"}]}])
def test_a_bad_option_is_refused_in_words(options: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="expected:"):
        Markdown(**options)


def test_the_older_spelling_still_means_the_same() -> None:
    with pytest.warns(DeprecationWarning):
        assert Markdown(show_copy_button=True).props()["buttons"] == ["copy"]
