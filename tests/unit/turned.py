"""A hand-turned event loop and a scripted runner, for tests of the engine without sleeping."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from pegboard.queue.job import Call, FunctionLimits, Reporter, SessionId
from pegboard.queue.messages import Ended, Failure, Message, Output
from pegboard.queue.outbox import Outbox
from pegboard.queue.worker import Engine


class TurnedLoop(asyncio.SelectorEventLoop):
    """A loop whose clock moves only when a test turns it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.errors: list[dict[str, Any]] = []
        self.set_exception_handler(lambda loop, context: self.errors.append(context))

    def time(self) -> float:
        return self.now

    def settle(self, turns: int = 30) -> None:
        """Let everything happen that is ready to happen."""
        for _ in range(turns):
            self.call_soon(self.stop)
            self.run_forever()

    def advance(self, seconds: float, step: float = 0.05) -> None:
        """Move the clock, a little at a time."""
        until = self.now + seconds
        while self.now < until:
            self.now = min(until, self.now + step)
            self.settle(6)

    def do(self, work: Callable[[], Any]) -> Any:
        """Do something as a callback of the loop, and return what it gave."""
        results: list[Any] = []

        async def inside() -> None:
            results.append(work())

        task = self.create_task(inside())
        self.settle(3)
        task.result()
        return results[0]


class Run:
    """One run of a scripted function: the test decides what it does next."""

    def __init__(self, calls: Sequence[Call], reporters: Sequence[Reporter]) -> None:
        self.calls = list(calls)
        self.reporters = list(reporters)
        self.orders: asyncio.Queue[Callable[[], Sequence[Output] | None]] = asyncio.Queue()
        self.is_closed = False
        self.is_stubborn = False

    @property
    def names(self) -> list[Any]:
        return [call.data[0] for call in self.calls]

    def step(self, value: Any) -> None:
        self.orders.put_nowait(lambda: [Output([value], is_generating=True) for _ in self.calls])

    def give(self, *values: Any) -> None:
        self.orders.put_nowait(lambda: [Output([value]) for value in values])

    def end(self) -> None:
        self.orders.put_nowait(lambda: None)

    def fail(self, problem: BaseException) -> None:
        def raising() -> None:
            raise problem

        self.orders.put_nowait(raising)


class ScriptedRunner:
    """A `Runner` that does what the test says."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.most_at_once: dict[int, int] = {}

    @property
    def live(self) -> list[Run]:
        return [run for run in self.runs if not run.is_closed]

    async def run(
        self, calls: Sequence[Call], reporters: Sequence[Reporter]
    ) -> AsyncIterator[Sequence[Output]]:
        run = Run(calls, reporters)
        self.runs.append(run)
        try:
            while True:
                try:
                    order = await run.orders.get()
                except asyncio.CancelledError:
                    if run.is_stubborn:
                        continue
                    raise
                outputs = order()
                if outputs is None:
                    return
                yield outputs
                if not outputs or not outputs[0].is_generating:
                    return
        finally:
            run.is_closed = True


def limits(
    function_id: int = 0, limit: int | None = 1, lane: str = "lane", batch: int = 1
) -> FunctionLimits:
    return FunctionLimits(function_id, lane, limit, is_batched=batch > 1, max_batch_size=batch)


def call(name: Any = "x", function_id: int = 0, session: str = "s") -> Call:
    return Call(function_id, SessionId(session), [name])


def words(problem: BaseException, call: Call) -> Failure:
    return Failure(f"{type(problem).__name__}: {problem}")


class Bench:
    """An engine on a hand-turned loop, with everything that it says kept."""

    def __init__(self, *functions: FunctionLimits, **options: Any) -> None:
        self.loop = TurnedLoop()
        self.runner = ScriptedRunner()
        self.lives: list[tuple[str, str]] = []
        options.setdefault("describe_failure", words)
        self.engine = Engine(
            functions or (limits(),),
            self.runner,
            clock=self.loop.time,
            output_count=lambda function_id: 1,
            observer=lambda what, job: self.lives.append((what, job.call.data[0])),
            **options,
        )
        self.names: dict[str, Any] = {}
        self.boxes: dict[str, Outbox] = {}

    def submit(self, name: Any = "x", function_id: int = 0, session: str = "s") -> str:
        asked = call(name, function_id, session)
        box = self.boxes.setdefault(session, Outbox(keeps_all=True))
        event_id: str = self.loop.do(lambda: self.engine.submit(asked, box))
        self.names[event_id] = name
        self.loop.settle()
        return event_id

    def messages(self, session: str = "s", kind: type[Any] = object) -> list[Message]:
        return [message for _, message in self.boxes[session].since(0) if isinstance(message, kind)]

    def ends(self, event_id: str) -> list[Ended]:
        return [
            message
            for box in self.boxes.values()
            for _, message in box.since(0)
            if isinstance(message, Ended) and message.event_id == event_id
        ]

    def the_end(self, event_id: str) -> Ended:
        (end,) = self.ends(event_id)
        return end

    def run_named(self, name: Any) -> Run:
        (run,) = [run for run in self.runner.runs if name in run.names]
        return run

    def stop(self) -> None:
        task = self.loop.create_task(self.engine.stop())
        self.loop.advance(3.0)
        task.result()

    def close(self) -> None:
        for run in self.runner.live:
            run.is_stubborn = False
        self.stop()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.settle()
        self.loop.close()
