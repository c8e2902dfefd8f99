"""Discovery: names, clashes, and plugins that are broken in every way, none of which stops another."""

from __future__ import annotations

import importlib
import logging
import sys
from pathlib import Path

import pytest

import pegboard as pb
from pegboard import plugins
from pegboard.errors import ComponentNotFound, NameClash
from pegboard.plugins import BrokenComponent, PluginIndex, index, rescan, scan

from .installed import install


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """An empty folder on ``sys.path``; packages imported from it are forgotten afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(plugins, "_index", None)  # the index of this folder goes with it
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]
    importlib.invalidate_caches()


def entry_points(found: PluginIndex, distribution: str) -> list[str]:
    return [entry.name for entry in found.entries if entry.distribution == distribution]


def test_scan_reads_manifests_and_imports_no_plugin(shelf):
    install(shelf, "acme-gauge", {"gauge": "Gauge"})

    found = scan()

    assert entry_points(found, "acme-gauge") == ["gauge"]
    assert "acme_gauge" not in sys.modules


@pytest.mark.parametrize("name", ["wordcloud", "word_cloud", "w_o_r_d_cloud", "acme-cloud/WordCloud", "wc"])
def test_component_resolves_by_every_name_it_has(shelf, name):
    install(shelf, "acme-cloud", {"wordcloud": "WordCloud"}, entries={"wordcloud": {"aliases": ["wc"]}})

    cls = scan().resolve(name)

    assert cls is sys.modules["acme_cloud"].WordCloud


@pytest.mark.parametrize("name", ["WordCloud", "WORDCLOUD", "mic", "tabitem", "timeseries", "", "nope/WordCloud"])
def test_string_shortcut_refuses_what_is_no_shortcut(shelf, name):
    install(shelf, "acme-cloud", {"wordcloud": "WordCloud", "mic": "Mic"})

    with pytest.raises(ValueError, match="No component named"):
        scan().resolve(name)


def test_template_is_the_class_with_other_defaults(shelf):
    source = (
        "import pegboard as pb\n"
        "class Gauge(pb.Component):\n"
        "    'A gauge.'\n"
        "    ticks: int = 3\n"
    )
    install(
        shelf, "acme-gauge", {"gauge": "Gauge"}, source=source,
        entries={"gauge": {"templates": {"FineGauge": {"ticks": 50}}}},
    )
    found = scan()

    fine = found.class_for("FineGauge")

    assert fine is found.resolve("fine_gauge") and fine is found.resolve("finegauge")
    assert issubclass(fine, found.class_for("Gauge"))
    assert (fine().ticks, fine(ticks=7).ticks, found.class_for("Gauge")().ticks) == (50, 7, 3)
    assert fine.component_name() == "gauge"
    assert found.manifest_of(fine).manifest.name == "gauge"


def test_name_of_two_components_is_an_error_only_when_it_is_used(shelf):
    install(shelf, "acme-dial", {"dial": "Dial", "knob": "Knob"})
    install(shelf, "zeta-dial", {"dial": "Dial"})
    found = scan()

    assert found.resolve("knob").__name__ == "Knob"
    assert found.resolve("zeta-dial/Dial") is sys.modules["zeta_dial"].Dial
    for ask in (lambda: found.resolve("dial"), lambda: found.class_for("Dial")):
        with pytest.raises(NameClash) as clash:
            ask()
        text = str(clash.value)
        assert "acme-dial/Dial" in text and "zeta-dial/Dial" in text and "inputs=" in text


def test_names_of_ours_cannot_be_taken_by_others(shelf):
    install(
        shelf, "evil-textbox", {"textbox": "Textbox", "other": "Other"},
        entries={"other": {"aliases": ["slider"], "templates": {"TextArea": {}}}},
    )
    found = scan()

    problems = [str(problem) for problem in found.problems if problem.distribution == "evil-textbox"]
    assert len(problems) == 1 and "reserved to pegboard-textbox" in problems[0]
    assert found.resolve("evil-textbox/Textbox").__module__ == "evil_textbox"
    for name in ("Textbox", "TextArea", "Slider"):
        try:
            assert not found.class_for(name).__module__.startswith("evil")
        except ComponentNotFound as missing:
            assert "pip install pegboard-" in str(missing)


def test_plugin_whose_import_fails_is_a_placeholder_that_names_the_culprit(shelf, caplog):
    install(shelf, "acme-bad", {"bad": "Bad"}, source="raise RuntimeError('no licence key')", version="2.5")
    install(shelf, "acme-good", {"good": "Good"})
    found = scan()

    with caplog.at_level(logging.WARNING):
        bad = found.resolve("bad")

    made = bad("any", 3, minimum=1, label="Level", choices=[1], value="x")
    assert issubclass(bad, BrokenComponent) and bad.__name__ == "Bad" and made.skip_api
    for part in ("acme-bad", "2.5", "no licence key", "Fix:", "reinstall or upgrade acme-bad"):
        assert part in made.problem
    assert [record.getMessage() for record in caplog.records] == [f"pegboard: {made.problem}"]
    assert found.resolve("good")().parent is None
    assert found.resolve("bad") is bad


@pytest.mark.parametrize("source", ["raise SystemExit(3)", "import module_that_is_not_there", "x = (", "Bad = 3", ""])
def test_plugin_that_cannot_be_loaded_never_raises(shelf, source):
    install(shelf, "acme-bad", {"bad": "Bad"}, source=source)

    assert issubclass(scan().resolve("bad"), BrokenComponent)


def test_app_with_a_broken_component_is_still_described(shelf):
    install(shelf, "acme-bad", {"bad": "Bad"}, source="raise RuntimeError('boom')")
    rescan()
    try:
        with pb.Blocks() as demo:
            broken = pb.Bad(label="Level")
            broken.anything_at_all(lambda: None, None, None)
        spec = demo.describe()
    finally:
        problem = broken.problem
    assert "boom" in problem
    assert "boom" in (spec.blocks[broken._id].problem or "")
    assert [node.id for node in spec.layout.children] == [broken._id]


@pytest.mark.parametrize(
    ("protocol", "words"),
    [(">=2.0,<3", "needs the component contract >=2.0,<3"), ("one", "not a version clause")],
)
def test_plugin_for_another_contract_is_refused_with_both_versions(shelf, protocol, words):
    install(shelf, "acme-new", {"new": "New"}, protocol=protocol)
    found = scan()

    cls = found.resolve("new")

    assert issubclass(cls, BrokenComponent) and words in cls.problem
    assert "acme_new" not in sys.modules


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ("{not json", "not JSON"),
        ("[]", "must hold an object"),
        ({"distribution": "acme-x", "components": []}, "no 'protocol'"),
        ({"protocol": ">=1.0", "distribution": "acme-x"}, "lacks or misuses 'components'"),
        ({"protocol": ">=1.0", "distribution": "acme-x", "components": [{"name": "x"}]}, "'object'"),
        ({"protocol": ">=1.0", "distribution": "acme-x", "components": 3}, "lacks or misuses"),
        ({"protocol": ">=1.0", "distribution": "acme-x", "components": []}, "does not describe acme_x:X"),
        ("", "no readable pegboard.json"),
    ],
)
def test_bad_manifest_is_one_problem_of_its_distribution_alone(shelf, manifest, words):
    install(shelf, "acme-x", {"x": "X"}, manifest=manifest)
    install(shelf, "acme-good", {"good": "Good"})

    found = scan()

    problems = [str(problem) for problem in found.problems if problem.distribution == "acme-x"]
    assert len(problems) == 1 and words in problems[0] and "Fix:" in problems[0]
    assert issubclass(found.resolve("x"), BrokenComponent)
    assert found.resolve("good").__name__ == "Good"


def test_malformed_entry_points_hide_no_other_plugin(shelf):
    install(shelf, "acme-good", {"good": "Good"})
    torn = shelf / "torn-1.0.dist-info"
    torn.mkdir()
    (torn / "entry_points.txt").write_bytes(b"[pegboard.components\n= =\n\xff\xfe")

    assert scan().resolve("good").__name__ == "Good"


def test_metadata_in_another_encoding_hide_no_plugin(shelf):
    install(shelf, "made-abroad", {"gauge": "Gauge"})
    written = shelf / "made_abroad-1.0.dist-info" / "METADATA"
    written.write_bytes("Metadata-Version: 2.1\nAuthor: José\nName: made-abroad\nVersion: 1.0\n".encode("latin-1"))

    found = scan()

    assert "made-abroad/Gauge" in [entry.id for entry in found.entries]
    assert not [problem for problem in found.problems if problem.distribution == "made-abroad"]


def test_unknown_name_lists_what_is_installed_and_suggests_no_command(shelf):
    install(shelf, "acme-gauge", {"gauge": "Gauge"})
    found = scan()

    with pytest.raises(ComponentNotFound) as missing:
        found.class_for("Guage")

    text = str(missing.value)
    assert "No component named 'Guage'" in text and "Did you mean 'Gauge'?" in text
    assert "Gauge" in text and "pip" not in text


def test_component_of_ours_that_is_not_installed_is_named_with_its_command():
    empty = PluginIndex([], [])

    for ask in (lambda: empty.class_for("TextArea"), lambda: empty.resolve("text_area")):
        with pytest.raises(ComponentNotFound) as missing:
            ask()
        assert "pip install pegboard-textbox" in str(missing.value)
    with pytest.raises(ComponentNotFound) as misspelt:
        empty.class_for("Textboxx")
    assert "pip" not in str(misspelt.value)


def test_pegboard_attribute_is_the_installed_component(shelf):
    install(shelf, "acme-gauge", {"gauge": "Gauge"})
    rescan()

    assert pb.Gauge is importlib.import_module("acme_gauge").Gauge
    assert "Gauge" in dir(pb)
    with pytest.raises(AttributeError):
        pb.Nonexistent  # noqa: B018
    assert not hasattr(pb, "gauge")


def test_rescan_sees_what_was_installed_since(shelf):
    rescan()
    install(shelf, "acme-late", {"late": "Late"})

    with pytest.raises(ComponentNotFound):
        index().resolve("late")
    rescan()

    assert index().resolve("late").__name__ == "Late"


def test_type_finds_the_best_component_first(shelf):
    install(
        shelf, "acme-types", {"low": "Low", "high": "High", "out": "Out"},
        entries={
            "low": {"accepts": ["acme.Thing"]},
            "high": {"accepts": ["other", "acme.Thing"], "priority": 5},
            "out": {"returns": ["acme.Thing"]},
        },
    )
    found = scan()

    assert [entry.name for entry in found.find_by_type("acme.Thing", "input")] == ["high", "low"]
    assert [entry.name for entry in found.find_by_type("acme.Thing", "output")] == ["out"]
    assert found.find_by_type("nothing", "input") == []


def test_earlier_folder_hides_a_second_copy(shelf, tmp_path, monkeypatch):
    install(shelf, "acme-twice", {"twice": "Twice"}, version="2.0")
    later = tmp_path / "later"
    install(later, "acme-twice", {"twice": "Twice"}, version="1.0")
    monkeypatch.setattr(sys, "path", [*sys.path, str(later)])

    found = scan()

    assert [entry.version for entry in found.entries if entry.distribution == "acme-twice"] == ["2.0"]


def test_editable_install_reads_the_manifest_of_the_sources(shelf):
    package = install(shelf, "acme-edit", {"edit": "Edit"})
    info = shelf / f"{package}-1.0.dist-info"
    (info / "direct_url.json").write_text('{"url": "file:///x", "dir_info": {"editable": true}}')
    file = shelf / package / "pegboard.json"
    file.write_text(file.read_text().replace('"events"', '"summary": "new", "events"'))

    entry = next(entry for entry in scan().entries if entry.name == "edit")

    assert entry.manifest is not None and entry.manifest.summary == "new"


def test_class_beside_an_app_has_no_manifest():
    class Local(pb.Component):
        """Beside an app."""

    assert index().manifest_of(Local) is None
    assert index().entry_of(Local) is None


def test_package_on_the_path_that_is_not_installed_is_located_by_its_file(shelf: Path):
    package = install(shelf, "acme-loose", {"loose": "Loose"})
    for file in (shelf / f"{package}-1.0.dist-info").glob("*.txt"):
        file.unlink()
    cls = importlib.import_module(package).Loose

    located = scan().manifest_of(cls)

    assert located is not None
    assert (located.manifest.name, located.package_dir) == ("loose", shelf / package)
