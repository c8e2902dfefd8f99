"""Routes of events: join, stream, cancel, and the two forms for curl."""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.types import Receive, Scope, Send

from pegboard import wire
from pegboard.errors import QueueFull, UserError
from pegboard.events import Listener
from pegboard.queue.job import Call, SessionId
from pegboard.queue.messages import Ended, Failure, Stepped
from pegboard.request import Address, Request
from pegboard.server.answers import JsonAnswer, Malformed, refuse
from pegboard.server.guard import Visitor
from pegboard.server.info import Parameter, is_api_block, parameters_of
from pegboard.server.lines import Line, is_python
from pegboard.server.routes import JSON_LIMIT_BYTES
from pegboard.server.site import Site
from pegboard.server.stream import (
    SSE_HEADERS,
    failure_object,
    output_object,
)

SESSION_LIMIT = 200
FULL_TEXT = "Queue is full. Please try again later."
_NO_STREAM = "There is no such stream, or it has ended. Start a new event with /queue/join."


class CallRoutes:
    """Handlers for events."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._parameters: dict[int, list[Parameter]] = {}

    # -- the queue's own protocol ------------------------------------------------------------------

    async def join(self, request: HttpRequest, visitor: Visitor) -> Any:
        """Accept an event; answer with its id."""
        body = await read_object(request)
        listener = self._listener(body)
        session_hash = session_of(body)
        if session_hash is None:
            return refuse(400, "Session hash not found.")
        call = self.call_of(request, visitor, listener, body, session_hash)
        if listener.validator is not None:
            problem = await self.refusal(listener, call)
            if problem is not None:
                return problem
        lines = self._site.lines
        wait_s, peer = 0.0, peer_of(request)
        if lines.find(call.session) is None:
            wait_s = lines.make_way(call.session, peer)
        line = lines.get(call.session)
        try:
            # The Python client knows neither chunks nor their messages: it gets one answer to one input.
            event_id = line.submit(call, is_single=is_python(peer))
        except QueueFull as full:
            return refuse(503, str(full) or FULL_TEXT)
        wait_s = max(wait_s, line.settle_s())
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        return JsonAnswer(body=b'{"event_id":"%b"}' % event_id.encode())

    async def data(self, request: HttpRequest, visitor: Visitor) -> Any:
        """The stream of a session."""
        session_hash = request.query_params.get("session_hash", "")
        if not 0 < len(session_hash) <= SESSION_LIMIT:
            return refuse(400, "Session hash not found.")
        line = self._site.lines.get(private_session(visitor, session_hash))
        is_own = request.query_params.get("pegboard") == "1"
        after = request.headers.get("last-event-id") or request.query_params.get("after")
        resume = int(after) if is_own and after and after.isdigit() and len(after) < 18 else None
        return line.open(is_own=is_own, resume=resume, peer=peer_of(request))

    async def status(self, request: HttpRequest, visitor: Visitor) -> Any:
        """How many events wait."""
        size = self._site.engine.waiting_count()
        return JsonAnswer({"msg": "estimation", "queue_size": size, "rank": None, "rank_eta": None})

    async def cancel(self, request: HttpRequest, visitor: Visitor) -> Any:
        """Stop an event; unknown ones are no error."""
        body = await read_object(request)
        event_id, session_hash = body.get("event_id"), session_of(body)
        if isinstance(event_id, str) and session_hash is not None:
            line = self._site.lines.find(private_session(visitor, session_hash))
            if line is not None:
                line.cancel(event_id)
        elif event_id is not None and not isinstance(event_id, str):
            return refuse(400, "event_id must be a string or null.")
        return JsonAnswer({"success": True})

    async def reset(self, request: HttpRequest, visitor: Visitor) -> Any:
        """A client has taken note of its cancellation."""
        body = await read_object(request)
        event_id = body.get("event_id")
        if isinstance(event_id, str):
            self._site.lines.reset(event_id)
        return JsonAnswer({"success": True})

    async def chunk(self, request: HttpRequest, visitor: Visitor) -> Any:
        """Take the next inputs of a streaming event."""
        event_id = request.path_params["event_id"]
        body = await read_object(request)
        opened = self._opened(event_id, body, visitor)
        if opened is None:
            return refuse(404, _NO_STREAM)
        listener = self._site.spec.listeners[opened.function_id]
        session_hash = getattr(opened.request, "session_hash", None) or ""
        call = self.call_of(request, visitor, listener, body, session_hash)
        problem = await self.refusal(listener, call)
        if problem is not None:
            return problem
        if not self._site.engine.feed(event_id, call):
            return refuse(404, _NO_STREAM)
        return JsonAnswer({"msg": "success"})

    async def close_stream(self, request: HttpRequest, visitor: Visitor) -> Any:
        """Take note that a streaming event gets no further inputs."""
        event_id = request.path_params["event_id"]
        body = await read_object(request)
        if self._opened(event_id, body, visitor) is None:
            return refuse(404, _NO_STREAM)
        self._site.engine.close_stream(event_id)
        return JsonAnswer({"msg": "success"})

    def _opened(self, event_id: str, body: dict[str, Any], visitor: Visitor) -> Call | None:
        """Return the call that opened a stream, if it is this visitor's and still open."""
        call = self._site.engine.streaming_call(event_id)
        if call is None or getattr(call.request, "username", None) != visitor.username:
            return None
        session_hash = session_of(body)
        if session_hash is not None and private_session(visitor, session_hash) != call.session:
            return None
        return call

    async def heartbeat(self, request: HttpRequest, visitor: Visitor) -> Any:
        """A stream that says only that the server is there."""
        return _HeartbeatAnswer(self._site)

    # -- the forms for curl --------------------------------------------------------------------------

    async def call(self, request: HttpRequest, visitor: Visitor) -> Any:
        """Accept an event by name; its result is fetched with `result`."""
        listener = self.named(request.path_params["name"])
        body = await read_object(request)
        return await self._accept(request, visitor, listener, body)

    async def call_by_name(self, request: HttpRequest, visitor: Visitor) -> Any:
        """As `call`, with the arguments as a JSON object."""
        listener = self.named(request.path_params["name"])
        body = await read_object(request)
        session_hash = body.pop("session_hash", None)
        data = self.data_by_name(listener, body)
        return await self._accept(
            request, visitor, listener, {"data": data, "session_hash": session_hash}
        )

    def data_by_name(self, listener: Listener, body: dict[str, Any]) -> list[Any]:
        """Return one value per input for arguments by name.

        Raises:
            Malformed: One is missing, or is not a parameter.
        """
        parameters = self._parameters_of(listener)
        known = {item.name for item in parameters}
        bad = [
            _invalid(item.name, "is missing and has no default")
            for item in parameters
            if item.name not in body and not item.has_default
        ]
        bad += [_invalid(name, "is not a parameter") for name in body if name not in known]
        if bad:
            raise Malformed(bad, 422)
        data: list[Any] = [None] * len(listener.inputs)
        for item in parameters:
            data[item.position] = body.get(item.name, item.default)
        return data

    async def result(self, request: HttpRequest, visitor: Visitor) -> Any:
        """The named events of one call."""
        entry = self._site.lines.kept(request.path_params["event_id"], visitor.username)
        if entry is None:
            return _NoSuchEvent()
        return _ResultAnswer(entry, self._site.options.heartbeat_interval_s)

    async def run(self, request: HttpRequest, visitor: Visitor) -> Any:
        """Run a function and answer with its output."""
        name = request.path_params["name"]
        body = await read_object(request)
        if body.get("fn_index") is not None:
            listener = self._listener(body)
        else:
            listener = self.named(name)
        if listener.queue and not self._site.spec.api_open:
            return refuse(
                404,
                f"The endpoint /{listener.api_name} takes events through the queue only: "
                f"POST to /gradio_api/call/{listener.api_name} instead.",
            )
        session_hash = session_of(body)
        call = self.call_of(request, visitor, listener, body, session_hash or _private_name())
        problem = await self.refusal(listener, call)
        if problem is not None:
            return problem
        begin = time.monotonic()
        result = await self._site.engine.run_once(call)
        self._site.monitor.record(
            listener.id,
            "failed" if isinstance(result, Failure) else "finished",
            time.monotonic() - begin,
        )
        if session_hash is None:
            self._site.forget(call.session)
        if isinstance(result, Failure):
            return JsonAnswer(failure_object(result), 500)
        output, seconds = result
        value = output_object(output, seconds, seconds)
        value["is_generating"] = False
        return JsonAnswer(value)

    async def component_server(self, request: HttpRequest, visitor: Visitor) -> Any:
        """Call a method that a component exports to its browser code."""
        return await self._site.component_call(request, visitor)

    async def _accept(
        self, request: HttpRequest, visitor: Visitor, listener: Listener, body: dict[str, Any]
    ) -> Any:
        session_hash = session_of(body)
        call = self.call_of(request, visitor, listener, body, session_hash or _private_name(), True)
        problem = await self.refusal(listener, call)
        if problem is not None:
            return problem
        try:
            event_id = self._site.lines.submit_kept(
                call, visitor.username, is_private=session_hash is None
            )
        except QueueFull as full:
            return refuse(503, str(full) or FULL_TEXT)
        return JsonAnswer({"event_id": event_id})

    # -- reading a request -------------------------------------------------------------------------

    def _listener(self, body: dict[str, Any]) -> Listener:
        index = body.get("fn_index")
        if index is None and isinstance(body.get("api_name"), str):
            return self.named(body["api_name"].lstrip("/"))
        if isinstance(index, bool) or not isinstance(index, int):
            raise Malformed("fn_index must be the number of a function.")
        listeners = self._site.spec.listeners
        if not 0 <= index < len(listeners) or listeners[index].fn is None:
            raise Malformed(f"There is no function {index}.", 404)
        return listeners[index]

    def named(self, name: str) -> Listener:
        """Return the listener of an endpoint.

        Raises:
            Malformed: There is none that clients may call.
        """
        listener = self._site.spec.by_api_name(name)
        if listener is None or listener.api_visibility == "private":
            known = sorted(
                f"/{item.api_name}"
                for item in self._site.spec.listeners
                if item.fn is not None and item.api_visibility == "public"
            )
            raise Malformed(
                f"There is no endpoint /{name[:100]}. There are: {', '.join(known) or 'none'}.", 404
            )
        return listener

    def call_of(
        self,
        request: HttpRequest,
        visitor: Visitor,
        listener: Listener,
        body: dict[str, Any],
        session_hash: str,
        may_omit: bool = False,
    ) -> Call:
        """Return the event that a request asks for."""
        data = body.get("data")
        if not isinstance(data, list):
            raise Malformed("data must be an array with one value per input.")
        trigger = body.get("trigger_id")
        return Call(
            function_id=listener.id,
            session=private_session(visitor, session_hash),
            data=self._filled(listener, data, may_omit),
            event_data=body.get("event_data"),
            trigger_id=trigger if isinstance(trigger, int) and not isinstance(trigger, bool) else None,
            request=facts_of(request, visitor, session_hash),
        )

    def _filled(self, listener: Listener, data: list[Any], may_omit: bool) -> list[Any]:
        """Return one value per input: state left out is put in, trailing defaults are filled."""
        wanted = len(listener.inputs)
        if len(data) >= wanted:
            return data[:wanted]
        spec = self._site.spec
        if may_omit:
            shown = [
                position
                for position, block_id in enumerate(listener.inputs)
                if is_api_block(spec, block_id)
            ]
            if len(data) <= len(shown):
                full: list[Any] = [None] * wanted
                by_position = {item.position: item for item in self._parameters_of(listener)}
                missing = []
                for number, position in enumerate(shown):
                    if number < len(data):
                        full[position] = data[number]
                    elif position in by_position and by_position[position].has_default:
                        full[position] = by_position[position].default
                    elif position in by_position:
                        missing.append(_invalid(by_position[position].name, "is missing"))
                if missing:
                    raise Malformed(missing, 422)
                return full
        by_position = {item.position: item for item in self._parameters_of(listener)}
        missing = []
        for position in range(len(data), wanted):
            item = by_position.get(position)
            if item is not None and not item.has_default:
                missing.append(_invalid(item.name, "is missing"))
            data = [*data, item.default if item is not None else None]
        if missing:
            raise Malformed(missing, 422)
        return data

    def _parameters_of(self, listener: Listener) -> list[Parameter]:
        known = self._parameters.get(listener.id)
        if known is None:
            known = self._parameters[listener.id] = parameters_of(self._site.spec, listener)
        return known

    async def refusal(self, listener: Listener, call: Call) -> JsonAnswer | None:
        """Run the listener's validator, if it has one."""
        if listener.validator is None:
            return None
        try:
            failures = await self._site.runner.validate(call)
        except UserError as problem:
            return refuse(422, [_invalid("", problem.message)])
        if not failures:
            return None
        names = {item.position: item.name for item in self._parameters_of(listener)}
        return refuse(
            422,
            [
                {
                    "__type__": "validate",
                    "is_valid": False,
                    "message": str(failure.get("message", "")),
                    "parameter_name": names.get(failure["position"], f"param_{failure['position']}"),
                    # For the page, which knows inputs by their place.
                    "position": failure["position"],
                }
                for failure in failures
            ],
        )


