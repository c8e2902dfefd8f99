"""The themes that come with Pegboard, each with a character of its own."""

from __future__ import annotations

import re

from pegboard.themes import fonts
from pegboard.themes.colors import first_readable, mixed
from pegboard.themes.theme import SHELL, Theme, Tokens, on_color

STRONG_FRAME = "1px solid var(--pb-border-strong)"


class Base(Theme):
    """Plain ground to build on: one hue, small corners, no shadows."""

    def shape(self, tokens: Tokens) -> None:
        """Take the shadows away."""
        tokens["shadow-s"] = ("none", "none")


class Default(Theme):
    """The look of a page without a theme, with other hues, sizes or fonts if they are given."""

    name = "default"
    hues = ("indigo", "violet", "zinc")
    sizes = ("md", "md", "md")

    def shape(self, tokens: Tokens) -> None:
        """Keep the shell's own colours while nothing else is asked for."""
        if not self.is_customised:
            tokens.update(SHELL)

    def _has_tokens(self) -> bool:
        return self.is_customised


class Monochrome(Theme):
    """Ink on paper: black, white, serifs, hard edges."""

    name = "monochrome"
    hues = ("neutral", "neutral", "neutral")
    sizes = ("lg", "lg", "none")
    faces = (fonts.SERIF, fonts.MONO)

    def shape(self, tokens: Tokens) -> None:
        """Draw with lines instead of shades."""
        n = self.neutral
        tokens["bg"] = ("#ffffff", "#000000")
        tokens["surface"] = ("#ffffff", "#000000")
        tokens["surface-2"] = ("#ffffff", "#0d0d0d")
        tokens["text"] = ("#000000", "#ffffff")
        tokens["primary"] = ("#000000", "#ffffff")
        tokens["primary-hover"] = (n[800], n[200])
        tokens["on-primary"] = ("#ffffff", "#000000")
        tokens["primary-soft"] = (n[100], n[900])
        tokens["border"] = (n[300], n[700])
        tokens["border-strong"] = ("#000000", "#ffffff")
        tokens["frame"] = (STRONG_FRAME, STRONG_FRAME)
        tokens["shadow-s"] = ("none", "none")
        tokens["shadow-m"] = ("4px 4px 0 #000000", "4px 4px 0 #ffffff")
        tokens["label-weight"] = ("700", "700")


class Soft(Theme):
    """Rounded and calm: tinted ground, floating cards, no lines."""

    name = "soft"
    hues = ("indigo", "violet", "slate")
    sizes = ("md", "md", "lg")
    faces = (fonts.ROUND, fonts.MONO)

    def shape(self, tokens: Tokens) -> None:
        """Tint the ground and lift the cards."""
        p, n = self.primary, self.neutral
        tokens["bg"] = (mixed(p[100], n[100], 0.5), mixed(p[950], n[950], 0.35))
        tokens["surface"] = ("#ffffff", mixed(p[900], n[950], 0.22))
        tokens["surface-2"] = ("#ffffff", mixed(p[900], n[900], 0.25))
        tokens["border"] = (mixed(p[100], n[200], 0.5), mixed(p[900], n[800], 0.25))
        tokens["frame"] = ("1px solid transparent", "1px solid transparent")
        tokens["label-color"] = ("var(--pb-primary)", "var(--pb-primary)")
        tokens["shadow-s"] = (
            "0 2px 4px rgb(40 40 90 / 6%), 0 6px 20px rgb(40 40 90 / 7%)",
            "0 2px 4px rgb(0 0 0 / 20%), 0 6px 20px rgb(0 0 0 / 24%)",
        )
        _settle(self, tokens)


