"""Measures of streams: growing strings, tokens, a chat history, many streams at once."""

from __future__ import annotations

import asyncio
import time
from statistics import median

from tests.benchmarks.measures import Figures
from tests.benchmarks.servers import Running
from tests.benchmarks.wire import Session, functions_of


async def growing_strings(server: Running, steps: int = 1000, count: int = 5) -> Figures:
    """A generator of 1,000 growing strings, run ``count`` times: yields a second, bytes on the wire."""
    session = Session(server.port, await functions_of(server.port))
    await session.call("grow", [10])
    figures = await _streamed(server, [session], "grow", steps, count)
    session.close()
    return figures


async def hundred_streams(server: Running, streams: int = 100, steps: int = 100) -> Figures:
    """A hundred such generators at once, a session each."""
    functions = await functions_of(server.port)
    sessions = [Session(server.port, functions) for _ in range(streams)]
    await asyncio.gather(*(session.call("grow", [2]) for session in sessions))
    figures = await _streamed(server, sessions, "grow", steps, 1)
    for session in sessions:
        session.close()
    return figures


async def chat_history(server: Running, steps: int = 500, count: int = 2) -> Figures:
    """A generator of a history of twenty messages whose last one grows."""
    session = Session(server.port, await functions_of(server.port))
    await session.call("chat", [10])
    figures = await _streamed(server, [session], "chat", steps, count)
    session.close()
    return figures


async def _streamed(
    server: Running, sessions: list[Session], name: str, steps: int, count: int
) -> Figures:
    before = sum(session.bytes for session in sessions)
    cpu, begin = server.cpu_s(), time.perf_counter()
    for _ in range(count):
        for result in await asyncio.gather(*(session.call(name, [steps]) for session in sessions)):
            if not result["success"] or (name == "grow" and result["output"]["data"] != ["word " * steps]):
                raise RuntimeError("the stream ended with another text")
    elapsed, used = time.perf_counter() - begin, server.cpu_s() - cpu
    yields = steps * count * len(sessions)
    sent = sum(session.bytes for session in sessions) - before
    return {
        "yields/s": yields / elapsed,
        "CPU a yield, us": used / yields * 1e6,
        "bytes a yield": sent / yields,
    }


async def tokens(server: Running, streams: int = 30, steps: int = 100) -> Figures:
    """Thirty streams with a token every 10 ms: CPU of a token, and time to the first, of five beginnings."""
    functions = await functions_of(server.port)
    sessions = [Session(server.port, functions) for _ in range(streams)]
    await asyncio.gather(*(session.call("tokens", [2]) for session in sessions))
    firsts: list[float] = []

    async def one(session: Session, steps: int) -> None:
        begin = time.perf_counter()
        seen = session.messages
        call = asyncio.ensure_future(session.call("tokens", [steps]))
        while session.messages == seen:
            await session.heard()
        firsts.append(time.perf_counter() - begin)
        await call

    for _ in range(4):
        await asyncio.gather(*(one(session, 2) for session in sessions))
    cpu = server.cpu_s()
    await asyncio.gather(*(one(session, steps) for session in sessions))
    used = server.cpu_s() - cpu
    for session in sessions:
        session.close()
    return {
        "CPU a token, ms": used / (streams * steps) * 1000,
        "to the first, ms": median(firsts) * 1000,
    }
