"""Growing playlists: sound and film that play while a function still makes them.

Each yielded piece is a stored file like any other; a playlist names the pieces so far, in the form that
every HLS player reads. Its address holds an unguessable run id, and with a login it is its owner's.
Knows nothing of HTTP.

Source of the playlist's lines: RFC 8216 (HTTP Live Streaming), version 4, an EVENT playlist.
"""

from __future__ import annotations

import math
import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from pegboard.files import FileStore, StoredFile
from pegboard.payload import FILE_MARKER, FileRef
from pegboard.streaming import MediaChunk

STREAM_ROUTE = "/gradio_api/stream/"
STREAMS_KEPT = 500
TARGET_S = 10
MEDIA_TYPES = {
    "aac": "audio/aac",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "m4s": "video/mp4",
    "ts": "video/mp2t",
}


@dataclass(eq=False)
class MediaStream:
    """The pieces of one output in one run of a function."""

    key: str
    owner: str | None
    pieces: list[tuple[StoredFile, MediaChunk]] = field(default_factory=list)
    is_ended: bool = False

    def playlist(self) -> str:
        """Return the playlist of what there is so far."""
        pieces = list(self.pieces)
        longest = max((chunk.duration_s for _, chunk in pieces), default=0)
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:4",
            "#EXT-X-PLAYLIST-TYPE:EVENT",
            f"#EXT-X-TARGETDURATION:{max(TARGET_S, math.ceil(longest))}",
            "#EXT-X-MEDIA-SEQUENCE:0",
        ]
        for number, (_, chunk) in enumerate(pieces):
            if number:
                # Each piece was encoded by itself, so its clock begins anew.
                lines.append("#EXT-X-DISCONTINUITY")
            lines += [f"#EXTINF:{chunk.duration_s:.3f},", f"{number}.{chunk.suffix}"]
        if self.is_ended:
            lines.append("#EXT-X-ENDLIST")
        return "\n".join(lines) + "\n"

    def piece(self, name: str) -> StoredFile | None:
        """Return the file behind a name of the playlist."""
        number, _, suffix = name.partition(".")
        if not number.isdecimal() or len(number) > 9 or int(number) >= len(self.pieces):
            return None
        stored, chunk = self.pieces[int(number)]
        return stored if chunk.suffix == suffix else None


class MediaStreams:
    """All playlists of an app; the oldest that have ended go first."""

    def __init__(self, files: FileStore) -> None:
        self._files = files
        self._lock = threading.Lock()
        self._streams: OrderedDict[str, MediaStream] = OrderedDict()

    def open(self, session: str, component_id: int, owner: str | None) -> MediaStream:
        """Start a playlist."""
        # A digest, because the session's name is a secret and addresses end up in logs.
        who = blake2b(session.encode(), digest_size=8).hexdigest()
        key = f"{who}/{secrets.token_urlsafe(16)}/{component_id}"
        stream = MediaStream(key, owner)
        with self._lock:
            self._streams[key] = stream
            surplus = len(self._streams) - STREAMS_KEPT
            old = [name for name, one in self._streams.items() if one.is_ended][: max(0, surplus)]
            dropped = [self._streams.pop(name) for name in old]
        for one in dropped:
            self._files.forget([stored.handle for stored, _ in one.pieces])
        return stream

    def add(self, stream: MediaStream, chunk: MediaChunk) -> None:
        """Append a piece. Writes a file: call it from a thread."""
        kind = MEDIA_TYPES.get(chunk.suffix)
        if kind is None:
            raise ValueError(
                f"a media chunk has the suffix {chunk.suffix!r}; players know {', '.join(MEDIA_TYPES)}"
            )
        name = f"{len(stream.pieces)}.{chunk.suffix}"
        stored = self._files.keep_bytes(chunk.content, name=name, mime_type=kind, owner=stream.owner)
        stream.pieces.append((stored, MediaChunk(b"", chunk.duration_s, chunk.suffix)))

    def find(self, key: str, owner: str | None) -> MediaStream | None:
        """Return a playlist, ``None`` when it is unknown or someone else's."""
        stream = self._streams.get(key)
        return stream if stream is not None and stream.owner in (None, owner) else None


def pieces_of(stream: MediaStream) -> Sequence[FileRef]:
    """Return the pieces as local files."""
    return [
        FileRef(path=stored.path, orig_name=stored.orig_name, mime_type=stored.mime_type)
        for stored, _ in stream.pieces
    ]


def stream_object(stream: MediaStream, root_url: str) -> dict[str, object]:
    """Return the wire object that names a growing playlist."""
    path = f"{stream.key}/playlist.m3u8"
    return {
        "path": path,
        "url": f"{root_url}{STREAM_ROUTE}{path}",
        "size": None,
        "orig_name": "playlist.m3u8",
        "mime_type": "application/vnd.apple.mpegurl",
        "is_stream": True,
        "meta": {"_type": FILE_MARKER},
    }
