"""What is kept of sessions: nothing for longer than somebody may come back for it."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest

from pegboard.server import lines
from pegboard.testing.fakes import Echo

from .support import AppBuilder, until


class Served:
    """An app whose one function waits until it may go on, and a client of it."""

    def __init__(self, serve: Any) -> None:
        self.gate = threading.Event()
        app = AppBuilder()
        box = app.add(Echo())
        app.on(self.shout, [box], [box], "shout")
        server = serve(app.spec())
        self.lines = server.app.site.lines
        self.engine = server.app.site.engine
        self.client = httpx.Client(base_url=f"{server.local_url}gradio_api/", timeout=20)

    def shout(self, text: str) -> str:
        assert self.gate.wait(20)
        return text.upper()

    def join(self, session: str) -> None:
        body = {"data": ["a"], "fn_index": 0, "session_hash": session}
        assert self.client.post("queue/join", json=body).status_code == 200

    def read_until(self, session: str, word: str) -> None:
        """Read a session's stream, and break it off when a word has come."""
        with self.client.stream("GET", "queue/data", params={"session_hash": session}) as answer:
            for line in answer.iter_lines():
                if word in line:
                    return
        raise AssertionError(f"{word} did not come")


@pytest.fixture
def served(serve: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(lines, "GRACE_S", 0.05)
    made = Served(serve)
    yield made
    made.gate.set()
    made.client.close()


def test_line_of_a_session_that_never_reads_goes_once_its_event_has_ended(served: Served) -> None:
    served.join("silent")
    assert served.lines.tidy(0) == 0

    served.gate.set()
    until(lambda: not served.engine.has_pending("silent"))

    assert served.lines.tidy(0) == 1
    assert served.lines.find("silent") is None


def test_line_of_a_client_that_has_read_all_and_left_goes_at_once(served: Served) -> None:
    served.gate.set()
    served.join("done")
    served.read_until("done", "process_completed")

    until(lambda: served.lines.find("done") is None)

    assert served.lines.tidy() == 1
    assert served.lines.tidy() == 0


def test_client_that_left_and_comes_back_hears_how_its_event_ended(served: Served) -> None:
    served.join("hasty")
    served.read_until("hasty", "process_starts")
    until(lambda: not served.engine.has_pending("hasty"))

    served.read_until("hasty", "process_completed")


def test_line_of_a_client_that_left_meanwhile_goes_with_the_others(served: Served) -> None:
    served.join("gone")
    served.read_until("gone", "process_starts")
    until(lambda: not served.engine.has_pending("gone"))

    assert served.lines.tidy(0) == 1


def test_page_for_which_nothing_runs_hears_more_seldom_that_the_server_is_there(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "IDLE_HEARTBEAT_S", 0.05)
    params = {"session_hash": "idle", "pegboard": "1"}
    with served.client.stream("GET", "queue/data", params=params) as answer:
        found = next(line for line in answer.iter_lines() if line.startswith("data:"))
    assert "heartbeat" in found
