"""Wiring: one listener as it was written down, with the checks that need no finished page.

Blocks may still be placed, moved and merged after a listener names them, so a wiring keeps the objects;
`pegboard.description` turns them into ids.
"""

from __future__ import annotations

import copy
import functools
import inspect
import sys
import types
import typing
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from pegboard.component import Block, Component
from pegboard.errors import ArityError, OptionError, OptionTypeError, PegboardError
from pegboard.events import Dependency, ShowProgress, TriggerMode, Visibility

CHAINS = ("then", "success", "failure")
Fn = Callable[..., Any]


@dataclass
class Wiring:
    """A listener before the page is finished. Fields are as in `pegboard.events.Listener`."""

    dependency: Dependency
    targets: list[tuple[Any, str]]
    fn: Fn | None
    inputs: list[Any]
    outputs: list[Any]
    options: dict[str, Any]
    where: str
    api_visibility: Visibility
    trigger_mode: TriggerMode
    show_progress: ShowProgress
    show_progress_on: list[Any] | None
    cancels: list[Dependency]
    trigger_after: Dependency | None = None
    chain: str = ""
    inputs_as_dict: bool = False
    inputs_kwargs: tuple[str, ...] = ()
    clears: list[Any] | None = None
    sets: list[dict[str, Any]] | None = None
    resets: tuple[Fn, dict[str, Any]] | None = None
    aliases: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """How messages name it: by function, or by its first event."""
        if self.fn is not None:
            return f"{function_name(self.fn)}()"
        return f"the listener of {self.targets[0][1]}" if self.targets else "a listener"

    @property
    def is_generator(self) -> bool:
        """Whether the function yields."""
        return self.fn is not None and yields(self.fn)


def wire(
    number: int, targets: list[tuple[Any, str]], fn: Fn | None, options: dict[str, Any]
) -> Wiring:
    """Check a listener's arguments and keep them.

    Raises:
        OptionError: An argument is not valid.
        ArityError: The function's return annotation has too few values for the outputs.
    """
    where = _caller()
    options = dict(options)
    clears = options.pop("clears", None)
    sets = options.pop("sets", None)
    trigger_after, chain, targets = _chained(targets)
    as_dict = isinstance(options.get("inputs"), (set, frozenset))
    if not isinstance(options.get("inputs_kwargs") or {}, dict):
        _check_kinds(options)
    kwargs = dict(options.get("inputs_kwargs") or {})
    inputs = _blocks("inputs", options.get("inputs"), where) + _blocks(
        "inputs_kwargs", list(kwargs.values()), where
    )
    outputs = _blocks("outputs", options.get("outputs"), where)
    for block in inputs:
        if not isinstance(block, Component):
            raise OptionTypeError(
                f"inputs= of a listener ({where})",
                got=block,
                expected="components; a layout block has no value",
            )
    if clears is not None:
        members = _blocks("components", clears, where)
        outputs = [block for block in members if not _is_state(block)]
        states = [block for block in members if _is_state(block)]
    else:
        states = []
    if sets is not None:
        outputs = _blocks("outputs", list(sets), where)
    dependency = Dependency(number, fn, targets)
    wiring = Wiring(
        dependency=dependency,
        targets=targets,
        fn=fn,
        inputs=inputs,
        outputs=outputs,
        options=options,
        where=where,
        api_visibility=_visibility(options, fn),
        trigger_mode=_trigger_mode(options.get("trigger_mode"), targets),
        show_progress=_show_progress(options.get("show_progress", "full")),
        show_progress_on=_maybe_blocks("show_progress_on", options, where),
        cancels=_dependencies(options.get("cancels")),
        trigger_after=trigger_after,
        chain=chain,
        inputs_as_dict=as_dict,
        inputs_kwargs=tuple(kwargs),
        clears=outputs if clears is not None else None,
        sets=[dict(props) for props in sets.values()] if sets is not None else None,
    )
    if states:
        wiring.resets = (_reset(states), {**_QUIET, "outputs": states})
    _check_options(wiring)
    if fn is not None:
        _check_parameters(wiring)
        _check_return(wiring)
    return wiring


_QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_name": False}


def _reset(states: Sequence[Any]) -> Fn:
    def reset() -> Any:
        fresh = [
            state.value() if callable(state.value) else copy.deepcopy(state.value)
            for state in states
        ]
        return fresh if len(fresh) > 1 else fresh[0]

    return reset


def function_name(fn: Fn) -> str:
    """Return a callable's name; its class's when it has none."""
    while isinstance(fn, functools.partial):
        fn = fn.func
    name = getattr(fn, "__name__", None)
    if name is None:
        return type(fn).__name__
    return "lambda" if name == "<lambda>" else str(name)


def called(fn: Fn) -> Fn:
    """Return the function behind a callable object."""
    if inspect.isroutine(fn) or isinstance(fn, type):
        return fn
    method: Fn = getattr(type(fn), "__call__", fn)  # noqa: B004 - the method itself is wanted
    return method


