"""The body of a request in blocks, straight from the socket where that is possible."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator

import anyio
from starlette.requests import Request as HttpRequest

BLOCK_BYTES = 1024 * 1024
"""Worth a trip to a thread."""


def body_blocks(request: HttpRequest, idle_s: float) -> AsyncGenerator[bytes | bytearray, None]:
    """Yield a body in large blocks. A block stays as it is until the second next one is asked for.

    Args:
        idle_s: How long a client may send nothing, in seconds. What the caller does meanwhile is not counted.

    Raises:
        ClientDisconnect: The client left.
        TimeoutError: Nothing came for too long.
    """
    try:
        from pegboard.server.direct_body import direct_body
    except ImportError:  # no httptools
        return _joined(request, idle_s)
    direct = direct_body(request)
    return _joined(request, idle_s) if direct is None else direct.blocks(idle_s)


async def _joined(request: HttpRequest, idle_s: float) -> AsyncGenerator[bytes | bytearray, None]:
    pending: list[bytes] = []
    size = 0
    with anyio.fail_after(idle_s) as limit:
        async for chunk in request.stream():
            limit.deadline = math.inf  # the time that the disk takes is not the client's
            pending.append(chunk)
            size += len(chunk)
            if size >= BLOCK_BYTES:
                yield b"".join(pending)
                pending, size = [], 0
            limit.deadline = anyio.current_time() + idle_s
    yield b"".join(pending)
