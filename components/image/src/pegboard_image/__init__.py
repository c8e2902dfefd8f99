"""Image: pictures in and out for Pegboard."""

from pegboard_image.component import Image
from pegboard_image.options import WatermarkOptions, WebcamOptions

__all__ = ["Image", "WatermarkOptions", "WebcamOptions"]
