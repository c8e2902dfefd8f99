"""Component: what a plugin subclasses. Options as annotated fields, events as descriptors, and the
protocol of `preprocess`, `postprocess`, `example`, `flag` and `api_schema`.

Options become constructor arguments: fields declared with ``Field(default=..., kw_only=False)`` are
positional in the order of declaration, all others are keyword-only. The pydantic model that checks
them is built at the first construction, never at import. This file knows no component, no server and
no page; it knows of layout only that there may be a parent to join (`pegboard.context`).
"""

from __future__ import annotations

import copy
import inspect
import typing
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, Literal, Protocol

import pydantic
from pydantic import Field
from pydantic.fields import FieldInfo
from typing_extensions import Self, TypeVar, dataclass_transform

from pegboard import context
from pegboard.errors import DuplicateBlockError, OptionError, OptionTypeError, PayloadError
from pegboard.events import BoundEvent, Event
from pegboard.payload import ExampleCell, FileRef, JsonValue

Payload = TypeVar("Payload", default=JsonValue)
ValueIn = TypeVar("ValueIn", default=Payload)
ValueOut = TypeVar("ValueOut", default=ValueIn)

Result = TypeVar("Result")

JsonSchema = dict[str, Any]

FILE_SCHEMA: JsonSchema = {
    "type": "object",
    "title": "FileData",
    "properties": {
        "path": {"type": "string"},
        "url": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "size": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "orig_name": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "mime_type": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "is_stream": {"type": "boolean", "default": False},
        "meta": {
            "type": "object",
            "properties": {"_type": {"type": "string", "const": "gradio.FileData"}},
            "required": ["_type"],
        },
    },
    "required": ["path", "meta"],
    "description": "a file; upload it first, then send the path that the upload returned",
}
"""JSON Schema of a file on the wire; use it in `Component.api_schema` of file components."""


class FlagSink(Protocol):
    """Where `Component.flag` puts files that belong to a flagged or cached value."""

    def save(self, file: FileRef) -> str:
        """Copy a file into the record's own folder and return its path relative to the record."""


class FlagSource(Protocol):
    """Where `Component.read_flag` gets such files back from."""

    def load(self, path: str) -> FileRef:
        """Return a reference to a file saved earlier under this path."""


class Block:
    """Anything placed in a page: a component or a layout block."""

    _id: int
    parent: Any
    is_rendered: bool

    def _enter_page(self, render: bool) -> None:
        self._id = context.next_id()
        self.parent = None
        self.is_rendered = False
        if render:
            self.render()

    def render(self) -> Any:
        """Place this block at the current position of the page being described.

        Raises:
            DuplicateBlockError: It was placed before.
        """
        parent = context.current_parent()
        if parent is None:
            return self
        if self.is_rendered:
            raise DuplicateBlockError(
                f"{self!r} is already in a page. Create a second one, or place this one only once."
            )
        self.parent = parent
        self.is_rendered = True
        parent.add_child(self)
        return self

    def unrender(self) -> Any:
        """Take this block out of its page, so that it can be placed elsewhere."""
        if self.parent is not None and self.is_rendered:
            self.parent.remove_child(self)
        self.parent = None
        self.is_rendered = False
        return self


@dataclass_transform(eq_default=False, kw_only_default=True, field_specifiers=(pydantic.Field,))
class _Declarative:
    """Carries the transform; must be a base *above* Component, or Component's own fields vanish."""


