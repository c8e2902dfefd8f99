"""Lines: one per session, the stretch between the queue's outbox and whoever reads the stream.

The public clients make a stream's end delicate. Ended any other way than by ``close_stream`` it leaves
the JavaScript client stuck; closed at once it loses calls that were joined a moment later. So a
stream lingers after its last event, and a join that comes just after a close is answered a little later.
A new reader takes over from the old one. What was sent down a broken stream is sent again.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict
from typing import Any

from starlette.types import Receive, Scope, Send

from pegboard.options import HEARTBEAT_S
from pegboard.queue.job import Call, SessionId
from pegboard.queue.messages import Ended, Stepped
from pegboard.queue.outbox import Outbox, size_of
from pegboard.server.bell import Bell
from pegboard.server.pulse import Pulse
from pegboard.server.stream import CLOSE, HEARTBEAT, SSE_HEADERS, EventEncoder

LINGER_S = 0.18
BUSY_LINGER_S = 1.2
BUSY_MEMORY_S = 20.0
SETTLE_S = 0.05
GRACE_S = 2.0
CANCEL_AFTER_RESET_S = 0.15
CANCEL_WITHOUT_RESET_S = 0.5
MAX_IDLE_LINES = 5000
IDLE_S = 60.0
"""How long a session's line is kept after its last use: longer than any wait above, and no more."""
IDLE_HEARTBEAT_S = 45.0
"""Of a page for which nothing runs, unless another interval is asked for: proxies close what is silent for a minute."""
MAX_KEPT = 1000
UNCONFIRMED_KEPT = 100
"""Ends that are sent again when a stream broke: so many of them at most, ..."""
UNCONFIRMED_BYTES = 4_000_000
"""... and no more than this, the newest in any case."""


