"""HTTP over uvicorn's protocol, with the head of an answer joined to the beginning of its body.

uvicorn writes both as they come, and uvloop hands each to the system at once: two system calls, and two
packets on the way, for an answer of a few bytes. Here the head of an answer whose length is known waits for
the body. The head of a stream does not: whoever reads one wants to know at once that it has begun.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

JOINED_BYTES = 64 * 1024
"""Larger bodies are not copied behind their head."""


class JoiningProtocol(HttpToolsProtocol):
    """uvicorn's protocol, writing through `JoiningTransport`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin with a new connection."""
        self._joining = JoiningTransport(transport)
        super().connection_made(self._joining)  # type: ignore[arg-type]

    def on_response_complete(self) -> None:
        """Go on after an answer, which may have had no body."""
        self._joining.flush()
        super().on_response_complete()

    def body_was_read(self, cycle: RequestResponseCycle) -> None:
        """Go on behind a body that was read from the transport, past the parser."""
        # The old parser would still wait for the body.
        self.parser = httptools.HttpRequestParser(self)
        with suppress(AttributeError):  # httptools < 0.6.3
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        cycle.more_body = False
        cycle.message_event.set()
        self.flow.resume_reading()

    def something_came(self) -> None:
        """Begin anew to count how long an answered connection is idle: what came was not for the parser."""
        self._unset_keepalive_if_required()
        if self.cycle.response_complete:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )


class JoiningTransport:
    """A transport that holds an answer's head back until its body begins; all else is the transport's own."""

    __slots__ = ("_head", "_write", "inner", "is_closing")

    def __init__(self, transport: asyncio.Transport) -> None:
        self.inner = transport
        # Looked up once: every request asks for them.
        self._write, self.is_closing = transport.write, transport.is_closing
        self._head = b""

    def write(self, data: bytes) -> None:
        """Send, or hold back what is a head; uvicorn writes each as a whole, with names in lower case."""
        head = self._head
        if head:
            self._head = b""
            if len(data) > JOINED_BYTES:
                self._write(head)
            else:
                data = head + data
        elif data[:5] == b"HTTP/" and data[-4:] == b"\r\n\r\n" and b"\r\ncontent-length: " in data:
            self._head = data
            return
        self._write(data)

    def flush(self) -> None:
        """Send a head that no body has followed."""
        if self._head:
            head, self._head = self._head, b""
            self._write(head)

    def close(self) -> None:
        """Close the connection once all is sent."""
        self.flush()
        self.inner.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)
