"""`pegboard component build`: complete, reproducible, installed and used by name on a machine without Node."""

from __future__ import annotations

import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from cli.tests.kit import Environment, copy, pegboard, run, without_node

USE = """
import json, shutil, urllib.request
import pegboard as pb

demo = pb.Interface(lambda value: f"{{value}} of 5", "{name}", "text")
_, url, _ = demo.launch(server_name="127.0.0.1", server_port=0, prevent_thread_lock=True, quiet=True)
config = json.load(urllib.request.urlopen(url + "config"))
plugin = config["pegboard"]["plugins"]["{id}"]
module = urllib.request.urlopen(url.rstrip("/") + plugin["entry"]).read().decode()
run = urllib.request.Request(url + "gradio_api/run/predict", json.dumps({{"data": [4]}}).encode(),
    {{"content-type": "application/json"}})
answer = json.load(urllib.request.urlopen(run))
demo.close()
print(json.dumps([shutil.which("node"), plugin["problem"], plugin["entry"].rpartition("/")[2], len(module) > 100,
    answer["data"]]))
"""


def built(project: Path, **options: dict[str, str]) -> tuple[Path, Path]:
    pegboard("component", "build", folder=project, env=options.get("env"))
    (wheel,) = (project / "dist").glob("*.whl")
    (sdist,) = (project / "dist").glob("*.tar.gz")
    return wheel, sdist


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["vanilla", "svelte", "react"])
def test_wheel_is_used_by_name_on_a_machine_without_node(
    kind: str, request: pytest.FixtureRequest, users_machine: Environment, tmp_path: Path
) -> None:
    project: Path = copy(request.getfixturevalue(f"{kind}_project"), tmp_path)
    name = project.name.removeprefix("pegboard-")
    wheel, _ = built(project, env=without_node()) if kind == "vanilla" else built(project)

    users_machine.install(str(wheel))
    said = users_machine.run(USE.format(name=name, id=f"{project.name}/{name.capitalize()}"))

    # Svelte's is the small one, which shares the page's own copy of Svelte.
    entry = "index.shared.js" if kind == "svelte" else "index.js"
    assert json.loads(said.stdout.splitlines()[-1]) == [None, None, entry, True, ["4 of 5"]]


def test_same_sources_give_the_same_bytes(stars: Path, tmp_path: Path) -> None:
    first = [file.read_bytes() for file in built(stars, env=without_node())]
    again = copy(stars, tmp_path / "elsewhere")
    (again / "dist").exists() and pytest.fail("the copy must not bring what was built")

    second = [file.read_bytes() for file in built(again, env=without_node())]

    assert first == second


def test_svelte_bundle_has_both_variants(svelte_project: Path) -> None:
    (folder,) = svelte_project.glob("src/*/_frontend/hearts")

    manifest = json.loads((folder.parent.parent / "pegboard.json").read_text())

    frontend = manifest["components"][0]["frontend"]
    assert frontend["shared"]["entry"].endswith("index.shared.js")
    assert (folder / "index.shared.js").stat().st_size < (folder / "index.js").stat().st_size / 4


def test_sdist_carries_sources_and_bundle_and_installs_without_node(
    stars: Path, users_machine: Environment, tmp_path: Path
) -> None:
    import sys

    _, sdist = built(stars, env=without_node())
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
        archive.extractall(tmp_path / "unpacked", filter="data")

    assert {"frontend/index.js", "src/pegboard_stars/_frontend/stars/index.js", "LICENSE"} <= names
    assert not any("node_modules" in name for name in names)
    (folder,) = (tmp_path / "unpacked").iterdir()
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "again")], folder,
        env=without_node())  # fmt: skip
    (wheel,) = (tmp_path / "again").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive, zipfile.ZipFile(built(stars, env=without_node())[0]) as direct:
        assert set(archive.namelist()) == set(direct.namelist())


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("src/pegboard_stars/component.py", "this is no Python", "cannot be"),
        ("frontend/index.js", None, "missing"),
        ("pyproject.toml", "[project]\nname = 3", "components"),
    ],
)
def test_a_failing_build_ends_with_an_exit_code_and_leaves_no_file(
    file: str, text: str | None, said: str, stars: Path
) -> None:
    (stars / file).unlink() if text is None else (stars / file).write_text(text)

    done = pegboard("component", "build", folder=stars, env=without_node(), code=None)

    assert done.returncode == 1
    assert said in done.stderr
    assert not (stars / "dist").exists() or list((stars / "dist").iterdir()) == []


@pytest.mark.timeout(400)
def test_sources_from_git_are_built_with_node_and_explained_without(svelte_project: Path, tmp_path: Path) -> None:
    import os
    import shutil
    import sys

    ignored = shutil.ignore_patterns("node_modules", "_frontend", "dist", "__pycache__")
    clone = tmp_path / "clone"
    shutil.copytree(svelte_project, clone, ignore=ignored)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]

    alone = run(command, clone, env=without_node(), code=None)
    run(command, clone, env={**os.environ, "npm_config_prefer_offline": "true"})

    assert alone.returncode != 0 and "Node 20.19" in alone.stderr
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert "pegboard_hearts/_frontend/hearts/index.shared.js" in archive.namelist()


def test_an_edit_of_the_frontend_is_in_the_next_wheel(stars: Path) -> None:
    built(stars, env=without_node())
    source = stars / "frontend" / "index.js"
    source.write_text(source.read_text().replace("★", "☂"))

    wheel, _ = built(stars, env=without_node())

    with zipfile.ZipFile(wheel) as archive:
        assert "☂" in archive.read("pegboard_stars/_frontend/stars/index.js").decode()