class Component(_Declarative, Block, Generic[Payload, ValueIn, ValueOut]):
    """Base of every component.

    Subclasses declare options, events and the conversion between payloads (JSON, with `FileRef`
    in place of files) and Python values. Class attributes that a subclass may set:

    Attributes:
        skip_api: Leave the component out of the HTTP API (buttons).
        is_form: Gather consecutive ones into one bordered form.
        carries_files: Payloads may hold files, so the server must look for them.
        has_static_view: Also drawn when not interactive.
        is_static_only: Never interactive (a display).
        value_is_caption: The value is what the component says, not data; not flagged.
        is_shell_drawn: The page's own script draws it (or nothing does); there is no bundle.
        keeps_every_chunk: As a streaming input: chunks that come while the function runs wait in order
            (sound); otherwise the newest replaces one that waits (pictures).
        renamed_options: Older option names, each with a function from its value to new options.
        ignored_options: Older option names that no longer have an effect.
    """

    skip_api: ClassVar[bool] = False
    is_form: ClassVar[bool] = False
    carries_files: ClassVar[bool] = False
    is_static_only: ClassVar[bool] = False
    value_is_caption: ClassVar[bool] = False
    is_shell_drawn: ClassVar[bool] = False
    keeps_every_chunk: ClassVar[bool] = False
    renamed_options: ClassVar[Mapping[str, Callable[[Any], dict[str, Any]]]] = {}
    ignored_options: ClassVar[frozenset[str]] = frozenset()
    server_props: ClassVar[frozenset[str]] = frozenset(
        {"value", "every", "inputs", "key", "preserved_by_key"}
    )

    # Browser module for a class that lives beside an app, with no distribution: source text, or path.
    _esm: ClassVar[Any] = None
    _css: ClassVar[Any] = None

    label: Any = None
    info: Any = None
    every: Any = None
    inputs: Any = None
    show_label: bool | None = None
    container: bool = True
    scale: int | None = None
    min_width: int | None = 160
    interactive: bool | None = None
    visible: bool | Literal["hidden"] = True
    elem_id: str | None = None
    elem_classes: list[str] | str | None = None
    key: Any = None
    preserved_by_key: Any = "value"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = vars(cls)
        if "postprocess" in own and "postprocess_encoded" not in own:
            # What was inherited would go round the subclass's own.
            cls.postprocess_encoded = Component.postprocess_encoded  # type: ignore[method-assign]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        cls = type(self)
        # ``render`` is an argument here and a method everywhere else, so it cannot be a field.
        render = kwargs.pop("render", True)
        bound = _bind_options(cls, args, kwargs)
        self._options: dict[str, Any] = bound
        checked = _check_options(cls, bound)
        for name, value in checked.items():
            setattr(self, name, value)
        self._initial: Any = checked.get("value")
        # Set where a function's annotation asks for more than the component gives, such as an Enum.
        self._reads: Callable[[Any], Any] | None = None
        self._shows: Callable[[Any], Any] | None = None
        if isinstance(self.elem_classes, str):
            self.elem_classes = [self.elem_classes]
        if self.container is False and self.show_label:
            warnings.warn(
                f"{cls.__name__}: show_label has no effect with container=False", stacklevel=3
            )
        if self.container is False:
            self.show_label = False
        elif self.show_label is None:
            self.show_label = True
        self.setup()
        self._enter_page(render is not False)

    # -- what a subclass may override ------------------------------------------------------------

    def setup(self) -> None:
        """Check options against each other and derive further ones. Runs once, at construction."""

    def preprocess(self, payload: Any) -> Any:
        """Turn a payload from the browser into what the user's function receives.

        Raises:
            PayloadError: The payload is not what this component accepts.
        """
        return payload

    def postprocess(self, value: Any) -> Any:
        """Turn what the user's function returned into a payload for the browser.

        Raises:
            ValueTypeError: This component cannot show such a value.
        """
        return value

    def postprocess_encoded(self, value: Any) -> Any:
        """Return what `postprocess` does, or the same as `Encoded` by a component that writes JSON on the way.

        The server sends that as it is, and does not write it a second time. A subclass that overrides
        `postprocess` alone is asked for that again, so the two must not call each other.

        Raises:
            ValueTypeError: As `postprocess`.
        """
        return self.postprocess(value)

    def api_schema(self, direction: Literal["input", "output"] = "input") -> JsonSchema:
        """Return the JSON Schema of the payload, for clients."""
        return {}

    def example_payload(self) -> Any:
        """Return a payload that `api_schema` allows and `preprocess` accepts."""
        return None

    def example_value(self) -> Any:
        """Return a Python value that `postprocess` accepts."""
        return self.preprocess(self.example_payload())

    def example(self, value: Any) -> ExampleCell:
        """Return how a value looks in a table of examples.

        Args:
            value: A Python value, as `postprocess` accepts it.
        """
        payload = self.postprocess(value)
        if payload is None:
            return ExampleCell("empty")
        if isinstance(payload, bool):
            return ExampleCell("boolean", payload)
        if isinstance(payload, (int, float)):
            return ExampleCell("number", payload)
        if isinstance(payload, str):
            return ExampleCell("text", payload)
        return ExampleCell("json", payload)

    def flag(self, payload: Any, sink: FlagSink) -> JsonValue:
        """Return a JSON value that keeps this payload; its files go to ``sink``."""
        return _pack(payload, sink)

    def read_flag(self, stored: JsonValue, source: FlagSource) -> Any:
        """Return the payload that `flag` kept."""
        return _unpack(stored, source)

    def parse_example(self, text: str) -> Any:
        """Return the example value meant by a cell of a CSV file."""
        return text

    # -- what the rest of the system reads --------------------------------------------------------

    @classmethod
    def get_events(cls) -> dict[str, Event[Any]]:
        """Return the events of this class by name, in order of declaration."""
        plain: type = cls  # a bare type is what the checker takes for hashable
        return _events_of(plain)

    @classmethod
    def component_name(cls) -> str:
        """Return the lower-case class name, which clients see as the component's ``type``."""
        return cls.__name__.lower()

    def props(self) -> dict[str, Any]:
        """Return the options that the browser reads: every field that is not the server's alone."""
        return {
            name: getattr(self, name)
            for name in _option_names(type(self))
            if name not in self.server_props
        }

    def initial_value(self) -> Any:
        """Return the Python value a new page starts with, calling ``value`` if it is a function."""
        if not callable(self._initial):
            return self._initial
        inputs = self.inputs
        if not inputs:
            return self._initial()
        if isinstance(inputs, set):
            return self._initial({item: item.initial_value() for item in inputs})
        if isinstance(inputs, Block):
            inputs = [inputs]
        return self._initial(*(item.initial_value() for item in inputs))

    def options(self) -> dict[str, Any]:
        """Return the constructor arguments that were given, by name."""
        return dict(self._options)

    def settle(self, **options: Any) -> None:
        """Set options that were left open at construction, as if they had been given there."""
        for name, value in options.items():
            setattr(self, name, value)
            self._options[name] = value

    def with_options(self, changes: Mapping[str, Any]) -> Any:
        """Return a copy, with some options changed and the same id, that is in no page."""
        merged = {**self._options, **changes, "render": False}
        clone = type(self)(**merged)
        clone._id = self._id
        clone.parent = self.parent
        clone._reads, clone._shows = self._reads, self._shows
        return clone

    def converting(
        self, reads: Callable[[Any], Any] | None, shows: Callable[[Any], Any] | None
    ) -> Self:
        """Convert what the function gets, and what it returned, and return this component."""
        self._reads, self._shows = reads, shows
        return self

    def read(self, payload: Any) -> Any:
        """Return what the function gets: `preprocess`, then the type that its annotation asks for."""
        value = self.preprocess(payload)
        return value if self._reads is None or value is None else self._reads(value)

    def show(self, value: Any) -> Any:
        """Return the payload for what the function returned: the opposite of `read`."""
        return self.postprocess(value if self._shows is None else self._shows(value))

    def show_encoded(self, value: Any) -> Any:
        """Return what `show` does, as `postprocess_encoded` gives it."""
        return self.postprocess_encoded(value if self._shows is None else self._shows(value))

    @property
    def described(self) -> str:
        """Class and label, as error messages name a component: ``Textbox 'name'``."""
        label = getattr(self, "label", None)
        return f"{type(self).__name__} {str(label)!r}" if label else type(self).__name__

    def __repr__(self) -> str:
        return f"<{self.described}>"


