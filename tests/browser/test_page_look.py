"""How a page looks and speaks: themes, the author's css, js and head, languages, first paint, login."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import pegboard as pb


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page in a fresh context, and notes what it may not do."""
    contexts: list[Any] = []

    def open_page(address: str, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.problems = []  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: page.problems.append(str(error)))  # type: ignore[attr-defined]
        page.on(
            "console",
            lambda message: page.problems.append(message.text)  # type: ignore[attr-defined]
            if "Content Security Policy" in message.text
            else None,
        )
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()


def greeter(**options: Any) -> pb.Interface:
    return pb.Interface(lambda name: f"Hello {name}", pb.Textbox(label="Name"), pb.Textbox(label="Greeting"), **options)


def style(page: Page, selector: str, name: str) -> str:
    return str(page.locator(selector).first.evaluate(f"element => getComputedStyle(element)['{name}']"))


# -- themes --------------------------------------------------------------------------------------------


def test_theme_of_launch_wins_and_colours_the_page_before_any_script(serve: Any, opened: Any) -> None:
    demo = greeter(theme="ocean")
    page = opened(serve(demo, theme="monochrome") + "?__theme=light", java_script_enabled=False)

    assert style(page, "body", "backgroundColor") == "rgb(255, 255, 255)"
    assert "serif" in style(page, "body", "fontFamily")
    assert page.problems == []


@pytest.mark.parametrize(("mode", "system"), [("dark", "light"), ("light", "dark")])
def test_address_forces_a_mode_against_the_system(serve: Any, opened: Any, mode: str, system: str) -> None:
    page = opened(serve(greeter(theme="monochrome")) + f"?__theme={mode}", color_scheme=system)

    page.get_by_role("button", name="Submit").wait_for()

    assert page.locator("html").get_attribute("data-theme") == mode
    assert style(page, "body", "backgroundColor") == {"dark": "rgb(0, 0, 0)", "light": "rgb(255, 255, 255)"}[mode]


def test_theme_sheet_is_served_and_variables_of_set_reach_the_page(serve: Any, opened: Any) -> None:
    theme = pb.themes.Soft(radius_size="none").set(
        body_background_fill="#fafad2", body_background_fill_dark="#222200", my_colour="rgb(1, 2, 3)"
    )
    address = serve(greeter(theme=theme, css="h3 { color: var(--my-colour) } footer { color: var(--body-text-color) }"))
    page = opened(address, color_scheme="light")
    page.get_by_role("button", name="Submit").wait_for()

    assert style(page, "body", "backgroundColor") == "rgb(250, 250, 210)"
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--my-colour')") == "rgb(1, 2, 3)"
    page.emulate_media(color_scheme="dark")
    assert style(page, "body", "backgroundColor") == "rgb(34, 34, 0)"
    answer = page.request.get(f"{address}theme.css")
    assert answer.headers["content-type"].startswith("text/css") and "#fafad2" in answer.text()


def test_font_of_a_theme_comes_from_the_app_itself(serve: Any, opened: Any, tmp_path: Path) -> None:
    folder = Path("/usr/share/fonts")
    fonts = sorted(folder.rglob("*.ttf"))
    assert fonts, "Chromium's package brings a font along"
    theme = pb.themes.Base(font=[pb.themes.LocalFont("Brand", fonts[0]), "serif"])
    page = opened(serve(greeter(theme=theme)))
    page.get_by_role("button", name="Submit").wait_for()

    assert style(page, "body", "fontFamily").startswith("Brand")
    loaded = page.evaluate("document.fonts.ready.then(fonts => [...fonts].map(f => [f.family, f.status]))")
    assert loaded == [["Brand", "loaded"]] and page.problems == []


@pytest.mark.parametrize(
    ("theme", "family"),
    [
        ("soft", "Quicksand"), ("monochrome", "Lora"), ("citrus", "Source Sans 3"), ("ember", "Montserrat"),
        ("cyberpunk", "JetBrains Mono"), (pb.themes.Base(font=pb.themes.GoogleFont("Inter")), "Inter"),
        ("default", None),
    ],
)  # fmt: skip
def test_fonts_of_a_theme_come_with_it(serve: Any, opened: Any, theme: Any, family: str | None) -> None:
    page = opened(serve(greeter(theme=theme)))
    page.get_by_role("button", name="Submit").wait_for()

    loaded = page.evaluate("document.fonts.ready.then(fonts => [...fonts].map(f => [f.family, f.status]))")
    used = style(page, "body", "fontFamily").replace('"', "")
    assert ([family, "loaded"] in [[name.strip('"'), status] for name, status in loaded]) == (family is not None)
    assert used.startswith(family or "system-ui") and page.problems == []


