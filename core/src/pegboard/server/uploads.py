"""Files over HTTP: multipart uploads streamed to disk, downloads with ranges.

An upload is parsed as it arrives; a file that grows too large, a part too many, or a client that
leaves removes everything that was written.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import aclosing, suppress
from email.utils import formatdate, parsedate_to_datetime
from typing import BinaryIO
from urllib.parse import quote

from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.types import Receive, Scope, Send

from pegboard.errors import FileRefused
from pegboard.files import FileStore, StoredFile
from pegboard.incoming import IncomingFile
from pegboard.server.body import body_blocks
from pegboard.server.reading import blocks_of

MAX_FILES = 1000
MAX_FIELDS = 64
FIELD_LIMIT_BYTES = 1024 * 1024
PART_HEADER_LIMIT_BYTES = 16 * 1024
BODY_IDLE_S = 30.0

INLINE_TYPES = frozenset(
    {
        "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp",
        "image/x-icon", "image/vnd.microsoft.icon", "image/tiff",
        "audio/mpeg", "audio/wav", "audio/x-wav", "audio/ogg", "audio/flac", "audio/x-flac",
        "audio/aac", "audio/mp4", "audio/webm", "audio/basic", "audio/x-aiff",
        "video/mp4", "video/webm", "video/ogg", "video/quicktime", "video/x-matroska",
        "video/mpeg", "video/x-msvideo", "video/mp2t", "application/vnd.apple.mpegurl",
        "application/json", "text/plain", "text/csv", "text/vtt",
    }
)  # fmt: skip

FILE_POLICY = "sandbox; default-src 'none'; media-src 'self'; style-src 'unsafe-inline'"


class UploadRefused(Exception):
    """An upload cannot be taken; carries the status and the text to answer with."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class _Part:
    """The part of a form that is being read."""

    def __init__(self) -> None:
        self.headers: dict[bytes, bytes] = {}
        self.field_name = b""
        self.value = b""
        self.name: bytes | None = None
        self.filename: str | None = None
        self.content_type: str | None = None
        self.incoming: IncomingFile | None = None
        self.text = b""
        self.header_bytes = 0


