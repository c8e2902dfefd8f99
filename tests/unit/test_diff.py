"""Differences between steps: what a client rebuilds from them is what was sent."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pegboard import wire
from pegboard.server.diff import Follower, diff

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([0.0, 1.0, 1.5])
    | st.text("ab", max_size=4)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("ab1", max_size=2), inner, max_size=4)
    ),
    max_leaves=12,
)


def applied(value: Any, edits: list[list[Any]]) -> Any:
    """Apply edits as the protocol describes them; refuse what it does not allow."""
    value = copy.deepcopy(value)
    for action, path, new in edits:
        if not path:
            if action == "replace":
                value = new
            else:
                assert action == "append" and isinstance(value, str) and isinstance(new, str)
                value += new
            continue
        holder = value
        for key in path[:-1]:
            holder = holder[key]
        key = path[-1]
        if action == "replace":
            assert key in holder if isinstance(holder, dict) else 0 <= key < len(holder)
            holder[key] = new
        elif action == "append":
            assert isinstance(holder[key], str) and isinstance(new, str)
            holder[key] += new
        elif action == "add" and isinstance(holder, list):
            assert 0 <= key <= len(holder)
            holder.insert(key, new)
        elif action == "add":
            assert key not in holder
            holder[key] = new
        else:
            assert action == "delete" and new is None
            del holder[key]
    return value


def same(one: Any, other: Any) -> bool:
    """Compare as JSON text, where True, 1 and 1.0 are three things."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@given(VALUES, VALUES)
def test_edits_lead_from_any_value_to_any_other(old: Any, new: Any) -> None:
    edits = json.loads(json.dumps(diff(old, new)))
    assert same(applied(old, edits), new)


@given(st.lists(VALUES, min_size=2, max_size=6))
def test_a_chain_of_steps_arrives_whole(steps: list[Any]) -> None:
    seen = steps[0]
    for before, after in zip(steps, steps[1:]):
        seen = applied(seen, diff(before, after))
        assert same(seen, after)


@given(st.lists(VALUES, min_size=2, max_size=6))
def test_a_follower_arrives_whole(steps: list[Any]) -> None:
    seen = steps[0]
    follower = Follower(wire.frozen(steps[0])[0])
    for step in steps[1:]:
        seen = applied(seen, wire.loads(wire.dumps(follower.edits_to(wire.frozen(step)[0]))))
        assert same(seen, step)


@given(st.lists(st.tuples(st.integers(0, 12), VALUES), min_size=2, max_size=12), st.lists(VALUES, max_size=9))
def test_a_follower_of_a_list_arrives_whole(changes: list[tuple[int, Any]], start: list[Any]) -> None:
    """Items are set, added and dropped, mostly at the end, as in a history."""
    seen = copy.deepcopy(start)
    follower = Follower(wire.frozen(start)[0])
    step = start
    for place, value in changes:
        at = len(step) - place % 3
        step = [*step[: max(at, 0)], value] if place < 10 else step[:-1]
        seen = applied(seen, wire.loads(wire.dumps(follower.edits_to(wire.frozen(step)[0]))))
        assert same(seen, step)


def test_a_long_history_sends_only_what_is_new_in_its_last_message() -> None:
    history = [{"role": "user", "content": f"question {number}"} for number in range(20)]
    follower = Follower(wire.frozen(history)[0])
    sent = []
    for _ in range(3):
        history[-1]["content"] += "!"
        sent.append(follower.edits_to(wire.frozen(history)[0]))
    assert sent == [[["append", [19, "content"], "!"]]] * 3


@pytest.mark.parametrize("old", [True, 1, 1.0])
@pytest.mark.parametrize("new", [True, 1, 1.0])
def test_a_follower_tells_equal_values_of_different_types_apart(old: Any, new: Any) -> None:
    follower = Follower(wire.frozen([old, 0, 0, 0, 0])[0])
    edits = follower.edits_to(wire.frozen([new, 0, 0, 0, 0])[0])
    assert edits == ([] if old is new or type(old) is type(new) else [["replace", [0], new]])


@given(VALUES)
def test_a_value_that_stays_the_same_costs_nothing(value: Any) -> None:
    assert diff(value, copy.deepcopy(value)) == []


@pytest.mark.parametrize(
    ("old", "new"), [(True, 1), (1, 1.0), (0, False), ([True], [1]), ({"a": 1}, {"a": 1.0})]
)
def test_equal_values_of_different_types_are_different(old: Any, new: Any) -> None:
    assert same(applied(old, diff(old, new)), new)


def test_growing_text_sends_only_what_is_new() -> None:
    assert diff("hello", "hello world") == [["append", [], " world"]]


def test_a_long_text_in_a_chat_sends_only_what_is_new() -> None:
    old = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "he"}]
    new = [old[0], {"role": "assistant", "content": "hello"}]
    assert diff(old, new) == [["append", [1, "content"], "llo"]]


@given(st.lists(st.integers(), max_size=5), st.lists(st.integers(), max_size=5))
def test_the_root_is_never_added_to_or_deleted(old: list[int], new: list[int]) -> None:
    assert all(path or action in {"replace", "append"} for action, path, _ in diff(old, new))
