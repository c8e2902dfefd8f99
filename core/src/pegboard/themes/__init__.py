"""Themes: how a page looks. ``launch(theme="soft")``, or ``pb.themes.Soft(primary_hue="teal")``."""

from __future__ import annotations

import difflib
import warnings

from pegboard.errors import OptionTypeError
from pegboard.themes import colors, sizes
from pegboard.themes.builtin import (
    BUILTIN,
    Base,
    Citrus,
    Cyberpunk,
    Default,
    Ember,
    Glass,
    Mario,
    Monochrome,
    Neon,
    Ocean,
    Origin,
    Soft,
)
from pegboard.themes.colors import Color
from pegboard.themes.fonts import Font, GoogleFont, LocalFont
from pegboard.themes.sizes import Size
from pegboard.themes.theme import Theme

ThemeClass = Theme


def theme_named(given: object) -> Theme | None:
    """Return a theme from its name or itself; ``None`` gives the page's own look.

    An unknown name gives that, too, with a warning: an app must not fail for its colours.

    Raises:
        OptionTypeError: It is neither a theme nor a text.
    """
    if given is None or isinstance(given, Theme):
        return given
    if isinstance(given, type) and issubclass(given, Theme):
        return given()
    if not isinstance(given, str):
        raise OptionTypeError(
            "launch(theme=)", got=given, expected=f"a Theme, or a name: {', '.join(BUILTIN)}"
        )
    name = given.strip().lower().removeprefix("gradio/")
    if name in BUILTIN:
        return BUILTIN[name]()
    close = difflib.get_close_matches(name, BUILTIN, 1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    what = "Themes are not fetched from a hub" if "/" in given else "No theme has that name"
    warnings.warn(
        f"theme={given!r}: {what}; the default is used. Known: {', '.join(BUILTIN)}.{hint}", stacklevel=2
    )
    return None


__all__ = [
    "Base", "Citrus", "Color", "Cyberpunk", "Default", "Ember", "Font", "Glass", "GoogleFont",
    "LocalFont", "Mario", "Monochrome", "Neon", "Ocean", "Origin", "Size", "Soft", "Theme",
    "ThemeClass", "colors", "sizes", "theme_named",
]  # fmt: skip
