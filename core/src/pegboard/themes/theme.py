"""Theme: hues, sizes and fonts in; the page's tokens out, as one style sheet.

The tokens (``--pb-*``) are what the shell and every component draw with; `docs/components.md` lists
them. A theme computes them in pairs, for light and dark, and picks text colours by their contrast, so
that any hue gives a readable page. Everything sits in the layer ``pegboard.theme``: above the shell and
the components, below an app's own CSS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from typing_extensions import Self

from pegboard.errors import OptionError
from pegboard.themes import fonts
from pegboard.themes.colors import HUES, SHADES, Color, contrast, first_readable, is_hex, mixed
from pegboard.themes.sizes import SIZES, STEPS, Size
from pegboard.themes.variables import TOKEN_OF, css_name

Tokens = dict[str, tuple[str, str]]
"""Token without ``--pb-`` → its value in light and in dark."""

AA = 4.5
EDGE = 3.0


class Theme:
    """How a page looks.

    Args:
        primary_hue: Buttons, links and what is chosen: a hue's name such as ``"indigo"``, or a `Color`.
        secondary_hue: Published as variables for an app's own CSS; some themes use it in gradients.
        neutral_hue: Grounds, borders and text.
        text_size, spacing_size, radius_size: A scale's name (``"sm"``, ``"md"``, ``"lg"``; for the
            radius also ``"none"`` and ``"xxl"``), or a `Size`.
        font, font_mono: A family or several in order of preference: names or `Font` objects.

    Raises:
        OptionError: A hue, size or font does not exist.
    """

    name: ClassVar[str] = "base"
    hues: ClassVar[tuple[str, str, str]] = ("blue", "sky", "zinc")
    sizes: ClassVar[tuple[str, str, str]] = ("md", "md", "sm")
    faces: ClassVar[tuple[tuple[str, ...], tuple[str, ...]]] = (fonts.SANS, fonts.MONO)

    def __init__(
        self,
        *,
        primary_hue: Color | str | None = None,
        secondary_hue: Color | str | None = None,
        neutral_hue: Color | str | None = None,
        text_size: Size | str | None = None,
        spacing_size: Size | str | None = None,
        radius_size: Size | str | None = None,
        font: Any = None,
        font_mono: Any = None,
    ) -> None:
        given = (primary_hue, secondary_hue, neutral_hue, text_size, spacing_size, radius_size, font, font_mono)
        self.is_customised = any(value is not None for value in given)
        names = ("primary_hue", "secondary_hue", "neutral_hue")
        self.primary, self.secondary, self.neutral = (
            self._hue(name, default if value is None else value)
            for name, value, default in zip(names, given, self.hues)
        )
        scales = ("text_size", "spacing_size", "radius_size")
        self.text, self.spacing, self.radius = (
            self._size(name, default if value is None else value)
            for name, value, default in zip(scales, given[3:], self.sizes)
        )
        self.font = fonts.stack_of(list(self.faces[0]) if font is None else font, self._where("font"))
        self.font_mono = fonts.stack_of(
            list(self.faces[1]) if font_mono is None else font_mono, self._where("font_mono")
        )
        self.variables: dict[str, str] = {}

    def set(self, **variables: str | None) -> Self:
        """Set CSS variables by Gradio's names; return the theme.

        A name ending in ``_dark`` is the value in dark mode. ``*primary_500`` and ``*other_variable``
        stand for other variables.

        Raises:
            OptionError: A value is no text that can stand in a style sheet.
        """
        for name, value in variables.items():
            if value is None:
                self.variables.pop(name, None)
                continue
            if not isinstance(value, str) or re.search(r"[;{}<>\\]|/\*|url\s*\(\s*['\"]?\s*(https?:)?//", value):
                raise OptionError(
                    f"{type(self).__name__}.set({name}=)",
                    got=value,
                    expected="one CSS value as text, without ; { } < and without addresses elsewhere",
                    fix="pass only what stands after the colon, such as '#1f2937' or '*neutral_800'",
                )
            self.variables[name] = value
        return self

    # -- what the server asks ----------------------------------------------------------------------

    def tokens(self) -> Tokens:
        """Return every token of this theme with its values in light and dark."""
        made = self._colors()
        made.update(self._metrics())
        self.shape(made)
        return made

    def shape(self, tokens: Tokens) -> None:
        """Change the tokens: what makes a theme itself. Subclasses override this."""

    def window_colors(self) -> tuple[str, str]:
        """Return the colours of an installed app's window: its frame, and its page while it loads."""
        made = self.tokens()
        return made["primary"][0], made["bg"][0]

    def files(self) -> list[tuple[str, bytes]]:
        """Return the font files that the app must serve: name and content."""
        files = {font.path.name: font.path for font in self._local() if font.path}
        return [(name, path.read_bytes()) for name, path in files.items()]

    def early_files(self) -> list[str]:
        """Return the names of the font files that the page should ask for before it is drawn."""
        first = self.font[0]
        return [first.path.name] if isinstance(first, fonts.ShippedFont) and first.path else []

    def css(self, addresses: Mapping[str, str] | None = None) -> str:
        """Return the style sheet.

        Args:
            addresses: Where each of `files` is served.
        """
        made = self.tokens() if self._has_tokens() else {}
        rules = [
            font.face((addresses or {}).get(font.path.name, ""))
            for font in self._local()
            if font.path is not None
        ]
        # Text and code may share a file; the weights of one family are rules of their own.
        faces = "".join(dict.fromkeys(rules))
        lines = [f"--pb-{name}:{_pair(*pair)}" for name, pair in made.items()]
        lines += [f"{name}:{value}" for name, value in self._palettes()]
        own, dark = self._own(made)
        lines += own
        if made:
            contrasting = (
                "@media (prefers-contrast:more){:root{--pb-border:var(--pb-border-strong);"
                "--pb-border-strong:var(--pb-text);--pb-text-muted:var(--pb-text);"
                "--pb-placeholder:var(--pb-text)}}"
            )
        else:
            contrasting = ""
        night = ";".join(dark)
        in_dark = (
            "@media (prefers-color-scheme:dark){:root:not([data-theme=light])"
            f"{{{night}}}}}:root[data-theme=dark]{{{night}}}"
            if dark
            else ""
        )
        # Fonts stand outside the layer, where rules of this kind belong to the whole document.
        return f"{faces}@layer pegboard.theme{{:root{{{';'.join(lines)}}}{contrasting}{in_dark}}}"

    # -- parts -------------------------------------------------------------------------------------

    def _has_tokens(self) -> bool:
        return True

    def _colors(self) -> Tokens:
        n, p = self.neutral, self.primary
        light_bg, light = n[50], "#ffffff"
        dark_bg, dark, dark_2 = n[950], mixed(n[900], n[950], 0.72), mixed(n[800], n[900], 0.55)
        shades = SHADES[SHADES.index(600):]
        # A hue of someone's own may begin dark; what is chosen still has a light ground.
        soft = p[50] if contrast(p[50], light) < 1.5 else mixed(p[50], light, 0.08)
        primary = first_readable([p[s] for s in shades], light_bg, light, soft)
        night = first_readable([p[s] for s in (400, 300, 200, 100)], dark_bg, dark, dark_2)
        soft_dark = mixed(p[900], dark, 0.55)
        hover = mixed(primary, "#000000", 0.82)
        hover_dark = mixed(night, "#ffffff", 0.75)
        tokens: Tokens = {
            "bg": (light_bg, dark_bg),
            "surface": (light, dark),
            "surface-2": (light, dark_2),
            "border": (n[200], n[800]),
            "border-strong": (
                first_readable([n[s] for s in (400, 500, 600, 700)], light, ratio=EDGE),
                first_readable([n[s] for s in (600, 500, 400, 300)], dark, dark_2, ratio=EDGE),
            ),
            "text": (n[950], n[100]),
            "text-muted": (
                first_readable([n[s] for s in (600, 700, 800)], light_bg, light),
                first_readable([n[s] for s in (400, 300, 200)], dark_bg, dark, dark_2),
            ),
            "placeholder": (
                first_readable([n[s] for s in (500, 600, 700)], light),
                first_readable([n[s] for s in (500, 400, 300)], dark, dark_2),
            ),
            "label-color": ("var(--pb-text)", "var(--pb-text)"),
            "primary": (primary, night),
            "primary-hover": (hover, hover_dark),
            "on-primary": (on_color(primary, hover), on_color(night, hover_dark)),
            "primary-soft": (
                soft, first_readable([soft_dark, mixed(p[950], dark, 0.6), dark], night, n[100])
            ),
            "danger": ("#b42318", "#f97066"),
            "danger-soft": ("#fef3f2", "#3a1917"),
            "on-danger": ("#ffffff", "#101114"),
            "success": ("#067647", "#47cd89"),
            "warning": ("#93500a", "#fdb022"),
            "fill": ("var(--pb-primary)", "var(--pb-primary)"),
            "fill-hover": ("var(--pb-primary-hover)", "var(--pb-primary-hover)"),
            "on-fill": ("var(--pb-on-primary)", "var(--pb-on-primary)"),
            "page": ("none", "none"),
        }
        return tokens

    def _metrics(self) -> Tokens:
        radius, spacing, text = self.radius, self.spacing, self.text
        same = {
            "radius-s": radius.sm, "radius-m": radius.md, "radius-l": radius.lg,
            "space-1": spacing.xs, "space-2": spacing.sm, "space-3": spacing.md, "space-4": spacing.lg,
            "space-5": spacing.xl, "space-6": spacing.xxl,
            "text-xs": text.xs, "text-s": text.sm, "text-m": text.md, "text-l": text.lg, "text-xl": text.xl,
            "control-height": {"sm": "34px", "lg": "46px"}.get(_step(spacing), "40px"),
            "font": ", ".join(font.css() for font in self.font),
            "font-mono": ", ".join(font.css() for font in self.font_mono),
            "frame": "1px solid var(--pb-border)",
            "label-weight": "600",
        }  # fmt: skip
        tokens = {name: (value, value) for name, value in same.items()}
        tokens["shadow-s"] = ("0 1px 2px rgb(16 17 20 / 5%)", "0 1px 2px rgb(0 0 0 / 40%)")
        tokens["shadow-m"] = ("0 8px 28px rgb(16 17 20 / 14%)", "0 8px 28px rgb(0 0 0 / 60%)")
        return tokens

    def _palettes(self) -> Iterator[tuple[str, str]]:
        for kind, color in (
            ("primary", self.primary), ("secondary", self.secondary), ("neutral", self.neutral),
        ):  # fmt: skip
            for shade in SHADES:
                yield f"--{kind}-{shade}", color[shade]
        for kind, size in (("text", self.text), ("spacing", self.spacing), ("radius", self.radius)):
            for step in STEPS:
                yield f"--{kind}-{step}", size[step]

    def _own(self, made: Tokens) -> tuple[list[str], list[str]]:
        """Return the variables under Gradio's names, in light and what differs in dark."""
        light, dark = [], []
        led: set[str] = set()
        names = [name for name in self.variables if not name.endswith("_dark")]
        names += [
            name.removesuffix("_dark")
            for name in self.variables
            if name.endswith("_dark") and name.removesuffix("_dark") not in self.variables
        ]
        for name in names:
            token = TOKEN_OF.get(name)
            value, night = self.variables.get(name), self.variables.get(f"{name}_dark")
            if token is not None:
                pair = made.get(token, SHELL.get(token, ("initial", "initial")))
                value, night = value or pair[0], night or pair[1]
                if token not in led and f"var({css_name(name)})" not in (value, night):
                    led.add(token)
                    light.append(f"--pb-{token}:var({css_name(name)})")
            if value is not None:
                light.append(f"{css_name(name)}:{resolved(value)}")
            if night is not None:
                dark.append(f"{css_name(name)}:{resolved(night)}")
        light += [
            f"{css_name(name)}:var(--pb-{token})"
            for name, token in TOKEN_OF.items()
            if name not in names
        ]
        return light, dark

    def _local(self) -> list[fonts.LocalFont]:
        return [font for font in (*self.font, *self.font_mono) if isinstance(font, fonts.LocalFont)]

    def _where(self, name: str) -> str:
        return f"{type(self).__name__}({name}=)"

    def _hue(self, name: str, given: object) -> Color:
        if isinstance(given, Color):
            for shade in given.expand():
                if not is_hex(shade):
                    raise OptionError(self._where(name), got=shade, expected="shades written '#rrggbb'")
            return given
        if isinstance(given, str) and given in HUES:
            return HUES[given]
        raise OptionError(
            self._where(name), got=given, expected=f"a Color, or one of {', '.join(HUES)}"
        )

    def _size(self, name: str, given: object) -> Size:
        if isinstance(given, Size):
            return given
        known = SIZES[name]
        step = given.removeprefix(name.removesuffix("size")) if isinstance(given, str) else None
        if step in known:
            return known[step]
        raise OptionError(self._where(name), got=given, expected=f"a Size, or one of {', '.join(known)}")

    def __repr__(self) -> str:
        return f"<Theme {self.name}>"


