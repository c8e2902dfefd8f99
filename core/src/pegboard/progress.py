"""Progress bars and messages from inside a running function.

The running call's `Reporter` is in a context variable, so these work from anywhere in the call and from
threads that copy its context. Outside an event they do nothing.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import suppress
from contextvars import ContextVar, Token
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, TypeVar

from pegboard.errors import OptionError, OptionTypeError, check_message
from pegboard.queue.job import Reporter
from pegboard.queue.messages import LogLevel, ProgressUnit

Item = TypeVar("Item")

log = logging.getLogger("pegboard.messages")


class reporting:
    """Makes a reporter the current one for the length of the block.

    Args:
        reporter: Takes progress and messages; ``None`` drops them.
        tracks_tqdm: Also show the bars that ``tqdm`` itself makes meanwhile.
    """

    __slots__ = ("_token", "bars", "reporter", "tracks_tqdm")

    def __init__(self, reporter: Reporter | None, *, tracks_tqdm: bool = False) -> None:
        self.reporter = reporter
        self.tracks_tqdm = tracks_tqdm
        self.bars: list[_Bar] = []

    def __enter__(self) -> None:
        """Begin."""
        self._token: Token[reporting | None] = _current.set(self)

    def __exit__(self, *problem: object) -> None:
        """End."""
        # A generator's frame may be closed in another context than it began in.
        with suppress(ValueError):
            _current.reset(self._token)


_current: ContextVar[reporting | None] = ContextVar("pegboard_reporting", default=None)


def current_reporter() -> Reporter | None:
    """Return the running call's reporter, ``None`` outside a call."""
    current = _current.get()
    return None if current is None else current.reporter


def _shown() -> list[_Bar] | None:
    """Return the running call's bars."""
    current = _current.get()
    return None if current is None else current.bars


def _mirrored() -> list[_Bar] | None:
    """Return the running call's bars if tqdm's own are among them."""
    current = _current.get()
    return None if current is None or not current.tracks_tqdm else current.bars


def tracks_tqdm(fn: Callable[..., Any]) -> bool:
    """Whether a function has a ``Progress(track_tqdm=True)`` among its defaults."""
    target = inspect.unwrap(fn)
    while isinstance(target, partial):
        target = target.func
    if not inspect.isroutine(target) and callable(target):
        target = type(target).__call__
    defaults = [
        *(getattr(target, "__defaults__", None) or ()),
        *(getattr(target, "__kwdefaults__", None) or {}).values(),
    ]
    return any(isinstance(default, Progress) and default.track_tqdm for default in defaults)


@dataclass(eq=False)
class _Bar:
    index: float | None
    length: float | None
    unit: str
    progress: float | None
    desc: str | None

    def unit_of_wire(self) -> ProgressUnit:
        return ProgressUnit(self.index, self.length, self.unit, self.progress, self.desc)


class Progress:
    """Progress bars over the outputs of a running event; ask for one with a default argument.

    ``progress(0.3, desc)`` shows a fraction, ``progress((3, 10), desc, unit="files")`` a count,
    ``progress(None, desc)`` only words; ``for x in progress.tqdm(xs)`` follows a loop, and nested loops
    show nested bars.

    Args:
        track_tqdm: Mirror the bars that ``tqdm`` itself makes during the call.
    """

    is_injected: ClassVar[bool] = True

    def __init__(self, track_tqdm: bool = False) -> None:
        if not isinstance(track_tqdm, bool):
            raise OptionTypeError(
                "Progress(track_tqdm=)", got=track_tqdm, expected="True or False"
            )
        self.track_tqdm = track_tqdm
        if track_tqdm:
            _mirror_tqdm()

    def __call__(
        self,
        progress: float | tuple[float, float | None] | None,
        desc: str | None = None,
        total: float | None = None,
        unit: str = "steps",
        _tqdm: Any = None,
    ) -> None:
        """Show how far the function is.

        Args:
            progress: A fraction from 0 to 1, a pair (index, length), or ``None``.
            desc: What is being done.
            total: Length, when ``progress`` is an index.
            unit: What is counted.

        Raises:
            OptionError: A fraction is not between 0 and 1.
        """
        if current_reporter() is None:
            return
        _check_bar(progress, desc, unit)
        if isinstance(progress, tuple):
            bar = _Bar(progress[0], progress[1], unit, None, desc)
        elif progress is not None and total is not None:
            bar = _Bar(progress, total, unit, None, desc)
        elif progress is None:
            bar = _Bar(None, None, unit, None, desc)
        else:
            if not 0 <= progress <= 1:
                raise OptionError(
                    "progress()",
                    got=progress,
                    expected="a fraction from 0 to 1",
                    fix="divide by the length, or pass a pair (index, length)",
                )
            bar = _Bar(None, None, unit, progress, desc)
        _report([*(_shown() or []), bar])

    def tqdm(
        self,
        iterable: Iterable[Item] | None = None,
        desc: str | None = None,
        total: float | None = None,
        unit: str = "steps",
        _tqdm: Any = None,
    ) -> Iterator[Item]:
        """Yield from an iterable and show a bar for it.

        Raises:
            OptionError: There is nothing to iterate over.
        """
        if iterable is None:
            raise OptionError("progress.tqdm()", got=None, expected="an iterable")
        if not isinstance(iterable, Iterable):
            raise OptionTypeError(
                "progress.tqdm()", got=iterable, expected="an iterable", fix="pass range(n), or a list"
            )
        if total is None and isinstance(iterable, Sized):
            total = len(iterable)
        return self._follow(iterable, _Bar(0, total, unit, None, desc))

    def _follow(self, iterable: Iterable[Item], bar: _Bar) -> Iterator[Item]:
        bars = _shown()
        if bars is None:
            bars = []
        bars.append(bar)
        try:
            _report(bars)
            for number, item in enumerate(iterable, 1):
                yield item
                bar.index = number
                _report(bars)
        finally:
            if bar in bars:
                bars.remove(bar)


