"""Routes of files: upload, its progress, download."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.types import Receive, Scope, Send

from pegboard import wire
from pegboard.errors import FileRefused
from pegboard.media import MediaStream
from pegboard.server.answers import BytesAnswer, JsonAnswer, refuse
from pegboard.server.guard import Visitor
from pegboard.server.site import Site
from pegboard.server.stream import SSE_HEADERS
from pegboard.server.uploads import FileAnswer, UploadRefused, read_form

MAX_TRACKED_UPLOADS = 1000
APPEAR_S = 3.0


@dataclass(slots=True)
class _Progress:
    """How far one upload is."""

    waiting: dict[str, int] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    is_done: bool = False


class FileRoutes:
    """Handlers for files."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._uploads: OrderedDict[str, _Progress] = OrderedDict()
        self._appeared = asyncio.Event()

    async def upload(self, request: HttpRequest, visitor: Visitor) -> Any:
        """Take files; answer with their paths, in order."""
        length = request.headers.get("content-length", "")
        files = self._site.files
        if length.isdigit() and int(length) > files.max_bytes + 1024 * 1024:
            # One file per request is the rule; several may be larger together.
            if int(length) > 64 * files.max_bytes:
                return refuse(413, f"A file may have {files.max_bytes} bytes at most.")
        upload_id = request.query_params.get("upload_id", "")[:200]
        progress = self._track(upload_id) if upload_id else None
        loop = asyncio.get_running_loop()

        def on_bytes(name: str, size: int) -> None:
            assert progress is not None
            progress.waiting[name] = progress.waiting.get(name, 0) + size
            loop.call_soon_threadsafe(progress.changed.set)

        try:
            reader = await read_form(
                request, files, visitor.username, on_bytes if progress is not None else None
            )
        except UploadRefused as refusal:
            return refuse(refusal.status, refusal.detail)
        finally:
            if progress is not None:
                progress.is_done = True
                progress.changed.set()
        return JsonAnswer([stored.wire_path for stored in reader.stored])

    async def progress(self, request: HttpRequest, visitor: Visitor) -> Any:
        """How far an upload is, as a stream."""
        upload_id = request.query_params.get("upload_id", "")[:200]
        deadline = asyncio.get_running_loop().time() + APPEAR_S
        while upload_id not in self._uploads:
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return refuse(404, "No such upload.")
            try:
                await asyncio.wait_for(self._appeared.wait(), left)
            except asyncio.TimeoutError:
                return refuse(404, "No such upload.")
        heartbeat_s = self._site.options.heartbeat_interval_s
        done = partial(self._uploads.pop, upload_id, None)
        return _ProgressAnswer(self._uploads[upload_id], done, heartbeat_s)

    async def file(self, request: HttpRequest, visitor: Visitor) -> Any:
        """A stored file, or one that the app's author allows by path."""
        path = request.path_params["path"]
        try:
            stored = await asyncio.to_thread(
                self._site.files.open_for_serving, path, visitor.username
            )
        except (FileRefused, ValueError):
            # The same words for missing and forbidden: the answer must not say which files exist.
            return refuse(403, f"File not allowed: {path[:200]}")
        return FileAnswer(stored, is_trusted=self._site.files.is_trusted(stored), extra=[])

    async def playlist(self, request: HttpRequest, visitor: Visitor) -> Any:
        """The pieces so far of media that are still being made, for an HLS player."""
        stream = self._stream(request, visitor)
        if stream is None:
            return refuse(404, "There is no such stream.")
        return BytesAnswer(
            stream.playlist().encode(),
            "application/vnd.apple.mpegurl",
            headers=[(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")],
        )

    async def piece(self, request: HttpRequest, visitor: Visitor) -> Any:
        """One piece of such media."""
        stream = self._stream(request, visitor)
        stored = None if stream is None else stream.piece(request.path_params["piece"])
        if stored is None:
            return refuse(404, "There is no such piece.")
        # Trusted: its type is one of a short list of ours, whatever the function yielded.
        return FileAnswer(stored, is_trusted=True, extra=[])

    def _stream(self, request: HttpRequest, visitor: Visitor) -> MediaStream | None:
        params = request.path_params
        key = f"{params['session']}/{params['run']}/{params['component']}"
        return self._site.runner.media.find(key, visitor.username)

    def _track(self, upload_id: str) -> _Progress:
        progress = self._uploads[upload_id] = _Progress()
        while len(self._uploads) > MAX_TRACKED_UPLOADS:
            self._uploads.popitem(last=False)
        self._appeared.set()
        self._appeared = asyncio.Event()
        return progress


class _ProgressAnswer:
    """The stream of one upload's progress."""

    def __init__(self, progress: _Progress, done: Any, heartbeat_s: float) -> None:
        self._progress = progress
        self._heartbeat_s = heartbeat_s
        self._done = done
        self.raw_headers: list[tuple[bytes, bytes]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        headers = [*SSE_HEADERS, *self.raw_headers]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        progress = self._progress
        try:
            while True:
                waiting, progress.waiting = progress.waiting, {}
                for name, size in waiting.items():
                    await _event(send, {"msg": "update", "orig_name": name, "chunk_size": size})
                if progress.is_done and not progress.waiting:
                    break
                progress.changed.clear()
                try:
                    await asyncio.wait_for(progress.changed.wait(), self._heartbeat_s)
                except asyncio.TimeoutError:
                    await _event(send, {"msg": "heartbeat"})
            await _event(send, {"msg": "done"})
        finally:
            self._done()
        await send({"type": "http.response.body", "body": b""})


async def _event(send: Send, value: dict[str, Any]) -> None:
    body = b"data: %b\n\n" % wire.dumps(value)
    await send({"type": "http.response.body", "body": body, "more_body": True})
