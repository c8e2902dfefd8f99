"""Ids that nobody can guess."""

from __future__ import annotations

import os

ID_BYTES = 16
BLOCK_BYTES = 256 * ID_BYTES


class Ids:
    """Gives ids of 32 hexadecimal digits, each from 128 random bits of the operating system.

    The bits are fetched by the block: a call for each id would give up the interpreter's lock each time, and
    a thread that waits for it would make the loop wait.
    """

    def __init__(self) -> None:
        self._block = b""
        self._used = 0

    def next(self) -> str:
        """Return an id that was never given before."""
        begin = self._used
        if begin == len(self._block):
            self._block, begin = os.urandom(BLOCK_BYTES), 0
        self._used = end = begin + ID_BYTES
        return self._block[begin:end].hex()
