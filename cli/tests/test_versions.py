"""A plugin that was built by an earlier kit goes on working: on today's core, unchanged."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from cli.tests.kit import REPOSITORY, Environment, run

MAKE = """
import sys
from cookiecutter.main import cookiecutter
answers = {"class_name": "Elder", "summary": "Made by an earlier kit.", "frontend": "vanilla", "kind": "input"}
print(cookiecutter(sys.argv[1], no_input=True, output_dir=sys.argv[2], extra_context=answers, default_config=True))
"""
USE = """
import json, urllib.request
import pegboard as pb

demo = pb.Interface(lambda value: str(value), "elder", "text")
_, url, _ = demo.launch(server_name="127.0.0.1", server_port=0, prevent_thread_lock=True, quiet=True)
plugin = json.load(urllib.request.urlopen(url + "config"))["pegboard"]["plugins"]["pegboard-elder/Elder"]
run = urllib.request.Request(url + "gradio_api/run/predict", b'{"data": [2]}', {"content-type": "application/json"})
answer = json.load(urllib.request.urlopen(run))["data"]
code = urllib.request.urlopen(url.rstrip("/") + plugin["entry"]).status
demo.close()
print(json.dumps([plugin["problem"], code, answer]))
"""


@pytest.fixture(scope="module")
def earlier_kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kit of the previous commit, unpacked beside today's."""
    folder = tmp_path_factory.mktemp("earlier")
    packed = subprocess.run(
        ["git", "archive", "HEAD~1", "cli", "core", "templates"], cwd=REPOSITORY, capture_output=True, check=False
    )
    assert packed.returncode == 0, "needs the previous commit: clone with its history"
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.mark.timeout(300)
def test_wheel_of_the_previous_commit_s_kit_runs_on_today_s_core(
    earlier_kit: Path, users_machine: Environment, tmp_path: Path
) -> None:
    sources = [earlier_kit / name for name in ("core/src", "cli/src", "cli/hatch-pegboard/src")]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, sources))}
    made = run([sys.executable, "-c", MAKE, str(earlier_kit / "templates" / "component"), str(tmp_path)], tmp_path, env=env)
    project = Path(made.stdout.strip().splitlines()[-1])
    if not (project / "frontend").exists():  # the first template had none: its author wrote the built file
        bundle = next(project.glob("src/*")) / "_frontend" / "elder"
        bundle.mkdir(parents=True)
        (bundle / "index.js").write_text("export default { render({ el }) { el.textContent = 'elder'; } };\n")
    run([sys.executable, "-m", "pegboard_cli", "manifest", str(project)], project, env=env)
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")], project, env=env)
    (wheel,) = (tmp_path / "dist").glob("*.whl")

    users_machine.install(str(wheel))
    said = users_machine.run(USE)

    assert json.loads(said.stdout.splitlines()[-1]) == [None, 200, ["2"]]


def test_plugin_for_another_major_of_the_contract_is_told_apart_and_the_app_runs(users_machine: Environment) -> None:
    said = users_machine.run(
        "import json, pathlib, sys\n"
        "place = pathlib.Path(sys.prefix) / 'future'\n"
        "info = place / 'acme_future-1.dist-info'\n"
        "info.mkdir(parents=True, exist_ok=True)\n"
        "(info / 'METADATA').write_text('Metadata-Version: 2.1\\nName: acme-future\\nVersion: 1\\n')\n"
        "(info / 'entry_points.txt').write_text('[pegboard.components]\\nfuture = acme_future:Future\\n')\n"
        "(info / 'extra_metadata').mkdir(exist_ok=True)\n"
        "(info / 'extra_metadata' / 'pegboard.json').write_text(json.dumps({'manifest_version': 9, 'new': {},\n"
        "    'protocol': '>=2.0,<3', 'distribution': 'acme-future', 'components': []}))\n"
        "sys.path.insert(0, str(place))\n"
        "import pegboard as pb\n"
        "from pegboard.plugins import index\n"
        "made = index().resolve('future')()\n"
        "print(made.problem)\n"
        "print(pb.Interface(str, 'text', 'text').describe().title)\n"
    )

    first = said.stdout.splitlines()[0]
    assert "needs the component contract >=2.0,<3" in first and "Fix: upgrade pegboard-core" in first