class Glass(Theme):
    """Cool panes: a shimmering page, bright edges, fills with depth."""

    name = "glass"
    hues = ("sky", "cyan", "gray")
    sizes = ("sm", "md", "md")
    faces = (fonts.HUMAN, fonts.MONO)

    def shape(self, tokens: Tokens) -> None:
        """Let light fall across the page and the buttons."""
        p, s, n = self.primary, self.secondary, self.neutral
        tokens["bg"] = (mixed(p[100], n[100], 0.55), mixed(p[950], n[950], 0.5))
        tokens["page"] = (
            f"linear-gradient(160deg, {mixed(p[100], '#ffffff', 0.8)}, {mixed(n[100], '#ffffff', 0.8)} 55%, "
            f"{mixed(s[100], '#ffffff', 0.9)})",
            f"linear-gradient(160deg, {mixed(p[950], n[950], 0.75)}, {n[950]} 55%, "
            f"{mixed(s[950], n[950], 0.75)})",
        )
        tokens["border"] = (mixed(p[200], n[200], 0.6), mixed(p[800], n[800], 0.45))
        _gradient(tokens, "180deg", (p[600], p[800]), (p[300], p[500]))
        tokens["shadow-s"] = (
            "inset 0 1px 0 rgb(255 255 255 / 90%), 0 4px 14px rgb(20 70 110 / 10%)",
            "inset 0 1px 0 rgb(255 255 255 / 8%), 0 4px 14px rgb(0 0 0 / 40%)",
        )
        _settle(self, tokens)


class Origin(Theme):
    """Friendly and compact: warm orange, grey panels, buttons that look pressed."""

    name = "origin"
    hues = ("orange", "amber", "gray")
    sizes = ("sm", "md", "md")

    def shape(self, tokens: Tokens) -> None:
        """Give buttons a soft gradient and fields a grey ground."""
        p, n = self.primary, self.neutral
        tokens["bg"] = ("#ffffff", n[950])
        tokens["surface"] = (n[50], tokens["surface"][1])
        tokens["label-weight"] = ("400", "400")
        tokens["fill"] = (
            f"linear-gradient(to bottom right, {p[100]}, {p[300]})",
            f"linear-gradient(to bottom right, {p[800]}, {p[900]})",
        )
        tokens["fill-hover"] = (
            f"linear-gradient(to bottom right, {p[200]}, {p[300]})",
            f"linear-gradient(to bottom right, {p[700]}, {p[800]})",
        )
        _settle(self, tokens)
        tokens["on-fill"] = (p[950], p[50])


class Citrus(Theme):
    """Zest: yellow, thick outlines, shadows like cut paper."""

    name = "citrus"
    hues = ("amber", "lime", "stone")
    sizes = ("md", "md", "md")
    faces = (fonts.HUMAN, fonts.MONO)

    def shape(self, tokens: Tokens) -> None:
        """Outline everything and drop hard shadows."""
        p, n = self.primary, self.neutral
        tokens["bg"] = (mixed(p[50], "#ffffff", 0.75), n[950])
        tokens["frame"] = ("2px solid var(--pb-border-strong)", "2px solid var(--pb-border-strong)")
        tokens["border"] = (n[200], n[700])
        tokens["border-strong"] = (n[700], p[400])
        tokens["shadow-s"] = (f"3px 3px 0 {p[300]}", f"3px 3px 0 {mixed(p[900], n[950], 0.8)}")
        tokens["shadow-m"] = (f"5px 5px 0 {p[400]}", f"5px 5px 0 {p[900]}")
        tokens["fill"] = (p[400], p[400])
        tokens["fill-hover"] = (p[300], p[300])
        tokens["label-weight"] = ("700", "700")
        tokens["on-fill"] = (n[950], n[950])
        _settle(self, tokens)


class Ocean(Theme):
    """Depth: teal running into blue, on the page and on what acts."""

    name = "ocean"
    hues = ("teal", "sky", "slate")
    sizes = ("md", "md", "xxl")

    def shape(self, tokens: Tokens) -> None:
        """Run teal into blue."""
        p, s, n = self.primary, self.secondary, self.neutral
        tokens["bg"] = (mixed(p[50], s[50], 0.6), mixed(s[950], n[950], 0.6))
        tokens["page"] = (
            f"linear-gradient(120deg, {p[50]}, {s[100]})",
            f"linear-gradient(120deg, {mixed(p[950], n[950], 0.7)}, {mixed(s[950], n[950], 0.9)})",
        )
        tokens["surface"] = ("#ffffff", mixed(s[900], n[950], 0.35))
        tokens["surface-2"] = (mixed(s[50], "#ffffff", 0.5), mixed(s[900], n[900], 0.35))
        tokens["border"] = (mixed(s[200], n[200], 0.5), mixed(s[800], n[800], 0.4))
        _gradient(tokens, "100deg", (p[700], s[700]), (p[300], s[300]))
        _settle(self, tokens)


