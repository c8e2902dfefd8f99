"""What holds for every test here."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import settings

from pegboard.incoming import IncomingFile
from pegboard.server import lines

# A property is about values, not about how busy the machine is.
settings.register_profile("pegboard", deadline=None)
settings.load_profile("pegboard")


@pytest.fixture(autouse=True)
def client_has_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the public Python client more time to notice that its stream has ended.

    A call that it makes before that is lost to it (a race of its own). On a machine whose cores are all
    busy with tests, the 50 ms of a server are not always enough.
    """
    monkeypatch.setattr(lines, "SETTLE_S", 0.25)


@pytest.fixture
def go_on(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Hold every upload back, as a slow disk does, until the event is set."""
    go_on = threading.Event()
    write = IncomingFile.write

    def held(incoming: IncomingFile, chunk: Any) -> None:
        assert go_on.wait(30)
        write(incoming, chunk)

    monkeypatch.setattr(IncomingFile, "write", held)
    return go_on
