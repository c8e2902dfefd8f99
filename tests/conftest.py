"""What holds for every test here."""

from __future__ import annotations

from hypothesis import settings

# A property is about values, not about how busy the machine is.
settings.register_profile("pegboard", deadline=None)
settings.load_profile("pegboard")
