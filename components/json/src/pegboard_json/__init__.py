"""JSON: a structure as a tree that opens and closes."""

from pegboard_json.component import JSON

__all__ = ["JSON"]
