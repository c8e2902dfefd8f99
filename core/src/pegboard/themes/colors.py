"""Hues: a colour in eleven shades, from 50 (nearly white) to 950 (nearly black).

The shades are computed: each has a fixed lightness in the OKLCH space, so that shade 600 of any two
hues has about the same contrast, and a theme can swap hues and stay readable.

Sources: OKLab by Björn Ottosson; relative luminance and contrast by WCAG 2.2.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

SHADES = (50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 950)
_LIGHTNESS = (0.977, 0.946, 0.892, 0.818, 0.718, 0.630, 0.548, 0.470, 0.395, 0.318, 0.225)
_SATURATION = (0.09, 0.20, 0.38, 0.62, 0.88, 1.0, 1.0, 0.92, 0.78, 0.62, 0.42)


@dataclass(frozen=True)
class Color:
    """One hue in eleven shades, each as ``#rrggbb``; also the form of a hue of your own."""

    c50: str
    c100: str
    c200: str
    c300: str
    c400: str
    c500: str
    c600: str
    c700: str
    c800: str
    c900: str
    c950: str
    name: str | None = None

    def expand(self) -> list[str]:
        """Return the shades, lightest first."""
        return [self[shade] for shade in SHADES]

    def __getitem__(self, shade: int) -> str:
        return str(getattr(self, f"c{shade}"))


def hue(name: str, angle: float, chroma: float) -> Color:
    """Make a hue from its OKLCH angle in degrees and its greatest chroma."""
    shades = [
        hex_of(light, chroma * share, angle) for light, share in zip(_LIGHTNESS, _SATURATION)
    ]
    return replace(Color(*shades), name=name)


def hex_of(lightness: float, chroma: float, angle: float) -> str:
    """Return ``#rrggbb`` for an OKLCH colour; chroma is lowered until the screen can show it."""
    radians = math.radians(angle)
    least, most = 0.0, chroma
    if not _is_shown(_linear(lightness, chroma, radians)):
        for _ in range(10):  # a thousandth of the chroma is finer than a step of the screen
            middle = (least + most) / 2
            if _is_shown(_linear(lightness, middle, radians)):
                least = middle
            else:
                most = middle
        chroma = least
    linear = _linear(lightness, chroma, radians)
    return "#" + "".join(f"{round(255 * _gamma(value)):02x}" for value in linear)


def _is_shown(linear: tuple[float, float, float]) -> bool:
    return all(-1e-4 <= value <= 1 + 1e-4 for value in linear)


def mixed(one: str, other: str, share: float) -> str:
    """Return ``share`` of one colour and the rest of the other, mixed as the screen does."""
    pairs = zip(_channels(one), _channels(other))
    return "#" + "".join(f"{round(255 * (a * share + b * (1 - share))):02x}" for a, b in pairs)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def is_hex(text: str) -> bool:
    """Say whether a text is a colour written ``#rrggbb``."""
    return re.fullmatch(r"#[0-9a-fA-F]{6}", text) is not None


def first_readable(candidates: Iterator[str] | list[str], *grounds: str, ratio: float = 4.5) -> str:
    """Return the first colour with enough contrast on every ground, else the best one."""
    best, best_ratio = "#000000", 0.0
    for candidate in candidates:
        worst = min(contrast(candidate, ground) for ground in grounds)
        if worst >= ratio:
            return candidate
        if worst > best_ratio:
            best, best_ratio = candidate, worst
    return best


def _channels(color: str) -> list[float]:
    return [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]


def _luminance(color: str) -> float:
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in _channels(color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _gamma(value: float) -> float:
    value = min(1.0, max(0.0, value))
    return 12.92 * value if value <= 0.0031308 else float(1.055 * value ** (1 / 2.4) - 0.055)


def _linear(lightness: float, chroma: float, angle: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(angle), chroma * math.sin(angle)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


slate = hue("slate", 257, 0.040)
gray = hue("gray", 262, 0.026)
zinc = hue("zinc", 286, 0.014)
neutral = hue("neutral", 0, 0.0)
stone = hue("stone", 58, 0.012)
red = hue("red", 27, 0.225)
orange = hue("orange", 47, 0.195)
amber = hue("amber", 68, 0.175)
yellow = hue("yellow", 90, 0.165)
lime = hue("lime", 128, 0.205)
green = hue("green", 149, 0.195)
emerald = hue("emerald", 162, 0.155)
teal = hue("teal", 183, 0.125)
cyan = hue("cyan", 214, 0.130)
sky = hue("sky", 237, 0.150)
blue = hue("blue", 260, 0.210)
indigo = hue("indigo", 277, 0.225)
violet = hue("violet", 293, 0.245)
purple = hue("purple", 304, 0.250)
fuchsia = hue("fuchsia", 322, 0.260)
pink = hue("pink", 354, 0.230)
rose = hue("rose", 16, 0.225)

HUES: dict[str, Color] = {
    color.name: color
    for color in (
        slate, gray, zinc, neutral, stone, red, orange, amber, yellow, lime, green, emerald, teal, cyan,
        sky, blue, indigo, violet, purple, fuchsia, pink, rose,
    )
    if color.name is not None
}  # fmt: skip
"""Every built-in hue by its name."""

colors = list(HUES.values())
