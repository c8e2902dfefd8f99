"""The rows of the comparison: what is measured, for whom, and the budget of each figure.

A budget is a ratio to Gradio's or to the floor's figure of the same run, or an absolute number. They
are goals, not assertions: a run fails only on a gross loss, a figure that is `GROSS` times worse.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.benchmarks import measures, pages, sessions, streams
from tests.benchmarks.servers import Contender, Running

GROSS = 3.0
ALL = ("Pegboard", "Gradio", "floor")
LIBRARIES = ("Pegboard", "Gradio")
WITHOUT_GRADIO = ("Pegboard", "floor")
OURS = ("Pegboard",)

Figures = dict[str, float]


@dataclass(frozen=True)
class Budget:
    """A goal for one figure: ``limit`` times the figure of ``of``, or ``limit`` itself."""

    limit: float
    of: str | None = None
    at_least: bool = False

    def ratio(self, named: dict[str, Figures], figure: str) -> float | None:
        """Return how far the figure is from its budget: at most 1 is met; ``None`` if unknown."""
        ours = named["Pegboard"].get(figure)
        other = 1.0 if self.of is None else named.get(self.of, {}).get(figure)
        if ours is None or not other:
            return None
        goal = self.limit * other
        return goal / ours if self.at_least and ours else ours / goal

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        return f"{sign} {self.limit:g}" + (f" x {self.of}" if self.of else "")


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        measure: Takes a contender, and starts what it needs itself; or, with ``on_work``, the running
            server of the app ``work``, which such rows share within a round.
        quick: Also part of ``make bench-quick``.
    """

    title: str
    measure: Callable[[Contender], Figures] | None = None
    on_work: Callable[[Running], Awaitable[Figures]] | None = None
    who: tuple[str, ...] = ALL
    quick: bool = False
    once: bool = False
    budgets: dict[str, Budget] = field(default_factory=dict)


def gradio(limit: float, *, at_least: bool = False) -> Budget:
    """Return a budget against Gradio."""
    return Budget(limit, "Gradio", at_least)


def floor(limit: float, *, at_least: bool = False) -> Budget:
    """Return a budget against the floor."""
    return Budget(limit, "floor", at_least)