# -- css, js, head ---------------------------------------------------------------------------------------


def test_css_and_its_files_are_appended_in_order_and_win(serve: Any, opened: Any, tmp_path: Path) -> None:
    first, second = tmp_path / "a.css", tmp_path / "b.css"
    first.write_text(".pb-footer { color: rgb(9, 9, 9); border-top: 5px solid rgb(9, 9, 9) }", "utf-8")
    second.write_text(".pb-footer { color: rgb(1, 2, 3) } /* größe </style> */", "utf-8")
    page = opened(serve(greeter(css=".pb-footer { color: rgb(8, 8, 8) }", css_paths=[first, second])))
    page.get_by_role("button", name="Submit").wait_for()

    assert style(page, ".pb-footer", "color") == "rgb(1, 2, 3)"
    assert style(page, ".pb-footer", "borderTopWidth") == "5px"
    assert page.problems == []


def test_js_runs_once_when_the_page_opens(serve: Any, opened: Any) -> None:
    page = opened(serve(greeter(), js="() => { document.title += ' ready'; }"))

    expect(page).to_have_title("Pegboard ready")


def test_scripts_and_metas_of_head_work_under_the_strict_policy(serve: Any, opened: Any, tmp_path: Path) -> None:
    more = tmp_path / "more.html"
    more.write_text("<script>\r\nwindow.order.push('file');\r\n</script>", "utf-8")
    head = (
        '<meta name="author" content="Ada"><script>window.order = ["head"];</script>'
        "<style>.pb-footer { outline: 3px solid rgb(4, 5, 6) }</style>"
    )
    page = opened(serve(greeter(head=head, head_paths=[more])))
    page.get_by_role("button", name="Submit").wait_for()

    assert page.locator('meta[name="author"]').get_attribute("content") == "Ada"
    assert page.evaluate("window.order") == ["head", "file"]
    assert style(page, ".pb-footer", "outlineWidth") == "3px"
    assert page.problems == []


def test_script_of_another_origin_in_head_is_not_loaded_and_the_start_says_so(
    serve: Any, opened: Any, capsys: Any
) -> None:
    demo = greeter(head='<script src="https://cdn.example/analytics.js"></script>')
    address = demo.launch(server_port=0, prevent_thread_lock=True)[1]
    try:
        page = opened(address)
        page.get_by_role("button", name="Submit").wait_for()
        assert any("cdn.example" in problem for problem in page.problems)
        printed = capsys.readouterr().out
        assert "https://cdn.example/analytics.js is of another origin" in printed and "allowed_paths" in printed
    finally:
        demo.close()


def test_script_that_a_value_brings_along_does_not_run(serve: Any, opened: Any) -> None:
    head = "<script>window.mine = 1;</script>"
    page = opened(serve(greeter(head=head, description="<script>window.theirs = 1</script><b>bold</b>")))
    page.get_by_role("button", name="Submit").wait_for()

    assert page.evaluate("[window.mine, window.theirs]") == [1, None]


def test_footer_shows_the_links_that_were_asked_for(serve: Any, opened: Any) -> None:
    page = opened(serve(greeter(), footer_links=["settings", {"label": "Imprint", "url": "/imprint"}]))

    footer = page.get_by_role("contentinfo")
    expect(footer.get_by_role("link", name="Imprint")).to_have_attribute("href", "/imprint")
    expect(footer.get_by_role("button", name="theme")).to_be_visible()
    expect(footer).not_to_contain_text("Use via API")


# -- languages -------------------------------------------------------------------------------------------