class Cyberpunk(Theme):
    """Night city: terminal type, cyan and magenta light, hard corners."""

    name = "cyberpunk"
    hues = ("fuchsia", "cyan", "violet")
    sizes = ("sm", "md", "none")
    faces = (fonts.CODE, fonts.CODE)

    def shape(self, tokens: Tokens) -> None:
        """Edge everything with light."""
        p, s, n = self.primary, self.secondary, self.neutral
        tokens["bg"] = (mixed(n[100], "#ffffff", 0.7), "#07060d")
        tokens["page"] = (
            f"linear-gradient(180deg, {mixed(p[100], '#ffffff', 0.5)}, {mixed(s[100], '#ffffff', 0.6)})",
            "linear-gradient(180deg, #14071c, #04131a)",
        )
        tokens["surface"] = ("#ffffff", "#0d0b18")
        tokens["surface-2"] = (mixed(s[50], "#ffffff", 0.6), "#14112a")
        tokens["border"] = (p[300], mixed(s[500], "#07060d", 0.55))
        tokens["border-strong"] = (p[600], s[500])
        tokens["text"] = (n[950], "#e9f9ff")
        tokens["label-color"] = (p[700], s[300])
        tokens["shadow-s"] = (f"0 0 0 1px {p[100]}, 3px 3px 0 {s[200]}", f"0 0 0 1px {mixed(p[700], '#07060d', 0.5)}, 3px 3px 0 #2b0a36")
        _gradient(tokens, "90deg", (p[700], n[700]), (p[400], s[300]))
        _settle(self, tokens)


class Ember(Theme):
    """Glow: red and orange coals on warm stone."""

    name = "ember"
    hues = ("red", "orange", "stone")
    sizes = ("md", "md", "md")
    faces = (fonts.GROTESK, fonts.MONO)

    def shape(self, tokens: Tokens) -> None:
        """Warm the ground and let buttons glow."""
        p, s, n = self.primary, self.secondary, self.neutral
        tokens["bg"] = (mixed(s[50], n[100], 0.5), "#120c0a")
        tokens["page"] = (
            f"radial-gradient(90% 60% at 50% 110%, {s[200]}, {mixed(s[50], n[50], 0.5)})",
            f"radial-gradient(90% 60% at 50% 110%, {mixed(p[900], '#120c0a', 0.75)}, #120c0a)",
        )
        tokens["surface"] = (mixed(s[50], "#ffffff", 0.35), "#1c1411")
        tokens["surface-2"] = ("#ffffff", "#261b16")
        tokens["border"] = (mixed(s[200], n[200], 0.6), mixed(p[900], n[800], 0.45))
        _gradient(tokens, "160deg", (s[700], p[700]), (s[300], p[400]))
        tokens["shadow-s"] = ("0 2px 10px rgb(160 60 20 / 10%)", "0 2px 10px rgb(255 90 20 / 10%)")
        _settle(self, tokens)


class Neon(Theme):
    """Tubes of light: green and pink glowing on black, on white as clean lines."""

    name = "neon"
    hues = ("green", "pink", "zinc")
    sizes = ("md", "md", "xxl")
    faces = (fonts.GROTESK, fonts.MONO)

    def shape(self, tokens: Tokens) -> None:
        """Make edges glow."""
        p, s = self.primary, self.secondary
        tokens["bg"] = ("#fbfdfb", "#050607")
        tokens["surface"] = ("#ffffff", "#0b0d0f")
        tokens["surface-2"] = ("#ffffff", "#121518")
        tokens["frame"] = ("2px solid var(--pb-border)", "2px solid var(--pb-border)")
        tokens["border"] = (p[200], mixed(p[500], "#050607", 0.5))
        tokens["border-strong"] = (p[600], p[500])
        tokens["label-color"] = (s[700], s[300])
        tokens["shadow-s"] = (
            f"0 0 0 3px {p[50]}, 0 2px 14px {p[100]}",
            f"0 0 0 3px {mixed(p[600], '#050607', 0.12)}, 0 2px 14px {mixed(p[500], '#050607', 0.4)}",
        )
        _settle(self, tokens)
        tokens["primary"] = (tokens["primary"][0], "#39ff88")
        tokens["primary-hover"] = (tokens["primary-hover"][0], "#8affb8")
        tokens["on-primary"] = (tokens["on-primary"][0], "#04130a")
        tokens["primary-soft"] = (p[50], "#0f2a1b")


