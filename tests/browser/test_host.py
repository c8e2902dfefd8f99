"""What the shell owes to a component: a model that keeps its word, a place that is cleared, a card
when it fails. Each is seen from inside a small component on a real app's page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pydantic import Field

import pegboard as pb
from pegboard.component import Component
from pegboard.events import Event
from pegboard.testing.fakes import Echo

Serve = Callable[..., str]

# Puts what it is given where a test can reach it.
PROBE = """
export default {
  render({ model, el, signal, pegboard }) {
    window.probe = { model, el, signal, pegboard, heard: [] };
    const probe = window.probe;
    model.on("change:value", (...given) => probe.heard.push([given.length, given[0] === model, given[1]]));
    const out = document.createElement("output");
    const show = () => { out.textContent = String(model.get("value")); };
    model.on("change:value", show);
    show();
    el.append(out);
  }
};
"""


class Probe(Component[str | None]):
    """A component that shows its value and gives everything to the page."""

    value: Any = Field(default=None, kw_only=False)

    change = Event(doc="the value changed")
    input = Event(doc="the person typed")

    _esm = PROBE


def made_of(source: str) -> type[Component[Any]]:
    """Return a component class with that module."""

    class Custom(Probe):
        """A component of one test."""

        _esm = source

    return Custom


# -- the model -------------------------------------------------------------------------------------


def test_what_is_set_can_be_read_at_once(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo:
        Probe("before")
    page.goto(serve(demo))
    page.get_by_text("before").wait_for()

    read = page.evaluate("() => { probe.model.set('value', 'after'); return probe.model.get('value'); }")

    assert read == "after"


def test_a_listener_gets_the_model_and_the_new_value(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo:
        probe = Probe("before")
        pb.Button("Go").click(lambda: "after", None, probe)
    page.goto(serve(demo))

    page.get_by_role("button", name="Go").click()

    expect(page.get_by_text("after")).to_be_visible()
    assert page.evaluate("() => probe.heard") == [[2, True, "after"]]


def test_a_value_from_the_server_is_not_sent_back(page: Page, serve: Serve) -> None:
    calls: list[str] = []
    with pb.Blocks() as demo:
        probe, seen = Probe("before"), Echo(label="seen")
        pb.Button("Go").click(lambda: "after", None, probe)
        probe.input(calls.append, probe, None)
        probe.change(lambda value: value, probe, seen)
    joins: list[str] = []
    page.on("request", lambda request: joins.append(request.url) if "/queue/join" in request.url else None)
    page.goto(serve(demo))

    page.get_by_role("button", name="Go").click()

    expect(page.get_by_label("seen")).to_have_value("after")
    assert calls == []
    # The click, and the host's one `change`.
    assert len(joins) == 2


def test_keys_of_the_host_cannot_be_set_by_a_component(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo:
        Probe("x")
    page.goto(serve(demo))
    page.get_by_text("x").wait_for()

    page.evaluate("() => probe.model.set('$interactive', 'mine')")

    assert page.evaluate("() => probe.model.get('$interactive')") is False


def test_change_is_the_hosts_to_fire(page: Page, serve: Serve) -> None:
    calls: list[Any] = []
    with pb.Blocks() as demo:
        probe, done = Probe("x"), Echo(label="done")
        probe.change(calls.append, probe, None)
        probe.input(lambda: "yes", None, done)
    page.goto(serve(demo))
    page.get_by_text("x").wait_for()

    page.evaluate(
        """() => {
            probe.pegboard.emit("change");
            probe.model.send({ event: "change", data: null });
            probe.pegboard.emit("input");
        }"""
    )

    expect(page.get_by_label("done")).to_have_value("yes")
    assert calls == []


# -- keys of the host ------------------------------------------------------------------------------


def test_a_component_is_told_whether_it_may_be_changed(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo:
        probe = Probe("x", interactive=True)
        pb.Button("Go").click(lambda: pb.update(interactive=False), None, probe)
    page.goto(serve(demo))
    page.get_by_text("x").wait_for()
    page.evaluate("() => probe.model.on('change:$interactive', (_, now) => { probe.el.title = String(now); })")
    assert page.evaluate("() => probe.model.get('$interactive')") is True

    page.get_by_role("button", name="Go").click()

    expect(page.get_by_title("false")).to_be_visible()


def test_a_component_that_does_not_ask_is_held_still(page: Page, serve: Serve) -> None:
    deaf = made_of(
        """export default { render({ el }) {
            el.innerHTML = '<input aria-label="deaf">';
        } };"""
    )
    with pb.Blocks() as demo:
        deaf("x", interactive=False)
    page.goto(serve(demo))

    page.get_by_label("deaf").wait_for()

    assert page.locator(".pb-mount:has(input)").evaluate("el => el.inert") is True


def test_a_component_is_told_how_its_event_goes(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo:
        probe = Probe("before")
        pb.Button("Go").click(lambda: "after", None, probe)
    page.goto(serve(demo))
    page.get_by_text("before").wait_for()
    page.evaluate(
        """() => {
            probe.states = [];
            probe.model.on("change:$status", (_, { state }) => { if (probe.states.at(-1) !== state) probe.states.push(state); });
        }"""
    )

    page.get_by_role("button", name="Go").click()

    expect(page.get_by_text("after")).to_be_visible()
    assert page.evaluate("() => probe.states") == ["pending", "complete"]


def test_a_component_is_told_the_theme(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo:
        Probe("x")
    page.goto(serve(demo) + "?__theme=light")
    page.get_by_text("x").wait_for()
    assert page.evaluate("() => probe.model.get('$theme')") == "light"

    page.get_by_role("button", name="Dark theme").click()

    assert page.evaluate("() => probe.model.get('$theme')") == "dark"


def age_alone_is_marked_until_it_is_mended(page: Page) -> None:
    refused = page.get_by_label("age")
    expect(refused).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("name")).not_to_have_attribute("aria-invalid", "true")

    refused.fill("36")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Go").click()

    expect(page.get_by_label("done")).to_have_value("Ada 36")


def test_a_refused_value_is_marked_where_it_is_and_told_to_the_component(page: Page, serve: Serve) -> None:
    def check(name: str, age: float) -> list[Any]:
        return [{"is_valid": True}, {"is_valid": age < 100, "message": "Too old to be true"}]

    with pb.Blocks() as demo:
        name = pb.Textbox("Ada", label="name")
        age = pb.Number(200, label="age", info="In years")
        done = Echo(label="done")
        pb.Button("Go").click(lambda name, age: f"{name} {age}", [name, age], done, validator=check)
    page.goto(serve(demo))

    page.get_by_role("button", name="Go").click()

    expect(page.get_by_role("alert")).to_have_text("Too old to be true")
    expect(page.get_by_label("age")).to_have_accessible_description("In years Too old to be true")
    age_alone_is_marked_until_it_is_mended(page)


def test_a_value_that_its_component_refuses_is_marked_where_it_is(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo:
        name = pb.Textbox("Ada", label="name")
        age = pb.Number(7, label="age", minimum=18)
        done = Echo(label="done")
        pb.Button("Go").click(lambda name, age: f"{name} {age}", [name, age], done)
    page.goto(serve(demo))

    page.get_by_role("button", name="Go").click()

    expect(page.get_by_role("alert")).to_contain_text("at least 18")
    age_alone_is_marked_until_it_is_mended(page)


def test_a_refused_value_out_of_sight_is_told_in_a_message(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo:
        age = pb.Number(7, label="age", minimum=18, visible="hidden")
        pb.Button("Go").click(lambda age: None, age, None)
    page.goto(serve(demo))

    page.get_by_role("button", name="Go").click()

    expect(page.get_by_role("alert").filter(has_text="at least 18")).to_be_visible()


# -- names and descriptions ------------------------------------------------------------------------


def test_label_and_info_name_and_describe_the_control(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo:
        field = pb.Textbox(label="City", info="Where you live")
        field.submit(lambda text: text, field, field)
    page.goto(serve(demo))

    control = page.get_by_role("textbox", name="City")

    expect(control).to_have_accessible_description("Where you live")
    page.get_by_text("City", exact=True).click()
    expect(control).to_be_focused()


def test_a_control_without_a_place_for_its_name_is_in_a_named_group(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo:
        Probe("x", label="Thing")
    page.goto(serve(demo))

    expect(page.get_by_role("group", name="Thing")).to_contain_text("x")


# -- coming and going ------------------------------------------------------------------------------


def test_a_component_that_goes_away_is_told_and_leaves_nothing(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo:
        probe = Probe("before")
        pb.Button("Hide").click(lambda: pb.update(visible=False, value="unseen"), None, probe)
    page.goto(serve(demo))
    page.get_by_text("before").wait_for()
    page.evaluate("() => { window.kept = probe; }")

    page.get_by_role("button", name="Hide").click()

    expect(page.get_by_text("before")).to_have_count(0)
    assert page.evaluate("() => [kept.signal.aborted, kept.el.childNodes.length]") == [True, 0]
    heard = page.evaluate(
        "() => { kept.heard.length = 0; kept.model.set('value', 'late'); return kept.heard.length; }"
    )
    assert heard == 0


def test_a_component_that_comes_back_shows_what_was_sent_meanwhile(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo:
        probe = Probe("before")
        pb.Button("Hide").click(lambda: pb.update(visible=False), None, probe)
        pb.Button("Write").click(lambda: "meanwhile", None, probe)
        pb.Button("Show").click(lambda: pb.update(visible=True), None, probe)
    page.goto(serve(demo))
    page.get_by_role("button", name="Hide").click()
    expect(page.get_by_text("before")).to_have_count(0)

    page.get_by_role("button", name="Write").click()
    page.get_by_role("button", name="Show").click()

    expect(page.get_by_text("meanwhile")).to_be_visible()


def test_a_hidden_component_is_on_the_page_and_unseen(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo:
        probe = Probe("here", visible="hidden")
        pb.Button("Show").click(lambda: pb.update(visible=True), None, probe)
    page.goto(serve(demo))

    expect(page.get_by_text("here")).to_be_attached()
    expect(page.get_by_text("here")).to_be_hidden()
    page.get_by_role("button", name="Show").click()

    expect(page.get_by_text("here")).to_be_visible()


# -- failing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("export default { render() { throw new Error('it broke here'); } };", "it broke here"),
        ("export default { async render() { throw new Error('it broke later'); } };", "it broke later"),
        ("export default 1;", "has no render function"),
        ("this is no script", "Unexpected"),
    ],
)
def test_a_component_that_fails_is_a_card_and_the_rest_of_the_page_works(
    page: Page, serve: Serve, problems: list[str], source: str, words: str
) -> None:
    with pb.Blocks() as demo:
        made_of(source)("x", label="Broken")
        done = Echo(label="done")
        pb.Button("Go").click(lambda: "yes", None, done)
    page.goto(serve(demo))

    card = page.get_by_role("alert").filter(has_text="Custom cannot be shown")
    expect(card).to_contain_text(words)
    page.get_by_role("button", name="Go").click()

    expect(page.get_by_label("done")).to_have_value("yes")
    assert any(words in problem for problem in problems)
    problems.clear()


def test_a_missing_bundle_is_a_card_that_names_the_distribution(
    page: Page, serve: Serve, problems: list[str]
) -> None:
    with pb.Blocks() as demo:
        pb.Slider(0, 10, label="How many")
        Echo("fine", label="other")
    page.route(re.compile("/pegboard-slider@"), lambda route: route.fulfill(status=404, body="gone"))
    page.goto(serve(demo))
    # From one page of an app to the next, bundles are fetched.
    with page.expect_navigation():
        page.evaluate("location.assign('?next')")

    card = page.get_by_role("alert").filter(has_text="Slider cannot be shown")

    expect(card).to_contain_text("pegboard-slider")
    expect(page.get_by_label("other")).to_have_value("fine")
    problems.clear()


def test_an_initialize_that_hangs_becomes_a_card(page: Page, serve: Serve, problems: list[str]) -> None:
    hanging = made_of(
        "export default { initialize() { return new Promise(() => {}); }, render({ el }) { el.append('drawn'); } };"
    )
    with pb.Blocks() as demo:
        hanging("x")
        Echo("fine", label="other")
    page.clock.install()
    page.goto(serve(demo))
    expect(page.get_by_label("other")).to_have_value("fine")

    page.clock.fast_forward(10_000)

    expect(page.get_by_role("alert")).to_contain_text("initialize() did not finish within 10 seconds")
    expect(page.get_by_text("drawn")).to_have_count(0)
    problems.clear()


def test_initialize_runs_once_for_a_model_with_two_lives(page: Page, serve: Serve) -> None:
    counted = made_of(
        """export default {
            initialize() { window.begun = (window.begun ?? 0) + 1; },
            render({ model, el }) { el.append("drawn " + model.get("value")); },
        };"""
    )
    with pb.Blocks() as demo:
        probe = counted("x")
        pb.Button("Hide").click(lambda: pb.update(visible=False), None, probe)
        pb.Button("Show").click(lambda: pb.update(visible=True), None, probe)
    page.goto(serve(demo))
    page.get_by_role("button", name="Hide").click()
    expect(page.get_by_text("drawn x")).to_have_count(0)

    page.get_by_role("button", name="Show").click()

    expect(page.get_by_text("drawn x")).to_be_visible()
    assert page.evaluate("() => window.begun") == 1


def test_one_failing_listener_does_not_keep_the_others_from_hearing(
    page: Page, serve: Serve, problems: list[str]
) -> None:
    with pb.Blocks() as demo:
        probe = Probe("before")
        pb.Button("Go").click(lambda: "after", None, probe)
    page.goto(serve(demo))
    page.get_by_text("before").wait_for()
    page.evaluate(
        """() => {
            probe.model.on("change:value", () => { throw new Error("deaf"); });
            probe.model.on("change:value", () => { probe.el.title = "heard"; });
        }"""
    )

    page.get_by_role("button", name="Go").click()

    expect(page.get_by_title("heard")).to_be_visible()
    assert any("deaf" in problem for problem in problems)
    problems.clear()


# -- styles ----------------------------------------------------------------------------------------


def test_a_components_styles_stay_inside_and_the_apps_own_win(page: Page, serve: Serve) -> None:
    class Loud(Probe):
        """A component whose styles would reach for everything."""

        _css = "* { color: rgb(1, 2, 3); } output { font-size: 30px; }"

    with pb.Blocks() as demo:
        Loud("loud")
        Echo("quiet", label="other")
    page.goto(serve(demo, css="output { font-size: 12px; }"))
    page.get_by_text("loud").wait_for()

    looks = page.evaluate(
        """() => [document.querySelector("output"), document.querySelector("input")].map((element) => {
            const { color, fontSize } = getComputedStyle(element);
            return [color === "rgb(1, 2, 3)", fontSize];
        })"""
    )

    assert looks[0] == [True, "12px"]
    assert looks[1][0] is False


def test_one_watcher_hears_the_name_of_each_key_that_changes(
    page: Page, serve: Serve, problems: list[str]
) -> None:
    watching = made_of(
        """export default { render({ model, el }) {
          const heard = [];
          model.watch(() => { throw new Error("of no matter to the others"); });
          model.watch(key => { heard.push(key); el.textContent = heard.join(" "); });
        } };"""
    )
    with pb.Blocks() as demo:
        shown = watching("x")
        pb.Button("Go").click(lambda: watching(value="y", visible=True), None, shown)
    page.goto(serve(demo))
    with page.expect_event("pageerror"):
        page.get_by_role("button", name="Go").click()

    expect(page.get_by_text("value")).to_be_visible()
    problems.clear()