class FormReader:
    """Reads one multipart body: files to disk, fields to memory.

    Args:
        on_bytes: Told of each chunk of a file, with the file's name.
    """

    def __init__(
        self,
        files: FileStore,
        boundary: bytes,
        owner: str | None,
        on_bytes: Callable[[str, int], None] | None = None,
        all_parts: bool = False,
    ) -> None:
        self._files = files
        self._owner = owner
        self._on_bytes = on_bytes
        self._all_parts = all_parts
        self._part = _Part()
        self._parts = 0
        self._file_count = 0
        self._pending: list[bytes] = []
        self.stored: list[StoredFile] = []
        self.stored_by_field: list[tuple[str, StoredFile]] = []
        self.fields: dict[str, str] = {}
        self._finished: list[tuple[str, IncomingFile, str | None, str | None]] = []
        self._is_complete = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_part_data": self._data,
                    "on_part_end": self._end,
                    "on_header_field": self._header_field,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_finished,
                    "on_end": self._completed,
                },
            )
        except Exception as problem:  # the parser raises its own class for a bad boundary
            raise UploadRefused(400, "Invalid content type.") from problem

    def feed(self, data: bytes | bytearray) -> None:
        """Take a chunk of the body. Blocks on the disk.

        Raises:
            UploadRefused: The form is malformed or exceeds a limit.
        """
        try:
            self._parser.write(data)  # type: ignore[arg-type]
        except FileRefused as refusal:
            raise UploadRefused(413, str(refusal)) from None
        except OSError as problem:
            raise UploadRefused(507, "There is no room for the file on this server.") from problem
        except ValueError as problem:
            # python-multipart's own errors are ValueErrors.
            raise UploadRefused(400, "The form is malformed.") from problem

    def close(self) -> None:
        """Give every complete file its handle.

        Raises:
            UploadRefused: The body ended early.
        """
        if not self._is_complete:
            raise UploadRefused(400, "The form ended before its last boundary.")
        try:
            for field, incoming, name, mime in self._finished:
                kept = self._files.keep(incoming, name=name, mime_type=mime, owner=self._owner)
                self.stored.append(kept)
                self.stored_by_field.append((field, kept))
        except OSError as problem:
            raise UploadRefused(507, "There is no room for the file on this server.") from problem
        self._finished.clear()

    def abort(self) -> None:
        """Remove everything that was written."""
        if self._part.incoming is not None:
            self._part.incoming.abort()
        for _, incoming, _, _ in self._finished:
            incoming.abort()

    # -- the parser's callbacks --------------------------------------------------------------------

    def _begin(self) -> None:
        self._part = _Part()
        self._parts += 1
        if self._parts > MAX_FILES + MAX_FIELDS:
            raise UploadRefused(413, f"The form has more than {MAX_FILES + MAX_FIELDS} parts.")

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._part.field_name += data[start:end]
        self._count_header(end - start)

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._part.value += data[start:end]
        self._count_header(end - start)

    def _count_header(self, size: int) -> None:
        self._part.header_bytes += size
        if self._part.header_bytes > PART_HEADER_LIMIT_BYTES:
            raise UploadRefused(413, "A part of the form has headers that are too large.")

    def _header_end(self) -> None:
        part = self._part
        part.headers[part.field_name.lower()] = part.value
        part.field_name = part.value = b""

    def _headers_finished(self) -> None:
        part = self._part
        _, options = parse_options_header(part.headers.get(b"content-disposition", b""))
        part.name = options.get(b"name")
        filename = options.get(b"filename")
        if filename is not None:
            part.filename = _decoded_name(filename)
            kind = part.headers.get(b"content-type", b"").split(b";")[0].strip()
            part.content_type = kind.decode("latin-1") or None
            if part.name == b"files" or self._all_parts:
                self._file_count += 1
                if self._file_count > MAX_FILES:
                    raise UploadRefused(413, f"More than {MAX_FILES} files in one form.")
                part.incoming = self._files.receive()

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        if part.incoming is not None:
            part.incoming.write(memoryview(data)[start:end])
            if self._on_bytes is not None:
                self._on_bytes(part.filename or "", end - start)
        elif part.filename is None:
            if len(part.text) + end - start > FIELD_LIMIT_BYTES:
                raise UploadRefused(413, "A field of the form is too large.")
            part.text += data[start:end]

    def _end(self) -> None:
        part = self._part
        field = (part.name or b"").decode("utf-8", "replace")
        if part.incoming is not None:
            self._finished.append((field, part.incoming, part.filename, part.content_type))
            part.incoming = None
        elif part.filename is None and part.name is not None:
            if len(self.fields) >= MAX_FIELDS:
                raise UploadRefused(413, f"More than {MAX_FIELDS} fields in one form.")
            self.fields[field] = part.text.decode("utf-8", "replace")

    def _completed(self) -> None:
        self._is_complete = True


