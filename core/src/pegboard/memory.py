"""Memory of the process."""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import suppress

YOUNG_OBJECTS = 10_000
"""New objects after which the collector looks for cycles, while an app is served; Python's default is 700."""

_DEFAULT_THRESHOLD = gc.get_threshold()


def spare_collector() -> None:
    """Let Python's cycle collector look at less and less often, while an app is served.

    What was loaded before (modules, models) is left alone from now on, and a collection begins after
    10,000 new objects: at hundreds of objects an event, a quarter of the server's time went into
    collections that found nothing. Whoever has set the collector up otherwise, or switched it off,
    keeps that.

    Source: gc.freeze and gc.set_threshold of the standard library.
    """
    gc.freeze()
    if gc.get_threshold() == _DEFAULT_THRESHOLD:
        gc.set_threshold(max(YOUNG_OBJECTS, _DEFAULT_THRESHOLD[0]), *_DEFAULT_THRESHOLD[1:])


def restore_collector() -> None:
    """Undo `spare_collector`."""
    gc.unfreeze()
    if gc.get_threshold()[0] == YOUNG_OBJECTS:
        gc.set_threshold(*_DEFAULT_THRESHOLD)


def give_back_memory() -> None:
    """Return freed memory to the system, where its C library can (glibc); takes milliseconds.

    Cycles that connections left are collected first, since the collector looks seldom (`spare_collector`).

    Source: malloc_trim(3) of the GNU C library.
    """
    gc.collect()
    if sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):  # another C library has no such function
        ctypes.CDLL(None).malloc_trim(0)
