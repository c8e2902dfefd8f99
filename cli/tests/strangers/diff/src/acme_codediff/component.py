"""Two versions of a text, line by line."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

import pegboard as pb


class CodeDiff(pb.Component[dict[str, str] | None]):
    """Two versions of a text, line by line; a function returns ``(before, after)``."""

    is_static_only: ClassVar[bool] = True

    value: Any = Field(default=None, kw_only=False)

    change: pb.Event[Any] = pb.Event(doc="Other versions are shown.")

    def preprocess(self, payload: object) -> Any:
        """Give the function both versions.

        Raises:
            PayloadError: It is not an object of two texts.
        """
        if payload is None:
            return None
        if not isinstance(payload, dict) or not all(isinstance(payload.get(key), str) for key in ("before", "after")):
            raise pb.PayloadError(self, got=payload, expected="an object with the texts before and after")
        return payload["before"], payload["after"]

    def postprocess(self, value: Any) -> dict[str, str] | None:
        """Give the browser both versions.

        Raises:
            ValueTypeError: It is not a pair of texts.
        """
        if value is None:
            return None
        if not isinstance(value, (tuple, list)) or len(value) != 2 or not all(isinstance(v, str) for v in value):
            raise pb.ValueTypeError(self, got=value, expected="a pair of texts, (before, after)")
        return {"before": value[0], "after": value[1]}

    def api_schema(self, direction: str = "input") -> dict[str, Any]:
        """Return the JSON Schema of the two texts."""
        texts = {"before": {"type": "string"}, "after": {"type": "string"}}
        return {"type": "object", "properties": texts, "required": ["before", "after"]}

    def example_payload(self) -> dict[str, str]:
        """Return two versions of two lines."""
        return {"before": "one\ntwo\n", "after": "one\nthree\n"}
