"""Chromium over its own protocol (a pipe), with nothing of a test tool inside the page.

Tools that drive browsers put scripts and a world of their own into each page. On a slowed-down
processor that takes longer than a small page does, and would count as the page's.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from select import select
from typing import Any

from tests.benchmarks.servers import end

Event = dict[str, Any]

ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider,PaintHolding",
    "--disable-renderer-backgrounding",
    "--disable-sync",
    "--mute-audio",
    "--no-default-browser-check",
    "--no-first-run",
    "--remote-debugging-pipe",
]


class Chromium:
    """A running browser. Messages are JSON, each ended by a NUL byte."""

    def __init__(self, reads: int, writes: int) -> None:
        self._reads, self._writes = reads, writes
        self._buffer = b""
        self._number = 0
        self.events: list[Event] = []

    def send(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Carry out one command and return its result."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        os.write(self._writes, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read(60.0)
            if answer is None:
                raise TimeoutError(f"{method} was not answered")
            if answer.get("id") != number:
                self.events.append(answer)
            elif "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']}")
            else:
                result: dict[str, Any] = answer["result"]
                return result

    def wait_for(self, is_wanted: Callable[[Event], bool], limit_s: float) -> Event:
        """Return the first event that is wanted; earlier ones stay in ``events``."""
        for event in self.events:
            if is_wanted(event):
                return event
        until = time.monotonic() + limit_s
        while (left := until - time.monotonic()) > 0:
            event = self._read(left)
            if event is not None:
                self.events.append(event)
                if is_wanted(event):
                    return event
        raise TimeoutError("the page did not get ready")

    def listen(self, quiet_s: float, limit_s: float) -> None:
        """Take events until none has come for a while."""
        until = time.monotonic() + limit_s
        while time.monotonic() < until:
            event = self._read(quiet_s)
            if event is None:
                return
            self.events.append(event)

    def _read(self, limit_s: float) -> Event | None:
        until = time.monotonic() + limit_s
        while b"\0" not in self._buffer:
            left = until - time.monotonic()
            if left <= 0 or not select([self._reads], [], [], left)[0]:
                return None
            part = os.read(self._reads, 1 << 20)
            if not part:
                raise RuntimeError("the browser has ended")
            self._buffer += part
        message, _, self._buffer = self._buffer.partition(b"\0")
        event: Event = json.loads(message)
        return event


@contextmanager
def running(path: str) -> Iterator[Chromium]:
    """Run a browser with an empty profile for the length of the block."""
    to_browser, from_browser = os.pipe(), os.pipe()

    def give() -> None:
        # The protocol's pipe has fixed numbers in the browser: it reads 3 and writes 4.
        reads, writes = os.dup(to_browser[0]), os.dup(from_browser[1])
        os.dup2(reads, 3)
        os.dup2(writes, 4)

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [path, *ARGUMENTS, f"--user-data-dir={profile}"],
            preexec_fn=give,
            pass_fds=(3, 4),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser[0])
        os.close(from_browser[1])
        try:
            browser = Chromium(from_browser[0], to_browser[1])
            browser.send("Browser.getVersion")
            yield browser
        finally:
            end(process)
            os.close(from_browser[0])
            os.close(to_browser[1])
