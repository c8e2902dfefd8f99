"""One call: inputs from the wire, the user's function, outputs for the wire.

`CallRunner` is the queue's `Runner`. Everything that belongs to components and to the user's code (file
look-up, preprocess, the function, postprocess, publishing of files) runs where the executor puts it: a
synchronous function's whole call is one visit to one thread. Coroutines and async generators run on the
loop, their components' file work in a thread.

This is the border where the user's code ends, so it is the one place that catches every exception: a
`UserError` goes on as it is, anything else is logged under a reference number and becomes a
`UserError` that shows only that number. Knows nothing of HTTP.
"""

from __future__ import annotations

import asyncio
import copy
import inspect
import logging
import secrets
import traceback
import warnings
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Protocol, TypeVar

from pegboard import progress, wire
from pegboard.component import Block, Component
from pegboard.errors import ArityError, PegboardError, UserError, describe
from pegboard.events import Listener
from pegboard.files import FileStore
from pegboard.media import MediaStream, MediaStreams, pieces_of, stream_object
from pegboard.payload import (
    SKIP,
    UPDATE_MARKER,
    FileRef,
    Fresh,
    Properties,
    Ready,
    Skip,
    Update,
    file_refs,
)
from pegboard.pump import Pump
from pegboard.queue.job import Call, Reporter
from pegboard.queue.messages import Output
from pegboard.queue.slots import Slots
from pegboard.request import Request
from pegboard.signature import Plan, arguments, plan_of
from pegboard.spec import AppSpec, StateSpec
from pegboard.streaming import StreamsMedia, plays_pieces

log = logging.getLogger("pegboard.call")

Result = TypeVar("Result")
Begun = Callable[[], None]

_ABSENT: Any = object()
_NO_INSTRUCTIONS = frozenset({str, int, float, bool, list, dict, tuple, bytes, type(None)})
"""Types of most values; others may be instructions, such as an `Update`, and are asked what they are."""
_VALUES = _NO_INSTRUCTIONS - {dict}
"""The same without what may hold one value for each of several components."""

_OUTPUT_BYTES = 16


class SessionData(Protocol):
    """What a call keeps between events of one session."""

    states: dict[int, Any]
    components: dict[int, Any]


class Sessions(Protocol):
    """Where the data of sessions is."""

    def get(self, session: Any) -> SessionData:
        """Return the data of a session, made when it is first used."""


class Threads(Protocol):
    """Where blocking work runs."""

    async def run(self, work: Callable[[], Result], slots: Slots[Any] | None = None) -> Result:
        """Run ``work`` in a thread, with the caller's context variables, when a slot is free."""


class FunctionFailed(UserError):
    """The user's function raised something that is not meant for the person."""

    slug = "function-failed"


@dataclass(frozen=True, slots=True)
class _Slot:
    """One input or output of a listener: a component, a state, or a block that only takes updates."""

    id: int
    component: Component[Any, Any, Any] | None
    state: StateSpec | None
    is_media: bool = False
    """Whether what is yielded is a piece of sound or film, played while the rest is made."""


@dataclass(frozen=True, slots=True)
class _Function:
    """A listener, prepared once."""

    listener: Listener
    fn: Callable[..., Any]
    plan: Plan
    inputs: tuple[_Slot, ...]
    outputs: tuple[_Slot, ...]
    name: str
    is_coroutine: bool
    is_generator: bool
    is_async_generator: bool
    carries_files: bool
    tracks_tqdm: bool


