"""The catalogue: its schema, what is refused, and how wheels become entries without being run."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import jsonschema
import pytest

from gallery.tests.support import cli, make_catalogue, make_wheel
from pegboard_cli.publish import catalogue_entry
from pegboard_gallery.catalogue import (
    SCHEMA_FILE,
    CatalogueError,
    load_catalogue,
    parse_catalogue,
    schema_text,
)
from pegboard_gallery.packages import PackageError, entry_of_wheel


def test_the_schema_file_says_what_the_models_say() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()


def test_a_wheel_becomes_an_entry_that_fits_the_schema(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path)

    entry = entry_of_wheel(wheel)

    jsonschema.validate({"entries": [entry]}, json.loads(SCHEMA_FILE.read_text()))
    manifest = entry.pop("manifest")
    assert entry == {
        "distribution": "acme-bell",
        "version": "1.2.0",
        "summary": "A bell to ring",
        "author": "Acme Works",
        "license": "MIT",
        "homepage": "https://acme.example/bell",
        "requires_pegboard": ">=0.1,<1",
        "size_bytes": wheel.stat().st_size,
    }
    assert manifest["components"][0]["object"] == "acme_bell:Bell"


def test_what_publish_prints_is_what_index_lists(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path)

    assert catalogue_entry(wheel) == entry_of_wheel(wheel)


def test_index_lists_the_newest_of_each_distribution_and_where_its_wheel_is(tmp_path: Path) -> None:
    wheels = [make_wheel(tmp_path / "wheels", version=version) for version in ("1.9.0", "1.10.0", "1.2.0")]
    wheels.append(make_wheel(tmp_path / "wheels", "acme-gong", name="gong", class_name="Gong"))

    done = cli("gallery", "index", *map(str, wheels), "-o", "catalogue.json", folder=tmp_path)

    assert done.returncode == 0, done.stderr
    found = load_catalogue(tmp_path / "catalogue.json").entries
    assert [(entry.distribution, entry.version) for entry in found] == [
        ("acme-bell", "1.10.0"),
        ("acme-gong", "1.2.0"),
    ]
    assert found[0].wheel == "wheels/acme_bell-1.10.0-py3-none-any.whl"
    assert [known.version for known in found[0].versions] == ["1.10.0", "1.9.0", "1.2.0"]
    assert all(known.size_bytes and known.protocol for known in found[0].versions)


def test_index_prints_one_entry_that_a_gallery_reads(tmp_path: Path) -> None:
    done = cli("gallery", "index", str(make_wheel(tmp_path)))

    assert done.returncode == 0, done.stderr
    assert parse_catalogue(done.stdout).entries[0].distribution == "acme-bell"


def test_a_wheel_without_a_manifest_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "plain-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("plain-1.0.dist-info/METADATA", "Name: plain\nVersion: 1.0\n")

    with pytest.raises(PackageError, match=r"plain-1.0.*no pegboard.json"):
        entry_of_wheel(path)
    assert cli("gallery", "index", str(path)).returncode == 1


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"distribution": "../evil"}, "entries.0.distribution"),
        ({"version": "1.0; rm"}, "entries.0.version"),
        ({"homepage": "javascript:alert(1)"}, "entries.0.homepage"),
        ({"manifest": {"distribution": "x", "protocol": ">=1"}}, "entries.0.manifest.components"),
        ({"size_bytes": -1}, "entries.0.size_bytes"),
    ],
)
def test_an_entry_that_does_not_fit_is_refused_with_its_place(
    tmp_path: Path, change: dict[str, object], named: str
) -> None:
    entry = {**entry_of_wheel(make_wheel(tmp_path)), **change}

    with pytest.raises(CatalogueError) as refused:
        parse_catalogue(json.dumps([entry]))

    assert named in str(refused.value)
    with pytest.raises(jsonschema.ValidationError) if "homepage" not in change else pytest.raises(CatalogueError):
        jsonschema.validate({"entries": [entry]}, json.loads(SCHEMA_FILE.read_text()))
        parse_catalogue(json.dumps([entry]))


def test_unknown_keys_of_a_newer_catalogue_are_ignored(tmp_path: Path) -> None:
    entry = {**entry_of_wheel(make_wheel(tmp_path)), "stars": 5}

    assert parse_catalogue(json.dumps({"entries": [entry], "made_by": "tomorrow"})).entries[0].version == "1.2.0"


def test_the_gallery_does_not_start_with_a_broken_catalogue(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{")

    done = cli("gallery", "--port", "0", "--catalogue", "bad.json", folder=tmp_path)

    assert done.returncode == 1
    assert "bad.json is not JSON" in done.stderr


def test_a_thousand_entries_are_valid(tmp_path: Path) -> None:
    assert len(load_catalogue(make_catalogue(tmp_path / "many.json", 1000)).entries) == 1000
