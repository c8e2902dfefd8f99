"""A thin client of the public wire protocol, cheap enough to measure servers with.

Raw asyncio sockets with keep-alive; knows only what the benchmarks need.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

PREFIX = "/gradio_api"


class Connection:
    """One keep-alive HTTP/1.1 connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None
        self._sent = 0

    async def connect(self) -> None:
        """Open the connection, if it is not open."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**26)

    async def send(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> dict[str, str]:
        """Send a request and return the response's headers, with the status under ``:status``."""
        await self.connect()
        assert self.writer is not None
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
        if body:
            head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        is_new = self._sent == 0
        self._sent += 1
        self.writer.write(head.encode() + b"\r\n" + body)
        assert self.reader is not None
        try:
            lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            if is_new:
                raise
            # A kept connection that the server has closed meanwhile, as it may: once more.
            self.close()
            return await self.send(method, path, body, kind)
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)
        }
        headers[":status"] = lines[0].split()[1]
        return headers

    async def request(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> tuple[int, bytes]:
        """Return the status and the whole body of one exchange."""
        headers = await self.send(method, path, body, kind)
        assert self.reader is not None
        if "content-length" in headers:
            content = await self.reader.readexactly(int(headers["content-length"]))
        else:
            content = b"".join([part async for part in self.chunks()])
        return int(headers[":status"]), content

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the parts of a chunked response until its end."""
        assert self.reader is not None
        while True:
            size = int((await self.reader.readline()).strip() or b"0", 16)
            part = await self.reader.readexactly(size)
            await self.reader.readexactly(2)
            if not size:
                return
            yield part

    async def send_large(
        self, path: str, head: bytes, block: bytes, count: int, tail: bytes, kind: str
    ) -> str:
        """Post a form of ``count`` blocks between a head and a tail; return the path in the answer."""
        size = len(head) + len(block) * count + len(tail)
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**22)
        self.writer.write(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {size}\r\n\r\n".encode()
        )
        for part in [head, *[block] * count, tail]:
            self.writer.write(part)
            await self.writer.drain()
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
        if " 200" not in lines[0]:
            raise RuntimeError(f"the upload answered {lines[0]}")
        length = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length"))
        return str(json.loads(await self.reader.readexactly(length))[0])

    async def read_large(self, path: str) -> int:
        """Fetch a file and return how many bytes came."""
        headers = await self.send("GET", path)
        assert self.reader is not None
        left = total = int(headers["content-length"])
        while left:
            part = await self.reader.read(min(left, 1 << 20))
            if not part:
                raise RuntimeError("the download broke off")
            left -= len(part)
        return total

    def close(self) -> None:
        """Close the connection."""
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None
        self._sent = 0


class Session:
    """One client session: joins events and reads the one stream that carries their messages."""

    def __init__(self, port: int, functions: dict[str, int]) -> None:
        self.port = port
        self.functions = functions
        self.hash = uuid4().hex
        self.posts = Connection(port)
        self.ended: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self.messages = 0
        self.bytes = 0
        self.query = ""
        self.reader_task: asyncio.Task[None] | None = None
        self.is_open = False
        self._heard: asyncio.Future[None] | None = None

    async def call(self, name: str, data: list[Any]) -> dict[str, Any]:
        """Run one event to its end and return the end message."""
        return await self.end_of(await self.join(name, data))

    async def join(self, name: str, data: list[Any]) -> str:
        """Begin one event and return its id; one join after another."""
        body = json.dumps(
            {"data": data, "fn_index": self.functions[name], "session_hash": self.hash, "event_data": None, "trigger_id": None}
        ).encode()
        if not self.is_open:
            self.is_open = True
            self.reader_task = asyncio.create_task(self._read())
        status, content = await self.posts.request("POST", f"{PREFIX}/queue/join", body)
        if status != 200:
            raise RuntimeError(f"join answered {status}: {content[:200]!r}")
        return str(json.loads(content)["event_id"])

    async def end_of(self, event: str) -> dict[str, Any]:
        """Return the end message of an event that `join` has begun."""
        future = self._future(event)
        while not future.done():
            if self.reader_task is None or self.reader_task.done():
                self.is_open = True
                self.reader_task = asyncio.create_task(self._read())
            await asyncio.wait({future, self.reader_task}, return_when=asyncio.FIRST_COMPLETED)
        del self.ended[event]
        return future.result()

    async def connect(self) -> None:
        """Open the connection for joins, as a page that is open has it."""
        await self.posts.connect()

    async def heard(self) -> None:
        """Return when the next messages have come."""
        if self._heard is None:
            self._heard = asyncio.get_running_loop().create_future()
        await self._heard

    def _future(self, event: str) -> asyncio.Future[dict[str, Any]]:
        if event not in self.ended:
            self.ended[event] = asyncio.get_running_loop().create_future()
        return self.ended[event]

    async def _read(self) -> None:
        connection = Connection(self.port)
        try:
            await connection.send("GET", f"{PREFIX}/queue/data?session_hash={self.hash}{self.query}")
            buffer = b""
            async for part in connection.chunks():
                self.bytes += len(part)
                buffer += part
                *blocks, buffer = buffer.split(b"\n\n")
                if self._heard is not None and blocks:
                    self._heard.set_result(None)
                    self._heard = None
                for block in blocks:
                    self.messages += 1
                    # Steps are not parsed: what is measured is the server, not this client.
                    if b'"process_completed"' in block[:80]:
                        message = json.loads(block[block.index(b"data: ") + 6 :])
                        future = self._future(message["event_id"])
                        if not future.done():
                            future.set_result(message)
                    elif b'"close_stream"' in block[:60]:
                        return
        finally:
            connection.close()
            self.is_open = False

    def close(self) -> None:
        """Drop the stream and the connection."""
        if self.reader_task is not None:
            self.reader_task.cancel()
        self.posts.close()


async def functions_of(port: int) -> dict[str, int]:
    """Return the app's function numbers by API name."""
    connection = Connection(port)
    try:
        _, content = await connection.request("GET", "/config")
    finally:
        connection.close()
    return {entry["api_name"]: entry["id"] for entry in json.loads(content)["dependencies"] if entry.get("api_name")}