def translated() -> tuple[pb.Blocks, pb.I18n]:
    i18n = pb.I18n(
        en={"title": "Greeter", "name": "Name", "hint": "Your name", "go": "Greet", "morning": "Morning", "hello": "Hello"},
        fr={"title": "Accueil", "name": "Nom", "hint": "Votre nom", "go": "Saluer", "morning": "Matin"},
        **{"pt-BR": {"name": "Nome"}},
    )
    with pb.Blocks(title=i18n("title")) as demo:
        name = pb.Textbox(label=i18n("name"), placeholder=i18n("hint"))
        when = pb.Radio([(i18n("morning"), "am"), ("PM", "pm")], value="am", label="When")
        out = pb.Textbox(i18n("hello"), label="Out")
        go = pb.Button(i18n("go"))
        go.click(lambda n, w: [f"{n} {w}", pb.Textbox(label=i18n("title"))], [name, when], [out, name])
    return demo, i18n


@pytest.mark.parametrize(
    ("locale", "title", "label", "hint", "button", "choice", "value"),
    [
        ("fr-CA", "Accueil", "Nom", "Votre nom", "Saluer", "Matin", "Hello"),
        ("en-GB", "Greeter", "Name", "Your name", "Greet", "Morning", "Hello"),
        ("pt-BR", "Greeter", "Nome", "Your name", "Greet", "Morning", "Hello"),
        ("ja", "Greeter", "Name", "Your name", "Greet", "Morning", "Hello"),
    ],
)
def test_page_speaks_the_language_of_the_browser(
    serve: Any, opened: Any, locale: str, title: str, label: str, hint: str, button: str, choice: str, value: str
) -> None:
    demo, i18n = translated()
    page = opened(serve(demo, i18n=i18n), locale=locale)

    field = page.get_by_label(label, exact=True)
    expect(field).to_have_attribute("placeholder", hint)
    expect(page).to_have_title(title)
    expect(page.get_by_role("radio", name=choice)).to_be_checked()
    expect(page.get_by_label("Out")).to_have_value(value)
    field.fill("Ada")
    page.get_by_role("button", name=button).click()
    expect(page.get_by_label("Out")).to_have_value("Ada am")
    expect(page.get_by_label(title, exact=True)).to_be_visible()


def test_key_without_words_in_any_language_is_shown_itself(serve: Any, opened: Any) -> None:
    i18n = pb.I18n(fr={"name": "Nom"})
    with pytest.warns(UserWarning, match="no language has this key"):
        demo = pb.Interface(lambda name: name, pb.Textbox(label=i18n("missing")), pb.Textbox(label=i18n("name")))

    page = opened(serve(demo, i18n=i18n), locale="ja")

    expect(page.get_by_label("missing")).to_be_visible()
    expect(page.get_by_label("name", exact=True)).to_be_visible()


# -- the first paint ---------------------------------------------------------------------------------------


def rich() -> pb.Blocks:
    with pb.Blocks(title="Rich") as demo:
        with pb.Sidebar(label="Settings"):
            pb.Checkbox(label="Loud")
        with pb.Row():
            with pb.Column(scale=2):
                pb.Textbox(label="First <name>", info="As in the passport")
                pb.Slider(label="Size")
            with pb.Column(min_width=200):
                pb.Textbox(label="Hidden label", show_label=False, lines=1)
                pb.Textbox(label="Never", visible=False)
        with pb.Tabs():
            with pb.Tab("One"):
                pb.Number(label="Count")
            with pb.Tab("Two"):
                pb.Number(label="Other count")
        with pb.Accordion("Details", open=False):
            pb.Textbox(label="Inside")
        pb.Button("Go")
        box, count = pb.Textbox(label="Word", visible=False), pb.Number(label="Times", visible=False)
        pb.Examples([["ab & cd", 3], *([f"word {at}", at] for at in range(60))], [box, count], label="Try these")
    return demo


def test_drawn_page_is_seen_without_any_script(serve: Any, opened: Any) -> None:
    page = opened(serve(rich(), ssr_mode=True), java_script_enabled=False)

    for text in ("First <name>", "As in the passport", "Size", "Count", "One", "Two", "Details", "Settings", "Try these",
                 "ab & cd", "word 8"):
        expect(page.get_by_text(text, exact=True).first).to_be_visible()
    for text in ("Never", "Other count", "Inside"):
        expect(page.get_by_text(text, exact=True)).to_have_count(0)
    first, second = (page.locator(".pb-row > .pb-column").nth(at).bounding_box() for at in (0, 1))
    assert first["width"] > 1.8 * second["width"] and first["y"] == second["y"]
    assert page.problems == []


def test_page_is_not_drawn_unless_asked_for(serve: Any, opened: Any) -> None:
    page = opened(serve(rich()), java_script_enabled=False)

    expect(page.get_by_text("First <name>")).to_have_count(0)


