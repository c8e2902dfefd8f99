"""`pegboard component upgrade`: a project made by an older template gets today's, and keeps its author's work."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cli.tests.kit import REPOSITORY, pegboard, without_node
from pegboard_cli.new import component_answers, render_component

TEMPLATE = REPOSITORY / "templates" / "component"
FOLDER = "{{cookiecutter.distribution}}"


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A template as an older version might have had it: other CI, another test, one file more, one less."""
    folder = tmp_path / "older" / "component"
    shutil.copytree(TEMPLATE, folder)
    made = folder / FOLDER
    ci = made / ".github" / "workflows" / "ci.yml"
    ci.write_text(ci.read_text().replace("actions/checkout@v4", "actions/checkout@v3"))
    ignore = made / ".gitignore"
    ignore.write_text(ignore.read_text().replace(".hypothesis/\n", ""))
    (made / "MANIFEST.in").write_text("include LICENSE\n")
    (made / "src" / "{{cookiecutter.package}}" / "py.typed").unlink()
    return folder


@pytest.fixture
def project(older: Path, tmp_path: Path) -> Path:
    """A project made by it, which its author has worked on since."""
    answers = component_answers("Stars", frontend="vanilla", author="Ada", email="ada@example.org")
    made = render_component({**answers, "version": "0.0.9"}, tmp_path, older)
    component = made / "src" / "pegboard_stars" / "component.py"
    component.write_text(component.read_text().replace("default=5", "default=7"))
    (made / "README.md").write_text("# Mine alone\n")
    (made / "CHANGELOG.md").unlink()
    ci = made / ".github" / "workflows" / "ci.yml"
    ci.write_text(ci.read_text() + "  # nightly, too\n")
    return made


def test_template_moves_on_and_the_author_s_work_stays(older: Path, project: Path) -> None:
    done = pegboard("component", "upgrade", "--base", str(older), folder=project, env=without_node())

    ci = (project / ".github" / "workflows" / "ci.yml").read_text()
    assert "checkout@v4" in ci and "checkout@v3" not in ci and "# nightly, too" in ci
    assert ".hypothesis/" in (project / ".gitignore").read_text()
    assert (project / "src" / "pegboard_stars" / "py.typed").is_file()
    assert not (project / "MANIFEST.in").exists()
    assert "default=7" in (project / "src" / "pegboard_stars" / "component.py").read_text()
    assert (project / "README.md").read_text() == "# Mine alone\n"
    assert not (project / "CHANGELOG.md").exists()
    assert 'version = "0.1.0"\n\n[tool.pegboard.template.answers]' in (project / "pyproject.toml").read_text()
    assert set(done.stdout.splitlines()) == {
        "updated  .github/workflows/ci.yml",
        "updated  .gitignore",
        "updated  pyproject.toml",
        "added    src/pegboard_stars/py.typed",
        "removed  MANIFEST.in",
    }
    again = pegboard("component", "upgrade", folder=project, env=without_node())
    assert "Nothing to do" in again.stdout


def test_edits_of_the_same_line_are_marked_and_fail(older: Path, project: Path) -> None:
    ci = project / ".github" / "workflows" / "ci.yml"
    ci.write_text(ci.read_text().replace("actions/checkout@v3", "actions/checkout@main"))

    done = pegboard("component", "upgrade", "--base", str(older), folder=project, env=without_node(), code=1)

    assert "conflict .github/workflows/ci.yml" in done.stdout
    text = ci.read_text()
    assert "<<<<<<< yours" in text and ">>>>>>> template" in text


def test_older_template_is_fetched_with_the_recorded_version_of_the_kit(project: Path, older: Path, tmp_path: Path) -> None:
    import zipfile

    wheel = tmp_path / "shelf" / "pegboard_cli-0.0.9-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in older.rglob("*"):
            if file.is_file():
                archive.write(file, f"pegboard_cli/_kit/templates/component/{file.relative_to(older).as_posix()}")
        info = "pegboard_cli-0.0.9.dist-info"
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: pegboard-cli\nVersion: 0.0.9\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")

    env = without_node(PIP_NO_INDEX="1", PIP_FIND_LINKS=str(wheel.parent))
    pegboard("component", "upgrade", folder=project, env=env)

    assert "checkout@v4" in (project / ".github" / "workflows" / "ci.yml").read_text()


def test_a_project_without_recorded_answers_is_told_so(stars: Path) -> None:
    text = (stars / "pyproject.toml").read_text()
    (stars / "pyproject.toml").write_text(text[: text.index("# What this project was made from")])

    done = pegboard("component", "upgrade", folder=stars, env=without_node(), code=1)

    assert "[tool.pegboard.template]" in done.stderr
