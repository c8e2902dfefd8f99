"""The bare floor: the least server that answers the same HTTP exchange.

Hand-written ASGI on uvicorn (uvloop and httptools where installed): no framework, no components, no
queue; its page is a form of plain HTML. It answers join at once and writes the result to the session's open stream. What it costs is
what HTTP costs; no library can be cheaper on the same server.
"""

from __future__ import annotations

import asyncio
import io
import os
import tempfile
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import orjson
import uvicorn

NAMES = ["echo", "grow", "picture", "nap", "nap_batch", "tokens", "chat", "big"]
CONFIG = orjson.dumps(
    {
        "protocol": "sse_v3",
        "api_prefix": "/gradio_api",
        "dependencies": [{"id": i, "api_name": name} for i, name in enumerate(NAMES)],
    }
)
PAGE = b"""<!doctype html><title>floor</title>
<form><input type="text"> <button>Submit</button></form> <input type="text" readonly>
<script type="module">
const [name, output] = document.querySelectorAll('input');
const session = Math.random().toString(36).slice(2);
let stream;
document.querySelector('form').addEventListener('submit', event => {
  event.preventDefault();
  stream ??= new EventSource(`/gradio_api/queue/data?session_hash=${session}`);
  stream.onmessage = ({ data }) => { output.value = JSON.parse(data).output.data[0]; };
  const body = JSON.stringify({ data: [name.value], fn_index: 0, session_hash: session });
  fetch('/gradio_api/queue/join', { method: 'POST', body });
});
</script>"""
FOLDER = tempfile.TemporaryDirectory(prefix="floor-")
WORD = "word "


class Stream:
    """What waits for one session's reader."""

    def __init__(self) -> None:
        self.blocks: list[bytes] = []
        self.woken = asyncio.Event()

    def put(self, block: bytes) -> None:
        """Add a block and wake the reader."""
        self.blocks.append(block)
        self.woken.set()


streams: dict[str, Stream] = {}


def stream_of(session: str) -> Stream:
    """Return the session's stream, made at first use."""
    found = streams.get(session)
    if found is None:
        found = streams[session] = Stream()
    return found


async def read(receive: Any) -> bytes:
    """Return a whole request body."""
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def reply(send: Any, body: bytes, kind: bytes = b"application/json") -> None:
    """Send one response with status 200."""
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def message(kind: str, event: str, data: list[object]) -> bytes:
    """Return one message of an event, as a server-sent event."""
    whole = {"msg": kind, "event_id": event, "output": {"data": data}, "success": True}
    return b"data: %b\n\n" % orjson.dumps(whole)


async def grow(event: str, stream: Stream, steps: int, pause_s: float | None = None) -> None:
    """Write a stream of growing strings, as differences; without a pause, a hundred at a time."""
    text = ""
    for step in range(steps):
        text += WORD
        data: list[object] = [WORD] if step == 0 else [[["append", [], WORD]]]
        stream.put(message("process_generating", event, data))
        if pause_s is not None:
            await asyncio.sleep(pause_s)
        elif step % 100 == 99:
            await asyncio.sleep(0)
    stream.put(message("process_completed", event, [text]))


async def chat(event: str, stream: Stream, steps: int) -> None:
    """Write a stream of a history whose last message grows, as differences."""
    history = [{"role": "user", "content": f"question {n}"} for n in range(20)]
    history[-1] = {"role": "assistant", "content": ""}
    for step in range(steps):
        history[-1]["content"] += WORD
        data: list[object] = [history] if step == 0 else [[["append", [19, "content"], WORD]]]
        stream.put(message("process_generating", event, data))
        if step % 100 == 99:
            await asyncio.sleep(0)
    stream.put(message("process_completed", event, [history]))


def mirror(path: str) -> str:
    """Mirror an uploaded picture with Pillow's own settings; the file is a form with one part, as it came."""
    import numpy as np
    from PIL import Image

    with open(path, "rb") as file:
        content = file.read()
    pixels = np.asarray(Image.open(io.BytesIO(content.partition(b"\r\n\r\n")[2])).convert("RGB"))
    mirrored = os.path.join(FOLDER.name, f"{uuid4().hex}.webp")
    Image.fromarray(pixels[:, ::-1]).save(mirrored)
    return mirrored


async def join(receive: Any, send: Any) -> None:
    """Take an event and answer it."""
    body = orjson.loads(await read(receive))
    event, stream = uuid4().hex, stream_of(body["session_hash"])
    await reply(send, orjson.dumps({"event_id": event}))
    name, data = NAMES[body["fn_index"]], body["data"]
    if name == "grow":
        await grow(event, stream, int(data[0]))
    elif name == "tokens":
        await grow(event, stream, int(data[0]), 0.01)
    elif name == "chat":
        await chat(event, stream, int(data[0]))
    elif name == "picture":
        mirrored = await asyncio.to_thread(mirror, str(data[0]["path"]))
        stream.put(message("process_completed", event, [{"path": mirrored}]))
    else:
        stream.put(message("process_completed", event, data))


async def follow(scope: Any, receive: Any, send: Any) -> None:
    """Send a session's blocks for as long as its reader is there."""
    session = parse_qs(scope["query_string"].decode())["session_hash"][0]
    stream = stream_of(session)
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    is_gone = False

    async def watch() -> None:
        nonlocal is_gone
        while (await receive())["type"] != "http.disconnect":
            pass
        is_gone = True
        stream.woken.set()

    watcher = asyncio.ensure_future(watch())
    while not is_gone:
        if not stream.blocks:
            stream.woken.clear()
            await stream.woken.wait()
            continue
        blocks, stream.blocks = stream.blocks, []
        await send({"type": "http.response.body", "body": b"".join(blocks), "more_body": True})
    await watcher
    streams.pop(session, None)


async def upload(receive: Any, send: Any) -> None:
    """Write a body to a file as it comes, whatever its form."""
    path = os.path.join(FOLDER.name, uuid4().hex)
    with open(path, "wb") as file:
        while True:
            part = await receive()
            file.write(part.get("body", b""))
            if not part.get("more_body"):
                break
    await reply(send, orjson.dumps([path]))


async def download(path: str, send: Any) -> None:
    """Send a file in large parts."""
    size = os.path.getsize(path)
    headers = [(b"content-type", b"application/octet-stream"), (b"content-length", b"%d" % size)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    with open(path, "rb") as file:
        while part := file.read(1 << 18):
            await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer page, config, join, stream and files."""
    if scope["type"] != "http":
        return
    path = scope["path"]
    if path == "/":
        await reply(send, PAGE, b"text/html")
    elif path == "/config":
        await reply(send, CONFIG)
    elif path == "/gradio_api/queue/join":
        await join(receive, send)
    elif path == "/gradio_api/queue/data":
        await follow(scope, receive, send)
    elif path == "/gradio_api/upload":
        await upload(receive, send)
    elif path.startswith("/gradio_api/file="):
        await download(os.path.join(FOLDER.name, os.path.basename(path)), send)
    else:
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["BENCH_PORT"]), log_level="error", access_log=False)
