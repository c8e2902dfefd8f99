"""Image: takes and shows pictures. Pixels are the business of `pixels`; this file knows the protocol."""

from __future__ import annotations

import base64
import binascii
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, Literal
from urllib.parse import unquote_to_bytes

from pydantic import Field

from pegboard import (
    FILE_SCHEMA,
    Component,
    Event,
    ExampleCell,
    FileRef,
    PayloadError,
    SelectData,
    ValueTypeError,
    refuse_option,
)
from pegboard_image import pixels
from pegboard_image.options import WatermarkOptions, WebcamOptions

Source = Literal["upload", "webcam", "clipboard"]
SOURCES: tuple[Source, ...] = ("upload", "webcam", "clipboard")
SAMPLE = Path(__file__).parent / "sample.png"
_SHOWABLE = "an array, a PIL image, a path or an http(s) address"


class Image(Component[FileRef | None, Any, Any]):
    """A picture: uploaded, pasted, dropped or taken with the camera; shown as an output.

    Attributes:
        value: Array, PIL image, path, address, or a function that gives one.
        format: How returned pictures are stored: ``"webp"``, ``"png"``, ``"jpeg"`` …
        height, width: Pixels, or a CSS length.
        image_mode: Mode that the function gets, as Pillow names it; ``None`` leaves it.
        sources: Where a person may take a picture from; all three by default.
        type: ``"numpy"`` (uint8, height x width x channels), ``"pil"`` or ``"filepath"``.
        buttons: Toolbar of a shown picture: ``"download"``, ``"fullscreen"``.
        streaming: Send frames of the camera as they come; the only source must be the webcam.
        webcam_options: Mirror and constraints of the camera.
        placeholder: Text of the empty box.
        watermark: Pasted onto returned pictures.
        alt_text: What a screen reader says of the picture.
    """

    carries_files: ClassVar[bool] = True

    value: Any = Field(default=None, kw_only=False)
    format: str = "webp"
    height: int | str | None = None
    width: int | str | None = None
    image_mode: str | None = "RGB"
    sources: Any = None
    type: Literal["numpy", "pil", "filepath"] = "numpy"
    buttons: list[Any] | None = None
    streaming: bool = False
    webcam_options: Any = None
    placeholder: str | None = None
    watermark: Any = None
    alt_text: str | None = None

    server_props: ClassVar[frozenset[str]] = Component.server_props | {
        "format",
        "image_mode",
        "type",
        "watermark",
    }
    renamed_options = {
        "show_download_button": lambda shown: {} if shown else {"buttons": ["fullscreen"]},
        "show_fullscreen_button": lambda shown: {} if shown else {"buttons": ["download"]},
        "mirror_webcam": lambda mirror: {"webcam_options": WebcamOptions(mirror=bool(mirror))},
        "webcam_constraints": lambda wanted: {"webcam_options": WebcamOptions(constraints=wanted)},
    }
    ignored_options = frozenset({"show_share_button"})

    clear = Event(doc="The person emptied it.")
    change = Event(doc="The picture was replaced, by the person or by an output.")
    stream = Event(doc="A frame of the camera is ready.")
    select = Event(SelectData, doc="A point was clicked; index is [x, y] in pixels of the picture.")
    upload = Event(doc="An upload ended.")
    input = Event(doc="The person chose or removed a picture.")

    def setup(self) -> None:
        given = [self.sources] if isinstance(self.sources, str) else self.sources
        if given is None:
            given = ["webcam"] if self.streaming else list(SOURCES)
        for source in given:
            if source not in SOURCES:
                raise refuse_option(self, "sources", source, " or ".join(map(repr, SOURCES)))
        self.sources = list(given)
        if self.streaming and self.sources != ["webcam"]:
            raise refuse_option(
                self, "sources", given, "['webcam'], because streaming=True takes frames of the camera"
            )
        if self.webcam_options is None:
            self.webcam_options = WebcamOptions()
        elif not isinstance(self.webcam_options, WebcamOptions):
            raise refuse_option(self, "webcam_options", self.webcam_options, "WebcamOptions(...)")
        if self.watermark is not None and not isinstance(self.watermark, WatermarkOptions):
            self.watermark = WatermarkOptions(self.watermark)
        for name in ("height", "width"):
            length = getattr(self, name)
            if isinstance(length, bool) or (isinstance(length, int) and length < 0):
                raise refuse_option(self, name, length, "pixels, or a CSS length such as '20rem'")

    def props(self) -> dict[str, Any]:
        shown = ["download", "fullscreen"] if self.buttons is None else self.buttons
        return {
            **super().props(),
            "buttons": [name for name in shown if isinstance(name, str)],
            "webcam_options": asdict(self.webcam_options),
        }

    # -- in ----------------------------------------------------------------------------------------

    def preprocess(self, payload: Any) -> Any:
        """Give the function the picture as an array, a PIL image or a path.

        Raises:
            PayloadError: It is no picture, too large, or an SVG where pixels are asked for.
        """
        if payload is None:
            return None
        if not isinstance(payload, FileRef):
            raise PayloadError(self, got=payload, expected="an uploaded picture, or null")
        payload = self._local(payload)
        assert payload.path is not None
        if payload.path.suffix.lower() == ".svg" or payload.mime_type == "image/svg+xml":
            if self.type == "filepath":
                return str(payload.path)
            raise PayloadError(
                self, got=payload.orig_name, expected="a picture made of pixels",
                fix="upload PNG, JPEG or WebP; SVG works with Image(type='filepath')",
            )
        try:
            return self._opened(payload.path)
        except pixels.NotAPicture as problem:
            raise PayloadError(
                self, got=payload.orig_name, expected="a picture", fix=f"choose another file: {problem}"
            ) from None

    def _opened(self, path: Path) -> Any:
        with pixels.open_picture(path) as picture:
            return self._given(picture, path)

    def _given(self, picture: Any, path: Path) -> Any:
        suffix = (path.suffix or f".{(picture.format or 'png').lower()}").lower()
        mode = None if picture.format == "GIF" and self.type == "filepath" else self.image_mode
        if self.type == "filepath":
            # Untouched when nothing has to change; animations keep their frames.
            if not pixels.has_rotation(picture) and mode in (None, picture.mode):
                return str(path)
            changed = pixels.in_mode(pixels.upright(pixels.decoded(picture)), mode)
            with tempfile.NamedTemporaryFile(
                prefix="pegboard-image-", suffix=suffix, delete=False
            ) as file:
                try:
                    changed.save(file, picture.format)
                except (OSError, ValueError):  # the file's own format cannot hold that mode
                    file.seek(0)
                    changed.save(file, "png")
            return file.name
        picture = pixels.in_mode(pixels.upright(pixels.decoded(picture)), mode)
        return picture if self.type == "pil" else pixels.as_array(picture)

    def _local(self, payload: FileRef) -> FileRef:
        """Return a reference with a local file; ``data:`` addresses (webcam frames) are decoded."""
        if payload.path is not None:
            return payload
        content = payload.data
        kind = payload.mime_type or "image/png"
        if content is None and payload.url and payload.url.startswith("data:"):
            head, _, body = payload.url[5:].partition(",")
            kind = head.partition(";")[0] or kind
            try:
                content = (
                    base64.b64decode(body, validate=True)
                    if head.endswith(";base64")
                    else unquote_to_bytes(body)
                )
            except (binascii.Error, ValueError):
                raise PayloadError(self, got=payload.url, expected="a data: address in base64") from None
        if content is None:
            raise PayloadError(self, got=payload, expected="an uploaded picture")
        suffix = "." + kind.rpartition("/")[2].partition("+")[0].replace("jpeg", "jpg")
        with tempfile.NamedTemporaryFile(
            prefix="pegboard-image-", suffix=suffix, delete=False
        ) as file:
            file.write(content)
        return FileRef(
            path=Path(file.name), orig_name=payload.orig_name or f"image{suffix}", mime_type=kind
        )

    # -- out ---------------------------------------------------------------------------------------

    def postprocess(self, value: Any) -> FileRef | None:
        """Store a picture and hand the browser a reference to it.

        Raises:
            ValueTypeError: The value is no picture.
        """
        if value is None or isinstance(value, FileRef):
            return value
        if isinstance(value, (str, Path)):
            return self._from_path(str(value))
        if hasattr(value, "save") and hasattr(value, "convert"):
            picture = value
        elif hasattr(value, "__array__") or isinstance(value, (list, tuple)):
            try:
                picture = pixels.from_array(value)
            except ValueError as problem:
                raise ValueTypeError(
                    self, got=str(problem),
                    expected="height x width (x 1, 3 or 4) of uint8, bool, uint16, or floats from -1 to 1",
                    fix="scale or convert the array before returning it",
                ) from None
        else:
            raise ValueTypeError(self, got=value, expected=_SHOWABLE)
        if self.watermark is not None:
            picture = pixels.with_watermark(picture, self.watermark)
        content, suffix = pixels.encode(picture, self.format)
        mime = f"image/{'jpeg' if suffix == 'jpg' else suffix}"
        return FileRef.from_bytes(content, name=f"image.{suffix}", mime_type=mime)

    def _from_path(self, value: str) -> FileRef:
        if value.startswith(("http://", "https://")):
            return FileRef.from_url(value)
        if value.startswith("data:image/"):
            return FileRef(url=value, orig_name="image")
        if value.lower().endswith(".svg"):
            try:
                content = Path(value).read_bytes()
            except OSError as problem:
                raise ValueTypeError(self, got=value, expected="a file that can be read",
                                     fix=str(problem)) from None
            # Inlined, because a server hands out SVG files as downloads: they may hold scripts.
            address = "data:image/svg+xml;base64," + base64.b64encode(content).decode()
            return FileRef(url=address, orig_name=Path(value).name, mime_type="image/svg+xml")
        if self.watermark is None:
            return FileRef.from_path(value)
        try:
            picture = pixels.decoded(pixels.open_picture(Path(value)))
        except pixels.NotAPicture as problem:
            raise ValueTypeError(self, got=value, expected="a picture", fix=str(problem)) from None
        marked = pixels.with_watermark(pixels.upright(picture), self.watermark)
        content, suffix = pixels.encode(marked, self.format)
        return FileRef.from_bytes(content, name=f"{Path(value).stem}.{suffix}")

    # -- schema and examples -----------------------------------------------------------------------

    def api_schema(self, direction: Literal["input", "output"] = "input") -> dict[str, Any]:
        return {**FILE_SCHEMA, "title": "ImageData"}

    def example_payload(self) -> FileRef:
        return FileRef.from_path(SAMPLE, mime_type="image/png")

    def example(self, value: Any) -> ExampleCell:
        if value is None:
            return ExampleCell("empty")
        return ExampleCell("image", self.postprocess(value))

    def example_value(self) -> Any:
        return str(SAMPLE)


