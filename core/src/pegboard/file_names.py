"""Names of files that came from outside, made harmless."""

from __future__ import annotations

import re
import unicodedata

NAME_LIMIT = 120


def safe_name(name: str | None, fallback: str = "file") -> str:
    """Reduce a name from outside to one harmless, URL-safe path segment that keeps its extension."""
    last = re.split(r"[\\/]", name or "")[-1]
    plain = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", plain).strip("._-")
    stem, dot, suffix = plain.rpartition(".")
    if not dot:
        stem, suffix = plain, ""
    if not stem.strip("_"):
        stem = fallback
    suffix = suffix[:16]
    stem = stem[: NAME_LIMIT - len(suffix) - 1]
    return f"{stem}.{suffix}" if suffix else stem


def shown_name(name: object) -> str | None:
    """Reduce a name from outside to what may be shown: its last segment, without control characters."""
    if not isinstance(name, str) or not name:
        return None
    last = re.split(r"[\\/]", name)[-1]
    return "".join(char for char in last if char.isprintable())[:200] or None
