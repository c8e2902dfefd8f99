"""Reading a file to send it: at once what the system has in memory, in a thread what a disk must be asked for.

A trip to a thread takes longer than copying a block that is in the page cache, and asking a disk on the
loop's thread would hold up everybody else. Linux can be asked for a block without waiting for it.

Source: preadv2(2), RWF_NOWAIT.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool

BLOCK_BYTES = 512 * 1024
WAITED_BYTES = 1024 * 1024
"""Worth a trip to a thread."""

_NO_WAIT: int | None = getattr(os, "RWF_NOWAIT", None)


async def blocks_of(opened: BinaryIO, start: int, end: int) -> AsyncGenerator[bytes, None]:
    """Yield a file's bytes from ``start`` to ``end`` (exclusive); fewer if the file ends before."""
    buffer = memoryview(bytearray(min(BLOCK_BYTES, end - start)))
    while start < end:
        block = _at_once(opened.fileno(), buffer[: end - start], start)
        if block is None:
            block = await run_in_threadpool(_waited, opened, min(WAITED_BYTES, end - start), start)
        if not block:
            return
        start += len(block)
        yield block


def _at_once(file: int, buffer: memoryview, start: int) -> bytes | None:
    """Return what is in memory, ``None`` if it would have to be waited for."""
    if _NO_WAIT is None:
        return None
    try:
        return bytes(buffer[: os.preadv(file, [buffer], start, _NO_WAIT)])
    except OSError:  # not in memory, or a file system that cannot say
        return None


def _waited(opened: BinaryIO, count: int, start: int) -> bytes:
    opened.seek(start)
    return opened.read(count)