ROWS = [
    Row(
        "import",
        measures.imports,
        quick=True,
        budgets={"CPU, ms": gradio(1 / 8), "modules": Budget(400), "memory, MB": Budget(45)},
    ),
    Row(
        "import, and name Interface and Textbox",
        measures.first_use,
        who=LIBRARIES,
        budgets={"CPU, ms": gradio(1 / 8), "modules": Budget(400), "memory, MB": Budget(45)},
    ),
    Row(
        "hello world: start",
        measures.start("hello"),
        quick=True,
        budgets={"to first page, ms": gradio(1 / 5)},
    ),
    Row(
        "Interface with 1,000 examples: start",
        measures.start_with_examples,
        who=LIBRARIES,
        budgets={"to first page, ms": gradio(1 / 5), "CPU, x hello world": Budget(1.1)},
    ),
    Row(
        "discovery of 60 distributions, 35 of them plugins",
        measures.discovery,
        who=OURS,
        budgets={"CPU, ms": Budget(10)},
    ),
    Row(
        "1,000 components: describe",
        measures.describing,
        who=LIBRARIES,
        budgets={"build, CPU ms": Budget(100)},
    ),
    Row(
        "hello world: page",
        pages.page_of("hello", clicks=True),
        quick=True,
        budgets={
            "requests": Budget(8),
            "KB": Budget(60),
            "ready, ms": gradio(1 / 4),
            "layout shift": Budget(0.01),
            "click to output, ms": floor(1.3),
        },
    ),
    Row(
        "hello world: page, 4x CPU and Fast 4G",
        pages.page_of("hello", is_slow=True),
        budgets={"ready, ms": gradio(1 / 4)},
    ),
    Row(
        "page with 12 component types",
        pages.page_of("kinds"),
        budgets={
            "requests": Budget(24),
            "KB": Budget(140),
            "ready, ms": gradio(1 / 4),
            "layout shift": Budget(0.01),
        },
    ),
    Row(
        "page with 1,000 components",
        pages.page_of("many"),
        who=LIBRARIES,
        budgets={"KB": Budget(120), "ready, ms": gradio(1 / 10)},
    ),
    Row(
        "one event at a time",
        on_work=measures.one_at_a_time,
        quick=True,
        budgets={"server CPU, ms": floor(3), "p50, ms": floor(3)},
    ),
    Row(
        "100 sessions",
        on_work=measures.many_sessions,
        quick=True,
        budgets={
            "events/s": gradio(20, at_least=True),
            "CPU an event, ms": floor(3),
            "fairness, most/least": Budget(1.5),
        },
    ),
    Row(
        "1,000 growing strings",
        on_work=streams.growing_strings,
        quick=True,
        budgets={
            "yields/s": gradio(50, at_least=True),
            "CPU a yield, us": gradio(1 / 50),
            "bytes a yield": gradio(1),
        },
    ),
    Row(
        "100 streams of 100 growing strings",
        on_work=streams.hundred_streams,
        budgets={"yields/s": gradio(50, at_least=True), "CPU a yield, us": gradio(1 / 50)},
    ),
    Row(
        "30 streams, a token every 10 ms",
        on_work=streams.tokens,
        quick=True,
        budgets={"CPU a token, ms": floor(2.5), "to the first, ms": floor(2)},
    ),
    Row(
        "history of 20 messages, the last grows",
        on_work=streams.chat_history,
        budgets={"yields/s": gradio(30, at_least=True)},
    ),
    Row(
        "1024 x 1024 picture in and out",
        on_work=measures.pictures,
        budgets={"server CPU, ms": floor(1)},
    ),
    Row(
        "200 MB up and down",
        # On a server of its own: what ran before makes the floor's heap, and so its large buffers, fast or slow.
        measures.on_own("work", sessions.large_files),
        budgets={
            "up, MB/s": floor(0.9, at_least=True),
            "down, MB/s": floor(0.8, at_least=True),
            "echo meanwhile, ms": floor(2),
            "memory on top, MB": Budget(20),
        },
    ),
    Row(
        "400 waiting, 10 ms, limit 4",
        on_work=measures.waiting,
        who=LIBRARIES,
        budgets={"x ideal": Budget(1.1), "messages a client, most": Budget(12)},
    ),
    Row(
        "2,000 waiting, 10 ms, limit 4",
        measures.on_own("work", lambda server: measures.waiting(server, 2000)),
        who=OURS,
        budgets={"x ideal": Budget(1.1), "messages a client, most": Budget(12)},
    ),
    Row(
        "20,000 waiting of 2,000 sessions",
        measures.on_own("work", measures.crowd),
        who=OURS,
        once=True,
        budgets={"x ideal": Budget(1.2), "messages an event, most": Budget(12)},
    ),
    Row(
        "256 calls in batches of 16",
        on_work=measures.batches,
        who=LIBRARIES,
        quick=True,
        budgets={"x ideal": Budget(1.15)},
    ),
    Row(
        "500 idle sessions",
        measures.on_own("work", sessions.idle),
        once=True,
        budgets={"KB a session": Budget(20), "CPU, %": Budget(0.3)},
    ),
    Row(
        "5,000 idle sessions",
        measures.on_own("work", lambda server: sessions.idle(server, 5000)),
        who=WITHOUT_GRADIO,
        once=True,
        budgets={"KB a session": Budget(20), "CPU, %": Budget(0.3)},
    ),
    Row(
        "5,000 sessions come and go",
        measures.on_own("work", sessions.come_and_go),
        who=OURS,
        once=True,
        budgets={"growth a session after it, KB": Budget(1)},
    ),
    Row(
        "an event after 10,000 others",
        measures.after_many,
        who=OURS,
        once=True,
        budgets={"later/first": Budget(1.15)},
    ),
]

WAITING = {
    "chat history in a Chatbot": "Chatbot (measured above with JSON in its place)",
}
"""Budgets that need a component that does not exist yet, and which."""
