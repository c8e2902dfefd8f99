"""Fonts: families that a machine may have, and files that a theme brings along.

Nothing is fetched from another origin: a page of ours works without the internet and tells no third
party who reads it. A file is served by the app itself. Some families (`SHIPPED`) come with the core.
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
    """A family named as Google Fonts does; never fetched from there.

    One that comes with the core (`SHIPPED`) is served by the app, others are used where they are installed.

    Args:
        weights: Accepted; shipped fonts have all weights, an installed one has what it has.
    """

    def __init__(self, name: str, weights: Sequence[int] = (400, 600)) -> None:
        super().__init__(name)
        self.weights = tuple(weights)
        if self.name not in SHIPPED:
            warnings.warn(
                f"GoogleFont({name!r}) is not fetched: pages load nothing from another origin. It is used where "
                f"it is installed; LocalFont({name!r}, 'FILE.woff2') serves it from the app. Families that "
                f"come with Pegboard: {', '.join(SHIPPED)}.",
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

    display = "swap"
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
            f'font-display:{self.display};src:url("{address}") format("{kind}")}}'
        )


SHIPPED = {
    "Inter": ("inter.woff2", "100 900"),
    "JetBrains Mono": ("jetbrains-mono.woff2", "100 800"),
    "Lora": ("lora.woff2", "400 700"),
    "Montserrat": ("montserrat.woff2", "100 900"),
    "Quicksand": ("quicksand.woff2", "300 700"),
    "Source Sans 3": ("source-sans-3.woff2", "200 900"),
    "Source Sans Pro": ("source-sans-3.woff2", "200 900"),
}
"""Families that come with the core, under the SIL Open Font License: file and range of weights.

Variable fonts for Latin script, as Fontsource 5 packs them; the last is the older name of the one before.
"""


class ShippedFont(LocalFont):
    """A family of `SHIPPED`.

    The page asks for it before it is drawn and does without it if it comes late, so that nothing moves.
    """

    display = "optional"

    def __init__(self, name: str) -> None:
        file, weight = SHIPPED[name]
        super().__init__(name, Path(__file__).parent / "files" / file, weight)


SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Noto Sans", "sans-serif")
MONO = ("Menlo", "Consolas", "monospace")
ROUND = ("Quicksand", "ui-rounded", "SF Pro Rounded", "Nunito", "Varela Round", "system-ui", "sans-serif")
SERIF = ("Lora", "Iowan Old Style", "Charter", "Palatino Linotype", "Palatino", "Noto Serif", "DejaVu Serif", "serif")
HUMAN = ("Source Sans 3", "Seravek", "Gill Sans Nova", "Ubuntu", "Calibri", "Cantarell", "system-ui", "sans-serif")
GROTESK = ("Montserrat", "Avenir Next", "Avenir", "Futura", "Century Gothic", "system-ui", "sans-serif")
CODE = ("JetBrains Mono", *MONO)
"""Stacks of the built-in themes: a shipped family, then those that systems bring along."""


def stack_of(given: object, where: str) -> list[Font]:
    """Return a list of fonts from a font, a name, or several.

    Raises:
        OptionError: Something in it is neither.
    """
    members = given if isinstance(given, (list, tuple)) else [given]
    fonts = []
    for member in members:
        if isinstance(member, str):
            fonts.append(_found(Font(member)))
        elif isinstance(member, Font):
            fonts.append(member if isinstance(member, LocalFont) else _found(member))
        else:
            raise OptionError(
                where, got=member, expected="a font family's name, a Font, or a list of those"
            )
    return fonts


def _found(font: Font) -> Font:
    """Return the font with its file, if it is one that comes with the core."""
    return ShippedFont(font.name) if font.name in SHIPPED else font
