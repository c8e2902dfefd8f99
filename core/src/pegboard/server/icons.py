"""The app's icon, and the web app manifest that names it."""

from __future__ import annotations

import mimetypes
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ICON = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" '
    b'fill="#4f46e5"/><g fill="#fff"><circle cx="10" cy="10" r="3"/><circle cx="22" cy="10" r="3"/>'
    b'<circle cx="10" cy="22" r="3"/><circle cx="22" cy="22" r="3" fill="#a5b4fc"/></g></svg>'
)


@dataclass(frozen=True, slots=True)
class Icon:
    """An icon: its bytes, media type, and edge in pixels (``None`` for any size)."""

    content: bytes
    media_type: str
    edge_px: int | None


def read_icon(path: Path | None) -> Icon:
    """Return the app's own icon, or Pegboard's."""
    if path is None:
        return Icon(ICON, "image/svg+xml", None)
    content = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "image/x-icon"
    if kind == "image/vnd.microsoft.icon":
        kind = "image/x-icon"
    return Icon(content, kind, _edge(content))


def manifest(title: str, icon: Icon, root: str, colors: tuple[str, str]) -> dict[str, Any]:
    """Return the web app manifest (W3C) of an app.

    Browsers install an app that has an icon of 144 pixels or more, or one of any size. An icon is
    listed with the size it has, since a wrong one makes browsers ignore it; Pegboard's own, which
    has any size, follows one that is too small.

    Args:
        root: What stands before our paths, such as ``""`` or ``"/app"``.
        colors: Of the window's frame, and of the page while it loads.
    """
    icons = [
        {
            "src": f"{root}/pwa_icon" if icon.edge_px is None else f"{root}/pwa_icon/{icon.edge_px}",
            "sizes": "any" if icon.edge_px is None else f"{icon.edge_px}x{icon.edge_px}",
            "type": icon.media_type,
            "purpose": "any",
        }
    ]
    if icon.edge_px is not None and icon.edge_px < 192:
        own = {"src": f"{root}/pwa_icon/any", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
        icons.append(own)
    return {
        "name": title,
        "short_name": title,
        "id": f"{root}/",
        "start_url": f"{root}/",
        "scope": f"{root}/",
        "display": "standalone",
        "theme_color": colors[0],
        "background_color": colors[1],
        "icons": icons,
    }


def _edge(content: bytes) -> int | None:
    """Return the larger edge of a picture, read from its header; ``None`` when it has no size.

    Source: PNG (W3C), chunk IHDR; GIF89a, logical screen; ICO, directory entries (0 means 256).
    """
    if content[:8] == b"\x89PNG\r\n\x1a\n" and len(content) >= 24:
        return int(max(struct.unpack(">II", content[16:24])))
    if content[:4] == b"GIF8" and len(content) >= 10:
        return int(max(struct.unpack("<HH", content[6:10])))
    if content[:4] == b"\0\0\1\0" and len(content) >= 22:
        count = struct.unpack("<H", content[4:6])[0]
        edges = [content[6 + 16 * at] or 256 for at in range(count) if 6 + 16 * at < len(content)]
        return max(edges)
    return None if b"<svg" in content[:1000] else 48
