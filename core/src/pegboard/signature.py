"""How a function's parameters are filled: inputs in order, and what is injected by annotation.

A parameter annotated `Request`, `Header` or an `EventData` class takes no input; nor does one whose
default is a `Progress`-like object (anything that says ``is_injected``).
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pegboard.component import Component
from pegboard.errors import UserError
from pegboard.events import EventData
from pegboard.oauth import OAuthProfile, OAuthToken, signed_in
from pegboard.request import Header, Request


@dataclass(frozen=True, slots=True)
class Injected:
    """A parameter that the server fills. ``kind`` is `Request`, `Header` or an `EventData` class."""

    name: str
    kind: type[Any]
    is_keyword: bool
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """How to call one function.

    Attributes:
        order: For each positional parameter up to the last one that is filled: `Injected`, a default to
            repeat, or ``None`` for the next input.
        keywords: Injected keyword-only parameters.
        inputs: Parameters that take inputs.
        takes_rest: There is ``*args``.
        whole: Positions in ``inputs`` of those annotated with a component's class: they get all of its
            properties, not its value alone.
    """

    order: tuple[Injected | Default | None, ...]
    keywords: tuple[Injected, ...]
    inputs: tuple[inspect.Parameter, ...]
    takes_rest: bool
    is_plain: bool
    whole: tuple[int, ...] = ()

    @property
    def wants_event_data(self) -> bool:
        """Whether the function asks what the browser says about the event."""
        slots = [*self.order, *self.keywords]
        return any(isinstance(slot, Injected) and issubclass(slot.kind, EventData) for slot in slots)


@dataclass(frozen=True, slots=True)
class Default:
    """A parameter that keeps its own default (``progress=Progress()``)."""

    value: Any


_EMPTY = Plan((), (), (), True, True)


def plan_of(fn: Callable[..., Any] | None) -> Plan:
    """Return how to call a function; functions without a readable signature take inputs as they come."""
    if fn is None:
        return _EMPTY
    try:
        return _plan_of(fn)
    except TypeError:
        return _build(fn)


@lru_cache(maxsize=1024)
def _plan_of(fn: Callable[..., Any]) -> Plan:
    return _build(fn)


def _build(fn: Callable[..., Any]) -> Plan:
    try:
        signature = inspect.signature(fn)
    except (TypeError, ValueError):
        return _EMPTY
    hints = _hints(fn)
    order: list[Injected | Default | None] = []
    keywords: list[Injected] = []
    inputs: list[inspect.Parameter] = []
    whole: list[bool] = []
    takes_rest = False
    for name, parameter in signature.parameters.items():
        if parameter.kind is parameter.VAR_POSITIONAL:
            takes_rest = True
            continue
        if parameter.kind is parameter.VAR_KEYWORD:
            continue
        hint = hints.get(name, parameter.annotation)
        kind = _injected_kind(hint)
        is_optional = type(None) in typing.get_args(hint)
        if parameter.kind is parameter.KEYWORD_ONLY:
            if kind is not None:
                keywords.append(Injected(name, kind, True, is_optional))
            elif not _is_progress(parameter.default):
                inputs.append(parameter)
                whole.append(_is_component(hint))
            continue
        if kind is not None:
            order.append(Injected(name, kind, False, is_optional))
        elif _is_progress(parameter.default):
            order.append(Default(parameter.default))
        else:
            order.append(None)
            inputs.append(parameter)
            whole.append(_is_component(hint))
    is_plain = not keywords and all(slot is None for slot in order)
    return Plan(
        tuple(order),
        tuple(keywords),
        tuple(inputs),
        takes_rest,
        is_plain,
        tuple(at for at, is_whole in enumerate(whole) if is_whole),
    )


def input_parameters(
    fn: Callable[..., Any] | None, count: int, by_name: tuple[str, ...] = ()
) -> list[inspect.Parameter | None]:
    """Return the Python parameter that each of ``count`` inputs goes to, as far as there is one.

    Args:
        by_name: Names of the parameters that the last inputs are passed to by keyword.
    """
    parameters = plan_of(fn).inputs
    named = {parameter.name: parameter for parameter in parameters}
    plain = [parameter for parameter in parameters if parameter.name not in by_name]
    head: list[inspect.Parameter | None] = list(plain[: count - len(by_name)])
    head += [None] * (count - len(by_name) - len(head))
    return head + [named.get(name) for name in by_name]


def arguments(
    plan: Plan, values: list[Any], request: Request, event: Callable[[type[Any]], Any]
) -> tuple[list[Any], dict[str, Any]]:
    """Return positional and keyword arguments for a call."""
    if plan.is_plain:
        return values, {}
    remaining = iter(values)
    positional: list[Any] = []
    done = object()
    pending: list[Any] = []
    for slot in plan.order:
        if slot is None:
            value = next(remaining, done)
            if value is done:
                break
            positional.extend(pending)
            pending = []
            positional.append(value)
        elif isinstance(slot, Default):
            # Repeated only when something follows it: a trailing default fills itself.
            pending.append(slot.value)
        else:
            positional.extend(pending)
            pending = []
            positional.append(_inject(slot, request, event))
    rest = list(remaining)
    if rest:
        positional.extend(pending)
        positional.extend(rest)
    named = {slot.name: _inject(slot, request, event) for slot in plan.keywords}
    filled = len(positional)
    for slot in plan.order[filled:]:
        # An input with its own default was left out; what is injected after it goes by name.
        if isinstance(slot, Injected):
            named[slot.name] = _inject(slot, request, event)
    return positional, named


def _inject(slot: Injected, request: Request, event: Callable[[type[Any]], Any]) -> Any:
    if slot.kind is Request:
        return request
    if slot.kind is Header:
        value = request.headers.get(slot.name.replace("_", "-"))
        return None if value is None else Header(value)
    if slot.kind in (OAuthProfile, OAuthToken):
        found = signed_in(request.session)
        if found is not None:
            return found[0 if slot.kind is OAuthProfile else 1]
        if slot.is_optional:
            return None
        raise UserError("Sign in first: this needs to know who you are.", title="Not signed in")
    return event(slot.kind)


def _is_component(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Component)


def _is_progress(default: object) -> bool:
    return bool(getattr(type(default), "is_injected", False))


def _hints(fn: Callable[..., Any]) -> dict[str, Any]:
    target = fn if inspect.isroutine(fn) else getattr(fn, "__call__", fn)  # noqa: B004
    while hasattr(target, "func"):
        target = target.func
    try:
        return typing.get_type_hints(target)
    except (NameError, TypeError, AttributeError, SyntaxError):
        # Names that exist for the type checker only; the others still count.
        found = {}
        for name, hint in getattr(target, "__annotations__", {}).items():
            if not isinstance(hint, str):
                found[name] = hint
                continue
            try:
                found[name] = typing.get_type_hints(
                    types.SimpleNamespace(__annotations__={name: hint}),
                    getattr(target, "__globals__", {}),
                )[name]
            except (NameError, TypeError, AttributeError, SyntaxError):
                continue
        return found


def _injected_kind(hint: Any) -> type[Any] | None:
    options = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)
    for option in options:
        if isinstance(option, type) and issubclass(
            option, (Request, Header, EventData, OAuthProfile, OAuthToken)
        ):
            return option
    return None