def yields(fn: Fn) -> bool:
    """Say whether calling ``fn`` gives a generator, plain or asynchronous."""
    while isinstance(fn, functools.partial):
        fn = fn.func
    fn = called(fn)
    return inspect.isgeneratorfunction(fn) or inspect.isasyncgenfunction(fn)


# -- reading arguments -----------------------------------------------------------------------------


def _caller() -> str:
    """Return ``file:line`` of the line outside of this package that adds the listener."""
    frame = sys._getframe(1)
    back: types.FrameType | None = frame
    while back is not None:
        module = str(back.f_globals.get("__name__", ""))
        if not (module == "pegboard" or module.startswith("pegboard.")) or ".testing" in module:
            return f"{back.f_code.co_filename.rsplit('/', 1)[-1]}:{back.f_lineno}"
        back = back.f_back
    return "unknown line"


def _chained(
    targets: list[tuple[Any, str]],
) -> tuple[Dependency | None, str, list[tuple[Any, str]]]:
    """Tell a chained listener from one that a block's event sets off."""
    for block, event in targets:
        if isinstance(block, Dependency):
            if len(targets) > 1:
                raise OptionError(
                    "on(triggers=)",
                    got=event,
                    expected="events of blocks",
                    fix=f"chain with .{event}(...) in a listener of its own",
                )
            first = block.origin.targets[0][0] if block.origin.targets else None
            return block.origin, event, [(first, event)]
    for block, event in targets:
        if not isinstance(block, Block):
            raise OptionTypeError(
                "on(triggers=)", got=block, expected=f"a block with the event '{event}'"
            )
    return None, "", list(targets)


def _is_state(block: object) -> bool:
    from pegboard.state import State

    return isinstance(block, State)


def _blocks(name: str, given: object, where: str) -> list[Any]:
    if given is None:
        return []
    items: Iterable[Any]
    if isinstance(given, Block):
        items = [given]
    elif isinstance(given, (set, frozenset)):
        items = sorted(given, key=lambda block: getattr(block, "_id", 0))
    elif isinstance(given, (list, tuple)):
        items = given
    else:
        items = [given]
    found = list(items)
    for item in found:
        if not isinstance(item, Block):
            raise OptionTypeError(
                f"{name}= of a listener ({where})",
                got=item,
                expected="a component, or a list of components",
                fix="pass the object that the component's constructor returned",
            )
    return found


def _maybe_blocks(name: str, options: dict[str, Any], where: str) -> list[Any] | None:
    given = options.get(name)
    return None if given is None else _blocks(name, given, where)


def _dependencies(given: object) -> list[Dependency]:
    if given is None:
        return []
    items: list[Any] = list(given) if isinstance(given, (list, tuple)) else [given]
    for item in items:
        if not isinstance(item, Dependency):
            raise OptionTypeError(
                "cancels=",
                got=item,
                expected="listeners: what an event such as button.click(...) returned",
            )
    return [item.origin for item in items]


def _visibility(options: dict[str, Any], fn: Fn | None) -> Visibility:
    if options.get("api_name") is False or fn is None:
        return "private"
    given = options.get("api_visibility")
    if given is None:
        return "undocumented" if options.get("show_api") is False else "public"
    if given not in ("public", "private", "undocumented"):
        raise OptionError(
            "api_visibility=", got=given, expected="'public', 'undocumented' or 'private'"
        )
    return cast(Visibility, given)


def _trigger_mode(given: object, targets: list[tuple[Any, str]]) -> TriggerMode:
    if given is None:
        events = {event for _, event in targets}
        if events and events <= {"change", "key_up"}:
            return "always_last"
        return "multiple" if events == {"stream"} else "once"
    if given not in ("once", "multiple", "always_last"):
        raise OptionError(
            "trigger_mode=", got=given, expected="'once', 'multiple' or 'always_last'"
        )
    return given


def _show_progress(given: object) -> ShowProgress:
    if given is True or given is None:
        return "full"
    if given is False:
        return "hidden"
    if given not in ("full", "minimal", "hidden"):
        raise OptionError(
            "show_progress=", got=given, expected="'full', 'minimal', 'hidden', True or False"
        )
    return given


# -- checks ----------------------------------------------------------------------------------------


def _check_options(wiring: Wiring) -> None:
    options = wiring.options
    js = options.get("js")
    if js is not None and not isinstance(js, str):
        raise OptionTypeError(
            "js=",
            got=js,
            expected="the source of a JavaScript function, as text",
            fix="Python is not translated to JavaScript; write the function in JavaScript",
        )
    is_batch = bool(options.get("batch", False))
    size = options.get("max_batch_size", 4)
    if is_batch and wiring.is_generator:
        raise OptionError(
            "batch=",
            got=True,
            expected="a function that returns, since a batch is answered at once",
            fix="remove batch=True, or return instead of yielding",
        )
    if is_batch and options.get("queue") is False:
        raise OptionError(
            "batch=",
            got=True,
            expected="queue=True, since batches are gathered in the queue",
            fix="remove queue=False",
        )
    if is_batch and any(event == "stream" for _, event in wiring.targets):
        raise OptionError(
            "batch=",
            got=True,
            expected="an event that is no stream: a stream is one visitor's, and takes one chunk at a time",
            fix="remove batch=True, or listen to another event",
        )
    _check_kinds(options)
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise OptionError("max_batch_size=", got=size, expected="a whole number, 1 or more")
    limit = options.get("concurrency_limit", "default")
    is_number = isinstance(limit, int) and not isinstance(limit, bool) and limit >= 1
    if limit not in (None, "default") and not is_number:
        raise OptionError(
            "concurrency_limit=", got=limit, expected="1 or more, None for no limit, or 'default'"
        )
    name = options.get("api_name")
    if not (name is None or name is False or isinstance(name, str)):
        raise OptionTypeError("api_name=", got=name, expected="text, False, or None")
    for dependency in wiring.cancels:
        if dependency.fn is None:
            warnings.warn(
                "cancels= names a listener without a function, which cannot be cancelled",
                stacklevel=5,
            )


