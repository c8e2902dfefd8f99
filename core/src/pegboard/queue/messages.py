"""Frozen messages from the queue to a browser or client. Pure data; wire form is made at sending.

What every event and every step makes is a named tuple: as frozen as a data class, and made in a third of the time.

Source of names and fields: the public wire protocol (``sse_v3``) of Gradio 5 and 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

LogLevel = Literal["info", "warning", "success", "error"]


@dataclass(frozen=True, slots=True)
class ProgressUnit:
    """One progress bar. ``index`` of ``length`` in ``unit``, or ``progress`` as a fraction 0–1."""

    index: float | None = None
    length: float | None = None
    unit: str | None = None
    progress: float | None = None
    desc: str | None = None


class Output(NamedTuple):
    """One step's values, postprocessed: JSON-ready, one per output, ``None`` for state.

    Attributes:
        data: One wire value per output of the listener.
        is_generating: A step of a generator; the last step is repeated by the end message.
        changed_state_ids: State blocks whose value changed in this step.
        size_bytes: About how much memory the values take, for whoever keeps many of them.
    """

    data: Sequence[Any]
    is_generating: bool = False
    changed_state_ids: Sequence[int] = ()
    size_bytes: int = 0


class Queued(NamedTuple):
    """The event waits; ``rank`` 0 is next. Sent when it changes, coalesced."""

    event_id: str
    rank: int
    queue_size: int
    rank_eta_s: float | None


class Started(NamedTuple):
    """The event began to run."""

    event_id: str
    eta_s: float | None


class Progressed(NamedTuple):
    """Progress bars of the event; the latest replaces earlier ones."""

    event_id: str
    units: Sequence[ProgressUnit]


class Logged(NamedTuple):
    """A message for the person, raised by the function while it runs."""

    event_id: str
    text: str
    level: LogLevel
    title: str
    duration_s: float | None
    visible: bool


class Stepped(NamedTuple):
    """A generator's step. Full values here; differences are computed per reader at sending."""

    event_id: str
    output: Output
    time_limit_s: float | None = None
    streaming: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an event failed, worded for the person. ``error`` is ``None`` when details are hidden.

    Attributes:
        kind: ``input`` when a value that was sent is not acceptable, ``told`` when the function said
            so in words for the person, ``unexpected`` for all else.
        position: Place of the input that was refused, for the page, which marks it.
    """

    error: str | None
    title: str = "Error"
    duration_s: float | None = 10
    visible: bool = True
    print_exception: bool = False
    kind: Literal["input", "told", "unexpected"] = "unexpected"
    position: int | None = None


class Ended(NamedTuple):
    """The one terminal message of an event: ``output`` on success (or cancel), else ``failure``."""

    event_id: str
    output: Output | None
    failure: Failure | None
    duration_s: float
    average_duration_s: float


Message = Queued | Started | Progressed | Logged | Stepped | Ended
