"""Endpoints as plain typed routes: a JSON object of arguments in, a JSON object of outputs back.

``POST /gradio_api/endpoints/NAME`` is what `pegboard.server.describing` describes in the OpenAPI
document, for any HTTP client and for generated ones. A call goes through the same gate, validation and
queue as an event of the page; the answer is sent when it has ended. A client that leaves ends its call.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request as HttpRequest

from pegboard import wire
from pegboard.errors import QueueFull
from pegboard.events import Listener
from pegboard.payload import UPDATE_MARKER
from pegboard.queue.messages import Ended, Failure
from pegboard.queue.outbox import Outbox
from pegboard.server.answers import JsonAnswer, refuse
from pegboard.server.calls import SESSION_LIMIT, CallRoutes, read_object
from pegboard.server.guard import Visitor
from pegboard.server.info import is_api_block, results_of
from pegboard.server.site import Site

STATUS_OF = {"input": 422, "told": 400, "unexpected": 500}


class EndpointRoutes:
    """Handlers for the typed routes."""

    def __init__(self, site: Site, calls: CallRoutes) -> None:
        self._site = site
        self._calls = calls

    async def call(self, request: HttpRequest, visitor: Visitor) -> Any:
        """Run an endpoint through the queue and answer with its outputs by name."""
        listener = self._calls.named(request.path_params["name"])
        body = await read_object(request, may_be_empty=True)
        session_hash = request.query_params.get("session_hash")
        if session_hash is not None and not 0 < len(session_hash) <= SESSION_LIMIT:
            return refuse(422, f"session_hash must have 1 to {SESSION_LIMIT} characters.")
        data = self._calls.data_by_name(listener, body)
        name = session_hash or f"endpoint-{secrets.token_urlsafe(16)}"
        call = self._calls.call_of(request, visitor, listener, {"data": data}, name)
        problem = await self._calls.refusal(listener, call)
        if problem is not None:
            return problem
        engine = self._site.engine
        outbox = Outbox(keeps_all=True, kept_bytes=self._site.options.stream_buffer_bytes)
        try:
            event_id = engine.submit(call, outbox, is_single=True)
        except QueueFull as full:
            return refuse(503, str(full) or "The queue is full. Please try again later.")
        try:
            ended = await _end_of(outbox, request)
            if ended is None:
                engine.cancel(event_id, call.session)
                return refuse(499, "The client has left.")
        except asyncio.CancelledError:
            engine.cancel(event_id, call.session)
            raise
        finally:
            if session_hash is None:
                self._site.forget(call.session)
        if ended.output is None:
            failure = ended.failure or Failure(None)
            words = failure.error or "The function failed; the server's log says why."
            return refuse(STATUS_OF[failure.kind], words)
        return JsonAnswer(self._named(listener, ended.output.data))

    def _named(self, listener: Listener, data: Any) -> dict[str, Any]:
        spec = self._site.spec
        values = [
            _value_of(wire.loads(wire.dumps(value)))
            for block_id, value in zip(listener.outputs, data)
            if is_api_block(spec, block_id) and block_id in spec.components
        ]
        return dict(zip((name for name, _ in results_of(spec, listener)), values))


async def _end_of(outbox: Outbox, request: HttpRequest) -> Ended | None:
    """Return an event's end, or ``None`` when the client has left before it."""
    gone = asyncio.ensure_future(_until_gone(request))
    seen = 0
    try:
        while True:
            for number, message in outbox.since(seen):
                seen = number
                if isinstance(message, Ended):
                    return message
            if gone.done():
                return None
            changed = asyncio.ensure_future(outbox.wait(seen))
            await asyncio.wait({changed, gone}, return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
    finally:
        gone.cancel()


async def _until_gone(request: HttpRequest) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _value_of(value: Any) -> Any:
    """Return an output's value; of new properties only the value is data."""
    if isinstance(value, Mapping) and value.get("__type__") == UPDATE_MARKER:
        return value.get("value")
    return value
