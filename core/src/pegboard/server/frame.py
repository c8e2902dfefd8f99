"""Documents in which only the middle changes: what stands around it is compressed once."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass

_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
_RAW = -zlib.MAX_WBITS
_LEVEL = 5


@dataclass(frozen=True, slots=True)
class Frame:
    """The beginning and the end of a document, plain and deflated.

    A deflated piece that was flushed in full ends on a byte and is not referred to from behind it, so the pieces can
    be put together. Source: RFC 1951 and 1952; zlib's manual, ``Z_FULL_FLUSH``.
    """

    before: bytes
    after: bytes
    _before: bytes
    _after: bytes
    _digest: bytes

    @classmethod
    def of(cls, before: bytes, after: bytes) -> Frame:
        """Compress both; takes some milliseconds for a hundred kilobytes."""
        digest = hashlib.blake2b(before + b"\0" + after, digest_size=16).digest()
        return cls(before, after, _deflated(before, 9), _deflated(after, 9, is_last=True), digest)

    def around(self, middle: bytes) -> bytes:
        """Return the whole document."""
        return self.before + middle + self.after

    def gzipped(self, middle: bytes) -> bytes:
        """Return the whole document, gzipped; only the middle is compressed now."""
        checksum = zlib.crc32(self.after, zlib.crc32(middle, zlib.crc32(self.before)))
        size = (len(self.before) + len(middle) + len(self.after)) & 0xFFFFFFFF
        return b"".join(
            (
                _HEADER,
                self._before,
                _deflated(middle, _LEVEL),
                self._after,
                checksum.to_bytes(4, "little"),
                size.to_bytes(4, "little"),
            )
        )

    def tag(self, middle: bytes) -> str:
        """Return the whole document's entity tag; a weak one, as it is the same for any encoding."""
        return f'W/"{hashlib.blake2b(middle, key=self._digest, digest_size=10).hexdigest()}"'


def _deflated(piece: bytes, level: int, *, is_last: bool = False) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, _RAW)
    return packer.compress(piece) + packer.flush(zlib.Z_FINISH if is_last else zlib.Z_FULL_FLUSH)
