"""Themes: readable in both modes whatever the hue, mapped onto the page's tokens, safe in a sheet."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import pegboard as pb
from pegboard.errors import OptionError
from pegboard.themes import colors as hues
from pegboard.themes import fonts, sizes, theme_named
from pegboard.themes.builtin import BUILTIN
from pegboard.themes.colors import HUES, SHADES
from pegboard.themes.theme import SHELL
from pegboard.themes.variables import TOKEN_OF

ROOT = Path(__file__).resolve().parents[2]
SHEET = ROOT / "core" / "frontend" / "src" / "shell.css"
LIGHT, DARK = 0, 1

# Text token → what it is read on.
READ = {
    "text": ("bg", "page", "surface", "surface-2", "primary-soft"),
    "text-muted": ("bg", "page", "surface", "surface-2"),
    "placeholder": ("surface", "surface-2"),
    "label-color": ("surface", "bg"),
    "primary": ("bg", "page", "surface", "surface-2", "primary-soft"),
    "on-primary": ("primary", "primary-hover"),
    "on-fill": ("fill", "fill-hover"),
    "danger": ("surface", "danger-soft"),
    "on-danger": ("danger",),
}


def luminance(color: str) -> float:
    """WCAG 2.2, relative luminance; written anew here, as the judge of the code under test."""
    parts = []
    for at in (1, 3, 5):
        value = int(color[at : at + 2], 16) / 255
        parts.append(value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def ratio(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def colors_of(tokens: Any, name: str, mode: int) -> list[str]:
    """The colours of a token: one, or the ends of a gradient; none for "none"."""
    value = tokens[name][mode]
    found = re.fullmatch(r"var\(--pb-([\w-]+)\)", value)
    if found:
        return colors_of(tokens, found[1], mode)
    return re.findall(r"#[0-9a-fA-F]{6}", value)


def unreadable(tokens: Any, mode: int) -> list[tuple[str, str, float]]:
    bad = []
    for text, grounds in READ.items():
        (ink,) = colors_of(tokens, text, mode)
        for ground in grounds:
            for color in colors_of(tokens, ground, mode):
                if ratio(ink, color) < 4.5:
                    bad.append((text, ground, round(ratio(ink, color), 2)))
    (edge,) = colors_of(tokens, "border-strong", mode)
    for ground in ("surface", "surface-2"):
        if ratio(edge, colors_of(tokens, ground, mode)[0]) < 3:
            bad.append(("border-strong", ground, 0))
    return bad


@pytest.mark.parametrize("mode", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", sorted(BUILTIN))
def test_text_of_every_theme_has_contrast_aa(name: str, mode: int) -> None:
    assert unreadable(BUILTIN[name]().tokens(), mode) == []


@pytest.mark.parametrize("name", sorted(BUILTIN))
def test_any_hue_keeps_a_theme_readable(name: str) -> None:
    bad = {
        (hue, mode): found
        for hue in HUES
        for mode in (LIGHT, DARK)
        if (found := unreadable(BUILTIN[name](primary_hue=hue).tokens(), mode))
    }

    assert bad == {}


def test_every_theme_looks_like_none_of_the_others() -> None:
    looks = {
        name: tuple(theme().tokens()[token] for token in ("bg", "surface", "primary", "radius-l", "font", "frame"))
        for name, theme in BUILTIN.items()
    }

    assert len(set(looks.values())) == len(looks) == 12


def test_default_theme_is_the_look_of_a_page_without_one() -> None:
    sheet = SHEET.read_text("utf-8")
    declared = dict(re.findall(r"--pb-([\w-]+):\s*([^;]+);", sheet.split("@media")[0]))

    for token, (light, dark) in SHELL.items():
        value = light if light == dark else f"light-dark({light}, {dark})"
        assert declared[token] == value, token
    assert "--pb-bg:" not in theme_named("default").css()


def test_every_token_of_a_theme_is_one_that_the_page_knows() -> None:
    declared = set(re.findall(r"--pb-([\w-]+):", SHEET.read_text("utf-8")))

    for name, theme in BUILTIN.items():
        assert set(theme().tokens()) <= declared, name
    assert set(TOKEN_OF.values()) <= declared


# -- parameters ----------------------------------------------------------------------------------------


def test_hues_sizes_and_fonts_are_names_or_objects() -> None:
    by_name = pb.themes.Soft(
        primary_hue="teal", neutral_hue="stone", text_size="lg", spacing_size="sm", radius_size="none",
        font="Georgia", font_mono=["Courier", "monospace"],
    )  # fmt: skip
    by_object = pb.themes.Soft(
        primary_hue=hues.teal, neutral_hue=hues.stone, text_size=sizes.text_lg,
        spacing_size=sizes.spacing_sm, radius_size=sizes.radius_none,
        font=pb.themes.Font("Georgia"), font_mono=("Courier", pb.themes.Font("monospace")),
    )  # fmt: skip

    assert by_name.css() == by_object.css()
    tokens = by_name.tokens()
    assert tokens["radius-l"] == ("0px", "0px") and tokens["space-4"] == ("9px", "9px")
    assert tokens["text-m"][0] == "1.0625rem"
    assert tokens["font"][0] == '"Georgia"' and tokens["font-mono"][0] == '"Courier", monospace'
    assert f"--primary-600:{hues.teal.c600}" in by_name.css()


def test_hue_of_ones_own_is_used() -> None:
    brand = pb.themes.Color(*["#%02x3366" % (250 - 20 * at) for at in range(11)])

    assert f"--primary-50:{brand.c50}" in pb.themes.Base(primary_hue=brand).css()
    assert unreadable(pb.themes.Base(primary_hue=brand).tokens(), LIGHT) == []


def test_shades_go_from_light_to_dark_and_are_alike_in_every_hue() -> None:
    for color in HUES.values():
        shades = [luminance(color[shade]) for shade in SHADES]
        assert shades == sorted(shades, reverse=True), color.name
        assert ratio(color[600], "#ffffff") > 4.2, color.name


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("primary_hue", "octarine"), ("secondary_hue", 5), ("neutral_hue", ["gray"]), ("text_size", "huge"),
        ("spacing_size", 4), ("radius_size", "radius_huge"), ("font", 5), ("font_mono", ["ok", None]),
        ("font", 'x"; } body { display: none'), ("primary_hue", pb.themes.Color(*["red"] * 11)),
    ],
)  # fmt: skip
def test_bad_parameter_of_a_theme_is_refused_in_three_parts(parameter: str, value: Any) -> None:
    with pytest.raises(OptionError) as refused:
        pb.themes.Soft(**{parameter: value})

    text = str(refused.value)
    assert all(part in text for part in ("got:", "expected:", "fix:"))


def test_unknown_name_warns_and_gives_the_default() -> None:
    with pytest.warns(UserWarning, match="Did you mean 'monochrome'"):
        assert theme_named("monocrome") is None
    with pytest.warns(UserWarning, match="not fetched from a hub"):
        assert theme_named("someone/nice-theme") is None


def test_name_class_and_object_give_the_same_theme() -> None:
    assert theme_named("Ocean").css() == theme_named(pb.themes.Ocean).css() == pb.themes.Ocean().css()


# -- set -------------------------------------------------------------------------------------------------


def test_set_publishes_a_variable_and_leads_its_token() -> None:
    css = pb.themes.Base().set(body_background_fill="#fafad2", body_background_fill_dark="#222200").css()

    assert "--pb-bg:var(--body-background-fill)" in css
    assert "--body-background-fill:#fafad2" in css
    night = css.split("data-theme=dark]")[1]
    assert "--body-background-fill:#222200" in night


def test_variable_set_for_one_mode_keeps_the_theme_in_the_other() -> None:
    theme = pb.themes.Base()
    light, dark = theme.tokens()["bg"]

    assert f"--body-background-fill:{dark}" in theme.set(body_background_fill="#fafad2").css().split("data-theme=dark]")[1]
    only_dark = pb.themes.Base().set(body_background_fill_dark="#222200").css()
    assert f"--body-background-fill:{light};" in only_dark


def test_variable_without_a_token_is_published_as_it_is() -> None:
    css = pb.themes.Base().set(my_own_gap="3px", checkbox_shadow="*shadow_drop", block_title_padding="*spacing_md").css()

    assert "--my-own-gap:3px" in css
    assert "--checkbox-shadow:var(--shadow-drop)" in css
    assert "--block-title-padding:var(--spacing-md)" in css


def test_every_known_variable_is_published_even_when_it_is_not_set() -> None:
    css = pb.themes.Default().css()

    for name, token in TOKEN_OF.items():
        assert f"--{name.replace('_', '-')}:var(--pb-{token})" in css


def test_set_gives_the_theme_and_none_takes_a_variable_back() -> None:
    theme = pb.themes.Base()

    assert theme.set(slider_color="red") is theme
    assert "--slider-color:red" in theme.css()
    assert "--slider-color:red" not in theme.set(slider_color=None).css()


@pytest.mark.parametrize(
    "value",
    ["red; } body { display: none", "</style><script>", "url(https://evil.example/x.png)", "url( '//evil/x')", 5, "a/*"],
)
def test_value_that_would_leave_its_place_is_refused(value: Any) -> None:
    with pytest.raises(OptionError, match="slider_color"):
        pb.themes.Base().set(slider_color=value)


def test_google_font_is_named_and_never_fetched() -> None:
    with pytest.warns(UserWarning, match="not fetched.*Montserrat"):
        theme = pb.themes.Base(font=[pb.themes.GoogleFont("Comic Neue"), "sans-serif"])

    assert theme.tokens()["font"][0] == '"Comic Neue", sans-serif'
    assert "http" not in theme.css() and "@import" not in theme.css()


@pytest.mark.parametrize("given", ["Inter", pb.themes.Font("Inter"), pb.themes.GoogleFont("Inter")])
def test_a_family_that_comes_with_the_core_is_served_however_it_is_named(given: Any) -> None:
    theme = pb.themes.Base(font=[given, "sans-serif"])

    assert [name for name, _ in theme.files()] == ["inter.woff2"] == theme.early_files()
    assert 'url("/font/x.woff2")' in theme.css({"inter.woff2": "/font/x.woff2"})
    assert theme.tokens()["font"][0] == '"Inter", sans-serif'


def test_every_shipped_font_is_a_woff2_file_beside_its_licence() -> None:
    for name, (file, _) in fonts.SHIPPED.items():
        path = fonts.ShippedFont(name).path
        assert path is not None and path.read_bytes()[:4] == b"wOF2", name
        assert "SIL Open Font License" in path.with_suffix(".LICENSE.txt").read_text("utf-8"), file


def test_the_default_theme_brings_no_font() -> None:
    assert pb.themes.Base().files() == [] == pb.themes.Default().files()


def test_local_font_is_a_file_of_the_app(tmp_path: Path) -> None:
    file = tmp_path / "brand.woff2"
    file.write_bytes(b"wOF2")
    theme = pb.themes.Base(font=[pb.themes.LocalFont("Brand", file, weight="100 900")])

    assert theme.files() == [("brand.woff2", b"wOF2")]
    css = theme.css({"brand.woff2": "/font/x.woff2"})
    assert '@font-face{font-family:"Brand";font-weight:100 900' in css and 'url("/font/x.woff2")' in css
    with pytest.raises(OptionError, match="woff2"):
        pb.themes.LocalFont("Brand", tmp_path / "gone.woff2")


def test_weights_of_one_family_keep_their_rules_and_a_shared_file_has_one(tmp_path: Path) -> None:
    files = [tmp_path / "thin.woff2", tmp_path / "bold.woff2"]
    for file in files:
        file.write_bytes(b"wOF2")
    thin, bold = (pb.themes.LocalFont("Brand", file, weight) for file, weight in zip(files, ("300", "700")))

    assert pb.themes.Base(font=[thin, bold]).css().count("@font-face") == 2
    assert pb.themes.Base(font="Inter", font_mono="Inter").css().count("@font-face") == 1


def test_theme_of_ones_own_is_a_subclass() -> None:
    class Paper(pb.themes.Theme):
        name = "paper"
        hues = ("rose", "pink", "stone")

        def shape(self, tokens: Any) -> None:
            tokens["bg"] = ("#fffaf0", "#101010")

    assert "--pb-bg:light-dark(#fffaf0,#101010)" in Paper().css()


def test_more_contrast_is_kept_for_people_who_ask_for_it() -> None:
    assert "prefers-contrast:more" in pb.themes.Soft().css()
