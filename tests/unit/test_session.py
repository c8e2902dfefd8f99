"""Sessions: bounded, expiring, never dropped while one of their events runs."""

from __future__ import annotations

from typing import Any

from pegboard.queue.job import Call, Job, JobId, JobState, SessionId
from pegboard.session import SessionStore
from pegboard.spec import StateSpec


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def key(number: object) -> SessionId:
    return SessionId(str(number))


def job_of(session: object) -> Job:
    return Job(JobId(f"job of {session}"), Call(0, key(session), []), "lane")


def start(store: SessionStore, job: Job) -> None:
    job.move_to(JobState.RUNNING)
    job.started_at_s = 0.0
    store.watch("started", job)


def end(store: SessionStore, job: Job) -> None:
    job.move_to(JobState.DONE)
    store.watch("finished", job)


def test_a_session_keeps_its_values_and_no_other_sees_them() -> None:
    store = SessionStore()
    store.get(key("a")).states[1] = "mine"
    assert store.get(key("a")).states == {1: "mine"}
    assert store.get(key("b")).states == {}


def test_the_least_recently_used_session_goes_first() -> None:
    store = SessionStore(capacity=3)
    for number in range(3):
        store.get(key(number)).states[1] = number
    store.get(key(0))
    store.get(key(3))
    assert len(store) == 3
    assert store.get(key(0)).states == {1: 0}
    assert store.get(key(1)).states == {}


def test_a_session_with_a_running_event_is_never_dropped() -> None:
    clock = Clock()
    store = SessionStore(capacity=2, idle_limit_s=10, clock=clock)
    store.get(key("busy")).states[1] = "kept"
    job = job_of("busy")
    start(store, job)
    for number in range(20):
        clock.now += 5
        store.get(key(number))
    store.expire()
    assert store.get(key("busy")).states == {1: "kept"}
    end(store, job)
    clock.now += 11
    store.expire()
    assert len(store) == 0


def test_an_event_that_never_started_does_not_count_as_running() -> None:
    store = SessionStore(capacity=1)
    job = job_of("a")
    store.watch("queued", job)
    job.move_to(JobState.CANCELLED)
    store.watch("cancelled", job)
    assert not store._busy


def test_idle_sessions_go_and_used_ones_stay() -> None:
    clock = Clock()
    store = SessionStore(idle_limit_s=60, clock=clock)
    store.get(key("idle"))
    store.get(key("used"))
    clock.now += 50
    store.get(key("used"))
    clock.now += 20
    store.expire()
    assert len(store) == 1


def test_a_new_session_makes_the_idle_ones_go() -> None:
    clock = Clock()
    store = SessionStore(idle_limit_s=60, clock=clock)
    for number in range(5):
        store.get(key(number))
    clock.now += 61
    store.get(key("new"))
    assert len(store) == 1


def test_a_dropped_value_is_given_to_its_callback_even_if_that_fails() -> None:
    deleted: list[Any] = []

    def delete(value: Any) -> None:
        deleted.append(value)
        raise RuntimeError("the author's mistake")

    store = SessionStore(states={1: StateSpec(1, None, delete_callback=delete)})
    store.get(key("a")).states[1] = "value"
    store.drop(key("a"))
    store.drop(key("a"))
    assert deleted == ["value"]


def test_state_lives_as_long_as_it_is_used_within_its_time() -> None:
    clock = Clock()
    store = SessionStore(states={1: StateSpec(1, None, time_to_live_s=10)}, clock=clock)
    store.get(key("a")).states[1] = "value"
    for _ in range(5):
        clock.now += 9
        assert store.get(key("a")).states == {1: "value"}
    clock.now += 11
    assert store.get(key("a")).states == {}


def test_state_past_its_time_goes_also_when_nobody_asks() -> None:
    clock = Clock()
    deleted: list[Any] = []
    spec = StateSpec(1, None, time_to_live_s=10, delete_callback=deleted.append)
    store = SessionStore(states={1: spec}, clock=clock)
    store.get(key("a")).states[1] = "value"
    store.get(key("a"))
    for _ in range(3):
        clock.now += 4
        store.expire()  # looking is not using
    assert deleted == ["value"]
