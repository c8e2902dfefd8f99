"""Small real components for tests: no distribution, a browser module in a string."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field

from pegboard.component import FILE_SCHEMA, Component, JsonSchema
from pegboard.errors import PayloadError, ValueTypeError
from pegboard.events import Event
from pegboard.payload import FileRef
from pegboard.streaming import MediaChunk

_ESM = """
export default {
  render({ model, el, pegboard }) {
    const input = document.createElement("input");
    input.type = TYPE;
    input.value = model.get("value") ?? "";
    const ids = model.get("$ids");
    if (ids && ids.label) input.setAttribute("aria-labelledby", ids.label);
    input.disabled = model.get("$interactive") === false;
    input.addEventListener("input", () => {
      model.set("value", READ);
      model.save_changes();
      if (pegboard) pegboard.emit("input");
    });
    model.on("change:value", () => { input.value = model.get("value") ?? ""; });
    el.appendChild(input);
  }
};
"""


class Echo(Component[str | None]):
    """A line of text."""

    value: Any = Field(default=None, kw_only=False)

    change = Event(doc="the value changed")
    input = Event(doc="the person typed")
    submit = Event(doc="the person pressed Enter")

    _esm = _ESM.replace("TYPE", '"text"').replace("READ", "input.value")

    def preprocess(self, payload: object) -> str | None:
        """Check what came."""
        if payload is None or isinstance(payload, str):
            return payload
        raise PayloadError(self, got=payload, expected="a JSON string, or null for empty")

    def postprocess(self, value: object) -> str | None:
        """Check what goes."""
        return None if value is None else str(value)

    def api_schema(self, direction: Literal["input", "output"] = "input") -> JsonSchema:
        """Return the schema."""
        return {"type": "string"}

    def example_payload(self) -> str:
        """Return a payload that works."""
        return "Hello!!"


class Counter(Component[float | None]):
    """A number."""

    value: Any = Field(default=None, kw_only=False)
    minimum: float | None = None
    maximum: float | None = None

    change = Event(doc="the value changed")
    input = Event(doc="the person typed")

    _esm = _ESM.replace("TYPE", '"number"').replace(
        "READ", 'input.value === "" ? null : Number(input.value)'
    )

    def preprocess(self, payload: object) -> float | None:
        """Check what came."""
        if payload is None:
            return None
        if isinstance(payload, bool) or not isinstance(payload, (int, float)):
            raise PayloadError(self, got=payload, expected="a JSON number, or null for empty")
        if self.maximum is not None and payload > self.maximum:
            raise PayloadError(self, got=payload, expected=f"at most {self.maximum:g}")
        if self.minimum is not None and payload < self.minimum:
            raise PayloadError(self, got=payload, expected=f"at least {self.minimum:g}")
        return payload

    def postprocess(self, value: object) -> float | None:
        """Check what goes."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueTypeError(self, got=value, expected="an int or a float")
        return value

    def api_schema(self, direction: Literal["input", "output"] = "input") -> JsonSchema:
        """Return the schema."""
        return {"type": "number"}

    def example_payload(self) -> float:
        """Return a payload that works."""
        return 3


class Anything(Component[Any]):
    """Any JSON value."""

    value: Any = Field(default=None, kw_only=False)

    change = Event(doc="the value changed")

    _esm = """
export default {
  render({ model, el }) {
    const out = document.createElement("pre");
    const draw = () => { out.textContent = JSON.stringify(model.get("value"), null, 2); };
    model.on("change:value", draw);
    draw();
    el.appendChild(out);
  }
};
"""


class Parcel(Component[Any]):
    """A file: gives the function a path, shows a path that the function returns."""

    carries_files = True

    value: Any = Field(default=None, kw_only=False)

    change = Event(doc="the value changed")

    _esm = Anything._esm

    def preprocess(self, payload: object) -> Any:
        """Check what came."""
        if payload is None:
            return None
        if isinstance(payload, list):
            return [self.preprocess(item) for item in payload]
        if not isinstance(payload, FileRef) or payload.path is None:
            raise PayloadError(self, got=payload, expected="a FileData object, or null for empty")
        return str(payload.path)

    def postprocess(self, value: Any) -> Any:
        """Check what goes."""
        if isinstance(value, list):
            return [self.postprocess(item) for item in value]
        if value is None or isinstance(value, FileRef):
            return value
        if isinstance(value, bytes):
            return FileRef.from_bytes(value, name="data.bin")
        return FileRef.from_path(value)

    def api_schema(self, direction: Literal["input", "output"] = "input") -> JsonSchema:
        """Return the schema."""
        return FILE_SCHEMA

    def example_payload(self) -> None:
        """Return a payload that works."""
        return None


class Tape(Parcel):
    """A recording: sends pieces of it as they come, and plays pieces that a generator yields.

    A piece is any bytes; a piece of n bytes "lasts" n tenths of a second.
    """

    keeps_every_chunk: ClassVar[bool] = True

    value: Any = Field(default=None, kw_only=False)
    streaming: bool = False
    format: str = "aac"

    change = Event(doc="the value changed")
    stream = Event(doc="a piece is ready")

    # Says which pieces it sends (and how it hears of the stream's end) by buttons, not by a microphone.
    _esm = """
export default {
  render({ model, el, pegboard }) {
    const button = (text, work) => {
      const made = document.createElement("button");
      made.textContent = text;
      made.addEventListener("click", work);
      el.appendChild(made);
    };
    let number = 0;
    if (model.get("$interactive") !== false) {
      button("Piece", () => {
        model.set("value", `piece ${++number}`);
        model.save_changes();
        pegboard.emit("stream");
      });
      button("Stop", () => pegboard.closeStream());
    }
    const state = document.createElement("output");
    const draw = () => {
      const value = model.get("value");
      const shown = value && value.url ? (value.is_stream ? "playing" : "whole") : "empty";
      state.textContent = `${model.get("$stream")} every ${model.get("stream_every")}: ${shown}`;
    };
    model.on("change:$stream change:value", draw);
    draw();
    el.appendChild(state);
  }
};
"""

    def preprocess(self, payload: object) -> Any:
        return payload if isinstance(payload, str) else super().preprocess(payload)

    def encode_chunk(self, value: Any) -> MediaChunk | None:
        """Return what one yielded value plays."""
        if not isinstance(value, bytes):
            raise ValueTypeError(self, got=value, expected="bytes")
        return MediaChunk(value, len(value) / 10, self.format)

    def join_chunks(self, chunks: Sequence[FileRef]) -> FileRef | None:
        """Return all pieces as one file."""
        whole = b"".join(chunk.read_bytes() for chunk in chunks)
        return FileRef.from_bytes(whole, name=f"whole.{self.format}")