def on_color(*grounds: str) -> str:
    """Return white or near black: what is better read on all of these."""
    return max(("#ffffff", "#0b0c0f"), key=lambda ink: min(contrast(ink, ground) for ground in grounds))


def resolved(value: str) -> str:
    """Return a CSS value with each ``*variable`` replaced by the variable's value."""
    return re.sub(
        r"(?<![\w)])\*([a-z][a-z0-9_]*)", lambda match: f"var({css_name(match[1])})", value
    )


def _pair(light: str, dark: str) -> str:
    if light == dark:
        return light
    if is_hex(light) and is_hex(dark):
        return f"light-dark({light},{dark})"
    return _switch(light, dark)


def _switch(light: str, dark: str) -> str:
    """Return a value whose colours alone depend on the mode; both must have the same shape."""
    colors = r"#[0-9a-fA-F]{6}|rgb\([^)]*\)|transparent"
    lights, darks = re.findall(colors, light), re.findall(colors, dark)
    shape = re.sub(colors, "\0", light)
    if len(lights) != len(darks) or shape != re.sub(colors, "\0", dark):
        raise ValueError(f"{light!r} and {dark!r} differ in more than colours")
    pairs = iter([one if one == other else f"light-dark({one},{other})" for one, other in zip(lights, darks)])
    return re.sub("\0", lambda match: next(pairs), shape)