def test_shell_takes_over_a_drawn_page_without_moving_anything(serve: Any, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(
        "window.shifts = []; new PerformanceObserver(list => { for (const e of list.getEntries()) "
        "window.shifts.push([e.value, e.sources.map(s => s.node?.className ?? s.node?.nodeName)]); })"
        ".observe({ type: 'layout-shift', buffered: true });"
    )
    address = serve(rich(), ssr_mode=True)
    held: list[Any] = []
    is_open = False
    page.route("**/*.js", lambda route: route.continue_() if is_open else held.append(route))

    page.goto(address, wait_until="commit")
    expect(page.get_by_text("First <name>")).to_be_visible()
    places = {
        name: page.get_by_text(name, exact=True).first.bounding_box() for name in ("First <name>", "Size", "Count", "word 8")
    }
    is_open = True
    for route in held:
        route.continue_()
    expect(page.get_by_role("button", name="Go")).to_be_enabled()
    expect(page.get_by_label("First <name>")).to_be_editable()

    for name, place in places.items():
        now = page.get_by_text(name, exact=True).first.bounding_box()
        assert now["x"] == place["x"] and abs(now["y"] - place["y"]) < 2, name
    assert sum(value for value, _ in page.evaluate("window.shifts")) < 0.01, page.evaluate("window.shifts")
    assert page.locator("[aria-busy=true]").count() == 0
    context.close()


def test_drawn_page_speaks_the_visitors_language(serve: Any, opened: Any) -> None:
    demo, i18n = translated()
    page = opened(serve(demo, i18n=i18n, ssr_mode=True), java_script_enabled=False, locale="fr-FR")

    expect(page.get_by_text("Nom", exact=True)).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "fr-fr"


# -- installation and login --------------------------------------------------------------------------------


@pytest.mark.parametrize("has_login", [False, True])
def test_browser_finds_the_app_installable(serve: Any, browser: Browser, has_login: bool) -> None:
    address = serve(greeter(title="Greeter"), pwa=True, **({"auth": ("ada", "pw")} if has_login else {}))
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    if has_login:
        log_in(page, "ada", "pw")
    page.get_by_role("button", name="Submit").wait_for()
    session = context.new_cdp_session(page)

    found = session.send("Page.getAppManifest")
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]

    assert found["errors"] == [] and '"Greeter"' in found["data"]
    assert [error["errorId"] for error in errors if error["errorId"] != "in-incognito"] == []
    context.close()


def log_in(page: Page, user: str, password: str) -> None:
    page.get_by_label("User name").fill(user)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")


def test_person_logs_in_by_keyboard_and_is_told_when_it_is_wrong(serve: Any, opened: Any) -> None:
    page = opened(serve(greeter(title="Greeter"), auth=("ada", "pw"), auth_message="Members only."))

    expect(page).to_have_title("Greeter")
    expect(page.get_by_text("Members only.")).to_be_visible()
    expect(page.get_by_label("User name")).to_be_focused()
    log_in(page, "ada", "wrong")
    expect(page.get_by_role("alert")).to_have_text("Incorrect credentials.")
    expect(page.get_by_label("User name")).to_have_value("ada")
    expect(page.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
    log_in(page, "ada", "pw")
    expect(page.get_by_role("button", name="Submit")).to_be_visible()
    assert page.problems == []


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("theme", [None, "soft"])
def test_login_page_is_readable_in_both_modes(serve: Any, opened: Any, mode: str, theme: str | None) -> None:
    page = opened(serve(greeter(theme=theme), auth=("ada", "pw")), color_scheme=mode)

    def rgb(selector: str, name: str) -> str:
        color = page.locator(selector).first.evaluate(
            "(element, name) => { const c = document.createElement('canvas').getContext('2d');"
            "c.fillStyle = getComputedStyle(element)[name]; return c.fillStyle; }",
            name,
        )
        return str(color)

    from tests.unit.test_themes import ratio

    card = rgb(".pb-note-card", "backgroundColor")
    for selector in ("h1", ".pb-note-message", "label"):
        assert ratio(rgb(selector, "color"), card) >= 4.5, selector
    assert ratio(rgb("button", "color"), rgb("button", "backgroundColor")) >= 4.5
    assert ratio(rgb("input", "borderTopColor"), card) >= 3
