"""Components for a function, chosen by its annotations and defaults among what is installed.

Core names no component: manifests say which Python types a component accepts and shows. A component
given in ``Annotated`` wins; then the annotation's type, then the type of the default value, then text.
"""

from __future__ import annotations

import enum
import inspect
import pathlib
import types
import typing
from collections.abc import Callable
from typing import Any, Literal

from pegboard.component import Component
from pegboard.errors import ComponentNotFound, OptionError
from pegboard.plugins import Entry, index
from pegboard.signature import plan_of
from pegboard.wiring import called

Role = Literal["input", "output"]


def components_of(
    fn: Callable[..., Any], *, want_inputs: bool, want_outputs: bool
) -> tuple[list[Component[Any, Any, Any]], list[Component[Any, Any, Any]]]:
    """Return components for a function's parameters and for what it returns, as far as wanted."""
    return (
        infer_inputs(fn) if want_inputs else [],
        infer_outputs(fn) if want_outputs else [],
    )


def infer_inputs(fn: Callable[..., Any], *, strict: bool = False) -> list[Component[Any, Any, Any]]:
    """Return one component for each parameter that takes an input.

    Args:
        strict: Refuse parameters without an annotation.

    Raises:
        OptionError: ``strict``, and an annotation is missing.
        ComponentNotFound: No installed component accepts a parameter's type.
    """
    hints = hints_of(fn)
    found = []
    for parameter in plan_of(fn).inputs:
        hint = hints.get(parameter.name, parameter.empty)
        default = None if parameter.default is parameter.empty else parameter.default
        if hint is parameter.empty:
            if strict:
                raise OptionError(
                    f"{_name(fn)}({parameter.name})",
                    got=None,
                    expected="a type hint on every parameter",
                    fix=f"write for example {parameter.name}: str",
                )
            hint = str if default is None else type(default)
        component = component_for(hint, "input", where=f"{_name(fn)}({parameter.name})", default=default)
        if component.label is None:
            component.settle(label=parameter.name)
        found.append(component)
    return found


def infer_outputs(fn: Callable[..., Any], *, strict: bool = False) -> list[Component[Any, Any, Any]]:
    """Return one component for each value that the function returns (or yields).

    Raises:
        OptionError: ``strict``, and the return annotation is missing.
        ComponentNotFound: No installed component shows the type.
    """
    hint = hints_of(fn).get("return", inspect.Parameter.empty)
    if hint is inspect.Parameter.empty:
        if strict:
            raise OptionError(
                f"{_name(fn)}() ->", got=None, expected="a return type hint", fix="write for example -> str"
            )
        hint = str
    hint = _yielded(hint)
    if hint is type(None):
        return []
    if typing.get_origin(hint) is tuple and Ellipsis not in typing.get_args(hint):
        parts: tuple[Any, ...] = typing.get_args(hint)
    else:
        parts = (hint,)
    return [component_for(part, "output", where=f"{_name(fn)}() ->") for part in parts]


def component_for(
    hint: Any, role: Role, *, where: str, default: Any = None
) -> Component[Any, Any, Any]:
    """Return a new component for a type hint.

    Raises:
        ComponentNotFound: No installed component accepts (or shows) that type.
    """
    if typing.get_origin(hint) is typing.Annotated:
        plain, *extras = typing.get_args(hint)
        for extra in extras:
            if isinstance(extra, Component):
                return extra if not extra.is_rendered else extra.with_options({})
            if isinstance(extra, type) and issubclass(extra, Component):
                return extra()
        hint = plain
    hint = _without_none(hint)
    options: dict[str, Any] = {"render": False}
    if default is not None:
        options["value"] = _plain(default)
    choices = _choices(hint)
    if choices is not None:
        options["choices"] = choices
        names = ["Literal"]
    else:
        names = type_names(hint)
    for name in names:
        for entry in index().find_by_type(name, role):
            return _built(entry, hint, options).converting(_reader(hint), _shower(hint))
    shown = inspect.formatannotation(hint)
    raise ComponentNotFound(
        f"No installed component {'accepts' if role == 'input' else 'shows'} {shown}, "
        f"which {where} asks for.\n"
        f"  got:      {shown}\n"
        f"  expected: a type that an installed component declares: {', '.join(known_types(role)) or 'none'}\n"
        f"  fix:      install a component for it, or say which with Annotated[{shown}, pb.SomeComponent()]"
    )


