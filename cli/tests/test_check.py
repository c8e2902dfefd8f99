"""`pegboard component check`, and plugins broken in many ways: each is caught, and an app survives each."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cli.tests.kit import copy, pegboard, run, without_node

SURVIVE = """
import json, sys
import pegboard as pb
from pegboard.plugins import index

with pb.Blocks() as demo:
    try:
        bad = index().resolve({name!r})()
    except Exception as problem:
        bad = None
        print(type(problem).__name__)
    name, greeting = pb.Textbox(label="Name"), pb.Textbox(label="Greeting")
    name.submit(lambda text: f"Hello {{text}}", name, greeting)
_, url, _ = demo.launch(server_name="127.0.0.1", server_port=0, prevent_thread_lock=True, quiet=True)
print(url, flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True)
class Breakage:
    """One way to break a plugin.

    Attributes:
        break_: Breaks the project.
        check: The check that says so.
        said: What it says.
        needs_browser: It shows only in a browser.
    """

    break_: Callable[[Path], None]
    check: str
    said: str
    needs_browser: bool = False


def edit(file: str, old: str, new: str) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        path = project / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return change


def in_render(code: str) -> Callable[[Path], None]:
    return edit("frontend/index.js", 'group.className = "row";', f'group.className = "row";\n{code}')


def without_bundle(project: Path) -> None:
    (project / "frontend" / "index.js").unlink()
    (project / "src" / "pegboard_stars" / "_frontend" / "stars" / "index.js").unlink()


PACKAGE = "src/pegboard_stars"
BREAKAGES = {
    "python syntax error": Breakage(
        edit(f"{PACKAGE}/component.py", "def preprocess(", "def preprocess(("), "python", "is not Python"
    ),
    "import that fails": Breakage(
        edit(f"{PACKAGE}/component.py", "import pegboard as pb", "import pegboard as pb\nimport no_such_module"),
        "python", "no_such_module",
    ),
    "class that is no component": Breakage(
        edit(f"{PACKAGE}/component.py", "(pb.Component[int | None])", ""), "python", "no subclass"
    ),
    "missing bundle": Breakage(without_bundle, "bundle", "missing"),
    "wrong contract": Breakage(
        edit(f"{PACKAGE}/pegboard.json", '">=1.0,<2"', '">=7.0,<8"'), "manifest", "contract >=7.0,<8"
    ),
    "stale manifest": Breakage(
        edit(f"{PACKAGE}/component.py", "maximum: int", "more: int = 3\n    maximum: int"), "manifest", "stale"
    ),
    "name clash": Breakage(edit("pyproject.toml", 'stars = "pegboard_stars:', 'textbox = "pegboard_stars:'),
                           "names", "reserved to pegboard-textbox"),
    "example against schema": Breakage(
        edit(f"{PACKAGE}/component.py", "        return 1\n", '        return "one"\n'), "conformance", "example"
    ),
    "eval": Breakage(in_render('eval("1 + 1");'), "policy", "eval"),
    "another origin": Breakage(in_render('import("https://example.org/x.js");'), "policy", "another origin"),
    "javascript syntax error": Breakage(
        edit("frontend/index.js", "export default {", "export default {{"), "browser", "", True
    ),
    "throwing render": Breakage(in_render('throw new Error("no stars tonight");'), "browser", "no stars tonight", True),
    "css leak": Breakage(
        in_render('const sheet = new CSSStyleSheet(); sheet.replaceSync("p, button { color: rgb(1, 2, 3) !important }");'
                  "document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];"),
        "browser", "styles stay inside", True,
    ),
    "memory leak": Breakage(
        in_render('window.addEventListener("resize", () => group); setInterval(() => group, 1000);'),
        "browser", "going away leaves nothing", True,
    ),
    "no licence": Breakage(lambda project: (project / "LICENSE").unlink(), "licence", "missing"),
}  # fmt: skip


def findings(project: Path, *options: str) -> tuple[int, list[dict[str, Any]]]:
    done = pegboard("component", "check", "--json", *options, folder=project, code=None)
    return done.returncode, json.loads(done.stdout)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("frontend", ["vanilla", "svelte", "react"])
