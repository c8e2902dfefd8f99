"""`pegboard component new`: what it makes builds and passes its own tests at once, without further work."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from cli.tests.kit import REPOSITORY, new, pegboard, run, without_node

KINDS = {"Meter": "output", "Drawer": "container", "Clip": "media"}


@pytest.fixture(scope="module")
def kinds(workshop: Path, vanilla_project: Path) -> list[Path]:
    """One project of each kind, in plain JavaScript."""
    made = [new(workshop, name, "--kind", kind, "--frontend", "vanilla") for name, kind in KINDS.items()]
    return [vanilla_project, *made]


@pytest.mark.timeout(400)
def test_every_kind_passes_its_own_tests(kinds: list[Path]) -> None:
    search = os.pathsep.join(str(project / "src") for project in kinds)
    tests = [str(file) for project in kinds for file in (project / "tests").glob("test_co*.py")]

    done = run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib",
         "-c", os.devnull, "--rootdir", str(kinds[0].parent), *tests],
        kinds[0].parent,
        env={**without_node(), "PYTHONPATH": search},
    )  # fmt: skip

    assert len(tests) == 8
    assert "failed" not in done.stdout and "passed" in done.stdout


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("frontend", "kind"), [("vanilla", "container"), ("svelte", "output"), ("react", "media")]
)
def test_kinds_keep_their_promises_in_a_browser(frontend: str, kind: str, tmp_path: Path) -> None:
    # The inputs of all three are checked whole in test_check.py.
    project = new(tmp_path, "Thing", "--kind", kind, "--frontend", frontend)

    said = pegboard("component", "check", "--only", "browser", folder=project).stdout

    assert "Nothing to mend" in said and "promises kept" in said


def test_demo_of_every_kind_describes_a_page_with_the_component(kinds: list[Path]) -> None:
    for project in kinds:
        name = project.name.removeprefix("pegboard-")
        said = run(
            [sys.executable, "-c",
             "import runpy; demo = runpy.run_path('demo/app.py')['demo']\n"
             "spec = demo.describe(); print([block.type for block in spec.blocks.values()])\n"
             "print([block.problem for block in spec.blocks.values() if block.problem])"],
            project,
            env={**os.environ, "PYTHONPATH": "src"},
        ).stdout.splitlines()  # fmt: skip

        assert f"'{name}'" in said[0]
        assert said[1] == "[]"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("frontend", ["svelte", "react"])
def test_every_kind_compiles_and_its_types_are_right(
    frontend: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    project: Path = request.getfixturevalue(f"{frontend}_project")
    made = [project]
    for name, kind in KINDS.items():
        other = new(tmp_path, name, "--kind", kind, "--frontend", frontend, "--no-install")
        (other / "node_modules").symlink_to(project / "node_modules")
        made.append(other)
    derived = new(tmp_path, "Remark", "--base", "textbox", "--frontend", frontend, "--no-install")
    (derived / "node_modules").symlink_to(project / "node_modules")
    made.append(derived)

    run(["npm", "exec", "--offline", "--", "pegboard-vite", "build", *map(str, made)], project)
    # One run of the checker for all: their settings are the same.
    together = tmp_path / "all"
    together.mkdir()
    (together / "node_modules").symlink_to(project / "node_modules")
    for folder in made:
        (together / folder.name).symlink_to(folder / "frontend")
    settings = json.loads((project / "tsconfig.json").read_text())
    settings["include"] = [folder.name for folder in made]
    settings["compilerOptions"]["preserveSymlinks"] = True
    (together / "tsconfig.json").write_text(json.dumps(settings))
    checker = ["svelte-check", "--fail-on-warnings", "--tsconfig"] if frontend == "svelte" else ["tsc", "--project"]
    run([str(project / "node_modules" / ".bin" / checker[0]), *checker[1:], "./tsconfig.json"], together)

    for folder in made:
        (entry,) = folder.glob("src/*/_frontend/*/index.js")
        assert entry.stat().st_size > 500


def test_a_component_can_start_from_an_installed_one(tmp_path: Path) -> None:
    project = new(tmp_path, "Remark", "--base", "textbox", "--frontend", "vanilla", env=without_node())

    tests = [str(project / "tests" / "test_component.py"), str(project / "tests" / "test_conformance.py")]
    run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests], project)
    pegboard("component", "build", folder=project, env=without_node())

    manifest = json.loads((project / "src" / "pegboard_remark" / "pegboard.json").read_text())
    component = manifest["components"][0]
    assert {"note", "lines", "placeholder"} <= set(component["props"])
    assert {"submit", "input"} <= set(component["events"])
    sheet = (project / "src" / "pegboard_remark" / component["frontend"]["css"]).read_text()
    assert "@import" not in sheet and ".note" in sheet
    assert '"pegboard-textbox' in (project / "pyproject.toml").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["stars"], "a class name"),
        (["Stars", "--base", "nosuch"], "an installed component"),
        (["Stars", "--distribution", "Not A Name"], "lower-case words"),
        (["Stars", "--kind", "nosuch"], "nosuch"),
    ],
)
def test_a_bad_answer_is_refused_with_words_and_nothing_is_made(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    done = pegboard("component", "new", "--no-input", *arguments, folder=tmp_path, code=None)

    assert done.returncode != 0
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_is_left_as_it_is(stars: Path) -> None:
    before = (stars / "README.md").read_bytes()

    done = pegboard("component", "new", "Stars", "--no-input", folder=stars.parent, code=1)

    assert "already" in done.stderr
    assert (stars / "README.md").read_bytes() == before


def test_questions_are_asked_one_by_one(tmp_path: Path) -> None:
    import subprocess

    done = subprocess.run(
        [sys.executable, "-m", "pegboard_cli", "component", "new"],
        cwd=tmp_path, input="Hat\n\noutput\nvanilla\nApache-2.0\n", capture_output=True, text=True, timeout=100,
        env=without_node(),
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    project = tmp_path / "pegboard-hat"
    assert "Apache License" in (project / "LICENSE").read_text()
    assert "is_static_only" in (project / "src" / "pegboard_hat" / "component.py").read_text()


def test_a_new_app_passes_its_own_test(tmp_path: Path) -> None:
    pegboard("new", "app", "My Story", folder=tmp_path)

    app = tmp_path / "my-story"
    run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], app)
    assert 'title="My Story"' in (app / "app.py").read_text()


def test_tarballs_are_what_npm_packs(tmp_path: Path) -> None:
    import tarfile

    from pegboard_cli.resources import NPM_PACKAGES, npm_tarball

    for name in NPM_PACKAGES:
        folder = REPOSITORY / "core" / "js" / name
        said = json.loads(run(["npm", "pack", "--json", "--pack-destination", str(tmp_path)], folder).stdout)
        entry = said[0] if isinstance(said, list) else next(iter(said.values()))
        ours = tmp_path / f"{name}.tgz"
        ours.write_bytes(npm_tarball(name))

        with tarfile.open(ours) as made, tarfile.open(tmp_path / entry["filename"]) as theirs:
            expected = {m.name: theirs.extractfile(m).read() for m in theirs.getmembers()}  # type: ignore[union-attr]
            packed = {m.name: made.extractfile(m).read() for m in made.getmembers()}  # type: ignore[union-attr]
        assert packed == expected
