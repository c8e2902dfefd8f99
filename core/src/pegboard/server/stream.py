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
from pegboard.server.diff import Follower

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
        self._followed: dict[str, list[Follower]] = {}

    def encode(self, message: Message, number: int | None = None) -> bytes:
        """Return one event."""
        if isinstance(message, Stepped):
            body = self._step(message)
        else:
            whole = _object(message)
            if isinstance(message, Ended):
                self._followed.pop(message.event_id, None)
                if self._with_ids and message.failure is not None:
                    # For our page alone: other clients know five keys.
                    whole["output"]["position"] = message.failure.position
            body = wire.dumps(whole)
        if self._with_ids and number is not None:
            return b"id: %d\ndata: %b\n\n" % (number, body)
        return b"data: %b\n\n" % body

    def _step(self, message: Stepped) -> bytes:
        output = message.output
        new = output.data
        data: Any = new
        if self._diffs and not message.streaming:
            followed = self._followed.get(message.event_id)
            if followed is not None:
                data = [one.edits_to(value) for one, value in zip(followed, new)]
            else:
                self._followed[message.event_id] = [Follower(value) for value in new]
                if message.event_id in self._stepped:
                    # An earlier stream of this session has begun the event's differences.
                    data = [[["replace", [], value]] for value in new]
        # The hot path of streams: all but the data is put together as bytes, which ids of ours allow.
        kind = b"process_streaming" if message.streaming else b"process_generating"
        tail = _STEP_TAIL if output.is_generating else _LAST_STEP_TAIL
        if output.changed_state_ids or message.time_limit_s is not None:
            tail = _step_tail(output, message.time_limit_s)
        return b'{"msg":"%b","event_id":"%b","output":{"data":%b,%b' % (
            kind,
            message.event_id.encode(),
            wire.dumps(data),
            tail,
        )


def _step_tail(output: Output, time_limit_s: float | None) -> bytes:
    """Return what follows the data in a step's message."""
    rest = output_object(output)
    del rest["data"]
    whole = {"output": rest, "success": True, "time_limit": time_limit_s}
    return wire.dumps(whole)[len(b'{"output":{') :]


_STEP_TAIL = _step_tail(Output((), is_generating=True), None)
_LAST_STEP_TAIL = _step_tail(Output(()), None)


def _object(message: Message) -> dict[str, Any]:
    if isinstance(message, Ended):
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