def test_a_new_project_has_nothing_to_mend(
    frontend: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    code, found = findings(copy(request.getfixturevalue(f"{frontend}_project"), tmp_path))

    assert [finding for finding in found if finding["level"] != "ok"] == []
    assert {finding["check"] for finding in found} >= {
        "metadata", "licence", "python", "manifest", "size", "policy", "conformance", "browser", "wheel", "names",
    }  # fmt: skip
    assert code == 0


@pytest.mark.timeout(400)
@pytest.mark.parametrize("what", list(BREAKAGES))
def test_broken_plugin_is_caught_with_a_fix(what: str, stars: Path) -> None:
    breakage = BREAKAGES[what]
    breakage.break_(stars)
    # The manifest of "name clash" must name what pyproject names; its own check says so, too.
    only = [breakage.check] if breakage.check not in ("policy",) else ["bundle"]
    if breakage.needs_browser:
        only = ["bundle", "browser"]

    code, found = findings(stars, *(option for name in only for option in ("--only", name)))

    wrong = [f for f in found if f["level"] == "error" and f["check"] == breakage.check]
    assert code == 1
    assert any(breakage.said in finding["what"] for finding in wrong), found
    assert all(finding["fix"] for finding in wrong)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("what", [name for name in BREAKAGES if name not in ("no licence", "stale manifest")])
def test_running_app_survives_broken_plugin(what: str, stars: Path, page: Page) -> None:
    import subprocess

    BREAKAGES[what].break_(stars)
    place = installed_anyway(stars)
    name = "textbox" if what == "name clash" else "stars"
    env = {**without_node(), "PYTHONPATH": str(place)}
    process = subprocess.Popen(
        [sys.executable, "-c", SURVIVE.format(name=name)],
        env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        url = next(line for line in process.stdout if line.startswith("http")).strip()
        page.goto(url)
        page.get_by_label("Name").last.fill("Ada")
        page.get_by_label("Name").last.press("Enter")

        expect(page.get_by_label("Greeting")).to_have_value("Hello Ada")
    finally:
        process.communicate(timeout=30)
    assert process.returncode == 0


def installed_anyway(project: Path) -> Path:
    """Put the broken files where an installer would: no hook could stop a wheel made by other means."""
    import shutil

    place = project / "site"
    shutil.copytree(project / "src", place)
    bundle = place / "pegboard_stars" / "_frontend" / "stars"
    for file in (project / "frontend").glob("*"):
        shutil.copy(file, bundle / file.name)
    text = (project / "pyproject.toml").read_text()
    alias = "textbox" if 'textbox = "' in text else "stars"
    info = place / "pegboard_stars-0.1.0.dist-info"
    (info / "extra_metadata").mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.4\nName: pegboard-stars\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text(
        f"[pegboard.components]\n{alias} = pegboard_stars:Stars\n\n"
        "[pegboard.manifest]\npegboard-stars = pegboard_stars:pegboard.json\n"
    )
    shutil.copy(project / "src" / "pegboard_stars" / "pegboard.json", info / "extra_metadata" / "pegboard.json")
    return place


def test_a_missing_browser_is_one_thing_to_mend(stars: Path, tmp_path: Path) -> None:
    env = without_node(PEGBOARD_CHROMIUM=str(tmp_path / "no-chromium"))

    said = pegboard("component", "check", folder=stars, env=env, code=1).stdout

    assert said.count("No Chromium could be started") == 1
    assert "promises could not be tested" in said and "1 to mend" in said
    assert "Sync API" not in said


def test_warnings_fail_only_when_strict(stars: Path) -> None:
    (stars / "src" / "pegboard_stars" / "py.typed").unlink()

    relaxed, found = findings(stars, "--only", "wheel")
    strict, _ = findings(stars, "--only", "wheel", "--strict")

    assert [finding["level"] for finding in found] == ["warning"]
    assert (relaxed, strict) == (0, 1)


def test_size_budget_is_held(stars: Path) -> None:
    text = (stars / "pyproject.toml").read_text()
    (stars / "pyproject.toml").write_text(text.replace("budget_kb = 20", "budget_kb = 0.1"))
    run([sys.executable, "-m", "pegboard_cli", "manifest"], stars, env=dict(os.environ))

    code, found = findings(stars, "--only", "bundle")

    assert code == 1
    assert any(f["check"] == "size" and "budget 0.1 KB" in f["what"] for f in found)


def test_a_folder_without_a_component_is_refused(tmp_path: Path) -> None:
    done = pegboard("component", "check", folder=tmp_path, code=1)

    assert "no pyproject.toml" in done.stderr
