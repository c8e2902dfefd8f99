"""Radio: one of a few choices, all in sight."""

from pegboard_radio.component import Radio

__all__ = ["Radio"]
