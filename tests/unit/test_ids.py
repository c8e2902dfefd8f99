"""Ids of events."""

from __future__ import annotations

from pegboard.queue.ids import BLOCK_BYTES, ID_BYTES, Ids


def test_ids_are_hexadecimal_and_no_two_are_the_same_over_several_blocks() -> None:
    ids = Ids()
    count = 3 * BLOCK_BYTES // ID_BYTES + 1

    found = [ids.next() for _ in range(count)]

    assert len(set(found)) == count
    assert {len(bytes.fromhex(one)) for one in found} == {ID_BYTES}


def test_ids_of_two_sources_have_nothing_in_common() -> None:
    assert Ids().next() != Ids().next()
