"""File: files in and out for Pegboard."""

from pegboard_file.component import File, NamedString

__all__ = ["File", "NamedString"]
