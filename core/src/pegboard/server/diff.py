"""Differences between two steps of a generator, in the protocol's edits ``[action, path, value]``.

Rules that the public clients impose: the root takes ``replace`` and ``append`` only, lists are never
appended, deletions at a list's end go from the last index down, and ``True`` is not ``1``. When an
edit list would not be shorter than the value, the value is sent whole.
"""

from __future__ import annotations

from typing import Any

from pegboard import wire

Edit = list[Any]

MAX_EDITS = 64

LONG = 4
"""Items from which on it pays to compare all but the last of a list at once."""


def diff(old: Any, new: Any) -> list[Edit]:
    """Return the edits that turn ``old`` into ``new``; none when they are the same."""
    edits: list[Edit] = []
    _compare(old, new, [], edits)
    return edits if len(edits) <= MAX_EDITS else [["replace", [], new]]


class Follower:
    """What a reader has of one output, and the edits to what comes next.

    A history grows at its end. Where all items but the last are, byte for byte, those of the step before,
    only the last is decoded and compared: a step costs what is new in it, not what the history holds.

    Args:
        value: The first step as `wire.frozen` gives it.
    """

    __slots__ = ("_head", "_value")

    def __init__(self, value: Any) -> None:
        self._value = value.decoded() if isinstance(value, wire.Encoded) else value
        self._head = self._head_of(value)

    def edits_to(self, new: Any) -> list[Edit]:
        """Return the edits that lead to the next step, and take it as what the reader has."""
        if not isinstance(new, wire.Encoded):
            old, self._value, self._head = self._value, new, b""
            return diff(old, new)
        if self._head and new.body.startswith(self._head):
            last: list[Any] = wire.Encoded(b"[" + new.body[len(self._head) :]).decoded()
            if len(last) == 1:
                return self._edits_to_last(last[0], new)
        old, self._value = self._value, new.decoded()
        self._head = self._head_of(new)
        return diff(old, self._value)

    def _edits_to_last(self, last: Any, whole: wire.Encoded) -> list[Edit]:
        place = len(self._value) - 1
        edits: list[Edit] = []
        _compare(self._value[place], last, [place], edits)
        self._value[place] = last
        return edits if len(edits) <= MAX_EDITS else [["replace", [], whole]]

    def _head_of(self, new: Any) -> bytes:
        """Return how the step begins, up to its last item; nothing if that is not worth comparing."""
        if not isinstance(new, wire.Encoded) or not new.body.startswith(b"["):
            return b""
        items: list[Any] = self._value
        if len(items) < LONG:
            return b""
        head = wire.dumps(items[:-1])[:-1] + b","
        # The encoder that takes what orjson does not may have written the same in another way.
        return head if new.body.startswith(head) else b""


def _compare(old: Any, new: Any, path: list[Any], edits: list[Edit]) -> None:
    if old is new or len(edits) > MAX_EDITS:
        return
    kind = type(new)
    if type(old) is not kind:
        edits.append(["replace", path, new])
    elif kind is str:
        if old != new:
            if old and new.startswith(old):
                edits.append(["append", path, new[len(old) :]])
            else:
                edits.append(["replace", path, new])
    elif kind is dict:
        _compare_dicts(old, new, path, edits)
    elif kind is list:
        _compare_lists(old, new, path, edits)
    elif old != new:
        edits.append(["replace", path, new])


def _compare_dicts(old: dict[Any, Any], new: dict[Any, Any], path: list[Any], edits: list[Edit]) -> None:
    for key in old:
        if key not in new:
            edits.append(["delete", [*path, key], None])
    for key, value in new.items():
        if key in old:
            _compare(old[key], value, [*path, key], edits)
        else:
            edits.append(["add", [*path, key], value])


def _compare_lists(old: list[Any], new: list[Any], path: list[Any], edits: list[Edit]) -> None:
    shared = min(len(old), len(new))
    first = 0
    if shared >= LONG and wire.dumps(old[: shared - 1]) == wire.dumps(new[: shared - 1]):
        # A history grows at its end. Encoding the rest tells that it is the same, types and all, many
        # times faster than looking at each part of it would.
        first = shared - 1
    for index in range(first, shared):
        _compare(old[index], new[index], [*path, index], edits)
    for index in range(len(old) - 1, shared - 1, -1):
        edits.append(["delete", [*path, index], None])
    for index in range(shared, len(new)):
        edits.append(["add", [*path, index], new[index]])