def _decoded_name(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    # Browsers escape only the double quote and line ends; some clients escape everything.
    return text.replace("%22", '"').replace("%0D", "").replace("%0A", "")


async def read_form(
    request: HttpRequest,
    files: FileStore,
    owner: str | None,
    on_bytes: Callable[[str, int], None] | None = None,
    all_parts: bool = False,
) -> FormReader:
    """Read a multipart request.

    Raises:
        UploadRefused: It is no multipart form, malformed, too large, stalled or cut off.
    """
    content_type, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if content_type != b"multipart/form-data" or not boundary:
        raise UploadRefused(400, "Invalid content type.")
    reader = FormReader(files, boundary, owner, on_bytes, all_parts)
    writing: asyncio.Future[None] | None = None
    try:
        # Closed here and now also on failure: the time limit inside belongs to this very task.
        async with aclosing(body_blocks(request, BODY_IDLE_S)) as blocks:
            async for block in blocks:
                # One block is parsed, hashed and written while the next one comes in.
                if writing is not None:
                    await writing
                writing = asyncio.ensure_future(run_in_threadpool(reader.feed, block))
        if writing is not None:
            await writing
        await run_in_threadpool(reader.close)
    except BaseException as problem:
        if writing is not None:
            # Its thread still writes: what it makes must be there to be removed.
            with suppress(Exception):
                await asyncio.shield(writing)
        reader.abort()
        if isinstance(problem, ClientDisconnect):
            raise UploadRefused(400, "The client left.") from None
        if isinstance(problem, TimeoutError):
            raise UploadRefused(408, "The upload stalled.") from None
        raise
    return reader


# -- downloads ---------------------------------------------------------------------------------------


class FileAnswer:
    """A file as an ASGI response: range, conditional and HEAD requests."""

    status_code = 200

    def __init__(self, stored: StoredFile, *, is_trusted: bool, extra: list[tuple[bytes, bytes]]) -> None:
        self._stored = stored
        self._is_trusted = is_trusted
        self.raw_headers = extra

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        stored = self._stored
        try:
            opened: BinaryIO = await run_in_threadpool(open, stored.path, "rb")
        except OSError:
            await _plain(send, 403, b'{"detail":"File not allowed"}', self.raw_headers)
            return
        with opened:
            facts = os.fstat(opened.fileno())
            await self._send(scope, send, opened, facts)

    async def _send(self, scope: Scope, send: Send, opened: BinaryIO, facts: os.stat_result) -> None:
        stored, size = self._stored, facts.st_size
        asked = {name: value.decode("latin-1") for name, value in scope["headers"]}
        etag = f'"{stored.etag}"'
        modified = formatdate(facts.st_mtime, usegmt=True)
        headers = [
            (b"accept-ranges", b"bytes"),
            (b"etag", etag.encode()),
            (b"last-modified", modified.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"content-security-policy", FILE_POLICY.encode()),
            (b"cross-origin-resource-policy", b"cross-origin"),
            (b"cache-control", b"private, max-age=3600"),
            *self._type_headers(),
            *self.raw_headers,
        ]
        if _is_unchanged(asked, etag, facts.st_mtime):
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        start, end, status = 0, size, 200
        wanted = asked.get(b"range")
        if wanted is not None and asked.get(b"if-range", etag) in (etag, modified):
            found = parse_range(wanted, size)
            if found == "unsatisfiable":
                headers.append((b"content-range", f"bytes */{size}".encode()))
                await _plain(send, 416, b'{"detail":"The range is outside the file."}', headers)
                return
            if not isinstance(found, str):
                start, end = found
                status = 206
                headers.append((b"content-range", f"bytes {start}-{end - 1}/{size}".encode()))
        headers.append((b"content-length", str(end - start).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        if scope["method"] == "HEAD" or start == end:
            await send({"type": "http.response.body", "body": b""})
            return
        async with aclosing(blocks_of(opened, start, end)) as blocks:
            async for block in blocks:
                start += len(block)
                await send({"type": "http.response.body", "body": block, "more_body": start < end})

    def _type_headers(self) -> list[tuple[bytes, bytes]]:
        stored = self._stored
        # The name given by the client decides nothing; the type must be one that cannot run script.
        guessed = (stored.mime_type or "").lower()
        is_inline = guessed in INLINE_TYPES or (self._is_trusted and bool(guessed))
        media = guessed if is_inline else "application/octet-stream"
        if media.startswith("text/"):
            media += "; charset=utf-8"
        kind = "inline" if is_inline else "attachment"
        name = quote(stored.orig_name, safe="")
        return [
            (b"content-type", media.encode("latin-1", "replace")),
            (b"content-disposition", f"{kind}; filename*=UTF-8''{name}".encode()),
        ]


def parse_range(text: str, size: int) -> tuple[int, int] | str:
    """Return start and end (exclusive) of a single byte range.

    ``"unsatisfiable"`` when it lies outside; ``"ignore"`` when it is malformed or has several parts,
    which RFC 9110 lets a server answer with the whole.
    """
    unit, _, spec = text.partition("=")
    if unit.strip().lower() != "bytes" or "," in spec or len(text) > 100:
        return "ignore"
    first, dash, last = (item.strip() for item in spec.partition("-"))
    if not dash or not (first or last):
        return "ignore"
    if not all(item == "" or (item.isascii() and item.isdigit()) for item in (first, last)):
        return "ignore"
    if not first:
        length = int(last)
        if length == 0 or size == 0:
            return "unsatisfiable"
        return max(0, size - length), size
    start = int(first)
    if last and int(last) < start:
        return "ignore"
    if start >= size:
        return "unsatisfiable"
    return start, min(size, int(last) + 1) if last else size


def _is_unchanged(asked: dict[bytes, str], etag: str, mtime: float) -> bool:
    tags = asked.get(b"if-none-match")
    if tags is not None:
        return tags.strip() == "*" or etag in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
    since = asked.get(b"if-modified-since")
    if since is None:
        return False
    try:
        return int(mtime) <= parsedate_to_datetime(since).timestamp()
    except (ValueError, TypeError, OverflowError):
        return False


async def _plain(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    kept = [pair for pair in headers if pair[0] not in (b"content-type", b"content-disposition")]
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                *kept,
                (b"content-type", b"application/json"),
                (b"content-length", str(len(body)).encode()),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})


__all__ = ["FileAnswer", "FormReader", "UploadRefused", "parse_range", "read_form"]
