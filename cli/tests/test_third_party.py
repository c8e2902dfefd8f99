"""Three components that strangers made with the kit, each around a library that many know: built outside of
this repository, installed from wheels on a machine without Node, used by name.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cli.tests.kit import REPOSITORY, Environment, new, pegboard, run, without_node
from cli.tests.test_guide import steps

STRANGERS = Path(__file__).parent / "strangers"

APP = """
import sys
import pegboard as pb

def compare(strokes):
    count = len(strokes or [])
    places = [{"latitude": 52.5, "longitude": 13.4, "name": "Berlin"}, {"latitude": -1.3, "longitude": 36.8, "name": "Nairobi"}]
    return places[:count], ("one\\ntwo\\n", "one\\nthree\\n"), f"{count} strokes"

demo = pb.Interface(compare, "signature", ["worldmap", "codediff", "text"], title="Strangers")
_, url, _ = demo.launch(server_name="127.0.0.1", server_port=0, prevent_thread_lock=True, quiet=True)
print(url, flush=True)
sys.stdin.read()
"""


def fill(project: Path, source: Path, **dependencies: str) -> None:
    """Put a stranger's files into a fresh project, and say what it is built with."""
    shutil.copytree(source, project, dirs_exist_ok=True)
    (project / "tests" / "test_component.py").unlink()
    package = json.loads((project / "package.json").read_text())
    package["devDependencies"].update(dependencies)
    (project / "package.json").write_text(json.dumps(package, indent=2))
    settings = project / "pyproject.toml"
    text = settings.read_text().replace('returns = ["float"]', "returns = []")
    settings.write_text(text.replace("budget_kb = 20", "budget_kb = 60"))


@pytest.fixture(scope="module")
def wheels(svelte_project: Path, react_project: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The three wheels. What npm fetches is shared with other tests' projects, to fetch it once."""
    folder = tmp_path_factory.mktemp("strangers")
    common = ("--kind", "output", "--no-install")
    world = new(folder, "WorldMap", *common, "--frontend", "svelte", "--distribution", "acme-worldmap")
    code = new(folder, "CodeDiff", *common, "--frontend", "react", "--distribution", "acme-codediff")
    for project, source, host, library in (
        (world, "map", svelte_project, ("leaflet", "1.9.4")),
        (code, "diff", react_project, ("diff", "8.0.2")),
    ):
        fill(project, STRANGERS / source, **dict([library]))
        if not (host / "node_modules" / library[0]).exists():
            run(["npm", "install", "--no-save", "--no-fund", "--no-audit", "@".join(library)], host)
        (project / "node_modules").symlink_to(host / "node_modules")
    (world / "frontend" / "WorldMap.svelte").unlink()

    signature = new(folder, "Signature", "--frontend", "vanilla", "--no-install", env=without_node())
    shutil.rmtree(folder / "unpacked", ignore_errors=True)
    run(["npm", "pack", "signature_pad@5.1.4", "--silent"], folder)
    shutil.unpack_archive(folder / "signature_pad-5.1.4.tgz", folder / "unpacked", "gztar")
    for step in steps(REPOSITORY / "docs" / "guide" / "wrap-a-library.md"):
        if step.file is not None:
            (signature / step.file).write_text(step.text)
    shutil.copy(folder / "unpacked" / "package" / "dist" / "signature_pad.js", signature / "frontend")
    (signature / "tests" / "test_component.py").unlink()

    made = []
    for project in (world, code, signature):
        pegboard("component", "build", folder=project)
        made += (project / "dist").glob("*.whl")
    return made


@pytest.mark.timeout(600)
def test_three_strangers_work_together_by_name_without_node(
    wheels: list[Path], users_machine: Environment, page: Page
) -> None:
    users_machine.install(*map(str, wheels))
    problems: list[str] = []
    page.on("pageerror", lambda problem: problems.append(str(problem)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    env = without_node(PATH=str(users_machine.python.parent))
    process = subprocess.Popen(
        [str(users_machine.python), "-c", APP], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        page.goto(process.stdout.readline().strip())
        canvas = page.locator("canvas")
        expect(canvas).to_be_visible()
        box = canvas.bounding_box()
        assert box is not None
        for row in (30, 60):
            page.mouse.move(box["x"] + 20, box["y"] + row)
            page.mouse.down()
            page.mouse.move(box["x"] + 120, box["y"] + row + 20, steps=8)
            page.mouse.up()
        page.get_by_role("button", name="Submit").click()

        expect(page.get_by_role("textbox")).to_have_value("2 strokes")
        expect(page.locator("path.leaflet-interactive")).to_have_count(2)
        expect(page.get_by_text("Nairobi")).to_be_visible()
        expect(page.locator("ins")).to_have_text("three\n")
        expect(page.locator("del")).to_have_text("two\n")
    finally:
        process.communicate(timeout=30)
    assert problems == []


@pytest.mark.timeout(600)
def test_strangers_wheels_carry_no_sources_of_node_and_keep_their_budget(wheels: list[Path]) -> None:
    import zipfile

    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
        assert not any("node_modules" in name or name.endswith((".map", ".tsx", ".ts")) for name in names)
        assert any(name.endswith("/index.js") for name in names)
        assert wheel.stat().st_size < 400_000
