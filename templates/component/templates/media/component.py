"""The component: files in and out. Paths are the server's business; this file sees `FileRef` only."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, ClassVar

import pegboard as pb
from pydantic import Field

# 2 x 2 pixels, red: what it is tested and shown with.
_SAMPLE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR42mP4z8AARAwQCgAf7gP9Y167WwAAAABJRU5E"
    "rkJggg=="
)


class {{ cookiecutter.class_name }}(pb.Component[pb.FileRef | None, Any, Any]):
    """{{ cookiecutter.summary }}

    Attributes:
        value: A path, or bytes of a PNG picture.
        accept: Which files can be chosen, for example ``"image/*"`` or ``".wav"``.
    """

    carries_files: ClassVar[bool] = True

    value: Any = Field(default=None, kw_only=False)
    accept: str = "image/*,audio/*,video/*"

    change: pb.Event[Any] = pb.Event(doc="Another file is in it.")
    upload: pb.Event[Any] = pb.Event(doc="An upload ended.")
    clear: pb.Event[Any] = pb.Event(doc="The person emptied it.")

    def preprocess(self, payload: object) -> str | None:
        """Give the function the path of a local copy.

        Raises:
            PayloadError: It is not an uploaded file.
        """
        if payload is None:
            return None
        if not isinstance(payload, pb.FileRef) or payload.path is None:
            raise pb.PayloadError(self, got=payload, expected="an uploaded file, or null for none")
        return str(payload.path)

    def postprocess(self, value: object) -> pb.FileRef | None:
        """Give the browser a reference; the server stores and publishes the file.

        Raises:
            ValueTypeError: It is neither a path nor bytes.
        """
        if value is None or isinstance(value, pb.FileRef):
            return value
        if isinstance(value, bytes):
            return pb.FileRef.from_bytes(value, name="picture.png", mime_type="image/png")
        if isinstance(value, (str, Path)):
            return pb.FileRef.from_path(value)
        raise pb.ValueTypeError(self, got=value, expected="a path, bytes, or None")

    def api_schema(self, direction: str = "input") -> dict[str, Any]:
        """Return the JSON Schema of the value, for clients."""
        return pb.FILE_SCHEMA

    def example_payload(self) -> pb.FileRef:
        """Return a payload that works; it is tested and shown with."""
        return pb.FileRef.from_bytes(_SAMPLE, name="sample.png", mime_type="image/png")

    def example_value(self) -> bytes:
        """Return a value that works."""
        return _SAMPLE

    def example(self, value: object) -> pb.ExampleCell:
        """Return how a value looks in a table of examples."""
        file = self.postprocess(value)
        return pb.ExampleCell("empty") if file is None else pb.ExampleCell("text", file.orig_name)
