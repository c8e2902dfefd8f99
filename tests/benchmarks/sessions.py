"""Measures of memory: sessions that stay, sessions that come and go, large files."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from statistics import median
from typing import Any

from pegboard.server.lines import IDLE_HEARTBEAT_S
from tests.benchmarks.measures import Figures
from tests.benchmarks.servers import Running
from tests.benchmarks.wire import PREFIX, Connection, Session, functions_of


async def idle(server: Running, sessions: int = 500) -> Figures:
    """Sessions that made one call and keep their page open: memory of each, CPU of all."""
    functions = await functions_of(server.port)
    warm = Session(server.port, functions)
    await warm.call("echo", ["x"])
    before = server.memory_kb()
    clients = [Session(server.port, functions) for _ in range(sessions)]
    for client in clients:
        # As our own page reads it: the stream stays for the life of the page.
        client.query = "&pegboard=1"
        await client.call("echo", ["x"])
        client.posts.close()
    await asyncio.sleep(2)
    # So long that each stream once says that it is there.
    cpu = server.cpu_s()
    await asyncio.sleep(IDLE_HEARTBEAT_S)
    used = server.cpu_s() - cpu
    figures = {
        "KB a session": (server.memory_kb() - before) / sessions,
        "CPU, %": used / IDLE_HEARTBEAT_S * 100,
    }
    for client in [*clients, warm]:
        client.close()
    return figures


FORGOTTEN_S = 130.0
"""Twice the minute for which a session's line is kept: it is looked at once a minute."""


async def come_and_go(server: Running, sessions: int = 1000) -> Figures:
    """Five times 1,000 sessions of one call each, and once more when the server has forgotten them."""
    functions = await functions_of(server.port)
    levels = []
    for thousand in range(6):
        if thousand == 5:
            await asyncio.sleep(FORGOTTEN_S)
        for start in range(0, sessions, 100):
            clients = [Session(server.port, functions) for _ in range(start, start + 100)]
            await asyncio.gather(*(client.call("echo", ["x" * 1000]) for client in clients))
            for client in clients:
                client.close()
        await asyncio.sleep(3)
        levels.append(server.memory_kb())
    return {
        "MB after the first thousand": levels[0] / 1024,
        "growth a session after it, KB": (levels[-1] - levels[0]) / (5 * sessions),
    }


DOWNLOADS = 5
"""One alone is fast or slow by the cores it happens to run on."""


async def large_files(server: Running, megabytes: int = 200) -> Figures:
    """A large upload and download: speed, the latency of small events meanwhile, peak memory."""
    session = Session(server.port, await functions_of(server.port))
    await session.call("echo", ["warm"])
    before = server.memory_kb()
    block = os.urandom(1 << 20)
    boundary = "benchmark-boundary"
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="big.bin"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    tail = f"\r\n--{boundary}--\r\n".encode()
    _have_memory_ready(block, megabytes)
    meanwhile: list[float] = []
    peak = before
    is_over = False

    async def small() -> None:
        nonlocal peak
        while not is_over:
            begin = time.perf_counter()
            await session.call("echo", ["x"])
            meanwhile.append(time.perf_counter() - begin)
            peak = max(peak, server.memory_kb())
            await asyncio.sleep(0.01)

    others = asyncio.ensure_future(small())
    connection = Connection(server.port)
    begin = time.perf_counter()
    path = await connection.send_large(
        f"{PREFIX}/upload", head, block, megabytes, tail, f"multipart/form-data; boundary={boundary}"
    )
    up_s = time.perf_counter() - begin
    # A session of its own: `small` is using the other one.
    carrier = Session(server.port, session.functions)
    address = await _returned(carrier, path)
    down_s: list[float] = []
    for _ in range(DOWNLOADS):
        begin = time.perf_counter()
        received = await connection.read_large(address)
        down_s.append(time.perf_counter() - begin)
    is_over = True
    await others
    connection.close()
    carrier.close()
    session.close()
    if received < megabytes << 20:
        raise RuntimeError(f"only {received} bytes came back")
    return {
        "up, MB/s": megabytes / up_s,
        "down, MB/s": megabytes / median(down_s),
        "echo meanwhile, ms": median(meanwhile) * 1000,
        "memory on top, MB": (peak - before) / 1024,
    }


def _have_memory_ready(block: bytes, megabytes: int) -> None:
    """Use as much of the system's memory as the upload will, and give it back.

    A virtual machine gets its memory from its host when it first writes to it, which takes several times as long
    as the writing; whoever comes first would pay for that.
    """
    with tempfile.TemporaryFile() as file:
        for _ in range(megabytes + 50):
            file.write(block)


async def _returned(session: Session, path: str) -> str:
    """Send an uploaded file through the function that returns it; return where to fetch it."""
    data = {"path": path, "meta": {"_type": "gradio.FileData"}, "orig_name": "big.bin"}
    result: dict[str, Any] = await session.call("big", [data])
    if not result["success"]:
        raise RuntimeError(f"the file did not come back: {result}")
    return f"{PREFIX}/file={result['output']['data'][0]['path']}"
