"""Messages of a session's outbox as server-sent events.

Framing is strict because public clients need it: one ``data:`` line and a blank line, no comments, no
other fields. Our own page, which asks with ``?pegboard=1``, also gets ``id:`` lines to resume from.
Differences between a generator's steps are computed here, per reader, at sending time.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pegboard import wire
from pegboard.queue.messages import (
    Ended,
    Failure,
    Logged,
    Message,
    Output,
    Progressed,
    Queued,
    Started,
    Stepped,
)
from pegboard.server.diff import diff

HEARTBEAT_S = 15.0
HEARTBEAT = b'data: {"msg":"heartbeat","event_id":null}\n\n'
CLOSE = b'data: {"msg":"close_stream","event_id":null}\n\n'

SSE_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]

DIFFING_PROTOCOLS = frozenset({"sse_v2", "sse_v2.1", "sse_v3"})


def output_object(
    output: Output, duration_s: float = 0.0, average_s: float = 0.0, data: Any = None
) -> dict[str, Any]:
    """Return an output as clients read it."""
    return {
        "data": list(output.data) if data is None else data,
        "is_generating": output.is_generating,
        "duration": duration_s,
        "average_duration": average_s,
        "render_config": None,
        "changed_state_ids": list(output.changed_state_ids),
        "used_cache": None,
    }


def failure_object(failure: Failure) -> dict[str, Any]:
    """Return a failure as clients read it: these five keys, and no other."""
    return {
        "error": failure.error,
        "duration": failure.duration_s,
        "visible": failure.visible,
        "title": failure.title,
        "print_exception": failure.print_exception,
    }


class EventEncoder:
    """Encodes messages for one reader.

    Args:
        stepped: Events of which an earlier reader of the same session has seen a step already.
    """

    def __init__(
        self, protocol: str, *, with_ids: bool = False, stepped: Collection[str] = ()
    ) -> None:
        self._stepped = frozenset(stepped)
        self._diffs = protocol in DIFFING_PROTOCOLS
        self._with_ids = with_ids
        self._last: dict[str, list[Any]] = {}

    def encode(self, message: Message, number: int | None = None) -> bytes:
        """Return one event."""
        body = wire.dumps(self._object(message))
        if self._with_ids and number is not None:
            return b"id: %d\ndata: %b\n\n" % (number, body)
        return b"data: %b\n\n" % body

    def _object(self, message: Message) -> dict[str, Any]:
        if isinstance(message, Stepped):
            return self._step(message)
        if isinstance(message, Ended):
            self._last.pop(message.event_id, None)
            return _end(message)
        if isinstance(message, Progressed):
            return {
                "msg": "progress",
                "event_id": message.event_id,
                "progress_data": [
                    {
                        "index": unit.index,
                        "length": unit.length,
                        "unit": unit.unit,
                        "progress": unit.progress,
                        "desc": unit.desc,
                    }
                    for unit in message.units
                ],
            }
        if isinstance(message, Logged):
            return {
                "msg": "log",
                "event_id": message.event_id,
                "log": message.text,
                "level": message.level,
                "duration": message.duration_s,
                "visible": message.visible,
                "title": message.title,
            }
        if isinstance(message, Started):
            return {"msg": "process_starts", "event_id": message.event_id, "eta": message.eta_s}
        assert isinstance(message, Queued)
        return {
            "msg": "estimation",
            "event_id": message.event_id,
            "rank": message.rank,
            "queue_size": message.queue_size,
            "rank_eta": message.rank_eta_s,
        }

    def _step(self, message: Stepped) -> dict[str, Any]:
        new = list(message.output.data)
        kind = "process_streaming" if message.streaming else "process_generating"
        data: list[Any] = new
        if self._diffs and not message.streaming:
            old = self._last.get(message.event_id)
            self._last[message.event_id] = new
            if old is not None:
                data = [diff(before, after) for before, after in zip(old, new)]
            elif message.event_id in self._stepped:
                # An earlier stream of this session has begun the event's differences.
                data = [[["replace", [], value]] for value in new]
        return {
            "msg": kind,
            "event_id": message.event_id,
            "output": output_object(message.output, data=data),
            "success": True,
            "time_limit": message.time_limit_s,
        }


def _end(message: Ended) -> dict[str, Any]:
    if message.output is not None:
        output = output_object(message.output, message.duration_s, message.average_duration_s)
        output["is_generating"] = False
        return {
            "msg": "process_completed",
            "event_id": message.event_id,
            "output": output,
            "success": True,
            "title": None,
            "used_cache": None,
            "cache_duration": message.duration_s,
            "avg_time": message.average_duration_s,
        }
    failure = message.failure or Failure(None)
    return {
        "msg": "process_completed",
        "event_id": message.event_id,
        "output": failure_object(failure),
        "success": False,
        "title": failure.title,
        "used_cache": None,
        "cache_duration": message.duration_s,
        "avg_time": message.average_duration_s,
    }
