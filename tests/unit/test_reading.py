"""Files on their way out, in blocks."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from pegboard.server import reading

SIZE = 3 * reading.WAITED_BYTES + 12_345


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.bin"
    path.write_bytes(os.urandom(SIZE))
    return path


def read(path: Path, start: int, end: int) -> list[bytes]:
    async def main() -> list[bytes]:
        with path.open("rb") as opened:
            return [block async for block in reading.blocks_of(opened, start, end)]

    return asyncio.run(main())


@pytest.mark.parametrize("can_ask", [True, False], ids=["from memory", "in threads"])
@pytest.mark.parametrize(("start", "end"), [(0, SIZE), (7, 8), (SIZE - 10, SIZE), (1000, 2_000_000)])
def test_blocks_are_the_bytes_asked_for(
    large: Path, monkeypatch: pytest.MonkeyPatch, can_ask: bool, start: int, end: int
) -> None:
    if not can_ask:
        monkeypatch.setattr(reading, "_NO_WAIT", None)
    blocks = read(large, start, end)
    assert b"".join(blocks) == large.read_bytes()[start:end]
    assert max(map(len, blocks)) <= reading.WAITED_BYTES


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="this system cannot be told to forget a file")
def test_what_is_not_in_memory_is_read_all_the_same(large: Path) -> None:
    content = large.read_bytes()
    with large.open("rb") as opened:
        os.fsync(opened.fileno())
        os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    assert b"".join(read(large, 0, SIZE)) == content


def test_a_file_that_became_shorter_ends_early(large: Path) -> None:
    os.truncate(large, 100)
    assert len(b"".join(read(large, 0, SIZE))) == 100