class Lines:
    """All lines of an app."""

    def __init__(self, site: Any) -> None:
        self._site = site
        self._lines: OrderedDict[SessionId, Line] = OrderedDict()
        self._kept: OrderedDict[str, tuple[Line, str | None]] = OrderedDict()
        self._cancelled: dict[str, Line] = {}
        self._readers: dict[str, set[Line]] = {}
        self._let_go = 0
        self.pulse = Pulse()

    def get(self, session: SessionId) -> Line:
        """Return a session's line, made when it is first used."""
        line = self._lines.get(session)
        if line is None:
            line = self._lines[session] = Line(self._site, session)
            if len(self._lines) > MAX_IDLE_LINES:
                self._drop_idle()
        else:
            self._lines.move_to_end(session)
        line.used_at_s = Line.now()
        return line

    def tidy(self, idle_s: float = IDLE_S) -> int:
        """Drop lines that nobody has used for a while; call this now and then.

        Returns:
            How many lines are gone since the last time.
        """
        until = Line.now() - idle_s
        before, self._let_go = len(self._lines) + self._let_go, 0
        while self._lines:
            session, line = next(iter(self._lines.items()))
            if line.used_at_s > until:
                break  # in order of use, nearly: the rest is younger
            if line.is_idle:
                del self._lines[session]
            else:
                line.used_at_s = Line.now()
                self._lines.move_to_end(session)
        return before - len(self._lines)

    def let_go(self, line: Line) -> None:
        """Drop a line that keeps nothing any more: a new one would be the same."""
        if line.is_idle and self._lines.get(line.session) is line:
            del self._lines[line.session]
            self._let_go += 1

    def find(self, session: SessionId) -> Line | None:
        """Return a session's line if it has one."""
        return self._lines.get(session)

    def submit_kept(self, call: Call, owner: str | None, *, is_private: bool) -> str:
        """Queue an event whose messages are kept until they are fetched by its id."""
        line = Line(self._site, call.session, keeps_all=True)
        event_id = line.submit(call, is_single=True)
        self._kept[event_id] = (line, owner)
        while len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return event_id

    def kept(self, event_id: str, owner: str | None) -> Line | None:
        """Return the line of a kept event that belongs to ``owner``."""
        entry = self._kept.get(event_id)
        return entry[0] if entry is not None and entry[1] == owner else None

    def cancelled(self, event_id: str, line: Line) -> None:
        """Expect that a client will say that it has taken note of a cancellation."""
        self._cancelled[event_id] = line

    def reset(self, event_id: str) -> None:
        """Take note that a client knows of its cancellation."""
        line = self._cancelled.pop(event_id, None)
        if line is not None:
            line.release(event_id, CANCEL_AFTER_RESET_S)

    def forget_cancelled(self, event_id: str) -> None:
        """Stop expecting."""
        self._cancelled.pop(event_id, None)

    def opened(self, peer: str, line: Line) -> None:
        """Take note that a client has a stream open."""
        self._readers.setdefault(peer, set()).add(line)

    def ended(self, peer: str, line: Line) -> None:
        """Take note that it is closed."""
        lines = self._readers.get(peer)
        if lines is not None:
            lines.discard(line)
            if not lines:
                del self._readers[peer]

    def make_way(self, session: SessionId, peer: str) -> float:
        """Close idle streams of a client that seems to have changed its session.

        The Python client's ``reset_session()`` takes a new session but goes on believing in the open
        stream of the old one. Returns how long to wait before the client is answered.
        """
        if session in self._lines or not is_python(peer):
            return 0.0
        idle = [line for line in self._readers.get(peer, ()) if not line.pending]
        for line in idle:
            line.hurry()
        return SETTLE_S if idle else 0.0

    def wake_all(self) -> None:
        """Let every stream look at its own conditions (the server is stopping)."""
        for line in [*self._lines.values(), *(line for line, _ in self._kept.values())]:
            line.wake.ring()

    def _drop_idle(self) -> None:
        for session, line in list(self._lines.items())[: MAX_IDLE_LINES // 10]:
            if line.is_idle:
                del self._lines[session]


class Line:
    """One session's stream, as far as HTTP is concerned."""

    def __init__(self, site: Any, session: SessionId, *, keeps_all: bool = False) -> None:
        self._site = site
        self.session = session
        self.wake = Bell(site.lines.pulse)
        # A page that comes back names the last number it has seen, perhaps of a line (or a server) that is
        # gone: numbers that begin with the time, in us, are never met again.
        self.outbox = Outbox(
            self.wake.ring,
            keeps_all=keeps_all,
            first=time.time_ns() // 1000,
            kept_bytes=site.options.stream_buffer_bytes,
        )
        self.pending: set[str] = set()
        self.delivered = 0
        self.reader: StreamAnswer | None = None
        self.stepped: set[str] = set()
        # Lists, since an empty deque takes 600 bytes, and most lines have nothing here.
        self.unconfirmed: list[tuple[int, Ended]] = []
        self._unconfirmed_bytes = 0
        self._closed_at = float("-inf")
        self._overlapped_at = float("-inf")
        self._leaving: asyncio.TimerHandle | None = None
        self._is_hurried = False
        self.used_at_s = 0.0
        # Ends of cancelled events: when they may be sent, and the message once it is there.
        self._held_until: dict[str, float] = {}
        self._held: dict[str, tuple[int, Ended]] = {}

    @property
    def is_idle(self) -> bool:
        """Whether nobody reads and nothing runs; ends that nobody has fetched may still be ``pending``."""
        return self.reader is None and not self._site.engine.has_pending(self.session)

    def submit(self, call: Call, *, is_single: bool = False) -> str:
        """Queue an event; a single one gets no further chunks from its client.

        Raises:
            QueueFull: There is no room.
        """
        event_id: str = self._site.engine.submit(call, self.outbox, is_single=is_single)
        if self.pending:
            self._overlapped_at = self.now()
        # Not rung: a stream that lingers looks at this when its time is over.
        self.pending.add(event_id)
        return event_id

    def settle_s(self) -> float:
        """How long until a join that came just after a close may be answered; not above 0: at once."""
        return self._closed_at + SETTLE_S - self.now()

    def cancel(self, event_id: str) -> None:
        """Stop an event of this session.

        Its end is sent only when the client has taken note, or a moment later: sent at once, the
        Python client would take it for a result.
        """
        if event_id in self.pending and event_id not in self._held_until:
            self._held_until[event_id] = self.now() + CANCEL_WITHOUT_RESET_S
            self._site.lines.cancelled(event_id, self)
            self._site.engine.cancel(event_id, self.session)

    def release(self, event_id: str, after_s: float) -> None:
        """Let a cancelled event's end go in a moment."""
        if event_id in self._held_until:
            due = self.now() + after_s
            self._held_until[event_id] = min(due, self._held_until[event_id])
            self.wake.ring()

    def hold(self, number: int, message: Ended) -> bool:
        """Keep the end of an event back if it was cancelled just now."""
        if message.event_id not in self._held_until:
            return False
        self._held[message.event_id] = (number, message)
        return True

    def due(self) -> list[tuple[int, Ended]]:
        """Return held ends that may go now."""
        if not self._held:
            return []
        now = float("inf") if self._site.closing.is_set() else self.now()
        found = [
            self._held.pop(event_id)
            for event_id in list(self._held)
            if self._held_until[event_id] <= now
        ]
        for _, message in found:
            del self._held_until[message.event_id]
            self._site.lines.forget_cancelled(message.event_id)
        return found

    def next_due_s(self) -> float:
        """How long until a held end may go."""
        if not self._held:
            return float("inf")
        times = [self._held_until[event_id] for event_id in self._held]
        return max(0.0, min(times) - self.now())

    def hurry(self) -> None:
        """Close the stream without lingering, if it is idle."""
        self._is_hurried = True
        self.wake.ring()

    def open(self, *, is_own: bool, resume: int | None, peer: str) -> StreamAnswer:
        """Return a stream; it takes over from an earlier one."""
        self._is_hurried = False
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None
        answer = StreamAnswer(self, self._site, is_own, resume, peer)
        previous, self.reader = self.reader, answer
        if previous is not None:
            previous.replaced = True
        self.wake.ring()
        return answer

    def closed(self, answer: StreamAnswer, *, is_clean: bool) -> None:
        """Take note that a stream has ended."""
        if self.reader is not answer:
            return
        self.reader = None
        if is_clean:
            self._closed_at = self.now()
            self._drop_sent()
            return
        loop = asyncio.get_running_loop()
        self._leaving = loop.call_later(GRACE_S, self._left, answer.is_own)

    def _left(self, was_own: bool) -> None:
        self._leaving = None
        if self.reader is None:
            abandoned = list(self.pending)
            for event_id in abandoned:
                self._site.engine.abandon(event_id)
            self._site.left(self.session)
            if not was_own:
                # Only our own page comes back after so long, and names what it has.
                self._drop_sent()
                if not abandoned:  # else their ends are kept a while for a reader that comes back all the same
                    self._site.lines.let_go(self)

    def _drop_sent(self) -> None:
        """Let go what is kept to be sent once more."""
        self.unconfirmed.clear()
        self._unconfirmed_bytes = 0
        self.outbox.drop_delivered()

    def sent(self, number: int, message: Ended) -> None:
        """Keep the end of an event until the stream is closed in order: it may not have arrived."""
        self.unconfirmed.append((number, message))
        self._unconfirmed_bytes += _weight(message)
        while len(self.unconfirmed) > 1 and (
            len(self.unconfirmed) > UNCONFIRMED_KEPT or self._unconfirmed_bytes > UNCONFIRMED_BYTES
        ):
            _, oldest = self.unconfirmed.pop(0)
            self._unconfirmed_bytes -= _weight(oldest)

    def linger_s(self) -> float:
        """How long a stream stays open after its last event."""
        if self._is_hurried or self._site.closing.is_set():
            return 0.0
        return BUSY_LINGER_S if self.now() - self._overlapped_at < BUSY_MEMORY_S else LINGER_S

    @staticmethod
    def now() -> float:
        """Return the time, in seconds."""
        # Not the running loop's: until Python 3.12 to ask for that one costs a system call.
        return time.monotonic()


class StreamAnswer:
    """The event stream of one reader."""

    status_code = 200

    def __init__(
        self, line: Line, site: Any, is_own: bool, resume: int | None, peer: str
    ) -> None:
        self._line = line
        self._site = site
        self._lines: Lines = site.lines
        self._peer = peer
        self.is_own = is_own
        self._resume = resume
        self._encoder = EventEncoder(
            site.spec.protocol, with_ids=is_own, stepped=line.stepped
        )
        self.replaced = False
        self.raw_headers: list[tuple[bytes, bytes]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        line = self._line
        headers = [*SSE_HEADERS, *self.raw_headers]
        gone = asyncio.ensure_future(_until_gone(receive))
        gone.add_done_callback(lambda _: line.wake.ring())
        is_clean = False
        self._lines.opened(self._peer, line)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await _body(send, b"" if not self.is_own else b": open\n\n")
            is_clean = await self._pump(send, gone)
            if is_clean:
                with contextlib.suppress(OSError):
                    await _body(send, CLOSE)
                    await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
            self._lines.ended(self._peer, line)
            line.closed(self, is_clean=is_clean and not self.replaced)

    async def _pump(self, send: Send, gone: asyncio.Future[None]) -> bool:
        """Send until the stream may be closed; ``False`` when the reader has gone."""
        line = self._line
        loop = asyncio.get_running_loop()
        if self._resume is not None:
            line.delivered = self._resume
        elif line.unconfirmed:
            await _body(send, b"".join(self._encoder.encode(m, n) for n, m in line.unconfirmed))
        quiet_since = loop.time()
        heartbeat_s = self._site.options.heartbeat_interval_s
        idle_heartbeat_s = IDLE_HEARTBEAT_S if heartbeat_s == HEARTBEAT_S else heartbeat_s
        while True:
            if gone.done():
                return False
            if self.replaced:
                line.wake.ring()
                return True
            line.wake.hush()
            found = line.outbox.since(line.delivered)
            due = line.due()
            if found or due:
                await self._deliver(send, found, due)
                quiet_since = loop.time()
                continue
            stays = bool(line.pending) or (self.is_own and not self._site.closing.is_set())
            if stays:
                wait_s = heartbeat_s if line.pending else idle_heartbeat_s
            else:
                wait_s = quiet_since + line.linger_s() - loop.time()
                if wait_s <= 0:
                    return True
            held_s = line.next_due_s()
            has_changed = await line.wake.wait(min(wait_s, held_s))
            if not has_changed and stays and wait_s < held_s:
                await _body(send, HEARTBEAT)

    async def _deliver(
        self, send: Send, found: list[tuple[int, Any]], due: list[tuple[int, Ended]]
    ) -> None:
        line = self._line
        encode = self._encoder.encode
        parts = []
        for number, message in found:
            if isinstance(message, Stepped):
                line.stepped.add(message.event_id)
                parts.append(encode(message, number))
            elif not isinstance(message, Ended):
                parts.append(encode(message, number))
            elif not line.hold(number, message):
                parts.append(self._end(number, message))
        parts += [self._end(number, message) for number, message in due]
        if found:
            line.delivered = found[-1][0]
        if parts:
            await _body(send, parts[0] if len(parts) == 1 else b"".join(parts))
        line.outbox.mark_delivered(line.delivered)

    def _end(self, number: int, message: Ended) -> bytes:
        line = self._line
        line.pending.discard(message.event_id)
        line.stepped.discard(message.event_id)
        line.sent(number, message)
        return self._encoder.encode(message, number)


def _weight(message: Ended) -> int:
    return size_of(message.output) if message.output is not None else 0


def is_python(peer: str) -> bool:
    """Say whether a client program seems to be the public Python client."""
    return "python" in peer or "gradio_client" in peer


async def _body(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
