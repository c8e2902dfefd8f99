"""The bare floor: the least server that answers the same HTTP exchange.

Hand-written ASGI on uvicorn (uvloop and httptools where installed): no framework, no components, no
queue. It answers join at once and writes the result to the session's open stream. What it costs is
what HTTP costs; no library can be cheaper on the same server.
"""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import uvicorn

NAMES = ["echo", "grow", "picture", "nap", "nap_batch"]
CONFIG = json.dumps(
    {
        "protocol": "sse_v3",
        "api_prefix": "/gradio_api",
        "dependencies": [{"id": i, "api_name": name} for i, name in enumerate(NAMES)],
    }
).encode()
PAGE = b"<!doctype html><title>floor</title><p>Hello</p>"

streams: dict[str, asyncio.Queue[bytes]] = {}


def outbox(session: str) -> asyncio.Queue[bytes]:
    """Return the session's queue of messages, made at first use."""
    return streams.setdefault(session, asyncio.Queue())


async def read(receive: Any) -> bytes:
    """Return a whole request body."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def reply(send: Any, body: bytes, kind: bytes = b"application/json") -> None:
    """Send one response with status 200."""
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def completed(event: str, data: list[object]) -> bytes:
    """Return the end message of an event, as one server-sent event."""
    message = {"msg": "process_completed", "event_id": event, "output": {"data": data}, "success": True}
    return b"data: " + json.dumps(message).encode() + b"\n\n"


async def grow(event: str, queue: asyncio.Queue[bytes], steps: int) -> None:
    """Write a stream of growing strings, as differences."""
    text = ""
    for step in range(steps):
        text += "word "
        data = ["word "] if step == 0 else [[["append", [], "word "]]]
        message = {"msg": "process_generating", "event_id": event, "output": {"data": data}, "success": True}
        queue.put_nowait(b"data: " + json.dumps(message).encode() + b"\n\n")
        await asyncio.sleep(0)
    queue.put_nowait(completed(event, [text]))


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer page, config, join and stream."""
    if scope["type"] != "http":
        return
    path = scope["path"]
    if path == "/":
        await reply(send, PAGE, b"text/html")
    elif path == "/config":
        await reply(send, CONFIG)
    elif path == "/gradio_api/queue/join":
        body = json.loads(await read(receive))
        event, queue = uuid4().hex, outbox(body["session_hash"])
        await reply(send, json.dumps({"event_id": event}).encode())
        if NAMES[body["fn_index"]] == "grow":
            await grow(event, queue, int(body["data"][0]))
        else:
            queue.put_nowait(completed(event, body["data"]))
    elif path == "/gradio_api/queue/data":
        session = parse_qs(scope["query_string"].decode())["session_hash"][0]
        queue = outbox(session)
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        gone = asyncio.ensure_future(receive_gone(receive))
        while True:
            got = asyncio.ensure_future(queue.get())
            await asyncio.wait({got, gone}, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                got.cancel()
                break
            block = got.result()
            while not queue.empty():
                block += queue.get_nowait()
            await send({"type": "http.response.body", "body": block, "more_body": True})
        streams.pop(session, None)
    else:
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def receive_gone(receive: Any) -> None:
    """Return when the client has closed the stream."""
    while (await receive())["type"] != "http.disconnect":
        pass


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["BENCH_PORT"]), log_level="error", access_log=False)
