"""I18n: markers and the choice of a language, without a browser."""

from __future__ import annotations

import json
from typing import Any

import pytest

import pegboard as pb
from pegboard.i18n import languages, translated

TEXTS = {"en": {"hi": "Hello", "bye": "Bye"}, "fr": {"hi": "Bonjour"}, "fr-ca": {"bye": "À la prochaine"}}
MARKS = pb.I18n(**TEXTS)


@pytest.mark.parametrize(
    ("wanted", "hi", "bye"),
    [
        (["fr-ca", "en"], "Bonjour", "À la prochaine"),
        (["fr"], "Bonjour", "Bye"),
        (["de"], "Hello", "Bye"),
        ([], "Hello", "Bye"),
    ],
)
def test_language_then_its_base_then_english_is_chosen(wanted: list[str], hi: str, bye: str) -> None:
    assert translated(f"{MARKS('hi')} / {MARKS('bye')}", TEXTS, wanted) == f"{hi} / {bye}"


def test_marker_is_a_text_that_survives_json() -> None:
    with pytest.warns(UserWarning, match="no language has this key"):
        mark = MARKS('say "hi" \\ {x} é')

    assert isinstance(mark, str) and mark.key == 'say "hi" \\ {x} é'
    assert translated(json.loads(json.dumps(mark)), TEXTS) == mark.key


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("fr-CA,fr;q=0.9,en;q=0.8", ["fr-ca", "fr", "en"]),
        ("en;q=0.1, de;q=0.9,*;q=0.5", ["de", "en"]),
        ("de;q=0, en", ["en"]),
        ("", []),
        (";;;q=x,,", []),
    ],
)
def test_preferences_of_a_browser_are_read(header: str, expected: list[str]) -> None:
    assert languages(header) == expected


def test_odd_language_code_warns_and_texts_must_be_texts() -> None:
    with pytest.warns(UserWarning, match="not a language code"):
        pb.I18n(klingonese_very_long={"a": "b"})
    bad: list[tuple[str, Any]] = [("en", ["a"]), ("en", {"a": 1}), ("en", {1: "a"})]
    for locale, texts in bad:
        with pytest.raises(pb.PegboardError, match="a dict from keys to texts"):
            pb.I18n(**{locale: texts})
    with pytest.raises(pb.PegboardError, match="fix:"):
        MARKS(5)  # type: ignore[arg-type]