class CallRunner:
    """Runs the functions of one app.

    Args:
        show_error: Show the text of unexpected errors to people.
    """

    def __init__(
        self,
        spec: AppSpec,
        files: FileStore,
        sessions: Sessions,
        threads: Threads,
        *,
        show_error: bool = False,
    ) -> None:
        self._spec = spec
        self._files = files
        self._sessions = sessions
        self._threads = threads
        self._show_error = show_error
        self.media = MediaStreams(files)
        self._functions: dict[int, _Function] = {}
        self._watched_states = {
            target.block_id
            for listener in spec.listeners
            for target in listener.targets
            if target.event == "change" and target.block_id in spec.states
        }

    # -- the queue's Runner ------------------------------------------------------------------------

    async def run_whole(
        self,
        calls: Sequence[Call],
        reporters: Sequence[Reporter],
        slots: Slots[Any] | None = None,
    ) -> Sequence[Output]:
        """Run a function that has one step for one call, or for a batch; see `pegboard.queue.job.Runner`."""
        function = self._function(calls[0].function_id)
        begun = None if slots is None else reporters[0].begun
        # The border: whatever the user's code raises is worded here, once.
        try:
            with _reporting(function, reporters):
                if function.listener.batch:
                    return await self._run_batch(function, calls, slots, begun)
                return (await self._run_one(function, calls[0], slots, begun),)
        except asyncio.CancelledError:
            raise
        except BaseException as problem:
            raise self._worded(problem, function) from problem

    async def run(
        self, calls: Sequence[Call], reporters: Sequence[Reporter]
    ) -> AsyncIterator[Sequence[Output]]:
        """Run one function for one call, or for a batch; see `pegboard.queue.job.Runner`."""
        function = self._function(calls[0].function_id)
        if function.listener.batch or not (function.is_generator or function.is_async_generator):
            yield await self.run_whole(calls, reporters)
            return
        # The border, as above.
        try:
            with _reporting(function, reporters):
                if function.is_async_generator:
                    async for output in self._stream_async(function, calls[0]):
                        yield [output]
                else:
                    # Each further layer of generators would cost every step a microsecond.
                    async with _Pumping(self._threads, _Step(self, function, calls[0])) as pump:
                        while items := await pump.take():
                            for output in items:
                                yield (output,)
        except (GeneratorExit, asyncio.CancelledError):
            raise
        except BaseException as problem:
            raise self._worded(problem, function) from problem

    async def _run_one(
        self,
        function: _Function,
        call: Call,
        slots: Slots[Any] | None = None,
        begun: Begun | None = None,
    ) -> Output:
        step = _Step(self, function, call)
        if not function.is_coroutine:
            return await self._threads.run(partial(step.whole, begun), slots)
        if function.carries_files:
            positional, named = await self._threads.run(step.prepare)
            result = await function.fn(*positional, **named)
            return await self._threads.run(partial(step.finish, result))
        positional, named = step.prepare()
        return step.finish(await function.fn(*positional, **named))

    async def _stream_async(self, function: _Function, call: Call) -> AsyncIterator[Output]:
        step = _Step(self, function, call)
        in_thread = function.carries_files
        prepared = await self._threads.run(step.prepare) if in_thread else step.prepare()
        positional, named = prepared
        iterator = function.fn(*positional, **named)
        try:
            async for result in iterator:
                if in_thread:
                    yield await self._threads.run(partial(step.finish, result, True))
                else:
                    yield step.finish(result, True)
            if step.has_media:
                yield await self._threads.run(step.whole_media)
        finally:
            step.end_media()
            close = getattr(iterator, "aclose", None)
            if close is not None:
                await close()

    async def _run_batch(
        self,
        function: _Function,
        calls: Sequence[Call],
        slots: Slots[Any] | None = None,
        begun: Begun | None = None,
    ) -> list[Output]:
        steps = [_Step(self, function, call) for call in calls]

        def prepare() -> tuple[list[Any], dict[str, Any]]:
            rows = [step.inputs() for step in steps]
            columns = [list(column) for column in zip(*rows)]
            return arguments(function.plan, columns, steps[0].request, steps[0].event)

        def finish(result: Any) -> list[Output]:
            rows = _batch_rows(function, result, len(steps))
            return [step.finish_row(row) for step, row in zip(steps, rows)]

        if function.is_coroutine:
            positional, named = await self._threads.run(prepare)
            result = await function.fn(*positional, **named)
            return await self._threads.run(partial(finish, result))

        def whole() -> list[Output]:
            if begun is not None:
                begun()
            positional, named = prepare()
            return finish(_called(function.fn, positional, named))

        return await self._threads.run(whole, slots)

    # -- before the queue --------------------------------------------------------------------------

    async def validate(self, call: Call) -> list[dict[str, Any]]:
        """Run a listener's validator; return a failure object per refused input, none when all is well.

        Raises:
            UserError: The validator itself failed, or an input could not be read.
        """
        function = self._function(call.function_id)
        validator = function.listener.validator
        if validator is None:
            return []
        step = _Step(self, function, call)
        plan = plan_of(validator)

        def check() -> Any:
            positional, named = arguments(plan, step.inputs(), step.request, step.event)
            return _called(validator, positional, named)

        try:
            result = await self._threads.run(check)
            if inspect.isawaitable(result):
                result = await result
        except (GeneratorExit, asyncio.CancelledError):
            raise
        except BaseException as problem:
            raise self._worded(problem, function) from problem
        answers = list(result) if isinstance(result, (list, tuple)) else [result] * len(function.inputs)
        return [
            {**answer, "position": position}
            for position, answer in enumerate(answers[: len(function.inputs)])
            if isinstance(answer, Mapping) and answer.get("is_valid") is False
        ]

    # -- pieces ------------------------------------------------------------------------------------

    def _function(self, function_id: int) -> _Function:
        known = self._functions.get(function_id)
        if known is None:
            known = self._functions[function_id] = self._prepared(self._spec.listeners[function_id])
        return known

    def _prepared(self, listener: Listener) -> _Function:
        assert listener.fn is not None
        inputs = tuple(self._slot(block_id) for block_id in listener.inputs)
        outputs = tuple(self._slot(block_id) for block_id in listener.outputs)
        target = routine_of(listener.fn)
        return _Function(
            listener=listener,
            fn=listener.fn,
            plan=plan_of(listener.fn),
            inputs=inputs,
            outputs=outputs,
            name=getattr(listener.fn, "__name__", type(listener.fn).__name__),
            is_coroutine=inspect.iscoroutinefunction(target),
            is_generator=inspect.isgeneratorfunction(target),
            is_async_generator=inspect.isasyncgenfunction(target),
            carries_files=any(
                slot.component is not None and slot.component.carries_files
                for slot in (*inputs, *outputs)
            ),
            tracks_tqdm=progress.tracks_tqdm(listener.fn),
        )

    def _slot(self, block_id: int) -> _Slot:
        state = self._spec.states.get(block_id)
        component = None if state is not None else self._spec.components.get(block_id)
        return _Slot(block_id, component, state, plays_pieces(component))

    def _worded(self, problem: BaseException, function: _Function) -> UserError:
        if isinstance(problem, UserError):
            if problem.print_exception:
                log.error("%s raised an error for the person", function.name, exc_info=problem)
            return problem
        reference = secrets.token_hex(3)
        # The traceback is formatted here: a handler may run when its locals are gone.
        text = "".join(traceback.format_exception(type(problem), problem, problem.__traceback__))
        log.error("%s failed (reference %s)\n%s", function.name, reference, text)
        if self._show_error:
            shown = str(problem) or type(problem).__name__
            return FunctionFailed(shown)
        return FunctionFailed(f"The function failed (reference {reference})")


