"""`pegboard run` and `pegboard component dev`, as an author sees them: one page that follows every edit."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cli.tests.kit import copy, pegboard, serving, without_node

# Generous, for a machine that does much else; nothing waits longer than it must.
SLOW = 170_000

APP = '''
import pathlib
import pegboard as pb

class Badge(pb.Component):
    """A word in a box."""

    value: str | None = None

    change = pb.Event(doc="the word changed")
    _esm = pathlib.Path(__file__).parent / "badge.js"

with pb.Blocks() as demo:
    name = pb.Textbox(label="Name")
    greeting = pb.Textbox(label="Greeting")
    badge = Badge(value="word", label="Badge")
    name.submit(lambda text: f"Hello {1 / len(text):.0f} {text}", name, greeting)

demo.launch()
'''
BADGE = "export default { render({ model, el }) { el.textContent = `first ${model.get('value')}`; } };\n"


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.mark.timeout(900)
def test_run_follows_edits_keeps_values_and_shows_tracebacks(tmp_path: Path, page: Page) -> None:
    script = tmp_path / "app.py"
    script.write_text(APP)
    (tmp_path / "badge.js").write_text(BADGE)
    with serving("run", "app.py", folder=tmp_path, env=without_node()) as url:
        page.goto(url)
        page.get_by_label("Name").fill("A")
        page.get_by_label("Name").press("Enter")
        expect(page.get_by_label("Greeting")).to_have_value("Hello 1 A")

        # The script: the page is drawn anew with the values that it had.
        edit(script, 'label="Greeting"', 'label="Salute"')
        expect(page.get_by_label("Salute")).to_have_value("Hello 1 A", timeout=SLOW)
        expect(page.get_by_label("Name")).to_have_value("A")

        # A module beside it: swapped in place, the page stays.
        page.evaluate("() => { window.stays = true; }")
        edit(tmp_path / "badge.js", "first", "second")
        expect(page.get_by_text("second word")).to_be_visible(timeout=SLOW)
        assert page.evaluate("() => window.stays") is True

        # A function that fails: its traceback, over the page.
        page.get_by_label("Name").fill("")
        page.get_by_label("Name").press("Enter")
        failed = page.get_by_role("alert").filter(has_text="A function failed")
        expect(failed).to_contain_text("ZeroDivisionError", timeout=SLOW)
        expect(failed).to_contain_text("app.py")

        # A script that fails: its traceback over the page, which comes back when it is mended.
        page.get_by_label("Name").fill("B")
        edit(script, "\nwith pb.Blocks", "\nbroken(\nwith pb.Blocks")
        expect(page.get_by_role("alert").filter(has_text="script failed")).to_contain_text("SyntaxError", timeout=SLOW)
        edit(script, "\nbroken(\n", "\n")
        expect(page.get_by_role("alert").filter(has_text="script failed")).to_have_count(0, timeout=SLOW)
        expect(page.get_by_label("Name")).to_have_value("B", timeout=SLOW)


@pytest.mark.timeout(900)
def test_run_of_a_broken_script_shows_its_traceback_until_it_is_mended(tmp_path: Path, page: Page) -> None:
    script = tmp_path / "app.py"
    script.write_text("import pegboard as pb\n\nraise SystemError('<b>not yet</b>')\n")
    with serving("run", "app.py", folder=tmp_path, env=without_node()) as url:
        page.goto(url)
        expect(page.get_by_role("heading", name="The app's script failed")).to_be_visible()
        expect(page.get_by_text("SystemError: <b>not yet</b>").first).to_be_visible()

        script.write_text("import pegboard as pb\n\ndemo = pb.Interface(str.upper, 'text', 'text', title='Mended')\n")

        expect(page.get_by_role("heading", name="Mended")).to_be_visible(timeout=SLOW)


@pytest.mark.timeout(900)
def test_run_reads_the_names_that_reload_mode_has(tmp_path: Path, page: Page) -> None:
    app, library = tmp_path / "app", tmp_path / "library"
    app.mkdir()
    library.mkdir()
    (library / "words.py").write_text("TITLE = 'Before'\n")
    (app / "app.py").write_bytes(
        "import sys\nsys.path.insert(0, '../library')\nimport pegboard as pb, words\n"
        "other = pb.Interface(str.lower, 'text', 'text', title='Not this one')\n"
        "mine = pb.Interface(str.upper, 'text', 'text', title=words.TITLE, description='café')\n".encode("latin-1")
    )
    names = {
        "GRADIO_WATCH_DEMO_NAME": "mine", "PEGBOARD_WATCH_DIRS": "../library", "PEGBOARD_WATCH_ENCODING": "latin-1",
    }  # fmt: skip
    with serving("run", "app.py", folder=app, env=without_node(**names)) as url:
        page.goto(url)
        expect(page.get_by_role("heading", name="Before")).to_be_visible()
        expect(page.get_by_text("café")).to_be_visible()

        (library / "words.py").write_text("TITLE = 'After'\n")

        expect(page.get_by_role("heading", name="After")).to_be_visible(timeout=SLOW)


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--watch-dir", "missing"], "does not exist"), (["--encoding", "utf-99"], "utf-99")],
)
def test_run_refuses_a_folder_and_an_encoding_that_are_not_there(
    tmp_path: Path, options: list[str], words: str
) -> None:
    (tmp_path / "app.py").write_text("import pegboard as pb\n")

    said = pegboard("run", "app.py", *options, folder=tmp_path, code=1)

    assert words in said.stderr and "expected" in said.stderr


@pytest.mark.timeout(900)
def test_dev_of_plain_javascript_swaps_modules_and_styles_in_place(stars: Path, page: Page) -> None:
    with serving("component", "dev", folder=stars, env=without_node()) as url:
        page.goto(url)
        given = page.get_by_role("radiogroup", name="Change it")
        shown = page.get_by_role("radiogroup", name="What the function got")
        given.get_by_role("radio", name="3", exact=True).check()
        expect(shown.get_by_role("radio", name="3", exact=True)).to_be_checked()
        page.evaluate("() => { window.stays = true; }")

        edit(stars / "frontend" / "index.js", '"★"', '"♥"')
        expect(given).to_contain_text("♥", timeout=SLOW)
        edit(stars / "frontend" / "style.css", "font-size: 1.75rem", "font-size: 31px")
        expect(given.locator("label").first).to_have_css("font-size", "31px", timeout=SLOW)
        expect(given.get_by_role("radio", name="3", exact=True)).to_be_checked()
        # Drawn once, and its old listeners are gone: one choice is one event.
        given.get_by_role("radio", name="2", exact=True).check()
        expect(shown.get_by_role("radio", name="2", exact=True)).to_be_checked()

        good = (stars / "frontend" / "index.js").read_text()
        (stars / "frontend" / "index.js").write_text("export default {\n  render( {\n")
        problem = page.get_by_role("alert").filter(has_text="An error in the page")
        expect(problem).to_contain_text("frontend/index.js:", timeout=SLOW)
        (stars / "frontend" / "index.js").write_text(good)
        expect(problem).to_have_count(0, timeout=SLOW)
        assert page.evaluate("() => window.stays") is True

        # The class: the app starts again, the value stays.
        edit(stars / "src" / "pegboard_stars" / "component.py", "default=5", "default=6")
        expect(given.get_by_role("radio")).to_have_count(6, timeout=SLOW)
        expect(given.get_by_role("radio", name="2", exact=True)).to_be_checked()


@pytest.mark.timeout(900)
def test_inspector_shows_state_events_and_what_the_contract_forbids(stars: Path, page: Page) -> None:
    edit(stars / "frontend" / "index.js", 'pegboard?.emit("input");', 'pegboard?.emit("input"); pegboard?.emit("wink");')
    with serving("component", "dev", folder=stars, env=without_node()) as url:
        page.goto(url)
        page.get_by_role("radiogroup", name="Change it").get_by_role("radio", name="4", exact=True).check()
        page.get_by_role("button", name="Inspect").click()
        panel = page.get_by_role("complementary", name="Contract inspector")

        expect(panel.locator("dt", has_text="value").locator("+ dd").first).to_have_text("4")
        expect(panel).to_contain_text("event input")
        expect(panel).to_contain_text("'wink', which its class does not declare")

        panel.get_by_label("option value").fill("9")
        expect(panel).to_contain_text("value is 9, expected at most 5")
        panel.get_by_label("option maximum").fill("3")
        expect(page.get_by_role("radiogroup", name="Change it").get_by_role("radio")).to_have_count(3)
        page.get_by_role("button", name="Inspect").click()
        expect(panel).to_have_count(0)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", ["svelte", "react"])
def test_dev_with_vite_replaces_modules_and_names_places_in_the_sources(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, page: Page
) -> None:
    project = copy(request.getfixturevalue(f"{kind}_project"), tmp_path)
    ending = "svelte" if kind == "svelte" else "tsx"
    (source,) = (project / "frontend").glob(f"*.{ending}")
    with serving("component", "dev", folder=project) as url:
        page.goto(url)
        given = page.get_by_role("radiogroup", name="Change it")
        shown = page.get_by_role("radiogroup", name="What the function got")
        given.get_by_role("radio", name="3", exact=True).check(timeout=SLOW)
        expect(shown.get_by_role("radio", name="3", exact=True)).to_be_checked(timeout=SLOW)
        page.evaluate("() => { window.stays = true; }")

        edit(source, "★", "♥")
        expect(given).to_contain_text("♥", timeout=SLOW)
        expect(given.get_by_role("radio", name="3", exact=True)).to_be_checked()
        style = source if kind == "svelte" else project / "frontend" / "style.css"
        edit(style, "font-size: 1.75rem", "font-size: 31px")
        expect(given.locator("label").first).to_have_css("font-size", "31px", timeout=SLOW)
        # Styles stay in the component's own elements, without a style element.
        assert page.locator("style[data-vite-dev-id]").count() == 0
        assert page.evaluate("() => window.stays") is True

        good = source.read_text()
        edit(source, "numbers as number" if kind == "svelte" else "return (", "numbers as" if kind == "svelte" else "return ((")
        problem = page.get_by_role("alert").filter(has_text="cannot be built")
        expect(problem).to_contain_text(source.name, timeout=SLOW)
        source.write_text(good)
        expect(problem).to_have_count(0, timeout=SLOW)

        edit(source, "function choose(number: number): void {", 'function choose(number: number): void {\n\t\tif (number === 1) throw new Error("not one");')
        expect(given.get_by_role("radio", name="1", exact=True)).to_be_visible()
        failed = page.get_by_role("alert").filter(has_text="An error in the page")

        def choose() -> None:
            given.get_by_role("radio", name="2", exact=True).check()
            given.get_by_role("radio", name="1", exact=True).click()
            expect(failed).to_contain_text(f"frontend/{source.name}:", timeout=5000)

        eventually(choose)


def eventually(attempt: object, tries: int = 8) -> None:
    """Try an action that depends on an edit which has no mark of its own in the page."""
    for left in range(tries, 0, -1):
        try:
            attempt()  # type: ignore[operator]
            return
        except AssertionError:
            if left == 1:
                raise
