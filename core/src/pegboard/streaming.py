"""What an output component says when its media grow while a function still works: capability and data.

A component whose class has these methods, and whose option ``streaming`` is on, takes each value that a
generator yields as one more piece. The page plays the pieces as they come, through a playlist; at the
end they become one file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeGuard, runtime_checkable

from pegboard.payload import FileRef


@dataclass(frozen=True)
class MediaChunk:
    """One piece of sound or film that plays by itself.

    Attributes:
        content: The encoded piece.
        duration_s: How long it plays.
        suffix: Its format: ``aac``, ``mp3``, ``ts`` or ``mp4``.
    """

    content: bytes = field(repr=False)
    duration_s: float
    suffix: str = "aac"


@runtime_checkable
class StreamsMedia(Protocol):
    """An output component that can play while a function still works."""

    streaming: bool

    def encode_chunk(self, value: Any) -> MediaChunk | None:
        """Return what one yielded value plays; ``None`` for nothing. Runs in the call's thread."""
        ...

    def join_chunks(self, chunks: Sequence[FileRef]) -> FileRef | None:
        """Return all pieces as one file. ``chunks`` are local files with `encode_chunk`'s content."""
        ...


def plays_pieces(component: Any) -> TypeGuard[StreamsMedia]:
    """Say whether what is yielded for a component is a piece, played while the rest is made."""
    return isinstance(component, StreamsMedia) and bool(component.streaming)