def _reporting(function: _Function, reporters: Sequence[Reporter]) -> progress.reporting:
    return progress.reporting(
        reporters[0] if reporters else None, tracks_tqdm=function.tracks_tqdm
    )


def routine_of(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Return the routine behind partial functions and callable objects."""
    while isinstance(fn, partial):
        fn = fn.func
    if not inspect.isroutine(fn):
        return getattr(fn, "__call__", fn)  # noqa: B004 - the method itself is wanted
    return fn


def is_plain(fn: Callable[..., Any]) -> bool:
    """Say whether a function is one piece of blocking work: no generator, and no coroutine."""
    routine = routine_of(fn)
    kinds = (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)
    return not any(kind(routine) for kind in kinds)


_closing: set[asyncio.Future[None]] = set()


def _closed(work: asyncio.Future[None]) -> None:
    """Log what a generator that nobody reads any more raised when it was closed."""
    _closing.discard(work)
    if not work.cancelled() and work.exception() is not None:
        log.error("closing a generator failed", exc_info=work.exception())


class _Pumping:
    """A generator that runs in a thread while its steps are taken."""

    def __init__(self, threads: Threads, step: _Step) -> None:
        self._threads = threads
        self._step = step

    async def __aenter__(self) -> Pump[Output]:
        """Start it."""
        self._pump: Pump[Output] = Pump(size_of=_size_of)
        work = self._threads.run(partial(self._step.pump, self._pump))
        self._work: asyncio.Future[None] = asyncio.ensure_future(work)
        return self._pump

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raise what it raised; or stop it, if nobody wants further steps."""
        try:
            if kind is None:
                await self._work
        finally:
            # The generator is closed by its own thread: a step cannot be interrupted, so nobody waits.
            self._pump.stop()
            if not self._work.done():
                _closing.add(self._work)
                self._work.add_done_callback(_closed)


class _Step:
    """One call on its way through: everything here may run in a thread."""

    def __init__(self, runner: CallRunner, function: _Function, call: Call) -> None:
        self._runner = runner
        self._function = function
        self._call = call
        request = call.request
        self.request: Request = request if isinstance(request, Request) else Request()
        self._session = runner._sessions.get(call.session)
        self._snapshots: dict[int, Any] = {}
        self._media: dict[int, MediaStream] = {}
        self._last: list[Any] = []

    def whole(self, begun: Begun | None = None) -> Output:
        """Do everything for a plain function, after saying that it has begun."""
        if begun is not None:
            begun()
        positional, named = self.prepare()
        result = _called(self._function.fn, positional, named)
        return self.finish(result)

    def pump(self, pump: Pump[Output]) -> None:
        """Run a generator to its end, or until nobody wants its steps any more."""
        try:
            positional, named = self.prepare()
            iterator = self._function.fn(*positional, **named)
            finish = self._finisher()
            try:
                for result in iterator:
                    if not pump.put(finish(result)):
                        return
                if self.has_media:
                    pump.put(self.whole_media())
            finally:
                self.end_media()
                close = getattr(iterator, "close", None)
                if close is not None:
                    close()
        finally:
            pump.end()

    def prepare(self) -> tuple[list[Any], dict[str, Any]]:
        """Return the function's arguments."""
        listener = self._function.listener
        values = self.inputs()
        for position in self._function.plan.whole:
            self._widen(values, position)
        if listener.inputs_as_dict:
            by_component = {
                self._key(slot): value for slot, value in zip(self._function.inputs, values)
            }
            return arguments(self._function.plan, [by_component], self.request, self.event)
        names = listener.inputs_kwargs
        if not names:
            return arguments(self._function.plan, values, self.request, self.event)
        head = len(values) - len(names)
        positional, named = arguments(
            self._function.plan, values[:head], self.request, self.event
        )
        return positional, {**named, **dict(zip(names, values[head:]))}

    def inputs(self) -> list[Any]:
        """Return the preprocessed inputs."""
        self._remember_states()
        preprocess = self._function.listener.preprocess
        values: list[Any] = []
        try:
            for slot, wire in zip(self._function.inputs, self._call.data):
                values.append(self._input(slot, wire, preprocess))
        except UserError as problem:
            problem.position = len(values)
            raise
        return values

    def _widen(self, values: list[Any], position: int) -> None:
        """Replace an input's value by all of its component's properties."""
        slot = self._function.inputs[position] if position < len(values) else None
        component = None if slot is None else self._own(slot)
        if component is not None:
            values[position] = Properties(component.props(), values[position])

    def event(self, kind: type[Any]) -> Any:
        """Return the event's data as the class that the function asks for."""
        target = self._runner._spec.components.get(self._call.trigger_id or -1)
        return kind(target, self._call.event_data)

    def _input(self, slot: _Slot, wire: Any, preprocess: bool) -> Any:
        if slot.state is not None:
            return self._state(slot.state)
        component = self._own(slot)
        if component is None or not (preprocess or self._function.listener.resolves_files):
            return wire
        if component.carries_files and wire is not None:
            wire = self._runner._files.resolve(wire, self.request.username)
        return component.read(wire) if preprocess else wire

    def _own(self, slot: _Slot) -> Component[Any, Any, Any] | None:
        """Return the session's own copy of a component, if an update has made one."""
        return self._session.components.get(slot.id, slot.component)

    def _key(self, slot: _Slot) -> Any:
        return self._runner._spec.components.get(slot.id, slot.id)

    # -- state -------------------------------------------------------------------------------------

    def _state(self, state: StateSpec) -> Any:
        states = self._session.states
        if state.id not in states:
            states[state.id] = copy.deepcopy(
                state.initial() if callable(state.initial) else state.initial
            )
        return states[state.id]

    def _remember_states(self) -> None:
        watched = self._runner._watched_states
        if not watched:
            return
        for slot in self._function.inputs + self._function.outputs:
            if slot.state is not None and slot.id in watched and slot.id not in self._snapshots:
                self._snapshots[slot.id] = copy.deepcopy(self._state(slot.state))

    def _changed_states(self) -> list[int]:
        changed = []
        for state_id, before in self._snapshots.items():
            now = self._session.states.get(state_id)
            if not _is_same(before, now):
                changed.append(state_id)
                self._snapshots[state_id] = copy.deepcopy(now)
        return changed

    # -- outputs -----------------------------------------------------------------------------------

    def finish(self, result: Any, is_generating: bool = False) -> Output:
        """Turn what the function returned or yielded into an `Output`."""
        return self.finish_row(_row(self._function, result), is_generating)

    def _finisher(self) -> Callable[[Any], Output]:
        """Return what turns each step of a generator into an `Output`.

        Most give one value for one component without files. For these it does what `finish` does and asks
        nothing that is the same in every step.
        """
        generic = partial(self.finish, is_generating=True)
        function = self._function
        slot = function.outputs[0] if len(function.outputs) == 1 else None
        if (
            slot is None
            or slot.component is None
            or slot.is_media
            or function.carries_files
            or self._snapshots
            or not function.listener.postprocess
        ):
            return generic
        own, first, own_id = self._session.components, slot.component, slot.id

        def finish(result: Any) -> Output:
            if type(result) not in _VALUES:
                return generic(result)
            # An update may have given the session a copy of the component meanwhile.
            kept, size = wire.frozen(own.get(own_id, first).show_encoded(result))
            return Output((kept,), True, (), size + _OUTPUT_BYTES)

        return finish

    def finish_row(self, row: Sequence[Any], is_generating: bool = False) -> Output:
        """Turn one value per output into an `Output`."""
        if not self._function.outputs:
            return Output([], is_generating, self._changed_states() if self._snapshots else ())
        postprocess = self._function.listener.postprocess
        # Encoded here, in the call's own thread: what the function changes later cannot reach it, and
        # a value that JSON cannot carry is this call's failure, not the stream's.
        data = []
        size_bytes = _OUTPUT_BYTES
        for slot, value in zip(self._function.outputs, row):
            if slot.is_media and is_generating and isinstance(slot.component, StreamsMedia):
                payload = self._chunk(slot, slot.component, value)
            else:
                payload = self._output(slot, value, postprocess)
            kept, size = wire.frozen(payload)
            data.append(kept)
            size_bytes += size
        if self._media:
            self._last = data
        changed = self._changed_states() if self._snapshots else ()
        return Output(data, is_generating, changed, size_bytes)

    # -- media that play while they are made -------------------------------------------------------

    @property
    def has_media(self) -> bool:
        """Whether a piece of sound or film was given out."""
        return bool(self._media)

    def _chunk(self, slot: _Slot, component: StreamsMedia, value: Any) -> Any:
        """Add one yielded value to the playlist of its output, and return what names that."""
        if isinstance(value, (Skip, Update, Properties, Block, Ready, Fresh)):
            return self._output(slot, value, True)
        stream = self._media.get(slot.id)
        piece = None if value is None else component.encode_chunk(value)
        if piece is None and stream is None:
            return None
        media = self._runner.media
        if stream is None:
            stream = media.open(str(self._call.session), slot.id, self.request.username)
            self._media[slot.id] = stream
        if piece is not None:
            media.add(stream, piece)
        return stream_object(stream, self.request.root_url)

    def whole_media(self) -> Output:
        """Return the last step again, with each playlist replaced by the one file it became."""
        data = list(self._last)
        for place, slot in enumerate(self._function.outputs):
            stream = self._media.get(slot.id)
            if stream is not None and isinstance(slot.component, StreamsMedia):
                stream.is_ended = True
                joined = slot.component.join_chunks(pieces_of(stream))
                data[place], _ = wire.frozen(self._published(joined))
        return Output(data)

    def end_media(self) -> None:
        """Let players know that nothing follows."""
        for stream in self._media.values():
            stream.is_ended = True

    def _output(self, slot: _Slot, value: Any, postprocess: bool) -> Any:
        if slot.state is not None:
            if not isinstance(value, Skip):
                self._session.states[slot.id] = value
            return None
        if type(value) not in _NO_INSTRUCTIONS:
            if isinstance(value, Skip):
                return {"__type__": UPDATE_MARKER}
            if isinstance(value, Ready):
                return self._published(value.payload)
            if isinstance(value, Fresh):
                return self._renewed(slot, value.value)
            if isinstance(value, Properties):
                return self._updated(slot, value.changes())
            if isinstance(value, Update):
                return self._updated(slot, value.props)
            if isinstance(value, Block):
                options = getattr(value, "options", None)
                return self._updated(slot, options() if callable(options) else {})
        component = self._own(slot)
        if component is None or not postprocess:
            return self._published(value)
        if component.carries_files:
            return self._published(component.show(value))
        return component.show_encoded(value)

    def _published(self, payload: Any) -> Any:
        if isinstance(payload, FileRef) or any(True for _ in file_refs(payload)):
            files = self._runner._files
            return files.publish(payload, self.request.root_url, self.request.username)
        return payload

    def _renewed(self, slot: _Slot, value: Any) -> Any:
        """Forget the session's own copy; give the value, and what of the properties it had changed."""
        own = self._session.components.pop(slot.id, None)
        component = slot.component
        payload = self._published(component.show(value) if component is not None else value)
        if own is None:
            return payload
        changed = own.props()
        wire: dict[str, Any] = {"__type__": UPDATE_MARKER, "value": payload}
        for name, described in self._runner._spec.blocks[slot.id].props.items():
            if not _is_same(described, changed.get(name, _ABSENT)):
                wire[name] = self._published(described)
        return wire

    def _updated(self, slot: _Slot, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Change properties: rebuild the session's copy, and tell the browser what is different."""
        props = {name: value for name, value in changes.items() if name not in ("value", "render")}
        wire: dict[str, Any] = {"__type__": UPDATE_MARKER}
        component = self._own(slot)
        if component is None:
            wire.update(props)
            return wire
        if props:
            before = component.props()
            component = component.with_options(props)
            assert component is not None
            self._session.components[slot.id] = component
            for name, value in component.props().items():
                if name in props or not _is_same(value, before.get(name, _ABSENT)):
                    wire[name] = self._published(value)
        if "value" in changes:
            value = changes["value"]
            if isinstance(value, Ready):
                payload = value.payload
            else:
                payload = component.show(value() if callable(value) else value)
            wire["value"] = self._published(payload)
        return wire


def _size_of(output: Output) -> int:
    return output.size_bytes


def _called(fn: Callable[..., Any], positional: list[Any], named: dict[str, Any]) -> Any:
    try:
        return fn(*positional, **named)
    except StopIteration as stop:
        # A future cannot carry a StopIteration.
        raise RuntimeError("the function raised StopIteration") from stop


def _row(function: _Function, result: Any) -> Sequence[Any]:
    """Return one value per output for what a function returned."""
    outputs = function.outputs
    if not outputs:
        return ()
    if isinstance(result, dict) and result and all(isinstance(key, Block) for key in result):
        by_id = {key._id: value for key, value in result.items()}
        unknown = set(by_id) - {slot.id for slot in outputs}
        if unknown:
            names = ", ".join(repr(key) for key in result if key._id in unknown)
            raise ArityError(
                PegboardError.three_parts(
                    f"{function.name}() returned a value for a component that is not an output.",
                    got=names,
                    expected=f"only {_names(function)}",
                    fix="add the component to the listener's outputs, or leave it out",
                )
            )
        return [by_id.get(slot.id, SKIP) for slot in outputs]
    if len(outputs) == 1:
        return (result,)
    given = result if isinstance(result, (tuple, list)) else (result,)
    if isinstance(result, Skip):
        return [SKIP] * len(outputs)
    if len(given) < len(outputs):
        count = f"{len(given)} value{'' if len(given) == 1 else 's'}"
        raise ArityError(
            PegboardError.three_parts(
                f"{function.name}() returned {count}, but its listener has {len(outputs)} outputs.",
                got=describe(result),
                expected=f"one value each for {_names(function)}, in this order",
                fix="return all of them, or remove an output from the listener",
            )
        )
    if len(given) > len(outputs):
        warnings.warn(
            f"{function.name}() returned {len(given)} values for {len(outputs)} outputs "
            f"({_names(function)}); the rest is ignored. Return fewer, or add outputs.",
            stacklevel=2,
        )
    return given[: len(outputs)]


def _batch_rows(function: _Function, result: Any, count: int) -> list[list[Any]]:
    """Turn what a batched function returned, a list per output, into a row per call."""
    outputs = len(function.outputs)
    if outputs == 0:
        return [[] for _ in range(count)]
    columns = list(result) if isinstance(result, (tuple, list)) else [result]
    is_flat = outputs == 1 and not (len(columns) == 1 and isinstance(columns[0], (list, tuple)))
    if is_flat:
        columns = [columns]
    bad = len(columns) < outputs or any(
        not isinstance(column, (list, tuple)) or len(column) != count for column in columns[:outputs]
    )
    if bad:
        raise ArityError(
            PegboardError.three_parts(
                f"{function.name}() did not return a value for every call of its batch.",
                got=describe(result),
                expected=f"{outputs} list(s), one per output, of {count} value(s) each",
                fix="return one list per output, with one item per item of the input lists",
            )
        )
    return [list(row) for row in zip(*columns[:outputs])]


def _names(function: _Function) -> str:
    return " and ".join(
        slot.component.described if slot.component is not None else "State"
        for slot in function.outputs
    )


def _is_same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    try:
        return bool(one == other)
    except Exception:
        return False
