"""Progress bars and messages from inside a call, and silence outside one."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from pegboard.errors import OptionError
from pegboard.progress import (
    Info,
    Progress,
    Success,
    Warning,
    current_reporter,
    reporting,
    tracks_tqdm,
)
from pegboard.queue.messages import LogLevel, ProgressUnit


class Heard:
    """A reporter that remembers."""

    def __init__(self) -> None:
        self.bars: list[list[ProgressUnit]] = []
        self.messages: list[tuple[Any, ...]] = []

    def begun(self) -> None: ...

    def progress(self, units: Sequence[ProgressUnit]) -> None:
        self.bars.append(list(units))

    def log(
        self, text: str, level: LogLevel, title: str, duration_s: float | None, visible: bool
    ) -> None:
        self.messages.append((text, level, title, duration_s, visible))


def test_a_fraction_a_count_and_words_alone() -> None:
    heard, progress = Heard(), Progress()
    with reporting(heard):
        progress(0.3, "loading")
        progress((3, 10), desc="reading", unit="files")
        progress(4, total=8)
        progress(None, "thinking")
    assert heard.bars == [
        [ProgressUnit(None, None, "steps", 0.3, "loading")],
        [ProgressUnit(3, 10, "files", None, "reading")],
        [ProgressUnit(4, 8, "steps", None, None)],
        [ProgressUnit(None, None, "steps", None, "thinking")],
    ]


@pytest.mark.parametrize("fraction", [-0.1, 1.5, 50])
def test_a_fraction_outside_0_to_1_is_refused(fraction: float) -> None:
    with reporting(Heard()), pytest.raises(OptionError, match="fraction from 0 to 1"):
        Progress()(fraction)


def test_loops_inside_loops_show_nested_bars() -> None:
    heard, progress = Heard(), Progress()
    with reporting(heard):
        for _ in progress.tqdm("ab", desc="outer"):
            for _ in progress.tqdm(range(2), desc="inner", unit="rows"):
                pass
    shown = [[(bar.desc, bar.index, bar.length) for bar in bars] for bars in heard.bars]
    assert shown[0] == [("outer", 0, 2)]
    assert shown[1] == [("outer", 0, 2), ("inner", 0, 2)]
    assert shown[3] == [("outer", 0, 2), ("inner", 2, 2)]
    assert shown[4] == [("outer", 1, 2)]
    assert shown[-1] == [("outer", 2, 2)]


def test_a_loop_that_is_left_early_takes_its_bar_along() -> None:
    heard, progress = Heard(), Progress()
    with reporting(heard):
        loop = progress.tqdm(range(10), desc="left")
        next(loop)
        loop.close()  # type: ignore[attr-defined]
        progress(0.5, "after")
    assert [bar.desc for bar in heard.bars[-1]] == ["after"]


def test_a_generator_without_length_can_be_followed() -> None:
    heard = Heard()
    with reporting(heard):
        assert list(Progress().tqdm(iter("abc"))) == ["a", "b", "c"]
    assert [bars[0].length for bars in heard.bars] == [None] * 4


def test_following_nothing_is_refused() -> None:
    with pytest.raises(OptionError):
        Progress().tqdm(None)


def test_outside_an_event_everything_is_silent() -> None:
    progress = Progress(track_tqdm=True)
    progress(0.5)
    assert list(progress.tqdm([1, 2])) == [1, 2]
    Info("nobody hears")
    assert current_reporter() is None


@pytest.mark.parametrize(
    ("say", "level", "title"),
    [(Info, "info", "Info"), (Warning, "warning", "Warning"), (Success, "success", "Success")],
)
def test_messages_carry_level_title_and_duration(
    say: Callable[..., None], level: str, title: str
) -> None:
    heard = Heard()
    with reporting(heard):
        say("text")
        say("own", duration=None, visible=False, title="Own")
    assert heard.messages == [("text", level, title, 10, True), ("own", level, "Own", None, False)]


def test_threads_of_the_call_speak_for_it() -> None:
    heard = Heard()
    with reporting(heard):
        context = contextvars.copy_context()
        thread = threading.Thread(target=lambda: context.run(Info, "from a thread"))
        thread.start()
        thread.join()
    assert [message[0] for message in heard.messages] == ["from a thread"]


def test_calls_do_not_hear_each_other() -> None:
    one, two = Heard(), Heard()
    with reporting(one):
        with reporting(two):
            Info("inner")
        Info("outer")
    assert [m[0] for m in one.messages] == ["outer"]
    assert [m[0] for m in two.messages] == ["inner"]


def test_ordinary_tqdm_bars_show_when_asked_for() -> None:
    tqdm = pytest.importorskip("tqdm")
    Progress(track_tqdm=True)
    heard = Heard()
    with reporting(heard, tracks_tqdm=True):
        with (
            open("/dev/null", "w") as nowhere,
            tqdm.tqdm(total=4, desc="own", unit="B", file=nowhere) as bar,
        ):
            for _ in range(4):
                bar.update(1)
        Progress()(1.0, "after")
    assert [bars[0].index for bars in heard.bars[:-1]] == [0, 1, 2, 3, 4]
    assert heard.bars[0] == [ProgressUnit(0, 4, "B", None, "own")]
    assert [bar.desc for bar in heard.bars[-1]] == ["after"]


def test_ordinary_tqdm_bars_stay_private_when_not_asked_for() -> None:
    tqdm = pytest.importorskip("tqdm")
    Progress(track_tqdm=True)
    heard = Heard()
    with reporting(heard), open("/dev/null", "w") as nowhere:
        assert list(tqdm.tqdm([1, 2], file=nowhere, mininterval=0)) == [1, 2]
    assert heard.bars == []


def test_a_function_says_whether_it_wants_tqdm_bars() -> None:
    def wants(x: int, progress: Progress = Progress(track_tqdm=True)) -> None: ...

    def wants_by_name(x: int, *, progress: Progress = Progress(track_tqdm=True)) -> None: ...

    def does_not(x: int, progress: Progress = Progress()) -> None: ...

    class Model:
        def __call__(self, x: int, progress: Progress = Progress(track_tqdm=True)) -> None: ...

    assert [
        tracks_tqdm(fn)
        for fn in (wants, wants_by_name, partial(wants, 1), Model(), Model().__call__)
    ] == [True] * 5
    assert not any(tracks_tqdm(fn) for fn in (does_not, len, print, str))