def refuse_option(
    component: object, name: str, got: object, expected: str, fix: str = ""
) -> OptionError:
    """Build the error for an option's bad value, named ``Class(name=)``."""
    return OptionError(f"{type(component).__name__}({name}=)", got=got, expected=expected, fix=fix)


# -- fields ----------------------------------------------------------------------------------------


def _per_class(compute: Callable[[type], Result]) -> Callable[[type], Result]:
    """Compute once for each class."""
    known: dict[type, Result] = {}

    def remembered(cls: type) -> Result:
        if cls not in known:
            known[cls] = compute(cls)
        return known[cls]

    return remembered


@_per_class
def _events_of(cls: type) -> dict[str, Event[Any]]:
    found: dict[str, Event[Any]] = {}
    for base in reversed(cls.__mro__):
        for name, value in vars(base).items():
            if isinstance(value, Event):
                found[name] = value
    return found


@_per_class
def _fields_of(cls: type) -> dict[str, tuple[Any, FieldInfo]]:
    """Options of a class by name: the subclass's own first, then the common ones."""
    own: dict[str, tuple[Any, FieldInfo]] = {}
    for base in (b for b in cls.__mro__ if issubclass(b, Component)):
        hints = typing.get_type_hints(base, include_extras=True)
        for name in vars(base).get("__annotations__", {}):
            hint = hints.get(name, Any)
            if name.startswith("_") or typing.get_origin(hint) is ClassVar or name in own:
                continue
            default = vars(base).get(name, None)
            if isinstance(default, Event):  # `change: Event = Event()`: declared, not an option
                continue
            info = default if isinstance(default, FieldInfo) else Field(default=default)
            own[name] = (hint, info)
    for name in ("_id", "parent", "is_rendered"):
        own.pop(name, None)
    return own


@_per_class
def _positional(cls: type) -> tuple[str, ...]:
    fields = _fields_of(cls)
    declared = [
        name
        for base in cls.__mro__
        if issubclass(base, Component)
        for name in vars(base).get("__annotations__", {})
        if name in fields and fields[name][1].kw_only is False
    ]
    return tuple(dict.fromkeys(declared))


def _option_names(cls: type) -> tuple[str, ...]:
    return tuple(_fields_of(cls))


