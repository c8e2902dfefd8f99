"""A large body, read from its socket straight into blocks, past the parser of HTTP.

On the usual way each byte of a body is copied five times: out of the loop's buffer, by the parser, into and out
of uvicorn's own store, and into a block worth a trip to a thread. Once the head of a request says how long its
body is there is nothing left to parse: here the system writes what comes into one of a few blocks, each filled
again when it has been used. While all are in use the socket is not read, so a slow disk holds the sender
back and memory stays flat.

Sources: RFC 9112 section 6.2 (the length of a body); asyncio's `BufferedProtocol`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator

from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from pegboard.server.joining import JoiningProtocol, JoiningTransport

MIN_BYTES = 1024 * 1024
"""Shorter bodies come the usual way."""
BLOCK_BYTES = 1024 * 1024
MAX_BLOCKS = 6


def direct_body(request: HttpRequest) -> DirectBody | None:
    """Return the reader of a request's body, or ``None`` if it is to be read the usual way.

    Only where nobody stands between the socket and the request: no other server, no TLS, no middleware that
    reads along, and a loop whose sockets are read into the buffers they are given.
    """
    cycle = getattr(request.receive, "__self__", None)
    if not isinstance(cycle, RequestResponseCycle) or not isinstance(cycle.transport, JoiningTransport):
        return None
    transport = cycle.transport.inner
    protocol = transport.get_protocol()
    length = request.headers.get("content-length", "")
    if (
        not isinstance(protocol, JoiningProtocol)
        or protocol.cycle is not cycle  # a later request of the same connection is here already
        or not cycle.more_body
        or "transfer-encoding" in request.headers
        or not length.isdigit()
        or int(length) - len(cycle.body) < MIN_BYTES
        or type(transport).__module__ != "uvloop.loop"
        or transport.get_extra_info("ssl_object") is not None
        or transport.is_closing()
    ):
        return None
    return DirectBody(protocol, transport, int(length))


class DirectBody(asyncio.BufferedProtocol):
    """A connection's protocol for as long as one body is read.

    Args:
        protocol: The one before and after.
        transport: The connection itself.
        length: Of the whole body, in bytes. No byte behind it is touched.
    """

    def __init__(self, protocol: JoiningProtocol, transport: asyncio.Transport, length: int) -> None:
        self._protocol = protocol
        self._transport = transport
        self._cycle = protocol.cycle
        self._left = length
        self._block: bytearray | None = bytearray(BLOCK_BYTES)
        self._filled = 0
        self._made = 1
        self._free: list[bytearray] = []
        self._ready: deque[bytearray | bytes] = deque()
        self._woken = asyncio.Event()
        self._came_at = 0.0
        self._is_lost = self._is_refused = False

    async def blocks(self, idle_s: float) -> AsyncGenerator[bytes | bytearray, None]:
        """Yield the body. A block stays as it is until the second next one is asked for.

        What is left when the generator is closed early is read and thrown away, so that the answer arrives.

        Raises:
            ClientDisconnect: The client left.
            TimeoutError: Nothing came for ``idle_s`` seconds, while there was room for it.
        """
        first = self._begin()
        lent: deque[bytearray | bytes] = deque()
        try:
            if first:
                yield first
            while self._left or self._ready:
                if len(lent) == 2:
                    self._take_back(lent.popleft())
                while not self._ready:
                    await self._more(idle_s)
                lent.append(self._ready.popleft())
                yield lent[-1]
        finally:
            self._end()

    async def _more(self, idle_s: float) -> None:
        if self._is_lost:
            raise ClientDisconnect
        self._woken.clear()
        silent_s = self._protocol.loop.time() - self._came_at
        try:
            await asyncio.wait_for(self._woken.wait(), idle_s - silent_s)
        except asyncio.TimeoutError:
            if self._protocol.loop.time() - self._came_at >= idle_s:
                raise TimeoutError from None

    def _begin(self) -> bytes:
        """Take over, and return what has come already."""
        cycle = self._cycle
        if cycle.waiting_for_100_continue:
            cycle.waiting_for_100_continue = False
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        first = bytes(cycle.body)
        cycle.body = bytearray()
        self._left -= len(first)
        # Loops choose how to read when reading begins.
        self._protocol.flow.pause_reading()
        self._transport.set_protocol(self)
        self._came_at = self._protocol.loop.time()
        self._transport.resume_reading()
        return first

    def _end(self) -> None:
        if self._is_lost:
            return
        if self._left:
            self._is_refused = True
            self._ready.clear()
            self._block = self._block or bytearray(BLOCK_BYTES)
            self._filled = 0
            self._transport.resume_reading()
            return
        self._transport.pause_reading()
        self._transport.set_protocol(self._protocol)
        self._protocol.body_was_read(self._cycle)
        self._transport.resume_reading()

    def _take_back(self, block: bytearray | bytes) -> None:
        if not isinstance(block, bytearray):
            return
        if self._block is None:
            self._block = block
            self._came_at = self._protocol.loop.time()  # the time that the disk took is not the client's
            self._transport.resume_reading()
        else:
            self._free.append(block)

    # -- the loop's callbacks ----------------------------------------------------------------------

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where the next bytes go, and no more room than the body needs."""
        assert self._block is not None
        return memoryview(self._block)[self._filled : self._filled + self._left]

    def buffer_updated(self, nbytes: int) -> None:
        """Take note of bytes that have come."""
        self._left -= nbytes
        if self._is_refused:
            self._protocol.something_came()
            if not self._left:
                self._end()
            return
        self._came_at = self._protocol.loop.time()
        self._filled += nbytes
        block = self._block
        assert block is not None
        if not self._left:
            self._ready.append(bytes(memoryview(block)[: self._filled]))
            self._transport.pause_reading()
        elif self._filled == BLOCK_BYTES:
            self._ready.append(block)
            self._next_block()
        else:
            return
        self._woken.set()

    def _next_block(self) -> None:
        self._filled = 0
        if self._free:
            self._block = self._free.pop()
        elif self._made < MAX_BLOCKS:
            self._made += 1
            self._block = bytearray(BLOCK_BYTES)
        else:
            self._block = None
            self._transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """End: the connection is gone."""
        self._is_lost = True
        self._woken.set()
        self._protocol.connection_lost(exc)

    def pause_writing(self) -> None:
        """Hand on: only reading is ours."""
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        """Hand on: only reading is ours."""
        self._protocol.resume_writing()
