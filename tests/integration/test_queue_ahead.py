"""Quick functions: jobs are made ready ahead of their slot, and nobody can tell but by the speed."""

from __future__ import annotations

import threading
import time
from typing import Any

import httpx
import pytest
from gradio_client import Client

from tests.integration.test_queue_parameters import API, Held, join, launch, page_of, waiting

__all__ = ["launch"]


class Counted:
    """A quick function that counts how many of it run at once, and can be held."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.running = self.most = 0
        self.may_end = threading.Event()
        self.may_end.set()
        self.done: list[str] = []

    def __call__(self, text: str) -> str:
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        time.sleep(0.002)
        assert self.may_end.wait(30)
        with self.lock:
            self.running -= 1
            self.done.append(text)
        return text


def known_as_quick(url: str) -> None:
    assert join(url, 0, "warm", session="w").is_success
    for _ in range(500):
        if waiting(url) == 0:
            break
        time.sleep(0.01)


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_run_at_once_than_the_limit_and_in_their_order(launch: Any, limit: int) -> None:
    counted = Counted()
    url = launch(page_of((counted, {"concurrency_limit": limit, "api_name": "counted"})))
    client = Client(url, verbose=False)

    jobs = [client.submit(str(number), api_name="/counted") for number in range(60)]
    results = [job.result(timeout=60) for job in jobs]

    assert results == [str(number) for number in range(60)]
    assert counted.most == limit
    assert sorted(counted.done, key=int) == [str(number) for number in range(60)]


def test_those_made_ready_still_wait_and_can_be_cancelled(launch: Any) -> None:
    counted = Counted()
    url = launch(page_of((counted, {"concurrency_limit": 1})))
    known_as_quick(url)
    counted.may_end.clear()

    events = [join(url, 0, str(number)).json()["event_id"] for number in range(4)]
    for _ in range(500):
        if counted.running:
            break
        time.sleep(0.01)
    assert waiting(url) == 3

    body = {"fn_index": 0, "session_hash": "s", "event_id": events[1]}
    assert httpx.post(f"{url}{API}/cancel", json=body).json()["success"]
    assert waiting(url) == 2
    counted.may_end.set()
    for _ in range(500):
        if len(counted.done) == 4:
            break
        time.sleep(0.01)

    assert counted.done == ["warm", "0", "2", "3"]
    assert counted.most == 1


def test_one_that_waits_for_its_slot_is_not_told_that_it_runs(launch: Any) -> None:
    counted = Counted()
    url = launch(page_of((counted, {"concurrency_limit": 1})))
    known_as_quick(url)
    counted.may_end.clear()
    join(url, 0, "first", session="one")
    join(url, 0, "second", session="two")

    told_early: list[str] = []
    with httpx.stream("GET", f"{url}{API}/queue/data", params={"session_hash": "two"}, timeout=30) as stream:
        threading.Timer(0.4, counted.may_end.set).start()
        for line in stream.iter_lines():
            if line.startswith("data:"):
                if not counted.may_end.is_set():
                    told_early.append(line)
                if "process_completed" in line:
                    break

    assert not any("process_starts" in line for line in told_early)
    assert counted.done == ["warm", "first", "second"]


def test_a_function_that_is_stuck_and_cancelled_blocks_nobody(launch: Any) -> None:
    held = Held()
    held.may_end.set()
    url = launch(page_of((held, {"concurrency_limit": 1})))
    known_as_quick(url)
    assert held.begun.get(timeout=30) == "warm"
    held.may_end.clear()

    stuck = join(url, 0, "stuck").json()["event_id"]
    assert held.begun.get(timeout=30) == "stuck"
    join(url, 0, "next")
    assert held.begun.empty()
    httpx.post(f"{url}{API}/cancel", json={"fn_index": 0, "session_hash": "s", "event_id": stuck})

    assert held.begun.get(timeout=30) == "next"
    held.may_end.set()
