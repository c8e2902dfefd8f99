"""Small answers: JSON from bytes, refusals, pages. No models, no copies."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pegboard import wire

Headers = list[tuple[bytes, bytes]]


class JsonAnswer(Response):
    """JSON that is encoded already, or a value to encode."""

    media_type = "application/json"

    def __init__(self, value: Any = None, status: int = 200, *, body: bytes | None = None) -> None:
        # Not Response.__init__: it does work that the hot path has no use for.
        self.status_code = status
        self.background = None
        self.body = wire.dumps(value) if body is None else body
        self.raw_headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(self.body)),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        await send({"type": "http.response.body", "body": self.body})


def refuse(status: int, detail: Any) -> JsonAnswer:
    """Answer with ``{"detail": ...}``."""
    return JsonAnswer({"detail": detail}, status)


class BytesAnswer(Response):
    """Bytes of any type, with further headers."""

    def __init__(self, body: bytes, media_type: str, status: int = 200, headers: Headers = []) -> None:  # noqa: B006 - never changed
        self.status_code = status
        self.background = None
        self.body = body
        self.raw_headers = [
            (b"content-type", media_type.encode()),
            (b"content-length", b"%d" % len(body)),
            *headers,
        ]


class Malformed(Exception):
    """The request cannot be read; carries the status and the words to answer with."""

    def __init__(self, detail: Any, status: int = 400) -> None:
        super().__init__(str(detail))
        self.status = status
        self.detail = detail
