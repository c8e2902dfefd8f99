"""Fonts: families that a machine may have, and files that a theme brings along.

Nothing is fetched from another origin: a page of ours works without the internet and tells no third
party who reads it. A file is served by the app itself.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

from pegboard.errors import OptionError

GENERIC = frozenset(
    {
        "system-ui", "sans-serif", "serif", "monospace", "ui-monospace", "ui-sans-serif", "ui-serif",
        "ui-rounded", "cursive", "fantasy", "math", "emoji", "-apple-system",
    }
)  # fmt: skip


class Font:
    """A family by its name, used where the visitor's machine has it."""

    def __init__(self, name: str) -> None:
        bad = set(name) & set("\"'\\;{}<>") if isinstance(name, str) else {"?"}
        if bad or not name.strip():
            raise OptionError(f"{type(self).__name__}()", got=name, expected="the name of a font family")
        self.name = name.strip()

    def css(self) -> str:
        """Return it as CSS writes a family."""
        return self.name if self.name in GENERIC else f'"{self.name}"'

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Font) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)


class GoogleFont(Font):
    """A family named as Google Fonts does; used where it is installed, never fetched from there.

    Args:
        weights: Accepted; the installed font has what it has.
    """

    def __init__(self, name: str, weights: Sequence[int] = (400, 600)) -> None:
        super().__init__(name)
        self.weights = tuple(weights)
        warnings.warn(
            f"GoogleFont({name!r}) is not fetched: pages load nothing from another origin. It is used where "
            f"it is installed; LocalFont({name!r}, 'FILE.woff2') serves it from the app.",
            stacklevel=2,
        )


class LocalFont(Font):
    """A family from a file that the app serves.

    Args:
        name: What it is called in the page.
        path: The font's file: woff2, woff, ttf or otf.
        weight: A weight, or a range of a variable font such as ``"100 900"``.
        style: ``normal`` or ``italic``.

    Raises:
        OptionError: There is no such file, or it is of another kind.
    """

    KINDS = {".woff2": "woff2", ".woff": "woff", ".ttf": "truetype", ".otf": "opentype"}

    def __init__(
        self, name: str, path: str | Path | None = None, weight: int | str = "400", style: str = "normal"
    ) -> None:
        super().__init__(name)
        self.path = None if path is None else Path(path)
        self.weight, self.style = str(weight), style
        if self.path is not None and (
            self.path.suffix.lower() not in self.KINDS or not self.path.is_file()
        ):
            raise OptionError(
                "LocalFont(path=)", got=str(path), expected="an existing .woff2, .woff, .ttf or .otf file"
            )

    def face(self, address: str) -> str:
        """Return the rule that makes the file available under its name."""
        kind = self.KINDS[self.path.suffix.lower()] if self.path is not None else "woff2"
        return (
            f"@font-face{{font-family:{self.css()};font-weight:{self.weight};font-style:{self.style};"
            f'font-display:swap;src:url("{address}") format("{kind}")}}'
        )


SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Noto Sans", "sans-serif")
MONO = ("ui-monospace", "SF Mono", "Cascadia Mono", "Menlo", "Consolas", "monospace")
ROUND = ("ui-rounded", "SF Pro Rounded", "Nunito", "Quicksand", "Varela Round", "system-ui", "sans-serif")
SERIF = ("Iowan Old Style", "Charter", "Palatino Linotype", "Palatino", "Noto Serif", "DejaVu Serif", "serif")
HUMAN = ("Seravek", "Gill Sans Nova", "Ubuntu", "Calibri", "Cantarell", "system-ui", "sans-serif")
GROTESK = ("Avenir Next", "Avenir", "Montserrat", "Futura", "Century Gothic", "system-ui", "sans-serif")
"""Stacks of the built-in themes, from the families that systems bring along."""


def stack_of(given: object, where: str) -> list[Font]:
    """Return a list of fonts from a font, a name, or several.

    Raises:
        OptionError: Something in it is neither.
    """
    members = given if isinstance(given, (list, tuple)) else [given]
    fonts = []
    for member in members:
        if isinstance(member, str):
            fonts.append(Font(member))
        elif isinstance(member, Font):
            fonts.append(member)
        else:
            raise OptionError(
                where, got=member, expected="a font family's name, a Font, or a list of those"
            )
    return fonts
