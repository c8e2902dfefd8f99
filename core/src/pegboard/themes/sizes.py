"""Sizes: text, spacing and radius in seven steps, from xxs to xxl."""

from __future__ import annotations

from dataclasses import dataclass

STEPS = ("xxs", "xs", "sm", "md", "lg", "xl", "xxl")


@dataclass(frozen=True)
class Size:
    """Seven CSS lengths; also the form of a scale of your own."""

    xxs: str
    xs: str
    sm: str
    md: str
    lg: str
    xl: str
    xxl: str
    name: str | None = None

    def expand(self) -> list[str]:
        """Return the lengths, smallest first."""
        return [self[step] for step in STEPS]

    def __getitem__(self, step: str) -> str:
        return str(getattr(self, step))


radius_none = Size("0px", "0px", "0px", "0px", "0px", "0px", "0px", name="radius_none")
radius_sm = Size("1px", "1px", "2px", "4px", "6px", "8px", "12px", name="radius_sm")
radius_md = Size("1px", "2px", "4px", "8px", "12px", "16px", "22px", name="radius_md")
radius_lg = Size("2px", "4px", "8px", "12px", "18px", "24px", "32px", name="radius_lg")
radius_xxl = Size("4px", "8px", "12px", "18px", "26px", "36px", "52px", name="radius_xxl")

spacing_sm = Size("1px", "2px", "3px", "6px", "9px", "12px", "18px", name="spacing_sm")
spacing_md = Size("2px", "4px", "8px", "12px", "16px", "24px", "32px", name="spacing_md")
spacing_lg = Size("3px", "6px", "10px", "16px", "22px", "32px", "44px", name="spacing_lg")

text_sm = Size("0.5625rem", "0.6875rem", "0.75rem", "0.875rem", "1rem", "1.375rem", "1.75rem", name="text_sm")
text_md = Size("0.625rem", "0.75rem", "0.8125rem", "0.9375rem", "1.125rem", "1.625rem", "2rem", name="text_md")
text_lg = Size("0.75rem", "0.875rem", "0.9375rem", "1.0625rem", "1.25rem", "1.875rem", "2.375rem", name="text_lg")

SIZES: dict[str, dict[str, Size]] = {
    "radius_size": {
        "none": radius_none, "sm": radius_sm, "md": radius_md, "lg": radius_lg, "xxl": radius_xxl,
    },
    "spacing_size": {"sm": spacing_sm, "md": spacing_md, "lg": spacing_lg},
    "text_size": {"sm": text_sm, "md": text_md, "lg": text_lg},
}  # fmt: skip
"""The built-in scales by parameter and name."""