# -- answers -----------------------------------------------------------------------------------------


class _HeartbeatAnswer:
    """``ALIVE`` now and every 15 s, until one side leaves."""

    status_code = 200

    def __init__(self, site: Site) -> None:
        self._closing = site.closing
        self._every_s = site.options.heartbeat_interval_s
        self.raw_headers: list[tuple[bytes, bytes]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        headers = [*SSE_HEADERS, *self.raw_headers]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        gone = asyncio.ensure_future(_until_gone(receive))
        closing = asyncio.ensure_future(self._closing.wait())
        try:
            while not gone.done() and not closing.done():
                body = b"data: ALIVE\n\n"
                await send({"type": "http.response.body", "body": body, "more_body": True})
                await asyncio.wait(
                    [gone, closing], timeout=self._every_s, return_when=asyncio.FIRST_COMPLETED
                )
        finally:
            gone.cancel()
            closing.cancel()
        await send({"type": "http.response.body", "body": b""})


class _ResultAnswer:
    """The steps and the end of one call, as named events."""

    status_code = 200

    def __init__(self, line: Line, heartbeat_s: float) -> None:
        self._line = line
        self._heartbeat_s = heartbeat_s
        self.raw_headers: list[tuple[bytes, bytes]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        headers = [*SSE_HEADERS, *self.raw_headers]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        gone = asyncio.ensure_future(_until_gone(receive))
        seen = 0
        try:
            gone.add_done_callback(lambda _: self._line.wake.ring())
            while not gone.done():
                self._line.wake.hush()
                found = self._line.outbox.since(seen)
                if not found:
                    if not await self._line.wake.wait(self._heartbeat_s):
                        await _named(send, b"heartbeat", None)
                    continue
                for number, message in found:
                    seen = number
                    if isinstance(message, Stepped):
                        await _named(send, b"generating", list(message.output.data))
                    elif isinstance(message, Ended):
                        await self._finish(send, message)
                        return
        finally:
            gone.cancel()
        await send({"type": "http.response.body", "body": b""})

    async def _finish(self, send: Send, message: Ended) -> None:
        if message.output is not None:
            await _named(send, b"complete", list(message.output.data))
        else:
            await _named(send, b"error", failure_object(message.failure or Failure(None)))
        await send({"type": "http.response.body", "body": b""})


class _NoSuchEvent:
    """The clean end for an id that nothing is known of."""

    status_code = 200

    def __init__(self) -> None:
        self.raw_headers: list[tuple[bytes, bytes]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        headers = [*SSE_HEADERS, *self.raw_headers]
        await send({"type": "http.response.start", "status": 404, "headers": headers})
        await _named(send, b"error", "404: Not Found")
        await send({"type": "http.response.body", "body": b""})


async def _named(send: Send, name: bytes, value: Any) -> None:
    body = b"event: %b\ndata: %b\n\n" % (name, wire.dumps(value))
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def read_object(request: HttpRequest, *, may_be_empty: bool = False) -> dict[str, Any]:
    """Read a JSON object; a body of no bytes counts as an empty one where that is allowed.

    Raises:
        Malformed: The body is too large, not JSON, nested too deeply, or not an object.
    """
    receive = request.receive
    chunks = []
    size = 0
    has_more = True
    while has_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Malformed("The request ended before its body.")
        chunk = message.get("body", b"")
        has_more = message.get("more_body", False)
        size += len(chunk)
        if size > JSON_LIMIT_BYTES:
            raise Malformed(f"The body is larger than {JSON_LIMIT_BYTES} bytes.", 413)
        chunks.append(chunk)
    if may_be_empty and size == 0:
        return {}
    try:
        body = wire.loads(chunks[0] if len(chunks) == 1 else b"".join(chunks))
    except ValueError as problem:
        raise Malformed(f"The body is not JSON: {problem}"[:200]) from None
    if not isinstance(body, dict):
        raise Malformed("The body must be a JSON object.")
    return body


def session_of(body: dict[str, Any]) -> str | None:
    """Return the session named in a body, or ``None``."""
    value = body.get("session_hash")
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= SESSION_LIMIT:
        raise Malformed(f"session_hash must be a text of at most {SESSION_LIMIT} characters.")
    return value


def private_session(visitor: Visitor, session_hash: str) -> SessionId:
    """Bind a session to who is logged in: another person's hash names another session."""
    if visitor.username is None:
        return SessionId(session_hash)
    return SessionId(f"{visitor.username}\x1f{session_hash}")


def facts_of(request: HttpRequest, visitor: Visitor, session_hash: str | None = None) -> Request:
    """Return what functions may know of a request."""
    scope = request.scope
    client = scope.get("client")
    return Request(
        headers=scope["headers"],
        query=scope.get("query_string", b"").decode("latin-1"),
        client=Address(client[0], client[1]) if client else None,
        method=scope["method"],
        path=scope["path"],
        root_url=visitor.root_url,
        username=visitor.username,
        session_hash=session_hash,
        path_params=scope.get("path_params"),
        scope=scope,
    )


def peer_of(request: HttpRequest) -> str:
    """Return what tells one client program from another, roughly."""
    client = request.scope.get("client")
    host = client[0] if client else ""
    # Read as it came: an absent header costs Starlette's mapping an exception.
    for name, value in request.scope["headers"]:
        if name == b"user-agent":
            return f"{host} {value[:200].decode('latin-1')}"
    return f"{host} "


def _invalid(name: str, message: str) -> dict[str, Any]:
    return {
        "__type__": "validate",
        "is_valid": False,
        "message": f"{name} {message}".strip(),
        "parameter_name": name,
    }


def _private_name() -> str:
    return f"call-{secrets.token_urlsafe(16)}"


__all__ = ["CallRoutes", "facts_of", "private_session", "read_object"]
