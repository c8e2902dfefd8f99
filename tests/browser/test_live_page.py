"""What a person sees while a function runs: streams, progress bars, messages, live pages."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import pegboard as pb
from pegboard.testing.fakes import Counter, Echo, Tape

Serve = Callable[..., str]

# -- streams -----------------------------------------------------------------------------------------


def recorder(**options: Any) -> pb.Blocks:
    with pb.Blocks() as demo:
        tape, heard, done = Tape(streaming=True), Echo(label="heard"), Echo(label="done")
        so_far = pb.State([])

        def hear(piece: str, before: list[str]) -> tuple[list[str], str]:
            before = [*before, piece]
            return before, " ".join(before)

        heard_it = tape.stream(hear, [tape, so_far], [so_far, heard], **options)
        heard_it.then(lambda: "over", None, done)
    return demo


def test_pieces_join_one_event_until_the_person_stops(page: Page, serve: Serve) -> None:
    page.goto(serve(recorder(stream_every=0.2)))
    joins: list[str] = []
    page.on("request", lambda request: joins.append(request.url) if "/queue/join" in request.url else None)
    status = page.locator("output")
    expect(status).to_contain_text("idle every 0.2")

    for count in (1, 2, 3):
        page.get_by_role("button", name="Piece").click()
        text = " ".join(f"piece {number}" for number in range(1, count + 1))
        expect(page.get_by_label("heard")).to_have_value(text)
    expect(status).to_contain_text("open")
    streams = len(joins)
    page.get_by_role("button", name="Stop").click()

    expect(page.get_by_label("done")).to_have_value("over")
    expect(status).to_contain_text("idle")
    assert streams == 1


def test_component_is_told_when_the_time_limit_ends_its_stream(page: Page, serve: Serve) -> None:
    page.goto(serve(recorder(time_limit=0.5)))

    page.get_by_role("button", name="Piece").click()

    expect(page.locator("output")).to_contain_text("ended")
    page.get_by_role("button", name="Piece").click()
    expect(page.get_by_label("heard")).to_have_value("piece 1 piece 2")


def test_camera_streams_frames_to_a_live_interface(page: Page, serve: Serve) -> None:
    seen: list[tuple[int, ...]] = []

    def look(frame: Any) -> str:
        seen.append(frame.shape)
        return f"{len(seen)} frames"

    demo = pb.Interface(
        look, pb.Image(sources=["webcam"], streaming=True), Echo(), live=True, stream_every=0.1
    )
    page.goto(serve(demo))
    page.get_by_role("button", name="Open the camera").click()

    expect(page.get_by_label("output")).to_have_value(re.compile(r"^([3-9]|\d\d+) frames$"))
    page.get_by_role("button", name="Stop camera").click()
    expect(page.get_by_role("button", name="Open the camera")).to_be_visible()
    assert all(len(shape) == 3 and shape[2] == 3 for shape in seen)


def test_camera_is_closed_at_the_time_limit(page: Page, serve: Serve) -> None:
    demo = pb.Interface(
        lambda frame: "seen",
        pb.Image(sources=["webcam"], streaming=True),
        Echo(),
        live=True,
        stream_every=0.1,
        time_limit=1,
    )
    page.goto(serve(demo))

    page.get_by_role("button", name="Open the camera").click()

    expect(page.get_by_text("The time limit was reached.")).to_be_visible()
    expect(page.get_by_role("button", name="Open the camera")).to_be_visible()


def test_output_plays_while_it_is_made_and_is_whole_at_the_end(page: Page, serve: Serve) -> None:
    may_end = threading.Event()

    def play(name: str) -> Iterator[bytes]:
        yield b"one"
        assert may_end.wait(20)
        yield b"two"

    demo = pb.Interface(play, Echo(), Tape(streaming=True), flagging_mode="never")
    page.goto(serve(demo))
    page.get_by_role("button", name="Submit").click()

    expect(page.locator("output")).to_contain_text("playing")
    may_end.set()
    expect(page.locator("output")).to_contain_text("whole")


# -- live --------------------------------------------------------------------------------------------


def test_live_page_runs_for_every_input_and_has_no_submit(page: Page, serve: Serve) -> None:
    demo = pb.Interface(
        lambda name, count: f"{name}{count}", [Echo(), Counter()], Echo(label="out"), live=True
    )
    page.goto(serve(demo))

    page.get_by_label("name").fill("a")
    expect(page.get_by_label("out")).to_have_value("aNone")
    page.get_by_label("count").fill("3")
    expect(page.get_by_label("out")).to_have_value("a3")
    assert page.get_by_role("button", name="Submit").count() == 0


# -- listeners ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "seen"), [("once", ["a"]), ("always_last", ["a", "abc"]), ("multiple", ["a", "ab", "abc"])]
)
def test_events_while_one_runs_are_dropped_kept_or_run_as_the_mode_says(
    page: Page, serve: Serve, mode: Any, seen: list[str]
) -> None:
    calls: list[str] = []
    may_end = threading.Event()
    with pb.Blocks() as demo:
        box, out, last = Echo(label="in"), Echo(label="out"), Echo(label="last")

        def work(text: str) -> str:
            calls.append(text)
            assert may_end.wait(20)
            return text

        box.input(work, box, out, trigger_mode=mode, concurrency_limit=None)
        box.input(lambda text: text, box, last, trigger_mode="multiple", queue=False)
    page.goto(serve(demo))

    for text in ("a", "ab", "abc"):
        page.get_by_label("in").fill(text)
        expect(page.get_by_label("last")).to_have_value(text)
    may_end.set()

    # Those that run side by side may end in any order.
    last_ones = seen if mode == "multiple" else seen[-1:]
    expect(page.get_by_label("out")).to_have_value(re.compile(f"^({'|'.join(last_ones)})$"))
    expect(page.locator(f"#pb-{out._id} [role=status]")).to_have_count(0)
    assert sorted(calls) == seen


def test_script_alone_sets_outputs_and_before_a_function_its_inputs(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo:
        box, alone, before = Echo(label="in"), Echo(label="alone"), Echo(label="before")
        box.input(None, box, alone, js="(text) => text + '!'")
        box.input(lambda text: f"got {text}", box, before, js="(text) => text.toUpperCase()")
    page.goto(serve(demo))

    page.get_by_label("in").fill("hi")

    expect(page.get_by_label("alone")).to_have_value("hi!")
    expect(page.get_by_label("before")).to_have_value("got HI")


def test_page_scrolls_to_the_output_when_asked(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo:
        box = Echo(label="in")
        for number in range(40):
            Echo(label=f"between {number}")
        out = Echo(label="out")
        box.input(lambda text: text, box, out, scroll_to_output=True)
    page.goto(serve(demo))
    expect(page.get_by_label("out")).not_to_be_in_viewport()

    page.get_by_label("in").fill("x")

    expect(page.get_by_label("out")).to_be_in_viewport()


# -- progress ----------------------------------------------------------------------------------------


def test_nested_bars_are_shown_and_go_away(page: Page, serve: Serve) -> None:
    may_go_on = threading.Event()

    def work(name: str, progress: Any = pb.Progress()) -> str:
        for _ in progress.tqdm(range(4), desc="books", unit="books"):
            for page_number in progress.tqdm(range(10), desc="<b>pages</b>"):
                if page_number == 5:
                    assert may_go_on.wait(20)
        return "read"

    page.goto(serve(pb.Interface(work, Echo(), Echo(label="out"))))
    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_text("books · 0/4 books")).to_be_visible()
    expect(page.get_by_text("<b>pages</b> · 5/10 steps")).to_be_visible()
    expect(page.locator("progress")).to_have_count(2)
    may_go_on.set()
    expect(page.get_by_label("out")).to_have_value("read")
    expect(page.locator("progress")).to_have_count(0)


@pytest.mark.parametrize(("mode", "covers"), [("full", 1), ("minimal", 0), ("hidden", 0)])
def test_progress_is_shown_as_the_listener_asks(
    page: Page, serve: Serve, mode: str, covers: int
) -> None:
    may_go_on, began = threading.Event(), threading.Event()

    def work(name: str, progress: Any = pb.Progress()) -> str:
        progress(0.25, desc="a quarter")
        began.set()
        assert may_go_on.wait(20)
        return "done"

    demo = pb.Interface(work, Echo(), Echo(label="out"), show_progress=mode)
    page.goto(serve(demo))
    page.get_by_role("button", name="Submit").click()
    assert began.wait(20)

    if mode == "full":
        expect(page.get_by_text("a quarter · 25 %")).to_be_visible()
    elif mode == "minimal":
        expect(page.locator(".pb-line")).to_have_count(1)
    expect(page.locator(".pb-overlay")).to_have_count(covers)
    may_go_on.set()
    expect(page.get_by_label("out")).to_have_value("done")


def test_progress_can_be_shown_on_another_component(page: Page, serve: Serve) -> None:
    may_go_on = threading.Event()
    with pb.Blocks() as demo:
        box, here, out = Echo(label="in"), Echo(label="here"), Echo(label="out")

        def work(text: str) -> str:
            assert may_go_on.wait(20)
            return text

        box.input(work, box, out, show_progress_on=here)
    page.goto(serve(demo))
    page.get_by_label("in").fill("x")

    expect(page.locator(f"#pb-{here._id} .pb-overlay")).to_be_visible()
    assert page.locator(f"#pb-{out._id} .pb-overlay").count() == 0
    may_go_on.set()
    expect(page.get_by_label("out")).to_have_value("x")


# -- messages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tell", "role", "title"),
    [(pb.Info, "status", "Info"), (pb.Warning, "status", "Warning"), (pb.Success, "status", "Success")],
)
def test_message_is_shown_as_text_with_its_title(
    page: Page, serve: Serve, tell: Any, role: str, title: str
) -> None:
    def work(name: str) -> str:
        tell("<img src=x onerror=alert(1)> & more", duration=None)
        tell("with a title", title="<i>Mine</i>")
        tell("not for people", visible=False)
        return "done"

    page.goto(serve(pb.Interface(work, Echo(), Echo(label="out"))))
    page.get_by_role("button", name="Submit").click()

    toasts = page.locator(".pb-toast")
    expect(toasts).to_have_count(2)
    expect(toasts.nth(0)).to_have_attribute("role", role)
    expect(toasts.nth(0)).to_contain_text(f"{title}")
    expect(toasts.nth(0)).to_contain_text("<img src=x onerror=alert(1)> & more")
    expect(toasts.nth(1)).to_contain_text("<i>Mine</i>")
    assert page.locator(".pb-toast img").count() == 0
    toasts.nth(0).get_by_role("button", name="Close").click()
    expect(page.get_by_text("& more")).to_have_count(0)


def test_message_goes_away_after_its_duration_and_stays_without_one(page: Page, serve: Serve) -> None:
    def work(name: str) -> str:
        pb.Info("short", duration=0.5)
        pb.Info("stays", duration=None)
        return "done"

    page.goto(serve(pb.Interface(work, Echo(), Echo(label="out"))))
    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_text("stays")).to_be_visible()
    expect(page.get_by_text("short")).to_have_count(0)
    expect(page.get_by_text("stays")).to_be_visible()


def test_error_is_an_alert_with_its_own_title_and_an_unseen_one_is_silent(
    page: Page, serve: Serve
) -> None:
    def work(name: str) -> str:
        raise pb.Error("<b>no</b>", title="Refused", duration=None, visible=name != "quiet")

    page.goto(serve(pb.Interface(work, Echo(), Echo(label="out"))))
    page.get_by_label("name").fill("quiet")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator(".pb-failed")).to_have_count(1)
    assert page.get_by_role("alert").count() == 0
    page.get_by_label("name").fill("loud")
    page.get_by_role("button", name="Submit").click()

    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Refused")
    expect(alert).to_contain_text("<b>no</b>")