def known_types(role: Role) -> list[str]:
    """Return the Python types that installed components accept (or show)."""
    names: set[str] = set()
    for entry in index().entries:
        if entry.manifest is not None and entry.problem is None:
            names.update(entry.manifest.accepts if role == "input" else entry.manifest.returns)
    return sorted(names)


def type_names(hint: Any) -> list[str]:
    """Return the names a manifest may use for a type, most exact first."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return [name for part in typing.get_args(hint) for name in type_names(part)]
    target = origin or hint
    if not isinstance(target, type):
        return [] if target is Any else [getattr(target, "__name__", str(target))]
    names = []
    for base in target.__mro__[:-1]:
        module = base.__module__
        if issubclass(base, pathlib.PurePath):
            names.append("pathlib.Path")
        names += [base.__qualname__] if module == "builtins" else [f"{module}.{base.__qualname__}"]
    # A mapping or sequence type stands for dict and list.
    if "collections.abc.Mapping" in names:
        names.append("dict")
    if "collections.abc.Sequence" in names:
        names.append("list")
    return list(dict.fromkeys(names))


def _built(entry: Entry, hint: Any, options: dict[str, Any]) -> Component[Any, Any, Any]:
    cls = entry.load()
    manifest = entry.manifest
    extra: dict[str, Any] = {}
    if manifest is not None:
        # A manifest may say which options a type needs, for example an image as PIL.
        by_type = manifest.raw.get("options_for", {})
        for name in type_names(hint):
            if name in by_type:
                extra = dict(by_type[name])
                break
    return cls(**{**extra, **options})


def _choices(hint: Any) -> list[Any] | None:
    if typing.get_origin(hint) is Literal:
        return list(typing.get_args(hint))
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return [(member.name, member.value) for member in hint]
    return None


def _reader(hint: Any) -> Callable[[Any], Any] | None:
    """Return what turns a component's plain value into the type that was asked for, where it must."""
    if not isinstance(hint, type):
        return None
    if issubclass(hint, enum.Enum):
        return lambda value: value if isinstance(value, hint) else hint(value)
    if issubclass(hint, pathlib.PurePath):
        return lambda value: hint(value) if isinstance(value, str) else value
    return None


def _shower(hint: Any) -> Callable[[Any], Any] | None:
    return _plain if isinstance(hint, type) and issubclass(hint, enum.Enum) else None


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, enum.Enum) else value


def _without_none(hint: Any) -> Any:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        parts = [part for part in typing.get_args(hint) if part is not type(None)]
        if len(parts) == 1:
            return parts[0]
    return hint


def _yielded(hint: Any) -> Any:
    """Return what a generator's annotation says it yields; other annotations as they are."""
    name = getattr(typing.get_origin(hint), "__name__", "")
    if name in ("Iterator", "Iterable", "Generator", "AsyncIterator", "AsyncIterable", "AsyncGenerator"):
        parts = typing.get_args(hint)
        return parts[0] if parts else str
    return hint


def hints_of(fn: Callable[..., Any]) -> dict[str, Any]:
    """Return a callable's annotations, resolved where that is possible; empty without any."""
    target: Any = fn
    while hasattr(target, "func"):
        target = target.func
    target = called(target)
    try:
        return typing.get_type_hints(target, include_extras=True)
    except (NameError, TypeError):
        return dict(getattr(target, "__annotations__", {}))


def _name(fn: Callable[..., Any]) -> str:
    return getattr(fn, "__name__", type(fn).__name__)
