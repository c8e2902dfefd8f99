"""What the server keeps of one session between events: state, and components that were changed.

Bounded: the least recently used sessions go first, never one that has a running event; idle sessions
expire. Naming a session costs nothing: it is made when something is kept in it. Knows no HTTP; the key of
a session already says whose it is.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pegboard.queue.job import Job, SessionId
from pegboard.spec import StateSpec

IDLE_LIMIT_S = 3600.0

UNUSED_LIMIT_S = 60.0
"""The same for sessions in which nothing is kept: each call makes one, most need none, and a new one is the same."""


@dataclass(eq=False, slots=True)
class Session:
    """Values of one session.

    Attributes:
        states: State values by block id.
        components: The session's own copies of components whose properties were changed, by block id.
    """

    id: SessionId
    states: dict[int, Any] = field(default_factory=dict)
    components: dict[int, Any] = field(default_factory=dict)
    touched_at_s: float = 0.0
    state_touched_at_s: dict[int, float] = field(default_factory=dict)


class SessionStore:
    """All sessions.

    Args:
        capacity: Sessions kept; beyond it the least recently used lose their state.
        states: State blocks, for their time to live and delete callbacks.
        idle_limit_s: Seconds without use after which a session is dropped.
        clock: Seconds, monotonic.
    """

    def __init__(
        self,
        capacity: int = 10_000,
        states: dict[int, StateSpec] | None = None,
        *,
        idle_limit_s: float = IDLE_LIMIT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._capacity = capacity
        self._specs = dict(states or {})
        self._idle_limit_s = idle_limit_s
        self._clock = clock
        self._sessions: OrderedDict[SessionId, Session] = OrderedDict()
        self._busy: dict[SessionId, int] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def get(self, session: SessionId) -> Session:
        """Return a session, made when it is first used."""
        now = self._clock()
        found = self._sessions.get(session)
        if found is None:
            found = self._sessions[session] = Session(session, touched_at_s=now)
            self._drop_idle(now)
            self._make_room()
        self._sessions.move_to_end(session)
        found.touched_at_s = now
        self._expire_states(found, now)
        return found

    def find(self, session: SessionId) -> Session | None:
        """Return a session if there is one; looking makes none."""
        return self._sessions.get(session)

    def drop(self, session: SessionId) -> None:
        """Forget a session now, calling delete callbacks."""
        found = self._sessions.pop(session, None)
        if found is not None:
            for state_id in list(found.states):
                self._delete_state(found, state_id)

    def watch(self, what: str, job: Job) -> None:
        """Take note of a job's start and end: a session with a running job is never dropped.

        This is an observer of the engine.
        """
        session = job.call.session
        if what == "started":
            self._busy[session] = self._busy.get(session, 0) + 1
        elif job.is_over and job.started_at_s is not None:
            left = self._busy.get(session, 0) - 1
            if left > 0:
                self._busy[session] = left
            else:
                self._busy.pop(session, None)

    def expire(self, unused_s: float = UNUSED_LIMIT_S) -> None:
        """Drop sessions that were idle too long, and state past its time; call this now and then.

        Args:
            unused_s: How long a session that keeps nothing may be idle.
        """
        now = self._clock()
        self._drop_idle(now)
        for session in list(self._sessions.values()):
            if now - session.touched_at_s < unused_s:
                break
            if not session.states and not session.components and session.id not in self._busy:
                del self._sessions[session.id]
        if any(spec.time_to_live_s is not None for spec in self._specs.values()):
            for session in self._sessions.values():
                self._expire_states(session, now, is_use=False)

    def _drop_idle(self, now: float) -> None:
        idle: list[SessionId] = []
        for session in self._sessions.values():
            if now - session.touched_at_s <= self._idle_limit_s:
                break  # in order of use: the rest is younger
            if session.id not in self._busy:
                idle.append(session.id)
        for session_id in idle:
            self.drop(session_id)

    def _make_room(self) -> None:
        surplus = len(self._sessions) - self._capacity
        if surplus <= 0:
            return
        newest = next(reversed(self._sessions))
        free = (key for key in self._sessions if key not in self._busy and key != newest)
        for session_id in list(islice(free, surplus)):
            self.drop(session_id)

    def _expire_states(self, session: Session, now: float, *, is_use: bool = True) -> None:
        for state_id, spec in self._specs.items():
            if spec.time_to_live_s is None or state_id not in session.states:
                continue
            last = session.state_touched_at_s.setdefault(state_id, now)
            if now - last > spec.time_to_live_s:
                self._delete_state(session, state_id)
            elif is_use:
                session.state_touched_at_s[state_id] = now

    def _delete_state(self, session: Session, state_id: int) -> None:
        value = session.states.pop(state_id, None)
        session.state_touched_at_s.pop(state_id, None)
        spec = self._specs.get(state_id)
        if spec is not None and spec.delete_callback is not None:
            # The author's callback must not keep a session alive by failing.
            with suppress(Exception):
                spec.delete_callback(value)
