"""I18n: one text in several languages, chosen by each visitor's browser.

``i18n("key")`` gives a marker: text that survives JSON and stands wherever a text may stand. The page
replaces it by the visitor's language, then the base language (``fr`` for ``fr-CA``), then English, then
the key itself; the server does the same for what it writes into the page.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from pegboard.errors import OptionTypeError

MARK = "__i18n__"
FALLBACK = "en"
_MARKER = re.compile(r'__i18n__(\{"key": "(?:[^"\\]|\\.)*"\})')
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")

Texts = Mapping[str, Mapping[str, str]]


class I18nText(str):
    """A text to be translated in the page; its own content is the marker."""

    __slots__ = ("key",)
    key: str

    def __new__(cls, key: str) -> I18nText:
        """Make the marker of a key."""
        made = super().__new__(cls, MARK + json.dumps({"key": key}, ensure_ascii=False))
        made.key = key
        return made

    def __repr__(self) -> str:
        return f"i18n({self.key!r})"


class I18n:
    """Texts by language and key: ``I18n(en={"hello": "Hello"}, fr={"hello": "Bonjour"})``.

    Pass it to ``launch(i18n=)`` (or ``mount_gradio_app``), and call it with a key where a text goes.
    Languages with a dash are given as ``**{"pt-BR": {...}}``.

    Raises:
        OptionTypeError: A language's texts are not a dict of texts.
    """

    def __init__(self, **translations: Mapping[str, str]) -> None:
        self.translations: dict[str, dict[str, str]] = {}
        for locale, texts in translations.items():
            is_table = isinstance(texts, Mapping) and all(
                isinstance(key, str) and isinstance(text, str) for key, text in texts.items()
            )
            if not is_table:
                raise OptionTypeError(
                    f"I18n({locale}=)", got=texts, expected="a dict from keys to texts"
                )
            if not _LOCALE.fullmatch(locale.replace("_", "-")):
                warnings.warn(
                    f"I18n({locale}=) is not a language code such as 'en' or 'pt-BR', so no browser "
                    "will ask for it",
                    stacklevel=2,
                )
            self.translations[locale.replace("_", "-").lower()] = dict(texts)

    def __call__(self, key: str) -> I18nText:
        """Return the marker of a key.

        Raises:
            OptionTypeError: The key is no text.
        """
        if not isinstance(key, str):
            raise OptionTypeError("i18n()", got=key, expected="a key, which is a text")
        if self.translations and not any(key in texts for texts in self.translations.values()):
            warnings.warn(f"i18n({key!r}): no language has this key, so it is shown itself", stacklevel=2)
        return I18nText(key)


def texts_of(given: object) -> dict[str, dict[str, str]]:
    """Return the tables of an `I18n`, or of nothing.

    Raises:
        OptionTypeError: It is something else.
    """
    if given is None:
        return {}
    if isinstance(given, I18n):
        return given.translations
    raise OptionTypeError(
        "launch(i18n=)", got=given, expected="pb.I18n(en={...}, fr={...})",
        fix="wrap the dicts: pb.I18n(en={...})",
    )  # fmt: skip


def languages(accept_language: str) -> list[str]:
    """Return what a browser's Accept-Language prefers, best first. Source: RFC 9110, 12.5.4."""
    weighted: list[tuple[float, int, str]] = []
    for part in accept_language[:500].split(","):
        name, _, rest = part.strip().partition(";")
        match = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", rest) if rest else None
        weight = float(match[1]) if match else 1.0
        if name and name != "*" and weight > 0:
            weighted.append((-weight, len(weighted), name.lower()))
    return [name for _, _, name in sorted(weighted)]


def translated_in(value: Any, texts: Texts, wanted: Sequence[str] = ()) -> Any:
    """Return a JSON value with the markers in all of its texts replaced, as `translated` does."""
    if isinstance(value, str):
        return translated(value, texts, wanted)
    if isinstance(value, Mapping):
        return {name: translated_in(item, texts, wanted) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [translated_in(item, texts, wanted) for item in value]
    return value


def spoken(texts: Texts, wanted: Sequence[str]) -> tuple[str, ...]:
    """Return those of a visitor's first languages that the texts are in, in some variety."""
    bases = {name.partition("-")[0] for name in texts}
    return tuple(name for name in wanted[:4] if name.partition("-")[0] in bases)


def translated(text: str, texts: Texts, wanted: Sequence[str] = ()) -> str:
    """Return a text with each marker replaced by the best language's words."""
    if MARK not in text:
        return text
    tables = [texts[name] for name in _chain(wanted) if name in texts]

    def replace(match: re.Match[str]) -> str:
        key = str(json.loads(match[1])["key"])
        return next((table[key] for table in tables if key in table), key)

    return _MARKER.sub(replace, text)


def _chain(wanted: Sequence[str]) -> list[str]:
    chain: list[str] = []
    for name in wanted:
        chain += [name, name.partition("-")[0]]
    return [*dict.fromkeys([*chain, FALLBACK])]
