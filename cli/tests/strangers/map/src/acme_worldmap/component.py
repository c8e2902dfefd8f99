"""A map with named places."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, Field, ValidationError

import pegboard as pb


class Place(BaseModel):
    """A point on earth, in degrees."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    name: str


class WorldMap(pb.Component[list[dict[str, Any]] | None]):
    """A map with named places.

    Attributes:
        value: Places, each a dict with latitude, longitude and name.
        height: Pixels.
    """

    is_static_only: ClassVar[bool] = True

    value: Any = Field(default=None, kw_only=False)
    height: int = Field(default=240, ge=80)

    change: pb.Event[Any] = pb.Event(doc="Other places are shown.")
    select: pb.Event[Any] = pb.Event(pb.SelectData, doc="The person clicked a place.")

    def preprocess(self, payload: object) -> Any:
        """Give the function the places that are shown."""
        return self._places(payload, pb.PayloadError)

    def postprocess(self, value: object) -> Any:
        """Give the browser the places."""
        return self._places(value, pb.ValueTypeError)

    def _places(self, given: object, refusal: Any) -> Any:
        if given is None:
            return None
        try:
            if not isinstance(given, list):
                raise TypeError
            return [Place.model_validate(item).model_dump() for item in given]
        except (TypeError, ValidationError):
            expected = "a list of places with latitude, longitude and name"
            raise refusal(self, got=given, expected=expected) from None

    def api_schema(self, direction: str = "input") -> dict[str, Any]:
        """Return the JSON Schema of the places."""
        return {"type": "array", "items": Place.model_json_schema()}

    def example_payload(self) -> list[dict[str, Any]]:
        """Return one place."""
        return [{"latitude": 51.5, "longitude": 0.0, "name": "Greenwich"}]
