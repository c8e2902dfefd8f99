"""What happens between the components of a page: chains, cancelling, updates, state, tabs, loading."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from playwright.sync_api import Page, expect

import pegboard as pb

Serve = Callable[..., str]


def test_listeners_follow_each_other_by_how_the_first_one_ended(page: Page, serve: Serve) -> None:
    def divide(number: float) -> float:
        if number == 0:
            raise pb.Error("Not by nothing")
        return 12 / number

    with pb.Blocks() as app:
        number, result = pb.Number(value=3, label="By"), pb.Number(label="Result")
        always, well, badly = (pb.Textbox(label=name) for name in ("Always", "Well", "Badly"))
        divided = pb.Button("Divide").click(divide, number, result)
        divided.then(lambda: "ended", None, always)
        divided.success(lambda value: f"gave {value:g}", result, well)
        divided.failure(lambda: "failed", None, badly)
    page.goto(serve(app))

    page.get_by_role("button", name="Divide").click()
    expect(page.get_by_label("Well")).to_have_value("gave 4")
    expect(page.get_by_label("Always")).to_have_value("ended")
    expect(page.get_by_label("Badly")).to_have_value("")

    page.get_by_label("By").fill("0")
    page.get_by_role("button", name="Divide").click()
    expect(page.get_by_label("Badly")).to_have_value("failed")
    expect(page.get_by_text("Not by nothing")).to_be_visible()
    expect(page.get_by_label("Well")).to_have_value("gave 4")


def test_a_running_generator_is_cancelled_by_another_button(page: Page, serve: Serve) -> None:
    closed = threading.Event()

    def count() -> Iterator[int]:
        number = 0
        try:
            while True:
                number += 1
                yield number
                time.sleep(0.02)
        finally:
            closed.set()

    with pb.Blocks() as app:
        shown = pb.Number(label="Count")
        counting = pb.Button("Start").click(count, None, shown)
        pb.Button("Halt").click(None, None, None, cancels=counting)
    page.goto(serve(app))

    page.get_by_role("button", name="Start").click()
    expect(page.get_by_label("Count")).not_to_have_value("")
    page.get_by_role("button", name="Halt").click()

    assert closed.wait(10)
    closed.clear()
    page.get_by_label("Count").evaluate("field => { window.last = field.value; }")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_label("Count")).not_to_have_value(page.evaluate("window.last"))
    page.get_by_role("button", name="Halt").click()

    assert closed.wait(10)


def test_properties_of_components_and_of_layout_change_live(page: Page, serve: Serve) -> None:
    with pb.Blocks() as app:
        kind = pb.Radio(["short", "long", "none"], label="Essay", value="short")
        with pb.Row(visible=False) as row:
            pb.Textbox(label="In the row")
        text = pb.Textbox(label="Text", lines=1)

        @kind.change(inputs=kind, outputs=[text, row])
        def shape(choice: str) -> list[object]:
            if choice == "none":
                return [pb.Textbox(visible=False), pb.Row(visible=False)]
            lines = 8 if choice == "long" else 2
            return [pb.Textbox(lines=lines, visible=True, label=choice.title()), pb.update(visible=True)]

    page.goto(serve(app))
    expect(page.get_by_label("In the row")).to_have_count(0)

    page.get_by_label("long").check()
    expect(page.get_by_role("textbox", name="Long")).to_have_attribute("rows", "8")
    expect(page.get_by_label("In the row")).to_be_visible()

    page.get_by_label("none").check()
    expect(page.get_by_role("textbox", name="Long")).to_have_count(0)
    expect(page.get_by_label("In the row")).to_have_count(0)

    page.get_by_label("short").check()
    expect(page.get_by_role("textbox", name="Short")).to_have_attribute("rows", "2")


def test_choices_that_a_function_changed_are_what_the_next_call_accepts(page: Page, serve: Serve) -> None:
    towns = {"France": ["Lyon", "Nice"], "Italy": ["Rome"]}

    with pb.Blocks() as app:
        country = pb.Dropdown(list(towns), label="Country")
        town = pb.Dropdown(towns["France"], label="Town")
        chosen = pb.Textbox(label="Chosen")
        country.change(lambda name: pb.Dropdown(choices=towns[name], value=towns[name][0]), country, town)
        pb.Button("Choose").click(lambda name: name.upper(), town, chosen)
    page.goto(serve(app))

    page.get_by_label("Country").click()
    page.get_by_role("option", name="Italy").click()
    expect(page.get_by_label("Town")).to_have_value("Rome")
    page.get_by_role("button", name="Choose").click()

    expect(page.get_by_label("Chosen")).to_have_value("ROME")


def test_one_listener_may_serve_many_events_and_update_some_of_its_outputs(
    page: Page, serve: Serve
) -> None:
    with pb.Blocks() as app:
        left, right = pb.Textbox(label="Left"), pb.Textbox(label="Right")
        button = pb.Button("Fill right")
        pb.on([button.click, left.submit], lambda text: {right: text[::-1]}, left, [left, right])
    page.goto(serve(app))

    page.get_by_label("Left").fill("abc")
    page.get_by_label("Left").press("Enter")
    expect(page.get_by_label("Right")).to_have_value("cba")
    page.get_by_label("Left").fill("xyz")
    page.get_by_role("button", name="Fill right").click()

    expect(page.get_by_label("Right")).to_have_value("zyx")
    expect(page.get_by_label("Left")).to_have_value("xyz")


def test_a_state_tells_when_it_changed_and_each_page_has_its_own(page: Page, serve: Serve) -> None:
    with pb.Blocks() as app:
        count = pb.State(0)
        shown = pb.Number(label="Shown")
        pb.Button("More").click(lambda number: number + 1, count, count)
        count.change(lambda number: number, count, shown)
    address = serve(app)
    page.goto(address)

    for number in ("1", "2"):
        page.get_by_role("button", name="More").click()
        expect(page.get_by_label("Shown")).to_have_value(number)

    page.reload()
    page.get_by_role("button", name="More").click()
    expect(page.get_by_label("Shown")).to_have_value("1")


def test_the_page_loads_with_fresh_values(page: Page, serve: Serve) -> None:
    visits = iter(range(1, 100))

    with pb.Blocks() as app:
        from_load = pb.Number(label="From load")
        pb.Textbox(lambda: f"visit {next(visits)}", label="From a function")
        app.load(lambda: 42, None, from_load)
    page.goto(serve(app))

    expect(page.get_by_label("From load")).to_have_value("42")
    first = page.get_by_label("From a function").input_value()
    page.reload()
    expect(page.get_by_label("From a function")).to_have_value(f"visit {int(first.split()[1]) + 1}")


def test_a_script_may_stand_before_a_function_or_in_its_place(page: Page, serve: Serve) -> None:
    with pb.Blocks() as app:
        text, shown = pb.Textbox(label="Text"), pb.Textbox(label="Shown")
        pb.Button("Both").click(str.upper, text, shown, js="(text) => text + '!'")
        pb.Button("Alone").click(None, text, shown, js="(text) => text + '?'")
    page.goto(serve(app))
    page.get_by_label("Text").fill("hey")

    page.get_by_role("button", name="Both").click()
    expect(page.get_by_label("Shown")).to_have_value("HEY!")
    page.get_by_role("button", name="Alone").click()
    expect(page.get_by_label("Shown")).to_have_value("hey?")


def test_typing_ahead_of_a_slow_function_ends_with_the_last_text(page: Page, serve: Serve) -> None:
    calls: list[str] = []

    def slow(text: str) -> str:
        calls.append(text)
        time.sleep(0.2)
        return text

    with pb.Blocks() as app:
        text, shown = pb.Textbox(label="Text"), pb.Textbox(label="Shown")
        text.change(slow, text, shown)
    page.goto(serve(app))

    page.get_by_label("Text").press_sequentially("abcdefgh", delay=10)

    expect(page.get_by_label("Shown")).to_have_value("abcdefgh")
    assert len(calls) < len("abcdefgh")


def test_what_a_person_picked_reaches_the_function(page: Page, serve: Serve) -> None:
    def tell(event: pb.SelectData) -> str:
        return f"{event.index} {event.value} {event.selected}"

    with pb.Blocks() as app:
        pets = pb.Radio(["cat", "dog"], label="Pet")
        shown = pb.Textbox(label="Shown")
        pets.select(tell, None, shown)
    page.goto(serve(app))

    page.get_by_label("dog").check()

    expect(page.get_by_label("Shown")).to_have_value("1 dog True")


def test_tabs_switch_by_mouse_by_keyboard_and_by_function(page: Page, serve: Serve) -> None:
    with pb.Blocks() as app:
        with pb.Tabs() as tabs:
            with pb.Tab("First", id="one"):
                pb.Textbox(label="In the first")
                jump = pb.Button("To the second")
            with pb.Tab("Second", id="two") as second:
                pb.Textbox(label="In the second")
        opened = pb.Textbox(label="Opened")
        second.select(lambda: "second", None, opened)
        jump.click(lambda: pb.Tabs(selected="two"), None, tabs)
    page.goto(serve(app))

    page.get_by_role("tab", name="Second").click()
    expect(page.get_by_label("In the second")).to_be_visible()
    expect(page.get_by_label("Opened")).to_have_value("second")
    page.get_by_role("tab", name="Second").press("ArrowLeft")
    expect(page.get_by_label("In the first")).to_be_visible()
    page.get_by_role("button", name="To the second").click()

    expect(page.get_by_role("tab", name="Second")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_label("In the second")).to_be_visible()
