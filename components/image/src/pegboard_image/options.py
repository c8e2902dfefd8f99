"""Options of Image that have parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Corner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]


@dataclass(frozen=True)
class WebcamOptions:
    """How the camera is used.

    Attributes:
        mirror: Show the camera as a mirror does; pictures are mirrored alike.
        constraints: What ``getUserMedia`` is asked for, such as ``{"video": {"width": 640}}``.
    """

    mirror: bool = True
    constraints: dict[str, Any] | None = None


@dataclass(frozen=True)
class WatermarkOptions:
    """A picture that is pasted onto returned pictures.

    Attributes:
        watermark: Path, PIL image or array; transparency is respected.
        position: A corner (10 pixels from the edges), or (x, y) of its top left pixel. Moved inside
            where it would stick out.
    """

    watermark: Any
    position: Corner | tuple[int, int] = "bottom-right"
