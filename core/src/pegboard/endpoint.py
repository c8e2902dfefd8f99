"""Endpoints without a page: `api` publishes a function to clients by its type hints alone."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, Literal

import pydantic
from pydantic import Field

from pegboard import context
from pegboard.component import Component, JsonSchema
from pegboard.errors import OptionError, PayloadError, ValueTypeError
from pegboard.events import Visibility, listen


class ApiValue(Component[Any]):
    """A value of a Python type, sent as JSON; takes no place in the page.

    Args:
        python_type: Any type that pydantic knows.
    """

    is_shell_drawn: ClassVar[bool] = True

    value: Any = Field(default=None, kw_only=False)
    python_type: Any = None
    visible: bool | Literal["hidden"] = False

    def preprocess(self, payload: object) -> Any:
        """Check and convert by the type.

        Raises:
            PayloadError: The payload is not of that type.
        """
        try:
            return self._adapter.validate_python(payload)
        except pydantic.ValidationError as problem:
            raise PayloadError(
                self, got=payload, expected=_shown(self.python_type), fix=problem.errors()[0]["msg"]
            ) from None

    def postprocess(self, value: object) -> Any:
        """Turn a value into JSON by the type.

        Raises:
            ValueTypeError: JSON cannot carry it.
        """
        if value is None:
            return None
        try:
            return self._adapter.dump_python(value, mode="json", warnings=False)
        except pydantic.ValidationError as problem:  # pragma: no cover - depends on the type
            raise ValueTypeError(
                self, got=value, expected=_shown(self.python_type), fix=str(problem)
            ) from None

    def api_schema(self, direction: Literal["input", "output"] = "input") -> JsonSchema:
        """Return the type's JSON Schema."""
        return self._adapter.json_schema(
            mode="validation" if direction == "input" else "serialization"
        )

    def props(self) -> dict[str, Any]:
        """Return only what clients are told."""
        return {"label": self.label, "visible": False}

    @cached_property
    def _adapter(self) -> pydantic.TypeAdapter[Any]:
        return pydantic.TypeAdapter(Any if self.python_type is None else self.python_type)


def api(
    fn: Callable[..., Any] | Literal["decorator"] = "decorator",
    *,
    api_name: str | None = None,
    api_description: str | Literal[False] | None = None,
    queue: bool = True,
    batch: bool = False,
    max_batch_size: int = 4,
    concurrency_limit: int | Literal["default"] | None = "default",
    concurrency_id: str | None = None,
    show_api: bool = True,
    api_visibility: Visibility | None = None,
    time_limit: float | None = None,
    stream_every: float = 0.5,
) -> Any:
    """Publish a function to clients, with nothing in the page.

    Args:
        fn: A function with a type hint on every parameter and on what it returns.

    Returns:
        A `Dependency`, or a decorator when ``fn`` is left out.

    Raises:
        OptionError: A type hint is missing.
    """
    options = {name: value for name, value in locals().items() if name != "fn"}

    def publish(function: Callable[..., Any]) -> Any:
        from pegboard.inference import hints_of
        from pegboard.signature import plan_of

        if context.current_root() is None:
            listen([], function, {})  # says where listeners may be added
        hints = hints_of(function)
        inputs = []
        for parameter in plan_of(function).inputs:
            if parameter.name not in hints:
                raise _unhinted(function, f"the parameter '{parameter.name}'")
            default = None if parameter.default is parameter.empty else parameter.default
            inputs.append(
                ApiValue(default, python_type=hints[parameter.name], label=parameter.name)
            )
        if "return" not in hints:
            raise _unhinted(function, "what it returns")
        returned = _returned_types(hints["return"])
        outputs = [
            ApiValue(python_type=hint, label="output" if len(returned) == 1 else f"output {at}")
            for at, hint in enumerate(returned)
        ]
        return listen(
            [(context.current_root(), "api")],
            function,
            {**options, "inputs": inputs, "outputs": outputs},
        )

    return publish if isinstance(fn, str) else publish(fn)


def _returned_types(hint: Any) -> list[Any]:
    name = getattr(typing.get_origin(hint), "__name__", "")
    if name.endswith(("Iterator", "Iterable", "Generator")):
        hint = typing.get_args(hint)[0]
    if hint is None or hint is type(None):
        return []
    parts = typing.get_args(hint)
    if typing.get_origin(hint) is tuple and parts and parts[-1] is not Ellipsis:
        return list(parts)
    return [hint]


def _unhinted(fn: Callable[..., Any], what: str) -> OptionError:
    name = getattr(fn, "__name__", "fn")
    return OptionError(
        f"api({name})",
        got=f"no type hint for {what}",
        expected="a type hint on every parameter and on what is returned",
        fix=f"write for example `def {name}(text: str) -> str:`",
    )


def _shown(hint: Any) -> str:
    return inspect.formatannotation(hint)