_FLAGS = (
    "scroll_to_output", "queue", "batch", "preprocess", "postprocess", "show_api",
)  # fmt: skip


def _check_kinds(options: dict[str, Any]) -> None:
    """Refuse values of the wrong kind, by the name of the argument."""
    for name in _FLAGS:
        value = options.get(name)
        if value is not None and not isinstance(value, bool):
            raise OptionTypeError(f"{name}=", got=value, expected="True or False")
    for name in ("time_limit", "stream_every"):
        value = options.get(name)
        is_seconds = isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0
        if value is not None and not is_seconds:
            raise OptionError(f"{name}=", got=value, expected="seconds, more than 0")
    name_of_lane = options.get("concurrency_id")
    if name_of_lane is not None and not isinstance(name_of_lane, str):
        raise OptionTypeError("concurrency_id=", got=name_of_lane, expected="text, or None")
    described = options.get("api_description")
    if not (described is None or described is False or isinstance(described, str)):
        raise OptionTypeError("api_description=", got=described, expected="text, False, or None")
    validator = options.get("validator")
    if validator is not None and not callable(validator):
        raise OptionTypeError(
            "validator=", got=validator, expected="a function of the listener's inputs, or None"
        )
    key = options.get("key")
    if key is not None and not isinstance(key, (int, str, tuple)):
        raise OptionTypeError("key=", got=key, expected="a number, text, or a tuple of those")
    kwargs = options.get("inputs_kwargs")
    if kwargs is not None and not isinstance(kwargs, dict):
        raise OptionTypeError(
            "inputs_kwargs=", got=kwargs, expected="a dict from parameter name to component"
        )


def _check_parameters(wiring: Wiring) -> None:
    from pegboard.signature import plan_of

    fn = wiring.fn
    assert fn is not None
    plan = plan_of(fn)
    count = 1 if wiring.inputs_as_dict else len(wiring.inputs)
    needed = [p for p in plan.inputs if p.default is p.empty]
    if not plan.inputs and plan.takes_rest:
        return
    names = ", ".join(p.name for p in plan.inputs) or "none"
    if len(needed) > count:
        warnings.warn(
            PegboardError.three_parts(
                f"{wiring.name} needs more arguments than its listener ({wiring.where}) has inputs.",
                got=f"{count} input(s)",
                expected=f"at least {len(needed)}, for the parameters {names}",
                fix="add inputs, or give the parameters defaults",
            ),
            stacklevel=5,
        )
    elif not plan.takes_rest and count > len(plan.inputs):
        warnings.warn(
            PegboardError.three_parts(
                f"{wiring.name} takes fewer arguments than its listener ({wiring.where}) has inputs.",
                got=f"{count} input(s)",
                expected=f"at most {len(plan.inputs)}, for the parameters {names}",
                fix="remove inputs, or add parameters",
            ),
            stacklevel=5,
        )


_SCALARS = (str, int, float, bool, bytes)


def _check_return(wiring: Wiring) -> None:
    """Refuse a return annotation that says that values for some outputs are missing."""
    wanted = len(wiring.outputs)
    fn = wiring.fn
    if wanted < 2 or fn is None or wiring.options.get("batch"):
        return
    target = called(fn)
    try:
        returned = typing.get_type_hints(target).get("return")
    except Exception:
        return
    if wiring.is_generator:
        arguments = typing.get_args(returned)
        returned = arguments[0] if arguments else None
    parts = typing.get_args(returned)
    if typing.get_origin(returned) is tuple and parts and parts[-1] is not Ellipsis:
        given = len(parts)
    elif returned in _SCALARS:
        given = 1
    else:
        return
    if given < wanted:
        names = " and ".join(_described(block) for block in wiring.outputs)
        raise ArityError(
            PegboardError.three_parts(
                f"{wiring.name} returns {given} value{'s' if given > 1 else ''} by its annotation, "
                f"but its listener ({wiring.where}) has {wanted} outputs.",
                got=inspect.formatannotation(returned),
                expected=f"one value each for {names}, in this order",
                fix="return all of them, remove an output, or correct the annotation",
            )
        )


def _described(block: Any) -> str:
    return str(getattr(block, "described", repr(block)))