class Mario(Theme):
    """Blocks and bricks: red, blue and sky, chunky outlines."""

    name = "mario"
    hues = ("red", "blue", "stone")
    sizes = ("md", "md", "md")
    faces = (fonts.ROUND, fonts.MONO)

    def shape(self, tokens: Tokens) -> None:
        """Build it of blocks under a sky."""
        p, s = self.primary, self.secondary
        tokens["bg"] = ("#cfe8fb", "#0e1a3a")
        tokens["page"] = (
            "linear-gradient(180deg, #b9defa, #e9f5fe 70%, #dff0cf)",
            "linear-gradient(180deg, #0b1433, #16244f 70%, #10281c)",
        )
        tokens["surface"] = ("#fffdf6", "#131d3f")
        tokens["surface-2"] = ("#ffffff", "#1a2650")
        tokens["frame"] = ("3px solid var(--pb-border-strong)", "3px solid var(--pb-border-strong)")
        tokens["border"] = ("#e2d3bb", "#34427a")
        tokens["border-strong"] = ("#3b2417", "#e0a83a")
        tokens["text"] = ("#2b1a10", "#fff7e0")
        tokens["text-muted"] = ("#5c4433", "#d5cbb0")
        tokens["placeholder"] = ("#6b5546", "#b5ac97")
        tokens["label-color"] = (s[800], "#ffd75e")
        tokens["label-weight"] = ("700", "700")
        tokens["shadow-s"] = ("0 4px 0 #3b2417", "0 4px 0 #060b1c")
        tokens["shadow-m"] = ("0 6px 0 #3b2417", "0 6px 0 #060b1c")
        tokens["primary"] = (p[700], "#ff8a80")
        tokens["primary-hover"] = (p[800], "#ffb3ac")
        tokens["on-primary"] = ("#ffffff", "#2a0603")
        tokens["primary-soft"] = (mixed(p[50], "#fffdf6", 0.7), "#3a1c33")


def _gradient(
    tokens: Tokens, angle: str, light: tuple[str, str], dark: tuple[str, str]
) -> None:
    """Fill buttons with a gradient, and choose the text that is read on both of its ends."""
    tokens["fill"] = (
        f"linear-gradient({angle}, {light[0]}, {light[1]})",
        f"linear-gradient({angle}, {dark[0]}, {dark[1]})",
    )
    tokens["fill-hover"] = (
        f"linear-gradient({angle}, {mixed(light[0], '#000000', 0.85)}, {mixed(light[1], '#000000', 0.85)})",
        f"linear-gradient({angle}, {mixed(dark[0], '#ffffff', 0.8)}, {mixed(dark[1], '#ffffff', 0.8)})",
    )
    tokens["on-fill"] = (on_color(*light), on_color(*dark))


def _settle(theme: Theme, tokens: Tokens) -> None:
    """Choose the text colours again, for the grounds that a theme has changed."""
    p, n = theme.primary, theme.neutral
    day, night = (
        [tokens[ground][mode] for ground in ("bg", "surface", "surface-2")]
        + re.findall(r"#[0-9a-f]{6}", tokens["page"][mode])
        for mode in (0, 1)
    )
    tokens["text-muted"] = (
        first_readable([n[600], n[700], n[800]], *day),
        first_readable([n[400], n[300], n[200]], *night),
    )
    tokens["placeholder"] = (
        first_readable([n[500], n[600], n[700]], *day[1:3]),
        first_readable([n[500], n[400], n[300]], *night[1:3]),
    )
    primary = first_readable([p[600], p[700], p[800]], *day, p[50])
    bright = first_readable([p[400], p[300], p[200]], *night)
    tokens["primary"] = (primary, bright)
    tokens["primary-hover"] = (mixed(primary, "#000000", 0.82), mixed(bright, "#ffffff", 0.75))
    tokens["on-primary"] = (
        on_color(primary, tokens["primary-hover"][0]), on_color(bright, tokens["primary-hover"][1])
    )


BUILTIN: dict[str, type[Theme]] = {
    theme.name: theme
    for theme in (
        Base, Default, Monochrome, Soft, Glass, Origin, Citrus, Ocean, Cyberpunk, Ember, Neon, Mario,
    )
}  # fmt: skip
"""Every theme that comes with Pegboard, by name."""
