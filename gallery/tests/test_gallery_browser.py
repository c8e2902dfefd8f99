"""What a person does in the gallery: look, search, try, install, compose; on any screen, by keyboard."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from gallery.tests import picture
from gallery.tests.support import gallery_process, make_catalogue, make_wheel, unpack
from pegboard_gallery import demo
from pegboard_gallery.packages import entry_of_wheel

Open = Callable[..., Page]
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A gallery over what is installed here."""
    with gallery_process() as found:
        yield found


def live(page: Page, title: str):
    """Return what is inside a live example's frame."""
    return page.frame_locator(f'iframe[title="{title}"]')


def cards(page: Page):
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", level=2))


# -- browse -----------------------------------------------------------------------------------------------


def test_cards_show_components_alive(address: str, open_page: Open) -> None:
    page = open_page(address)

    expect(page.get_by_role("link", name="Slider", exact=True)).to_be_visible()
    page.get_by_label("Search components").fill("checkbox")
    thumb = page.frame_locator("li iframe").first
    expect(thumb.locator("input[type=checkbox]")).to_be_checked()


def test_search_by_python_type_finds_what_can_show_it(address: str, open_page: Open) -> None:
    page = open_page(address)
    page.get_by_label("Search components").fill("what can show a numpy.ndarray?")

    expect(page.get_by_role("link", name="Image", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Slider", exact=True)).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text("that can show")


@pytest.mark.parametrize("asked", ["what can show a PIL image?", "show numpy arrays"])
def test_a_type_may_be_said_as_people_say_it(address: str, open_page: Open, asked: str) -> None:
    page = open_page(address)
    page.get_by_label("Search components").fill(asked)

    expect(page.get_by_role("link", name="Image", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Slider", exact=True)).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text("that can show")


def test_what_shows_a_type_and_what_takes_it_are_two_questions(address: str, open_page: Open) -> None:
    page = open_page(address)
    box = page.get_by_label("Search components")
    box.fill("what can show a dict?")
    expect(page.get_by_role("link", name="JSON", exact=True)).to_be_visible()

    box.fill("what can take a dict?")

    expect(page.get_by_role("link", name="JSON", exact=True)).to_have_count(0)


def test_tags_find_and_the_best_match_comes_first(address: str, open_page: Open) -> None:
    page = open_page(address)
    page.get_by_label("Search components").fill("combobox")

    expect(cards(page)).to_have_count(1)
    expect(cards(page).first).to_contain_text("Dropdown")


def test_a_typo_is_answered_with_a_suggestion(address: str, open_page: Open) -> None:
    page = open_page(address)
    page.get_by_label("Search components").fill("sldier")

    page.get_by_role("button", name="Slider", exact=True).click()

    expect(page.get_by_role("link", name="Slider", exact=True)).to_be_visible()


def test_a_search_survives_reload_and_can_be_shared(address: str, open_page: Open) -> None:
    page = open_page(f"{address}#/?q=slider")
    expect(page.get_by_label("Search components")).to_have_value("slider")
    expect(page.get_by_role("link", name="Slider", exact=True)).to_be_visible()


def test_filters_narrow_and_clear(address: str, open_page: Open) -> None:
    page = open_page(address)
    expect(page.get_by_role("link", name="Slider", exact=True)).to_be_visible()
    page.get_by_role("group", name="Kind").get_by_label("Number").check()

    expect(page.get_by_role("link", name="Textbox", exact=True)).to_have_count(0)
    expect(page.get_by_role("link", name="Slider", exact=True)).to_be_visible()
    page.get_by_role("button", name="Clear all").click()
    expect(page.get_by_role("link", name="Textbox", exact=True)).to_be_visible()


def test_everything_can_be_reached_by_keyboard(address: str, open_page: Open) -> None:
    page = open_page(address)
    expect(page.get_by_role("link", name="Slider", exact=True)).to_be_visible()

    page.keyboard.press("/")
    page.keyboard.type("slider")
    expect(cards(page).first).to_contain_text("Slider")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Slider", exact=True)).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Slider")


def test_a_thousand_entries_are_searched_as_one_types(tmp_path: Path, open_page: Open) -> None:
    catalogue = make_catalogue(tmp_path / "many.json", 1000)
    with gallery_process("--catalogue", str(catalogue)) as address:
        page = open_page(address)
        expect(page.get_by_role("status").first).to_contain_text("10")
        box = page.get_by_label("Search components")

        box.fill("what can show a pandas.DataFrame and chart")
        expect(page.get_by_role("status").first).to_contain_text("components")
        box.fill("far777")
        expect(cards(page)).to_have_count(1)
        box.fill("")
        page.get_by_role("group", name="Status").get_by_label("Available").check()
        expect(page.get_by_role("status").first).to_contain_text("1000")
        # Not all at once: the list grows as one scrolls.
        assert cards(page).count() < 200
        box.fill("far9")
        expect(page.get_by_role("status").first).to_contain_text("111")


# -- a component's page --------------------------------------------------------------------------------


def test_the_playground_changes_the_component_and_the_code(address: str, open_page: Open) -> None:
    page = open_page(f"{address}#/c/pegboard-slider--Slider")
    slider = live(page, "Slider, live example").get_by_role("slider")
    expect(slider).to_have_value("62")

    page.get_by_label("maximum").fill("70")
    page.get_by_label("label", exact=True).fill("Volume")

    expect(slider).to_have_attribute("max", "70")
    expect(live(page, "Slider, live example").get_by_text("Volume")).to_be_visible()
    expect(page.get_by_role("region", name="Interface code")).to_contain_text('pb.Slider(maximum=70, label="Volume")')
    page.get_by_role("button", name="Reset maximum").click()
    expect(page.get_by_role("region", name="Interface code")).to_contain_text('pb.Slider(label="Volume")')


def test_what_a_person_does_in_the_example_is_told(address: str, open_page: Open) -> None:
    page = open_page(f"{address}#/c/pegboard-slider--Slider")
    live(page, "Slider, live example").get_by_role("slider").press("ArrowRight")

    expect(page.get_by_test_id("value")).not_to_have_text("62")
    expect(page.get_by_label("Playground").get_by_role("listitem").filter(has_text="release").first).to_be_visible()


def test_a_wrong_parameter_is_refused_at_its_field(address: str, open_page: Open) -> None:
    page = open_page(f"{address}#/c/pegboard-slider--Slider")

    page.get_by_label("maximum").fill("many")

    expect(page.get_by_text("This should be a number.")).to_be_visible()
    expect(page.get_by_role("region", name="Interface code")).to_contain_text("pb.Slider()")


def test_the_example_is_sealed_off(address: str, open_page: Open) -> None:
    page = open_page(f"{address}#/c/pegboard-slider--Slider", is_refused=True)
    frame = page.locator('iframe[title="Slider, live example"]')
    expect(live(page, "Slider, live example").get_by_role("slider")).to_be_visible()

    assert frame.get_attribute("sandbox") == "allow-scripts"
    inside = frame.element_handle().content_frame()
    assert inside.evaluate("window.origin") == "null"
    assert inside.evaluate("(() => { try { return parent.document.title } catch { return 'refused' } })()") == "refused"
    assert inside.evaluate("fetch(location.href).then(() => 'reached', () => 'refused')") == "refused"
    assert inside.evaluate("(() => { try { localStorage.x = 1; return 'kept' } catch { return 'refused' } })()") == "refused"


def test_four_views_stand_side_by_side(address: str, open_page: Open) -> None:
    page = open_page(f"{address}#/c/pegboard-textbox--Textbox")
    page.get_by_role("heading", name="Side by side").scroll_into_view_if_needed()

    expect(live(page, "Textbox, interactive").get_by_role("textbox")).to_be_editable()
    expect(live(page, "Textbox, read-only").get_by_role("textbox")).not_to_be_editable()
    expect(live(page, "Textbox, dark").locator("html")).to_have_attribute("data-theme", "dark")
    assert page.locator('iframe[title="Textbox, small"]').bounding_box()["width"] == 240


def test_a_components_page_says_all_of_it(address: str, open_page: Open) -> None:
    page = open_page(f"{address}#/c/pegboard-slider--Slider")

    expect(page.get_by_role("row", name="randomize")).to_contain_text("Start at a random position")
    expect(page.get_by_role("row", name="release")).to_contain_text("let go of the slider")
    expect(page.get_by_role("region", name="Payload schema")).to_contain_text('"maximum": 100')
    facts = page.get_by_role("complementary", name="Facts")
    expect(facts).to_contain_text("pegboard-slider")
    expect(facts).to_contain_text("Apache-2.0")
    expect(facts).to_contain_text(">=1.0,<2")
    expect(facts).to_contain_text("Streaming text")
    expect(page.get_by_role("region", name="Install command")).to_have_text("pip install pegboard-slider")


def test_the_script_of_the_playground_runs(address: str, open_page: Open) -> None:
    page = open_page(f"{address}#/c/pegboard-dropdown--Dropdown")
    expect(live(page, "Dropdown, live example").get_by_role("combobox")).to_have_value("Oak")
    page.get_by_label("choices", exact=True).fill('["Elm", "Yew"]')
    expect(live(page, "Dropdown, live example").get_by_role("combobox")).to_have_value("Elm")
    script = page.get_by_role("region", name="Interface code").inner_text()

    assert 'choices=["Elm", "Yew"]' in script
    scope: dict[str, object] = {}
    exec(compile(script.replace(".launch()", ""), "script", "exec"), scope)


def test_a_composed_interface_runs_in_python_and_follows_the_picks(address: str, open_page: Open) -> None:
    page = open_page(f"{address}#/compose?in=pegboard-textbox--Textbox&out=pegboard-label--Label")
    page.get_by_role("button", name="Run in Python").click()
    app = live(page, "The Interface, running")
    expect(app.get_by_role("heading", name="My app")).to_be_visible()

    page.get_by_label("Add an input").select_option("pegboard-slider--Slider")
    page.get_by_label("Add an output").select_option("pegboard-textbox--Textbox")
    page.get_by_label("Label of Slider").fill("Strength")
    expect(app.get_by_label("Strength").first).to_be_visible()
    app.get_by_label("Strength").first.fill("40")
    app.get_by_label("textbox", exact=True).fill("Hi")
    app.get_by_role("button", name="Submit").click()

    expect(app.get_by_label("output 1")).to_have_value("textbox: 'Hi'\nStrength: 40")
    expect(app.get_by_text("90%")).to_be_visible()
    page.get_by_role("button", name="Preview").click()
    expect(live(page, "Preview of the Interface").get_by_text("Strength")).to_be_visible()


# -- while it runs -------------------------------------------------------------------------------------


def test_a_plugin_installed_and_removed_elsewhere_comes_and_goes(tmp_path: Path, open_page: Open) -> None:
    site = tmp_path / "site"
    with gallery_process(site=site) as address:
        page = open_page(address)
        expect(page.get_by_role("link", name="Slider", exact=True)).to_be_visible()
        expect(page.get_by_role("link", name="Bell", exact=True)).to_have_count(0)

        unpack(make_wheel(tmp_path), site)
        page.get_by_role("link", name="Bell", exact=True).click()
        bell = live(page, "Bell, live example").get_by_role("button")
        expect(bell).to_have_text("Rings: 3!")
        bell.click()
        expect(bell).to_have_text("Rings: 4!")
        expect(page.get_by_test_id("value")).to_have_text("4")

        shutil.rmtree(site / "acme_bell")
        shutil.rmtree(site / "acme_bell-1.2.0.dist-info")
        expect(page.get_by_role("alert")).to_contain_text("cannot be shown")
        page.get_by_role("link", name="All components").click()
        expect(page.get_by_role("link", name="Slider", exact=True)).to_be_visible()
        expect(page.get_by_role("link", name="Bell", exact=True)).to_have_count(0)


def test_a_broken_plugin_is_a_card_with_its_reason(tmp_path: Path, open_page: Open) -> None:
    site = tmp_path / "site"
    site.mkdir()
    unpack(make_wheel(tmp_path, "acme-gong", name="gong", class_name="Gong", protocol=">=9.0"), site)
    with gallery_process(site=site) as address:
        page = open_page(f"{address}#/?status=broken")
        expect(cards(page)).to_have_count(1)
        expect(cards(page).first).to_contain_text("it needs the component contract >=9.0")

        page.get_by_role("link", name="Gong").click()

        expect(page.get_by_role("alert")).to_contain_text("upgrade pegboard-core")


def test_installing_from_the_page_asks_shows_the_log_and_needs_no_restart(tmp_path: Path, open_page: Open) -> None:
    """The index is the one that pip is set up for: here, a folder named by pip's own variables."""
    wheel = make_wheel(tmp_path / "index")
    entry = entry_of_wheel(wheel)
    (tmp_path / "catalogue.json").write_text(json.dumps([entry]))
    site = tmp_path / "site"
    pip = {
        "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path / "index"), "PIP_NO_DEPS": "1", "PIP_TARGET": str(site),
    }
    with gallery_process(
        "--catalogue", str(tmp_path / "catalogue.json"), "--allow-install", site=site, environment=pip
    ) as address:
        page = open_page(f"{address}#/c/acme-bell--Bell")
        expect(page.get_by_role("region", name="Install command")).to_have_text("pip install acme-bell==1.2.0")
        page.get_by_role("button", name="uv").click()
        expect(page.get_by_role("region", name="Install command")).to_have_text("uv pip install acme-bell==1.2.0")
        expect(page.get_by_text("Available", exact=True)).to_be_visible()

        page.get_by_role("button", name="Install", exact=True).click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("Install acme-bell 1.2.0?")
        assert not list(site.glob("acme_bell*"))
        dialog.get_by_role("button", name="Install").click()

        expect(dialog.get_by_role("log")).to_contain_text("Successfully installed acme-bell-1.2.0", timeout=90_000)
        expect(dialog.get_by_role("heading")).to_have_text("acme-bell is installed")
        dialog.get_by_role("button", name="Close").click()
        expect(page.get_by_text("Installed", exact=True)).to_be_visible()
        expect(live(page, "Bell, live example").get_by_role("button")).to_have_text("Rings: 3!")


def test_without_the_flag_there_is_a_command_but_no_button(tmp_path: Path, open_page: Open) -> None:
    (tmp_path / "catalogue.json").write_text(json.dumps([entry_of_wheel(make_wheel(tmp_path), relative_to=tmp_path)]))
    with gallery_process("--catalogue", str(tmp_path / "catalogue.json")) as address:
        page = open_page(f"{address}#/c/acme-bell--Bell")

        expect(live(page, "Bell, live example").get_by_role("button")).to_have_text("Rings: 3!")
        expect(page.get_by_role("region", name="Install command")).to_be_visible()
        expect(page.get_by_role("button", name="Install", exact=True)).to_have_count(0)


def test_versions_of_a_component_are_listed_with_the_installed_one(tmp_path: Path, open_page: Open) -> None:
    wheels = [make_wheel(tmp_path / "wheels", version=version) for version in ("1.2.0", "1.10.0")]
    unpack(wheels[0], tmp_path / "site")
    (tmp_path / "catalogue.json").write_text(json.dumps([entry_of_wheel(wheel) for wheel in wheels]))
    with gallery_process("--catalogue", str(tmp_path / "catalogue.json"), site=tmp_path / "site") as address:
        page = open_page(f"{address}#/c/acme-bell--Bell")

        rows = page.locator(".versions li")
        expect(rows).to_have_count(2)
        expect(rows.nth(0)).to_contain_text("1.10.0")
        expect(rows.nth(1)).to_contain_text("installed")


# -- demos and compose --------------------------------------------------------------------------------


def test_demos_are_searched_by_feature_and_component(address: str, open_page: Open) -> None:
    page = open_page(f"{address}#/demos")
    box = page.get_by_label("Search demos")
    box.fill("cancel")
    expect(page.get_by_role("link", name="Cancel")).to_be_visible()
    expect(page.get_by_role("link", name="Hello world")).to_have_count(0)

    box.fill("image")
    expect(page.get_by_role("link", name="Image filter")).to_be_visible()
    box.fill("")
    page.get_by_role("button", name="streaming", exact=True).click()
    expect(page.get_by_role("link", name="Streaming text")).to_be_visible()
    expect(page.get_by_role("link", name="Tabs")).to_have_count(0)


def test_a_demo_runs_inside_the_gallery(address: str, open_page: Open) -> None:
    page = open_page(f"{address}#/d/hello_world")
    expect(page.get_by_role("region", name="Source")).to_contain_text("pb.Interface(fn=greet")

    page.get_by_role("button", name="Run").click()
    app = live(page, "Hello world, running")
    app.get_by_label("name").fill("Ada")
    app.get_by_role("button", name="Submit").click()

    expect(app.get_by_label("output")).to_have_value("Hello Ada!")


def test_an_interface_is_composed_shown_and_copied(address: str, open_page: Open) -> None:
    page = open_page(f"{address}#/compose")
    page.get_by_label("Add an input").select_option("pegboard-textbox--Textbox")
    page.get_by_label("Add an input").select_option("pegboard-slider--Slider")
    page.get_by_label("Add an output").select_option("pegboard-label--Label")
    page.get_by_label("Label of Slider").fill("Strength")

    preview = live(page, "Preview of the Interface")
    expect(preview.get_by_text("Strength")).to_be_visible()
    preview.get_by_role("button", name="Submit").click()
    expect(preview.get_by_text("90%")).to_be_visible()
    script = page.get_by_role("region", name="Script").inner_text()
    assert "def run(textbox, slider):" in script
    scope: dict[str, object] = {}
    exec(compile(script.replace(".launch()", ""), "script", "exec"), scope)


def test_the_page_of_make_demo_leads_to_the_gallery_and_its_demos(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "APPS", {"Hello slider": "hello_slider"})
    tabs = demo.build()
    try:
        page = open_page(demo.serve(tabs, server_port=0, quiet=True))
        page.get_by_role("link", name="The gallery").click()
        expect(page.get_by_role("link", name="Slider", exact=True)).to_be_visible()

        page.get_by_role("link", name="Demos").click()
        page.get_by_role("link", name="Live", exact=True).click()
        page.get_by_role("button", name="Run").click()
        app = live(page, "Live, running")
        app.get_by_label("Text").fill("one two three")
        expect(app.get_by_label("Words")).to_have_value("3")
        page.get_by_role("link", name="App", exact=True).click()
        expect(page.get_by_role("tab", name="Hello slider")).to_be_visible()
    finally:
        tabs.close()


# -- every screen and every eye -----------------------------------------------------------------------

PLACES = ["#/", "#/c/pegboard-slider--Slider", "#/demos", "#/d/cancel", "#/compose?in=pegboard-textbox--Textbox&out=pegboard-label--Label"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_a_rule_of_accessibility(address: str, open_page: Open, place: str, scheme: str) -> None:
    page = open_page(address + place, color_scheme=scheme)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Loading…")).to_have_count(0)

    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, { iframes: false })")

    assert [
        (rule["id"], [node["html"][:160] for node in rule["nodes"]][:3]) for rule in found["violations"]
    ] == []


@pytest.mark.parametrize("place", PLACES)
def test_no_page_scrolls_sideways_on_a_telephone(address: str, open_page: Open, place: str) -> None:
    page = open_page(address + place, viewport={"width": 390, "height": 844})
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Loading…")).to_have_count(0)

    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_theme_follows_the_system_and_then_the_person(address: str, open_page: Open) -> None:
    page = open_page(f"{address}#/c/pegboard-slider--Slider", color_scheme="dark")
    inside = live(page, "Slider, live example").locator("html")
    expect(inside).to_have_attribute("data-theme", "dark")

    page.get_by_role("button", name="Light theme").click()

    expect(inside).to_have_attribute("data-theme", "light")
    page.reload()
    expect(live(page, "Slider, live example").locator("html")).to_have_attribute("data-theme", "light")


def test_the_picture_for_the_readme_is_sharp_and_small(address: str, open_page: Open, tmp_path: Path) -> None:
    page = open_page(address, viewport=picture.SIZE)

    picture.take(page, address, tmp_path / "gallery.png")

    with Image.open(tmp_path / "gallery.png") as taken:
        assert taken.size == (picture.SIZE["width"], picture.SIZE["height"])
    assert (tmp_path / "gallery.png").stat().st_size < 200_000
    assert 0 < picture.TARGET.stat().st_size < 200_000
