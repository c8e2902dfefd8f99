"""Between pixels and files: arrays, PIL images, modes, rotation marks, encoders.

Everything that needs numpy or Pillow is here, and imports them when it is called.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pegboard_image.options import WatermarkOptions

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image as pil

MARGIN_PX = 10
ORIENTATION = 0x0112
"""EXIF tag 274, "Orientation" (CIPA DC-008)."""

LOSSY = frozenset({"webp", "jpeg", "jpg"})


class NotAPicture(ValueError):
    """The content cannot be decoded, or is too large to be; the message says which."""


def open_picture(source: Path | io.BytesIO) -> pil.Image:
    """Open a picture, checked against decompression bombs, not decoded yet.

    Raises:
        NotAPicture: It is no picture, or has too many pixels.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            # Pillow warns from its limit on and refuses at twice that; a server refuses at the first.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return Image.open(source)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise NotAPicture(f"the picture is too large: {problem}") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as problem:
        raise NotAPicture(f"it cannot be read as a picture: {problem}") from None


def upright(picture: pil.Image) -> pil.Image:
    """Return a picture turned as its rotation mark says; the same object when it has none."""
    from PIL import ImageOps

    return ImageOps.exif_transpose(picture) if has_rotation(picture) else picture


def has_rotation(picture: pil.Image) -> bool:
    """Whether a picture carries a mark that it is to be turned or mirrored."""
    try:
        return picture.getexif().get(ORIENTATION, 1) not in (0, 1)
    except Exception:  # a broken EXIF block is no reason to refuse the picture
        return False


def decoded(picture: pil.Image) -> pil.Image:
    """Decode a picture now.

    Raises:
        NotAPicture: The content is broken.
    """
    try:
        picture.load()
    except (OSError, SyntaxError, ValueError, EOFError) as problem:
        raise NotAPicture(f"its content is broken: {problem}") from None
    return picture


def in_mode(picture: pil.Image, mode: str | None) -> pil.Image:
    """Return a picture in a mode; 16-bit greys are scaled, not cut."""
    if mode is None or picture.mode == mode:
        return picture
    if picture.mode.startswith("I;16") or picture.mode == "I":
        import numpy as np
        from PIL import Image

        levels = np.asarray(picture).astype(np.float64)
        picture = Image.fromarray((levels / 257).clip(0, 255).round().astype(np.uint8))
    return picture.convert(mode)


def as_array(picture: pil.Image) -> np.ndarray[Any, Any]:
    """Return the pixels: uint8 (bool for mode 1), height x width or height x width x channels."""
    import numpy as np

    return np.array(picture)


def from_array(pixels: Any) -> pil.Image:
    """Return an array as a picture.

    Args:
        pixels: height x width, x 1, x 3 or x 4. uint8 as it is; bool as black and white; uint16 scaled;
            floats within 0…1 (or -1…1) scaled by 255.

    Raises:
        ValueError: Another shape or type, or floats outside that range.
    """
    import numpy as np
    from PIL import Image

    pixels = np.asarray(pixels)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] not in (3, 4)):
        raise ValueError(f"an array of shape {pixels.shape}")
    if pixels.size == 0:
        raise ValueError(f"an empty array of shape {pixels.shape}")
    if pixels.dtype == np.bool_:
        pixels = pixels.astype(np.uint8) * 255
    elif pixels.dtype == np.uint16:
        pixels = (pixels // 257).astype(np.uint8)
    elif np.issubdtype(pixels.dtype, np.floating):
        low, high = float(np.nanmin(pixels)), float(np.nanmax(pixels))
        if low < -1 or high > 1:
            raise ValueError(f"floats from {low:g} to {high:g}")
        pixels = (np.nan_to_num(pixels) * 255).clip(0, 255).round().astype(np.uint8)
    elif np.issubdtype(pixels.dtype, np.integer):
        low, high = int(pixels.min()), int(pixels.max())
        if low < 0 or high > 255:
            raise ValueError(f"whole numbers from {low} to {high}")
        pixels = pixels.astype(np.uint8)
    else:
        raise ValueError(f"an array of {pixels.dtype}")
    return Image.fromarray(np.ascontiguousarray(pixels))


def encode(picture: pil.Image, format: str) -> tuple[bytes, str]:
    """Return content and file suffix: in the format asked for, else PNG where that refuses.

    The fastest settings that keep quality are chosen, because a person waits for the result: WebP
    method 0 at quality 90, PNG at level 1.
    """
    suffix = "jpg" if format == "jpeg" else format
    settings: dict[str, Any] = {
        "webp": {"quality": 90, "method": 0},
        "jpg": {"quality": 92},
        "png": {"compress_level": 1},
    }.get(suffix, {})
    buffer = io.BytesIO()
    try:
        picture.save(buffer, {"jpg": "jpeg"}.get(suffix, suffix), **settings)
    except (OSError, ValueError, KeyError):
        buffer = io.BytesIO()
        safe = picture if picture.mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I") else picture.convert("RGB")
        safe.save(buffer, "png", compress_level=1)
        suffix = "png"
    return buffer.getvalue(), suffix


def with_watermark(picture: pil.Image, options: WatermarkOptions) -> pil.Image:
    """Return a picture with the watermark pasted on it."""
    from PIL import Image

    given = options.watermark
    if isinstance(given, Image.Image):
        mark = given
    elif isinstance(given, (str, Path)):
        mark = decoded(open_picture(Path(given)))
    else:
        mark = from_array(given)
    mark = mark.convert("RGBA")
    free_x, free_y = max(0, picture.width - mark.width), max(0, picture.height - mark.height)
    if isinstance(options.position, str):
        vertical, _, horizontal = options.position.partition("-")
        x = MARGIN_PX if horizontal == "left" else free_x - MARGIN_PX
        y = MARGIN_PX if vertical == "top" else free_y - MARGIN_PX
    else:
        x, y = options.position
    x, y = min(max(0, x), free_x), min(max(0, y), free_y)
    base = picture.convert("RGBA")
    base.alpha_composite(mark.crop((0, 0, min(mark.width, base.width), min(mark.height, base.height))), (x, y))
    return base if picture.mode == "RGBA" else base.convert(picture.mode)
