"""JSON documents that are built once and kept, plain and gzipped."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Callable, Hashable

from pegboard import wire
from pegboard.executor import Executor


class PackedDocuments:
    """The documents asked for last, by what tells them apart.

    Args:
        limit: So many are kept.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[Hashable, tuple[bytes, bytes]] = OrderedDict()

    async def get(
        self, key: Hashable, build: Callable[[], object], executor: Executor
    ) -> tuple[bytes, bytes]:
        """Return a document as JSON, plain and gzipped; ``build`` makes it, off the loop."""
        if key not in self._kept:

            def pack() -> tuple[bytes, bytes]:
                plain = wire.dumps(build())
                return plain, gzip.compress(plain, 6, mtime=0)

            made = await executor.run(pack)
            self._kept[key] = made
            while len(self._kept) > self._limit:
                self._kept.popitem(last=False)
            return made
        return self._kept[key]