def _check_bar(progress: object, desc: object, unit: object) -> None:
    is_pair = (
        isinstance(progress, tuple)
        and len(progress) == 2
        and _is_number(progress[0])
        and (progress[1] is None or _is_number(progress[1]))
    )
    if progress is not None and not is_pair and not _is_number(progress):
        raise OptionTypeError(
            "progress()",
            got=progress,
            expected="a fraction from 0 to 1, a pair (index, length), or None",
        )
    for name, given in (("desc", desc), ("unit", unit)):
        if given is not None and not isinstance(given, str):
            raise OptionTypeError(f"progress({name}=)", got=given, expected="text")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _report(bars: list[_Bar]) -> None:
    reporter = current_reporter()
    if reporter is not None:
        reporter.progress([bar.unit_of_wire() for bar in bars])


_is_mirroring = False


def _mirror_tqdm() -> None:
    """Let ordinary ``tqdm`` bars show in the page as well, in calls that ask for it."""
    global _is_mirroring
    if _is_mirroring:
        return
    try:
        from tqdm.std import tqdm
    except ImportError:
        return  # nothing to mirror
    _is_mirroring = True
    begin, update, close = tqdm.__init__, tqdm.update, tqdm.close

    def begin_too(self: Any, *args: Any, **options: Any) -> None:
        begin(self, *args, **options)
        bars = _mirrored()
        if bars is None or self.disable:
            return
        self._pegboard_bar = _Bar(self.n, self.total, self.unit, None, self.desc or None)
        bars.append(self._pegboard_bar)
        _report(bars)

    def update_too(self: Any, n: float | None = 1) -> bool | None:
        is_shown: bool | None = update(self, n)
        bar, bars = getattr(self, "_pegboard_bar", None), _mirrored()
        if bar is not None and bars is not None:
            bar.index, bar.length, bar.desc = self.n, self.total, self.desc or None
            _report(bars)
        return is_shown

    def close_too(self: Any) -> None:
        close(self)
        bar, bars = getattr(self, "_pegboard_bar", None), _mirrored()
        if bar is not None and bars is not None and bar in bars:
            bars.remove(bar)

    for name, method in (("__init__", begin_too), ("update", update_too), ("close", close_too)):
        setattr(tqdm, name, method)


def _message(
    level: LogLevel, text: object, duration: float | None, visible: bool, title: str
) -> None:
    check_message(level.capitalize(), duration, visible, title)
    reporter = current_reporter()
    if reporter is None:
        log.info("%s: %s", title, text)
        return
    reporter.log(str(text), level, title, duration, visible)


def Info(
    message: str = "Info issued.",
    duration: float | None = 10,
    visible: bool = True,
    title: str = "Info",
) -> None:
    """Show a message in the page. ``duration`` is in seconds; ``None`` keeps it until closed."""
    _message("info", message, duration, visible, title)


def Warning(
    message: str = "Warning issued.",
    duration: float | None = 10,
    visible: bool = True,
    title: str = "Warning",
) -> None:
    """Show a warning in the page. ``duration`` is in seconds; ``None`` keeps it until closed."""
    _message("warning", message, duration, visible, title)


def Success(
    message: str = "Success.",
    duration: float | None = 10,
    visible: bool = True,
    title: str = "Success",
) -> None:
    """Show a message of success. ``duration`` is in seconds; ``None`` keeps it until closed."""
    _message("success", message, duration, visible, title)
