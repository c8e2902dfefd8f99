"""Every installed component, found by entry point, loads and is described by its manifest.

The whole suite runs in each component's own ``tests/test_conformance.py``, with its own options.
"""

from __future__ import annotations

import jsonschema
import pytest

from pegboard.component import Component
from pegboard.plugins import BrokenComponent, Entry, index

ENTRIES = sorted(index().entries, key=lambda entry: entry.id)


def test_no_installed_plugin_has_a_problem():
    assert [str(problem) for problem in index().problems] == []


@pytest.mark.skipif(not ENTRIES, reason="no component distribution is installed")
def test_every_shortcut_means_its_own_component():
    for entry in ENTRIES:
        assert index().resolve(entry.name) is entry.load()
        assert index().resolve(entry.id) is entry.load()
        assert index().class_for(entry.class_name) is entry.load()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_installed_component_loads_and_agrees_with_its_manifest(entry: Entry):
    cls = entry.load()

    assert issubclass(cls, Component) and not issubclass(cls, BrokenComponent), entry.problem
    located = index().manifest_of(cls)
    assert located is not None and located.package_dir.is_dir()
    assert set(located.manifest.events) == set(cls.get_events())
    jsonschema.Draft202012Validator.check_schema(dict(located.manifest.payload))
