"""Reading manifests, and the versions of the contract."""

from __future__ import annotations

import json

import pytest

from pegboard.manifest import ManifestError, parse_manifest, speaks

WHOLE = {
    "manifest_version": 1,
    "protocol": ">=1.0,<2",
    "distribution": "acme-dial",
    "from_the_future": {"ignored": True},
    "components": [
        {
            "name": "dial",
            "object": "acme_dial:Dial",
            "title": "Dial",
            "accepts": ["float"],
            "returns": ["float", "int"],
            "aliases": ["knob"],
            "templates": {"Half": {"maximum": 0.5}},
            "also_new": 1,
            "frontend": {
                "entry": "_frontend/dial/index.js",
                "shared": {"entry": "_frontend/dial/index.shared.js", "needs": {"svelte": "5.57.3"}},
                "handles": ["label"],
                "min_height_px": 60,
            },
        }
    ],
}


def test_manifest_is_read_and_unknown_keys_are_ignored():
    manifest = parse_manifest(json.dumps(WHOLE))

    (dial,) = manifest.components
    assert (manifest.distribution, manifest.protocol) == ("acme-dial", ">=1.0,<2")
    assert (dial.object_ref, dial.accepts, dial.returns) == ("acme_dial:Dial", ("float",), ("float", "int"))
    assert (dial.aliases, dict(dial.templates)) == (("knob",), {"Half": {"maximum": 0.5}})
    assert dial.frontend is not None and dial.frontend.css is None
    assert (dial.frontend.shared_needs, dial.frontend.handles) == ({"svelte": "5.57.3"}, ("label",))
    assert dial.frontend.min_height_px == 60


def test_component_needs_no_frontend():
    data = {**WHOLE, "components": [{"name": "x", "object": "x:X"}]}

    assert parse_manifest(json.dumps(data)).components[0].frontend is None


@pytest.mark.parametrize("missing", ["protocol", "distribution", "components"])
def test_manifest_that_lacks_a_key_says_which(missing):
    data = {key: value for key, value in WHOLE.items() if key != missing}

    with pytest.raises(ManifestError, match=missing):
        parse_manifest(json.dumps(data))


@pytest.mark.parametrize(
    ("wanted", "version", "answer"),
    [
        (">=1.0,<2", (1, 0), True),
        (">=1.0,<2", (1, 9), True),
        (">=1.0,<2", (2, 0), False),
        (">=1.2", (1, 1), False),
        (" >= 1.2 , < 1.4 ", (1, 3), True),
        ("==1.0", (1, 0), True),
        ("<=1.0", (1, 1), False),
        (">1.0", (1, 0), False),
    ],
)
def test_range_allows_what_it_says(wanted, version, answer):
    assert speaks(wanted, version) is answer


@pytest.mark.parametrize("wanted", ["1.0", "~=1.0", ">=x", ""])
def test_range_that_is_none_is_refused(wanted):
    with pytest.raises(ValueError):
        speaks(wanted)
