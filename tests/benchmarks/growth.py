"""``python -m tests.benchmarks.growth``: what each path costs as the work grows, and the slope's name.

Everything runs in this process, without sockets, and is measured in processor time (the smallest of
a few runs), so the tables come out the same on a busy machine. The slope is that of the cost per item
against the number of items, in a double logarithmic scale, from n = 100 on (smaller n show what is
paid once): 0 means that an item costs the same however many there are, 1 that all of them together cost
the square.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import math
import sys
import tempfile
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pegboard.queue.job import Call, FunctionLimits, SessionId
from pegboard.queue.messages import Ended, Output, Stepped
from pegboard.queue.outbox import Outbox
from pegboard.queue.worker import Engine
from pegboard.server.stream import EventEncoder

SIZES = (10, 100, 1_000, 10_000)


@dataclass(frozen=True)
class Growth:
    """One table: ``measure(n)`` gives the cost of one item among n."""

    title: str
    unit: str
    measure: Callable[[int], float]
    most: int = 10_000
    repeats: int = 3


def cpu_us(work: Callable[[], object], items: int) -> float:
    """Return the processor time of some work, in microseconds an item."""
    gc.collect()
    begin = time.process_time()
    work()
    return (time.process_time() - begin) / items * 1e6


# -- queue -------------------------------------------------------------------------------------------


class Answering:
    """Runs nothing: answers at once."""

    async def run(self, calls: Sequence[Call], reporters: Sequence[Any]) -> AsyncIterator[list[Output]]:
        """Give every call its own data back."""
        yield [Output(call.data) for call in calls]


class Holding:
    """Runs for ever."""

    async def run(self, calls: Sequence[Call], reporters: Sequence[Any]) -> AsyncIterator[list[Output]]:
        """Give nothing."""
        await asyncio.Event().wait()
        yield []


def call(number: int, session: str | None = None) -> Call:
    """Return a call of a session of its own."""
    return Call(0, SessionId(session or f"s{number}"), [number])


def drain(n: int) -> float:
    """Join n events of n sessions to a function with limit 4 and let all of them end."""

    async def main() -> float:
        engine = Engine([FunctionLimits(0, "lane", 4)], Answering())
        begin = time.process_time()
        for number in range(n):
            engine.submit(call(number))
        while engine.waiting_count() or engine.running_count():
            await asyncio.sleep(0)
        return (time.process_time() - begin) / n * 1e6

    return asyncio.run(main())


def cancelling(n: int) -> float:
    """Cancel waiting events, from the middle outwards, while n wait."""

    async def main() -> float:
        engine = Engine([FunctionLimits(0, "lane", 1)], Holding())
        ids = [engine.submit(call(number)) for number in range(n + 1)]
        await asyncio.sleep(0)
        middle = n // 2
        order = sorted(range(1, n + 1), key=lambda number: abs(number - middle))
        begin = time.process_time()
        for number in order:
            engine.cancel(ids[number], SessionId(f"s{number}"))
        used = time.process_time() - begin
        await engine.stop()
        return used / n * 1e6

    return asyncio.run(main())


def status(n: int) -> float:
    """Ask how many wait, while n do."""

    async def main() -> float:
        engine = Engine([FunctionLimits(0, "lane", 1)], Holding())
        for number in range(n + 1):
            engine.submit(call(number))
        used = cpu_us(lambda: [engine.waiting_count() for _ in range(1000)], 1000)
        await engine.stop()
        return used

    return asyncio.run(main())


def after_others(n: int) -> float:
    """One event of a session that has had n before, read as it comes."""

    async def main() -> float:
        engine = Engine([FunctionLimits(0, "lane", None)], Answering())
        box = Outbox()

        async def events(count: int) -> None:
            for number in range(count):
                engine.submit(call(number, "s"), box)
                await box.wait(box.delivered)
                box.since(box.delivered)
                box.mark_delivered(box.last)

        await events(n)
        begin = time.process_time()
        await events(200)
        return (time.process_time() - begin) / 200 * 1e6

    return asyncio.run(main())


# -- streams -----------------------------------------------------------------------------------------


def stream_of(values: Sequence[Any]) -> float:
    """Put steps through an outbox and encode them for a reader that keeps up, ten at a time."""
    encoder, box = EventEncoder("sse_v3"), Outbox()
    outputs = [Output([value], is_generating=True, size_bytes=100) for value in values]
    begin = time.process_time()
    for number, output in enumerate(outputs):
        box.append(Stepped("e", output))
        if number % 10 == 9:
            for position, message in box.since(box.delivered):
                encoder.encode(message, position)
            box.mark_delivered(box.last)
    return (time.process_time() - begin) / len(outputs) * 1e6


def growing_text(n: int) -> float:
    """One yield of a text that grows by a word in each of n steps."""
    return stream_of(["word " * step for step in range(1, n + 1)])


def growing_history(n: int) -> float:
    """One yield of a history of n messages of which the last grows."""
    head = [{"role": "user", "content": f"question {number}"} for number in range(n - 1)]
    steps = max(20, 2000 // n)
    return stream_of(
        [[*map(dict, head), {"role": "assistant", "content": "word " * step}] for step in range(steps)]
    )


def slow_reader(n: int) -> float:
    """KB kept for a reader that has not read n steps of 1 KB."""
    gc.collect()
    tracemalloc.start()
    box = Outbox()
    for number in range(n):
        box.append(Stepped("e", Output([f"{number:1000}"], is_generating=True, size_bytes=1000)))
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return kept / 1024


# -- pages -------------------------------------------------------------------------------------------


def described(n: int) -> Any:
    """Return the description of a page with n text boxes."""
    import pegboard

    with pegboard.Blocks() as page:
        for number in range(n):
            pegboard.Textbox(label=f"text {number}")
    return page.describe()


def site_of(spec: Any) -> Any:
    """Return a site that serves nobody."""
    from pegboard.launch import create_app

    return create_app(spec).site


def building(n: int) -> float:
    """Describe one of n components."""
    return cpu_us(lambda: described(n), n)


def page_cpu(n: int) -> float:
    """Make the config and the page for one of n components (once, then kept)."""
    site = site_of(described(n))
    return cpu_us(lambda: site.pages.page(site.config.encoded("http://host")[0], ""), n)


def page_bytes(n: int) -> float:
    """Bytes of the page on the wire, for one of n components."""
    site = site_of(described(n))
    page = site.pages.page(site.config.encoded("http://host")[0], "")
    return len(page.frame.gzipped(page.config)) / n


def examples(n: int) -> float:
    """Describe an Interface with n examples, for one of them."""
    import pegboard

    def same(text: str) -> str:
        return text

    rows = [[f"example {number}"] for number in range(n)]
    return cpu_us(lambda: pegboard.Interface(same, "textbox", "textbox", examples=rows).describe(), n)


def event_among(n: int) -> float:
    """One event, from the request's bytes to the stream's, in an app of n components."""
    import orjson

    import pegboard

    with pegboard.Blocks() as page:
        boxes = [pegboard.Textbox(label=f"text {number}") for number in range(n)]
        boxes[0].submit(lambda text: text, boxes[0], boxes[-1], queue=True)
    body = orjson.dumps({"data": ["hello"], "fn_index": 0, "session_hash": "s"})
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]

    async def main() -> float:
        from pegboard.launch import create_app

        app = create_app(page.describe())
        heard = asyncio.Event()
        open_end = asyncio.Event()

        def scope(method: str, path: str, query: bytes = b"") -> dict[str, Any]:
            return {
                "type": "http", "method": method, "path": path, "query_string": query, "headers": headers,
                "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2), "scheme": "http", "root_path": "",
            }  # fmt: skip

        async def hold() -> dict[str, Any]:
            await open_end.wait()
            return {"type": "http.disconnect"}

        async def hear(message: dict[str, Any]) -> None:
            if b"process_completed" in message.get("body", b""):
                heard.set()

        async def drop(message: dict[str, Any]) -> None:
            return None

        async def give() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        query = b"session_hash=s&pegboard=1"
        stream = asyncio.ensure_future(app(scope("GET", "/gradio_api/queue/data", query), hold, hear))

        async def events(count: int) -> None:
            for _ in range(count):
                heard.clear()
                await app(scope("POST", "/gradio_api/queue/join"), give, drop)
                await heard.wait()

        await events(20)
        begin = time.process_time()
        await events(300)
        used = time.process_time() - begin
        open_end.set()
        await stream
        await app.site.stop()
        return used / 300 * 1e6

    return asyncio.run(main())


# -- sessions and discovery --------------------------------------------------------------------------


def sessions_left(n: int) -> float:
    """KB left of n sessions that had an event each and are gone."""

    async def main() -> float:
        site = site_of(described(1))
        gc.collect()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        for number in range(n):
            session = SessionId(f"session-{number}")
            line = site.lines.get(session)
            site.sessions.get(session)
            answer = line.open(is_own=True, resume=None, peer="p")
            number_of = line.outbox.append(Ended("e", Output(["x" * 500]), None, 0.0, 0.0))
            line.outbox.mark_delivered(number_of)
            line.closed(answer, is_clean=True)
        site.lines.tidy(0)
        site.sessions.expire(0)
        gc.collect()
        left = (tracemalloc.get_traced_memory()[0] - before) / 1024
        tracemalloc.stop()
        await site.stop()
        return max(left, 0.1)

    return asyncio.run(main())


def discovery(n: int) -> float:
    """Find n made-up distributions on the import path, for one of them."""
    from pegboard.plugins import scan
    from tests.unit.installed import install

    with tempfile.TemporaryDirectory() as name:
        for number in range(n):
            install(Path(name), f"made-up-{number}", {f"thing{number}": f"Thing{number}"})
        sys.path.insert(0, name)
        try:
            return cpu_us(scan, n)
        finally:
            sys.path.remove(name)


PATHS = [
    Growth("queue: an event of n that wait, from join to end", "us", drain),
    Growth("queue: cancelling one of n that wait", "us", cancelling),
    Growth("queue: asking how many wait, while n do", "us", status),
    Growth("serve: an event after n others of its session", "us", after_others),
    Growth("serve: an event in an app of n components", "us", event_among),
    Growth("stream: a yield of a text that grows n times", "us", growing_text),
    Growth("stream: a yield of a history of n messages", "us", growing_history, repeats=1),
    Growth("memory: kept for a reader that is n steps behind (all)", "KB", slow_reader, repeats=1),
    Growth("memory: left of n sessions that are gone (all)", "KB", sessions_left, repeats=1),
    Growth("page: describing one of n components", "us", building),
    Growth("page: config and page, for one of n components", "us", page_cpu, repeats=1),
    Growth("page: bytes on the wire, for one of n components", "B", page_bytes, repeats=1),
    Growth("start: an Interface, for one of n examples", "us", examples),
    Growth("start: discovery, for one of n distributions", "us", discovery, most=1_000, repeats=2),
]


def slope_of(figures: dict[int, float]) -> float:
    """Return the slope in a double logarithmic scale from n = 100 on (least squares)."""
    points = [(math.log10(n), math.log10(max(value, 1e-3))) for n, value in figures.items() if n >= 100]
    if len(points) < 2:
        return 0.0
    x_mean = sum(x for x, _ in points) / len(points)
    y_mean = sum(y for _, y in points) / len(points)
    spread = sum((x - x_mean) ** 2 for x, _ in points)
    return sum((x - x_mean) * (y - y_mean) for x, y in points) / spread


def named(slope: float) -> str:
    """Return a word for a slope of the cost of one item."""
    if slope < 0.2:
        return "flat"
    if slope < 0.7:
        return "grows slowly"
    return "grows with n" if slope < 1.4 else "grows faster than n"


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=10_000)
    parser.add_argument("--only", default="", help="paths whose title holds this text")
    arguments = parser.parse_args()
    heads = [f"n = {n:,}" for n in SIZES if n <= arguments.most]
    print(f"| path | unit | {' | '.join(heads)} | slope | |")
    print(f"|---|---|{'--:|' * len(heads)}--:|---|", flush=True)
    for path in PATHS:
        if arguments.only not in path.title:
            continue
        figures = {}
        for n in SIZES:
            if n <= min(arguments.most, path.most):
                figures[n] = min(path.measure(n) for _ in range(path.repeats))
        cells = [f"{figures[n]:.3g}" if n in figures else "" for n in SIZES if n <= arguments.most]
        slope = slope_of(figures)
        print(f"| {path.title} | {path.unit} | {' | '.join(cells)} | {slope:.2f} | {named(slope)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
