"""Memory of the process."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress


def give_back_memory() -> None:
    """Return freed memory to the system, where its C library can (glibc); takes milliseconds.

    Source: malloc_trim(3) of the GNU C library.
    """
    if sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):  # another C library has no such function
        ctypes.CDLL(None).malloc_trim(0)
