"""Stand-in for the engine until it lands."""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import Any, Callable

from pegboard.errors import UserError
from pegboard.queue.messages import Ended, Failure, Logged, Output, Progressed, Started, Stepped


class Outbox:
    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self._log: list[tuple[int, Any]] = []
        self._number = 0
        self.on_change = changed

    def put(self, message: Any) -> None:
        self._number += 1
        self._log.append((self._number, message))
        self.on_change()

    def since(self, number: int) -> list[tuple[int, Any]]:
        return [item for item in self._log if item[0] > number]


class Reporter:
    def __init__(self, loop, outbox, event_id):
        self.loop, self.outbox, self.event_id = loop, outbox, event_id

    def progress(self, units):
        self.loop.call_soon_threadsafe(self.outbox.put, Progressed(self.event_id, units))

    def log(self, text, level, title, duration_s, visible):
        self.loop.call_soon_threadsafe(
            self.outbox.put, Logged(self.event_id, text, level, title, duration_s, visible)
        )


class Engine:
    def __init__(self, runner) -> None:
        self.runner = runner
        self.tasks: dict[str, asyncio.Task] = {}

    def submit(self, call, outbox) -> str:
        event_id = secrets.token_hex(16)
        self.tasks[event_id] = asyncio.ensure_future(self._go(call, outbox, event_id))
        return event_id

    async def _go(self, call, outbox, event_id):
        reporter = Reporter(asyncio.get_running_loop(), outbox, event_id)
        started = time.monotonic()
        last = None
        outbox.put(Started(event_id, None))
        try:
            async for outputs in self.runner.run([call], [reporter]):
                last = outputs[0]
                if last.is_generating:
                    outbox.put(Stepped(event_id, last))
            if last is None:
                last = Output([None] * 9)
            took = time.monotonic() - started
            outbox.put(Ended(event_id, last, None, took, took))
        except UserError as problem:
            took = time.monotonic() - started
            failure = Failure(problem.message, problem.title, problem.duration, problem.visible)
            outbox.put(Ended(event_id, None, failure, took, took))
        except asyncio.CancelledError:
            outbox.put(Ended(event_id, last or Output([]), None, 0, 0))
        finally:
            self.tasks.pop(event_id, None)

    def cancel(self, event_id):
        task = self.tasks.get(event_id)
        if task:
            task.cancel()

    def waiting_count(self):
        return 0

    async def run_once(self, call):
        outbox = Outbox()
        started = time.monotonic()
        event = self.submit(call, outbox)
        await self.tasks[event]
        ended = outbox._log[-1][1]
        if ended.failure:
            return ended.failure
        return ended.output, time.monotonic() - started

    async def stop(self):
        for task in list(self.tasks.values()):
            task.cancel()


class SessionData:
    def __init__(self):
        self.states = {}
        self.components = {}


class Sessions:
    def __init__(self):
        self._all = {}

    def get(self, session):
        return self._all.setdefault(session, SessionData())

    def forget(self, session):
        self._all.pop(session, None)


class Threads:
    async def run(self, work):
        return await asyncio.to_thread(work)
