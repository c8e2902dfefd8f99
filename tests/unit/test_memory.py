"""The collector while an app is served."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest

import pegboard as pb
from pegboard.memory import YOUNG_OBJECTS, restore_collector, spare_collector
from pegboard.testing.fakes import Echo


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_collector_looks_less_often_and_not_at_what_was_there() -> None:
    before = gc.get_threshold()
    spare_collector()
    assert gc.get_freeze_count() > 1000
    assert gc.get_threshold() == (YOUNG_OBJECTS, *before[1:])
    restore_collector()
    assert gc.get_freeze_count() == 0
    assert gc.get_threshold() == before


def test_a_threshold_of_ones_own_is_kept() -> None:
    gc.set_threshold(0, 5, 5)
    spare_collector()
    assert gc.get_threshold() == (0, 5, 5)
    restore_collector()
    assert gc.get_threshold() == (0, 5, 5)


def test_cycles_that_are_made_later_are_still_collected() -> None:
    program = (
        "import gc, weakref\n"
        "from pegboard.memory import spare_collector\n"
        "spare_collector()\n"
        "class Node: pass\n"
        "gone = []\n"
        "for _ in range(30_000):\n"
        "    node = Node(); node.itself = node\n"
        "    weakref.finalize(node, gone.append, 1)\n"
        "print(len(gone) > 10_000)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_launch_and_close_do_and_undo_it() -> None:
    before = gc.get_threshold()
    demos = [pb.Interface(lambda text: text, Echo(), Echo()) for _ in range(2)]
    for demo in demos:
        demo.launch(prevent_thread_lock=True, server_port=0, quiet=True)
    assert gc.get_freeze_count() > 0
    demos[0].close()
    assert gc.get_threshold()[0] == YOUNG_OBJECTS
    demos[1].close()
    assert (gc.get_freeze_count(), gc.get_threshold()) == (0, before)
