"""`pegboard list`, `info`, `doctor`, `stubs` and `environment`, on a machine with some components."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from cli.tests.kit import Environment, pegboard, run


def install_twin(folder: Path) -> dict[str, str]:
    """Put a second distribution with a Slider on the path, and one that is broken."""
    package = folder / "acme_gauge"
    (package / "_frontend" / "gauge").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('acme is closed')\n")
    (package / "_frontend" / "gauge" / "index.js").write_text("export default { render() {} };\n")
    manifest = {
        "manifest_version": 1, "protocol": ">=1.0,<2", "distribution": "acme-gauge",
        "components": [{"name": "gauge", "object": "acme_gauge:Gauge", "aliases": ["dial"],
                        "frontend": {"entry": "_frontend/gauge/index.js"}}],
    }  # fmt: skip
    (package / "pegboard.json").write_text(json.dumps(manifest))
    twin = folder / "other_gauge"
    twin.mkdir()
    (twin / "__init__.py").write_text("import pegboard as pb\n\nclass Gauge(pb.Component):\n    _esm = 'x'\n")
    manifest = {**manifest, "distribution": "other-gauge",
                "components": [{"name": "gauge", "object": "other_gauge:Gauge", "frontend": None}]}  # fmt: skip
    (twin / "pegboard.json").write_text(json.dumps(manifest))
    for name in ("acme", "other"):
        info = folder / f"{name}_gauge-2.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-gauge\nVersion: 2.0\n")
        (info / "entry_points.txt").write_text(
            f"[pegboard.components]\ngauge = {name}_gauge:Gauge\n\n"
            f"[pegboard.manifest]\n{name}-gauge = {name}_gauge:pegboard.json\n"
        )
    return {**os.environ, "PYTHONPATH": str(folder)}


def test_list_says_what_is_installed_from_where_and_what_clashes(tmp_path: Path) -> None:
    env = install_twin(tmp_path)

    rows = json.loads(pegboard("list", "--json", folder=tmp_path, env=env).stdout)
    text = pegboard("list", folder=tmp_path, env=env).stdout

    row = next(row for row in rows if row["id"] == "acme-gauge/Gauge")
    assert (row["version"], row["contract"], row["is_editable"]) == ("2.0", ">=1.0,<2", False)
    assert row["location"] == str(tmp_path / "acme_gauge")
    assert row["size_bytes"] == len("export default { render() {} };\n")
    assert row["conflicts"] == ["other-gauge/Gauge"]
    slider = next(row for row in rows if row["id"] == "pegboard-slider/Slider")
    assert slider["is_editable"] is True and slider["conflicts"] == []
    assert "same name as other-gauge/Gauge" in text and "pegboard-slider" in text


def test_doctor_names_the_broken_and_the_clashing_with_fixes(tmp_path: Path) -> None:
    env = install_twin(tmp_path)

    done = pegboard("doctor", "--json", folder=tmp_path, env=env, code=1)

    found = {row["what"]: row for row in json.loads(done.stdout)}
    assert "RuntimeError: acme is closed" in found["acme-gauge/Gauge 2.0"]["traceback"]
    assert "other-gauge/Gauge" in found["acme-gauge/Gauge"]["cause"]
    assert all(row["fix"] for row in found.values())


def test_info_tells_all_of_one_component(tmp_path: Path) -> None:
    found = json.loads(pegboard("info", "slider", "--json", folder=tmp_path).stdout)
    text = pegboard("info", "Slider", folder=tmp_path).stdout
    missing = pegboard("info", "slidr", folder=tmp_path, code=1)

    assert found["id"] == "pegboard-slider/Slider"
    assert found["props"]["maximum"]["default"] == 100
    assert "release" in found["events"]
    assert "option      maximum" in text and "event       release" in text
    assert "Slider" in missing.stderr


def test_environment_has_versions_and_no_values_of_settings(tmp_path: Path) -> None:
    env = {**os.environ, "PEGBOARD_SECRET_KEY": "hunter2", "GRADIO_SHARE": "0"}

    found = json.loads(pegboard("environment", "--json", folder=tmp_path, env=env).stdout)
    text = pegboard("environment", folder=tmp_path, env=env).stdout

    assert found["pegboard"]["pegboard-core"] == "0.1.0"
    assert found["python"].endswith(".".join(map(str, sys.version_info[:3])))
    assert {"PEGBOARD_SECRET_KEY", "GRADIO_SHARE"} <= set(found["settings"])
    assert "hunter2" not in text and "hunter2" not in json.dumps(found)


@pytest.mark.timeout(300)
def test_stubs_let_a_type_checker_know_what_is_installed(
    users_machine: Environment, wheelhouse: Path, tmp_path: Path
) -> None:
    users_machine.install(*(str(w) for w in wheelhouse.glob("*.whl") if "cli" in w.name or "hatch" in w.name))
    users_machine.run("from pegboard_cli.main import main; main(['stubs'])")
    script = tmp_path / "app.py"
    script.write_text(
        "import pegboard as pb\n"
        "box = pb.Textbox(lines=3)\n"
        "reveal_type(box)\n"
        "pb.TextArea()\n"
        "pb.Textbox(linez=3)\n"
        "pb.Slidr()\n"
    )

    done = run(
        [sys.executable, "-m", "mypy", "--python-executable", str(users_machine.python), "--cache-dir",
         str(tmp_path / "cache"), str(script)],
        tmp_path, code=1,
    )  # fmt: skip

    assert 'Revealed type is "pegboard_textbox.component.Textbox"' in done.stdout
    errors = [line.split(": ", 1)[0].rpartition(":")[2] for line in done.stdout.splitlines() if ": error:" in line]
    assert errors == ["5", "6"], done.stdout
