"""What the gallery knows: installed by discovery, offered by catalogues, broken with a reason."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gallery.tests.support import make_wheel, unpack
from pegboard import plugins
from pegboard_gallery.demo_index import front_matter, read_demos
from pegboard_gallery.docstrings import class_doc
from pegboard_gallery.gallery import Gallery
from pegboard_gallery.packages import InstalledPackage, entry_of_wheel


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of plugins on this process's path."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    monkeypatch.undo()
    plugins.rescan()


def catalogue(folder: Path, *wheels: Path) -> Path:
    path = folder / "catalogue.json"
    path.write_text(json.dumps([entry_of_wheel(wheel, relative_to=folder) for wheel in wheels]))
    return path


def test_what_is_installed_is_found_without_importing_it(site: Path, tmp_path: Path) -> None:
    unpack(make_wheel(tmp_path), site)

    found = Gallery().find("acme-bell--Bell")

    assert found is not None
    card = found[0].detail(found[1])
    assert (card["status"], card["installed"], card["live"], card["license"]) == ("installed", "1.2.0", True, "MIT")
    assert "acme_bell" not in sys.modules
    assert [option["doc"] for option in card["options"]] == ["What stands before the number.", ""]
    assert card["value_in"] == {"type": "int", "doc": "Return how often it was rung."}
    assert set(card["bundle"]["files"]) == {"_frontend/bell/index.js", "_frontend/bell/mark.js"}


def test_every_installed_component_has_a_card() -> None:
    listing = Gallery().listing()

    assert {card["id"] for card in listing.cards()} >= {entry.id for entry in plugins.index().entries}
    assert {card["status"] for card in listing.cards() if card["distribution"].startswith("pegboard-")} == {"installed"}


def test_a_newer_version_in_the_catalogue_is_an_update(site: Path, tmp_path: Path) -> None:
    unpack(make_wheel(tmp_path, version="1.2.0"), site)

    card = Gallery([catalogue(tmp_path, make_wheel(tmp_path, version="1.10.0"))]).find("acme-bell--Bell")

    assert card is not None
    assert (card[1].status, card[1].installed, card[1].available) == ("update", "1.2.0", "1.10.0")


def test_an_older_version_in_the_catalogue_is_no_update(site: Path, tmp_path: Path) -> None:
    unpack(make_wheel(tmp_path, version="1.10.0"), site)

    card = Gallery([catalogue(tmp_path, make_wheel(tmp_path, version="1.2.0"))]).find("acme-bell--Bell")

    assert card is not None
    assert card[1].status == "installed"


def test_versions_of_all_catalogues_and_the_installed_one_are_listed(site: Path, tmp_path: Path) -> None:
    unpack(make_wheel(tmp_path, version="1.3.0"), site)
    others = [
        catalogue(tmp_path / name, make_wheel(tmp_path / name, version=version, protocol=protocol))
        for name, version, protocol in (("a", "2.0.0", ">=9.0"), ("b", "1.10.0", ">=1.0,<2"), ("c", "1.2.0", ">=1.0,<2"))
    ]
    gallery = Gallery(others)

    found = gallery.find("acme-bell--Bell")
    assert found is not None
    versions = found[0].detail(found[1])["versions"]

    assert [(row["version"], row["installed"], row["fits"]) for row in versions] == [
        ("2.0.0", False, False), ("1.10.0", False, True), ("1.3.0", True, True), ("1.2.0", False, True),
    ]  # fmt: skip


def test_what_the_catalogue_offers_is_read_from_its_wheel(tmp_path: Path) -> None:
    gallery = Gallery([catalogue(tmp_path, make_wheel(tmp_path))])

    found = gallery.find("acme-bell--Bell")

    assert found is not None
    assert (found[1].status, found[0].detail(found[1])["live"]) == ("available", True)
    assert (gallery.file("acme-bell--Bell", "_frontend/bell/mark.js") or b"").startswith(b"export const mark")


@pytest.mark.parametrize(
    "path",
    ["__init__.py", "../acme_bell/__init__.py", "_frontend/bell/../../pegboard.json", "/etc/passwd", "pegboard.json"],
)
def test_no_other_file_of_a_package_is_given_out(site: Path, tmp_path: Path, path: str) -> None:
    unpack(make_wheel(tmp_path), site)

    assert Gallery().file("acme-bell--Bell", path) is None


def test_a_link_out_of_the_package_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.js").write_text("secret")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "index.js").symlink_to(tmp_path / "secret.js")

    assert InstalledPackage(tmp_path / "package").read("index.js") is None


def test_a_broken_plugin_is_listed_with_its_reason(site: Path, tmp_path: Path) -> None:
    unpack(make_wheel(tmp_path, "acme-gong", name="gong", class_name="Gong", protocol=">=9.0"), site)

    found = Gallery().find("acme-gong--Gong")

    assert found is not None
    assert found[1].status == "broken"
    assert ">=9.0" in found[1].problem["cause"]
    assert "acme-gong" in found[1].problem["fix"]


def test_a_missing_bundle_is_said(site: Path, tmp_path: Path) -> None:
    unpack(make_wheel(tmp_path), site)
    (site / "acme_bell" / "_frontend" / "bell" / "index.js").unlink()

    found = Gallery().find("acme-bell--Bell")

    assert found is not None
    assert found[1].problem["cause"] == "its bundle _frontend/bell/index.js is missing."


def test_an_unreadable_manifest_leaves_the_others_alone(site: Path, tmp_path: Path) -> None:
    unpack(make_wheel(tmp_path), site)
    for path in site.rglob("pegboard.json"):
        path.write_text("{")

    listing = Gallery().listing()

    assert [item.status for item in listing.items if item.distribution == "acme-bell"] == ["broken"]
    assert any(item.status == "installed" for item in listing.items)


def test_who_else_provides_a_name_is_told(site: Path, tmp_path: Path) -> None:
    unpack(make_wheel(tmp_path), site)
    unpack(make_wheel(tmp_path, "other-bell", aliases=["bell"], name="chime", class_name="Chime"), site)

    found = Gallery().find("acme-bell--Bell")

    assert found is not None
    assert [(other["id"], other["names"]) for other in found[0].detail(found[1])["others"]] == [
        ("other-bell/Chime", ["bell"])
    ]


def test_a_removed_plugin_is_gone_from_the_next_listing(site: Path, tmp_path: Path) -> None:
    gallery = Gallery()
    unpack(make_wheel(tmp_path), site)
    before = {item.id for item in gallery.listing().items}
    for path in sorted(site.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()

    after = {item.id for item in gallery.listing().items}

    assert before - after == {"acme-bell/Bell"}


def test_a_changed_catalogue_is_read_again(tmp_path: Path) -> None:
    path = catalogue(tmp_path, make_wheel(tmp_path))
    gallery = Gallery([path])
    gallery.listing()
    path.write_text("[]\n")

    assert gallery.listing().find("acme-bell--Bell") is None


def test_options_are_read_from_either_section_of_a_docstring() -> None:
    doc = class_doc(
        ['class A:\n    """Short.\n\n    Longer `x`.\n\n    Attributes:\n        one: First\n            line.\n        two: Second.\n    """\n'],
        "A",
    )

    assert (doc.text, doc.options) == ("Longer `x`.", {"one": "First line.", "two": "Second."})


def test_types_of_values_are_spelled_out_where_a_module_has_a_short_name_for_them() -> None:
    source = (
        "Real = int | float\nclass A:\n    def preprocess(self, payload: object) -> Real | None: ...\n"
        "    def postprocess(self, value: 'str | None') -> object: ...\n"
    )

    doc = class_doc([source], "A")

    assert (doc.type_in, doc.type_out) == ("int | float | None", "str | None")


def test_a_source_that_is_no_python_is_passed_over() -> None:
    assert class_doc(["class A(:\n"], "A").options == {}


def test_a_readme_has_fields_and_text() -> None:
    assert front_matter("---\ntitle: A\nsummary: B: c\n---\n\nText\n") == ({"title": "A", "summary": "B: c"}, "Text")


def test_there_are_twenty_demos_and_each_says_what_it_is() -> None:
    demos = read_demos({"Slider": "Slider", "textbox": "Textbox", "Textbox": "Textbox"})

    assert len(demos) >= 20
    assert [demo.name for demo in demos if not (demo.summary and demo.features and demo.text)] == []
    # One idea each, but for the one whose idea is all of them.
    assert [demo.name for demo in demos if len(demo.source.splitlines()) > 75] == ["everything"]
    assert "Slider" in next(demo for demo in demos if demo.name == "streaming").components
    assert next(demo for demo in demos if demo.name == "hello_world").components == ("Textbox",)
    assert next(demo for demo in demos if demo.name == "digits").needs == ("numpy", "pillow", "scikit-learn")


def test_a_component_used_by_an_alias_is_found_in_a_demo() -> None:
    demo = next(demo for demo in Gallery().listing().demos if demo.name == "progress")

    assert "pb.Text(" in demo.source
    assert demo.components == ("Textbox",)