def _step(size: Size) -> str:
    return (size.name or "").rpartition("_")[2]


SHELL: Tokens = {
    "bg": ("#f7f7f8", "#101114"),
    "surface": ("#ffffff", "#18191d"),
    "surface-2": ("#ffffff", "#1f2126"),
    "border": ("#e3e4e8", "#2c2e35"),
    "border-strong": ("#8b8f9a", "#70747f"),
    "text": ("#17181c", "#ededf0"),
    "text-muted": ("#5d616c", "#a1a5b0"),
    "placeholder": ("#70747f", "#8b8f9a"),
    "label-color": ("var(--pb-text)", "var(--pb-text)"),
    "primary": ("#4338ca", "#8b8cf8"),
    "primary-hover": ("#3730a3", "#a5a6fb"),
    "on-primary": ("#ffffff", "#101114"),
    "primary-soft": ("#eeeffd", "#26264a"),
    "danger": ("#b42318", "#f97066"),
    "danger-soft": ("#fef3f2", "#3a1917"),
    "on-danger": ("#ffffff", "#101114"),
    "success": ("#067647", "#47cd89"),
    "warning": ("#93500a", "#fdb022"),
    "fill": ("var(--pb-primary)", "var(--pb-primary)"),
    "fill-hover": ("var(--pb-primary-hover)", "var(--pb-primary-hover)"),
    "on-fill": ("var(--pb-on-primary)", "var(--pb-on-primary)"),
    "page": ("none", "none"),
}
"""The colours of a page without a theme; the same as in the shell's own sheet."""
