"""Small real components for tests: no distribution, a browser module in a string."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from pegboard.component import FILE_SCHEMA, Component, JsonSchema
from pegboard.errors import PayloadError, ValueTypeError
from pegboard.events import Event
from pegboard.payload import FileRef

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
