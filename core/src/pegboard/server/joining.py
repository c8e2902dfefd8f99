"""HTTP over uvicorn's protocol, with the head of an answer joined to the beginning of its body.

uvicorn writes both as they come, and uvloop hands each to the system at once: two system calls, and two
packets on the way, for an answer of a few bytes. Here the head of an answer whose length is known waits for
the body. The head of a stream does not: whoever reads one wants to know at once that it has begun.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

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


class JoiningTransport:
    """A transport that holds an answer's head back until its body begins; all else is the transport's own."""

    __slots__ = ("_head", "_transport", "_write", "is_closing")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
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
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