def _bind_options(
    cls: type[Component[Any, Any, Any]], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    plain: type = cls  # a bare type is what the checker takes for hashable
    positional = _positional(plain)
    if len(args) > len(positional):
        raise OptionTypeError(
            f"{cls.__name__}()",
            got=args,
            expected=(
                f"at most {len(positional)} positional arguments ({', '.join(positional) or 'none'})"
            ),
            fix="pass the others by name",
        )
    bound = dict(zip(positional, args))
    fields = _fields_of(plain)
    for name, value in kwargs.items():
        if name in bound:
            raise OptionTypeError(
                f"{cls.__name__}({name}=)", got=value, expected="one value", fix=f"pass {name} once"
            )
        if name in fields:
            bound[name] = value
        elif name in cls.renamed_options:
            if value is not None:
                for new_name, new_value in cls.renamed_options[name](value).items():
                    bound.setdefault(new_name, new_value)
                _warn_once(cls.__name__, name)
        elif name in cls.ignored_options:
            _warn_once(cls.__name__, name)
        else:
            import difflib

            close = difflib.get_close_matches(name, fields, n=1)
            raise OptionTypeError(
                f"{cls.__name__}({name}=)",
                got=value,
                expected=f"one of the options {', '.join(sorted(fields))}",
                fix=f"did you mean '{close[0]}'?" if close else "remove it",
            )
    return bound


_warned: set[tuple[str, str]] = set()


def _warn_once(class_name: str, option: str) -> None:
    if (class_name, option) in _warned:
        return
    _warned.add((class_name, option))
    warnings.warn(
        f"{class_name}({option}=) is an older spelling; see the documentation for the newer one",
        DeprecationWarning,
        stacklevel=5,
    )


@_per_class
def props_model(cls: type) -> type[pydantic.BaseModel]:
    """Return the pydantic model of a component class's options (built once, at first use)."""
    # Field(...) carries kw_only, which create_model does not want; the default is what it needs.
    fields: dict[str, Any] = {}
    for name, (hint, info) in _fields_of(cls).items():
        plain = copy.copy(info)
        plain.kw_only = None
        fields[f"option_{name}"] = (hint, plain)
    return pydantic.create_model(
        f"{cls.__name__}Options",
        __config__=pydantic.ConfigDict(
            extra="forbid", arbitrary_types_allowed=True, protected_namespaces=()
        ),
        **fields,
    )


def _check_options(cls: type, given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        model = props_model(cls)(**{f"option_{name}": value for name, value in given.items()})
    except pydantic.ValidationError as problem:
        first = problem.errors()[0]
        name = str(first["loc"][0]).removeprefix("option_")
        hint = _fields_of(cls)[name][0]
        raise OptionError(
            f"{cls.__name__}({name}=)",
            got=given.get(name),
            expected=inspect.formatannotation(hint).replace("typing.", ""),
            fix=first["msg"][0].lower() + first["msg"][1:],
        ) from None
    # Defaults are copied by pydantic; given values are kept as the very objects that were passed.
    values = {name: getattr(model, f"option_{name}") for name in _fields_of(cls)}
    values.update({name: value for name, value in given.items() if name == "value"})
    return values


# -- flag and cache representation -----------------------------------------------------------------


def _pack(payload: Any, sink: FlagSink) -> JsonValue:
    if isinstance(payload, FileRef):
        if payload.url and payload.path is None and payload.data is None:
            return {"$file": None, "url": payload.url, "orig_name": payload.orig_name}
        return {
            "$file": sink.save(payload),
            "orig_name": payload.orig_name,
            "mime_type": payload.mime_type,
        }
    if isinstance(payload, dict):
        return {_escaped(str(name)): _pack(item, sink) for name, item in payload.items()}
    if isinstance(payload, (list, tuple)):
        return [_pack(item, sink) for item in payload]
    if payload is None or isinstance(payload, (bool, int, float, str)):
        return payload
    raise TypeError(f"a payload must be JSON; it holds {type(payload).__name__}")


def _unpack(stored: Any, source: FlagSource) -> Any:
    if isinstance(stored, dict):
        if "$file" in stored:
            if stored["$file"] is None:
                return FileRef(url=stored.get("url"), orig_name=stored.get("orig_name"))
            from dataclasses import replace

            return replace(
                source.load(stored["$file"]),
                orig_name=stored.get("orig_name"),
                mime_type=stored.get("mime_type"),
            )
        return {
            name[1:] if name.startswith("$") else name: _unpack(item, source)
            for name, item in stored.items()
        }
    if isinstance(stored, list):
        return [_unpack(item, source) for item in stored]
    return stored


def _escaped(name: str) -> str:
    # "$file" marks a file; the same name in someone's data must stay data.
    return f"${name}" if name.startswith("$") else name


__all__ = [
    "FILE_SCHEMA",
    "Block",
    "BoundEvent",
    "Component",
    "FlagSink",
    "FlagSource",
    "JsonSchema",
    "PayloadError",
    "props_model",
    "refuse_option",
]
