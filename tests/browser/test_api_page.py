"""The "Use via API" page: the very snippets that it shows are run; its form calls the endpoints."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

import pegboard as pb

JS_FOLDER = Path(__file__).parents[1] / "integration" / "js"
SLOW = 30_000


def app() -> pb.Blocks:
    """Endpoints with values that are awkward to write down: quotes, lists, files, steps."""
    with pb.Blocks(title="Snippets") as demo:
        name = pb.Textbox("it's \"me\"\n", label="Name")
        number, sure = pb.Slider(0, 10, value=2.5, label="Number"), pb.Checkbox(True, label="Sure")
        many = pb.Dropdown(["a", "b"], value=["b"], multiselect=True, label="Many")
        data = pb.JSON({"x": [None, True, 1.5]}, label="Data")
        picture, out = pb.Image(label="Picture"), pb.Textbox(label="Out")

        def values(name: str, number: float, sure: bool, many: list[str], data: Any) -> str:
            """Write the arguments down."""
            return f"<{name!r} {number} {sure} {many} {data}>"

        def size(picture: Any) -> str:
            return f"<{picture.shape[1]} x {picture.shape[0]}>"

        def steps(name: str) -> Any:
            yield "<one>"
            yield "<two>"

        button = pb.Button("Go")
        button.click(values, [name, number, sure, many, data], out)
        button.click(size, picture, out)
        button.click(steps, name, out)
        button.click(lambda: "<nothing needed>", None, out, api_name="nothing")
    return demo


EXPECTED = {
    "/values": """<'it\\'s "me"\\n' 2.5 True ['b'] {'x': [None, True, 1.5]}>""",
    "/size": "<9 x 5>",
    "/steps": "<two>",
    "/nothing": "<nothing needed>",
}


def snippets(page: Page, address: str, language: str) -> dict[str, str]:
    page.goto(f"{address}?view=api")
    page.get_by_role("button", name=language, exact=True).click(timeout=SLOW)
    found = {}
    for name in EXPECTED:
        article = page.get_by_role("article", name=name, exact=True)
        found[name] = article.locator("pre").first.text_content(timeout=SLOW) or ""
    return found


def run(language: str, code: str, folder: Path) -> str:
    if language == "JavaScript":
        # Beside the installed client, where Node finds it; files are named from the working folder.
        command = ["node", "--input-type=module", "--eval", code]
        folder = JS_FOLDER
    elif language == "Python":
        command = [sys.executable, "-c", code]
    else:
        command = ["sh", "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, f"{code}\n{done.stderr}"
    return done.stdout.replace('\\"', '"').replace("\\\\", "\\")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a person runs the snippets: with a picture of the name that they are shown."""
    Image.new("RGB", (9, 5), "red").save(tmp_path / "sample.png")
    return tmp_path


@pytest.mark.parametrize("language", ["Python", "curl"])
def test_snippets_run_as_they_are_shown(page: Page, serve: Any, folder: Path, language: str) -> None:
    shown = snippets(page, serve(app()), language)

    printed = {name: run(language, code, folder) for name, code in shown.items()}

    for name, expected in EXPECTED.items():
        assert expected in printed[name], f"{shown[name]}\n{printed[name]}"


def test_javascript_snippets_run_as_they_are_shown(page: Page, serve: Any, folder: Path) -> None:
    if not (JS_FOLDER / "node_modules" / "@gradio" / "client").is_dir():
        subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--no-workspaces"],
            cwd=JS_FOLDER, check=True, capture_output=True,
        )  # fmt: skip
    shown = snippets(page, serve(app()), "JavaScript")
    picture = JS_FOLDER / "sample.png"
    shutil.copyfile(folder / "sample.png", picture)
    try:
        printed = {name: run("JavaScript", code, folder) for name, code in shown.items()}
    finally:
        picture.unlink()

    for name in ("/size", "/steps", "/nothing"):
        assert EXPECTED[name] in printed[name], f"{shown[name]}\n{printed[name]}"
    assert "2.5 True" in printed["/values"]


@pytest.mark.parametrize("language", ["Python", "curl"])
def test_snippets_of_an_app_with_login_log_in(
    page: Page, serve: Any, folder: Path, language: str
) -> None:
    address = serve(app(), auth=("ada", "love-lace"))
    page.goto(address)
    page.get_by_label("Username").or_(page.locator("[name=username]")).first.fill("ada")
    page.locator("[name=password]").fill("love-lace")
    page.locator("[type=submit]").click()
    expect(page.get_by_role("button", name="Go")).to_be_visible(timeout=SLOW)

    code = snippets(page, address, language)["/nothing"]
    filled = code.replace("USER", "ada").replace("PASSWORD", "love-lace")

    assert "love-lace" not in code
    assert EXPECTED["/nothing"] in run(language, filled, folder)


def test_form_calls_the_endpoint_and_shows_what_came_back(
    page: Page, serve: Any, folder: Path
) -> None:
    page.goto(f"{serve(app())}?view=api")
    values = page.get_by_role("article", name="/values", exact=True)
    values.get_by_text("Try it").click(timeout=SLOW)
    values.get_by_label("number").fill("4")
    values.get_by_label("sure").uncheck()
    values.get_by_label("name").fill("Ada")
    values.get_by_role("button", name="Run").click()

    expect(values.get_by_role("status")).to_contain_text("<'Ada' 4 False ['b']", timeout=SLOW)

    size = page.get_by_role("article", name="/size", exact=True)
    size.get_by_text("Try it").click()
    size.get_by_label("picture").set_input_files(folder / "sample.png")
    size.get_by_role("button", name="Run").click()

    expect(size.get_by_role("status")).to_contain_text("<9 x 5>", timeout=SLOW)


def test_form_shows_why_an_argument_was_refused(page: Page, serve: Any) -> None:
    page.goto(f"{serve(app())}?view=api")
    values = page.get_by_role("article", name="/values", exact=True)
    values.get_by_text("Try it").click(timeout=SLOW)
    values.get_by_label("many").fill('["z"]')
    values.get_by_role("button", name="Run").click()

    expect(values.get_by_role("status")).to_contain_text("could not use the value", timeout=SLOW)
