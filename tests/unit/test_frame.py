"""A document put together of pieces that were compressed apart."""

from __future__ import annotations

import gzip

import pytest

from pegboard.server.frame import Frame


@pytest.mark.parametrize("middle", [b"", b"{}", b"middle " * 50_000], ids=["nothing", "short", "long"])
def test_a_framed_document_unpacks_to_what_was_put_in(middle: bytes) -> None:
    frame = Frame.of(b"<head>" * 1000, "söme end".encode() * 1000)

    assert gzip.decompress(frame.gzipped(middle)) == frame.around(middle)
    assert frame.around(middle) == b"<head>" * 1000 + middle + "söme end".encode() * 1000


def test_the_tag_tells_documents_apart() -> None:
    frame = Frame.of(b"before", b"after")

    tags = {frame.tag(b"one"), frame.tag(b"two"), Frame.of(b"before", b"other").tag(b"one")}

    assert len(tags) == 3
    assert frame.tag(b"one") == Frame.of(b"before", b"after").tag(b"one")
