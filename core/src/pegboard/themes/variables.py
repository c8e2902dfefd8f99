"""Names of CSS variables that themes of Gradio set, and the token of the page that each stands for.

Every token is also published under these names, so that an app's own CSS written for them works; one
that a theme sets takes its token along. Names without a token are published as they are set.
"""

from __future__ import annotations

TOKEN_OF: dict[str, str] = {
    "body_background_fill": "bg",
    "body_text_color": "text",
    "body_text_color_subdued": "text-muted",
    "background_fill_primary": "surface",
    "background_fill_secondary": "bg",
    "block_background_fill": "surface",
    "panel_background_fill": "surface",
    "input_background_fill": "surface-2",
    "table_even_background_fill": "surface",
    "border_color_primary": "border",
    "border_color_accent": "primary",
    "block_border_color": "border",
    "input_border_color": "border-strong",
    "input_border_color_focus": "primary",
    "input_placeholder_color": "placeholder",
    "input_radius": "radius-m",
    "block_radius": "radius-l",
    "container_radius": "radius-l",
    "button_large_radius": "radius-m",
    "button_small_radius": "radius-m",
    "block_shadow": "shadow-s",
    "shadow_drop": "shadow-s",
    "shadow_drop_lg": "shadow-m",
    "block_label_text_color": "label-color",
    "block_label_text_weight": "label-weight",
    "block_title_text_color": "label-color",
    "block_title_text_weight": "label-weight",
    "block_info_text_color": "text-muted",
    "color_accent": "primary",
    "color_accent_soft": "primary-soft",
    "link_text_color": "primary",
    "link_text_color_hover": "primary-hover",
    "slider_color": "primary",
    "loader_color": "primary",
    "button_primary_background_fill": "fill",
    "button_primary_background_fill_hover": "fill-hover",
    "button_primary_text_color": "on-fill",
    "button_secondary_background_fill": "surface-2",
    "button_secondary_text_color": "text",
    "error_text_color": "danger",
    "error_border_color": "danger",
    "error_background_fill": "danger-soft",
    "font": "font",
    "font_mono": "font-mono",
    "layout_gap": "space-4",
    "block_padding": "space-4",
}
"""Variable name → token without its ``--pb-``. The first set name of a token is the one that leads it."""


def css_name(variable: str) -> str:
    """Return how CSS writes a variable: ``body_text_color`` is ``--body-text-color``."""
    return f"--{variable.replace('_', '-')}"
