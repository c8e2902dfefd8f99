"""Manifests compared: what breaks an app is major, what adds is minor, words are a patch."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.tests.kit import pegboard
from pegboard_cli.semver import compare, verdict

OLD: dict[str, Any] = {
    "manifest_version": 1,
    "protocol": ">=1.0,<2",
    "distribution": "acme-stars",
    "components": [
        {
            "name": "stars",
            "object": "acme_stars:Stars",
            "summary": "A rating.",
            "aliases": ["rating"],
            "props": {
                "maximum": {"python_type": "int", "type": "integer", "default": 5, "maximum": 20},
                "label": {"python_type": "str | None", "default": None},
            },
            "payload": {"type": "integer", "minimum": 1, "maximum": 5},
            "events": {"change": {"doc": "changed", "data": None}},
        }
    ],
}

Change = Callable[[dict[str, Any]], object]
CASES: list[tuple[str, Change, str | None]] = [
    ("nothing", lambda c: None, None),
    ("another summary", lambda c: c.update(summary="Stars."), "patch"),
    ("an event's words", lambda c: c["events"]["change"].update(doc="it changed"), "patch"),
    ("a new event", lambda c: c["events"].update(hover={"doc": "", "data": None}), "minor"),
    ("a new option", lambda c: c["props"].update(shape={"python_type": "str", "default": "star"}), "minor"),
    ("a wider option", lambda c: c["props"]["label"].update(python_type="str | None | bool"), "minor"),
    ("a higher limit", lambda c: c["payload"].update(maximum=10), "minor"),
    ("no limit", lambda c: c["payload"].pop("maximum"), "minor"),
    ("a lower limit", lambda c: c["payload"].update(maximum=3), "major"),
    ("another type", lambda c: c["payload"].update(type="string"), "major"),
    ("an event gone", lambda c: c["events"].clear(), "major"),
    ("an option gone", lambda c: c["props"].pop("maximum"), "major"),
    ("another default", lambda c: c["props"]["maximum"].update(default=3), "major"),
    ("a narrower option", lambda c: c["props"]["label"].update(python_type="str"), "major"),
    ("an alias gone", lambda c: c["aliases"].clear(), "major"),
    ("another class", lambda c: c.update(object="acme_stars:Rating"), "major"),
    ("other event data", lambda c: c["events"]["change"].update(data="SelectData"), "major"),
]


@pytest.mark.parametrize(("what", "change", "expected"), CASES, ids=[case[0] for case in CASES])
def test_change_of_a_manifest_has_its_size(what: str, change: Change, expected: str | None) -> None:
    new = copy.deepcopy(OLD)
    change(new["components"][0])

    assert verdict(compare(OLD, new)) == expected


def test_component_gone_is_major_and_component_new_is_minor() -> None:
    other = copy.deepcopy(OLD)
    other["components"].append({**copy.deepcopy(OLD["components"][0]), "name": "moons"})

    assert verdict(compare(OLD, other)) == "minor"
    assert verdict(compare(other, OLD)) == "major"


def test_command_says_the_verdict_for_files(tmp_path: Path) -> None:
    new = copy.deepcopy(OLD)
    new["components"][0]["events"]["hover"] = {"doc": "over it", "data": None}
    for name, data in (("old", OLD), ("new", new)):
        (tmp_path / f"{name}.json").write_text(json.dumps(data))

    said = pegboard("component", "diff", "old.json", "new.json", folder=tmp_path).stdout
    as_json = json.loads(pegboard("component", "diff", "--json", "new.json", "old.json", folder=tmp_path).stdout)

    assert said.splitlines() == ["minor  stars: event 'hover' is new", "=> minor"]
    assert as_json == {"verdict": "major", "changes": [{"size": "major", "what": "stars: event 'hover' is gone"}]}


def test_command_refuses_what_is_no_manifest(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[]")

    assert "cannot be compared" in pegboard("component", "diff", "x.json", "x.json", folder=tmp_path, code=1).stderr
