"""Events and listeners: pure data, and the descriptor that makes ``slider.release(fn, ...)`` work.

An `Event` is declared on a component class. Read from an instance it is a `BoundEvent`, which is
called (or used as a decorator) to register a listener with the ``Blocks`` being described. What comes
back is a `Dependency`, on which ``.then``, ``.success`` and ``.failure`` chain further listeners.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, overload

from typing_extensions import TypeVar

from pegboard import context
from pegboard.errors import OptionTypeError

Data = TypeVar("Data", default="EventData")

ShowProgress = Literal["full", "minimal", "hidden"]
TriggerMode = Literal["once", "multiple", "always_last"]
Visibility = Literal["public", "private", "undocumented"]


class EventData:
    """What the browser says about an event, for a function parameter annotated with this class.

    Attributes:
        target: The component whose event fired, or ``None`` for the page.
        _data: The raw JSON that the component emitted.
    """

    def __init__(self, target: object | None, data: object) -> None:
        self.target = target
        self._data = data

    def __getattr__(self, name: str) -> Any:
        data = self.__dict__.get("_data")
        if isinstance(data, dict) and name in data:
            return data[name]
        raise AttributeError(f"{type(self).__name__} has no field {name!r}")


class SelectData(EventData):
    """Something inside a component was picked. Fields: ``index``, ``value``, ``selected``."""

    def __init__(self, target: object | None, data: object) -> None:
        super().__init__(target, data)
        fields = data if isinstance(data, dict) else {}
        self.index: Any = fields.get("index")
        self.value: Any = fields.get("value")
        self.row_value: Any = fields.get("row_value")
        self.col_value: Any = fields.get("col_value")
        self.selected: bool = fields.get("selected", True) is not False


class KeyUpData(EventData):
    """A key was released. Fields: ``key``, ``input_value``."""

    key: str
    input_value: str


class CopyData(EventData):
    """Content was copied. Field: ``value``."""

    value: Any


class DeletedFileData(EventData):
    """A file was removed by the person. Field: ``file``, a FileData object."""

    file: Any


class DownloadData(EventData):
    """A file was downloaded by the person. Field: ``file``, a FileData object."""

    file: Any


class LikeData(EventData):
    """A message was rated. Fields: ``index``, ``value``, ``liked``."""

    index: Any
    value: Any
    liked: bool | str


class EditData(EventData):
    """Something was edited in place. Fields: ``index``, ``value``, ``previous_value``."""

    index: Any
    value: Any
    previous_value: Any


class RetryData(EventData):
    """A message is to be answered again. Fields: ``index``, ``value``."""

    index: Any
    value: Any


class UndoData(EventData):
    """A message is to be taken back. Fields: ``index``, ``value``."""

    index: Any
    value: Any


class Event(Generic[Data]):
    """An event that a component can emit; declare it on the class.

    Args:
        data: Class of the event's data, for functions that ask for it by annotation.
        doc: One sentence on when it fires.
    """

    def __init__(self, data: type[Data] | None = None, *, doc: str = "") -> None:
        self.data: type[Any] = data or EventData
        self.doc = doc
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Event[Data]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> BoundEvent[Data]: ...
    def __get__(self, instance: object | None, owner: type) -> Event[Data] | BoundEvent[Data]:
        return self if instance is None else BoundEvent(instance, self.name)

    def __repr__(self) -> str:
        return f"Event({self.name!r})"


Blocklike = Any  # a component or layout block; naming the class here would import upwards
Slots = Blocklike | Sequence[Blocklike] | set[Blocklike] | None


class BoundEvent(Generic[Data]):
    """One event of one block. Call it to register a listener; usable as a decorator."""

    __slots__ = ("block", "name")

    def __init__(self, block: object | None, name: str) -> None:
        self.block = block
        self.name = name

    def __call__(
        self,
        fn: Callable[..., Any] | Literal["decorator"] | None = "decorator",
        inputs: Slots = None,
        outputs: Slots = None,
        api_name: str | Literal[False] | None = None,
        api_description: str | Literal[False] | None = None,
        scroll_to_output: bool = False,
        show_progress: ShowProgress | bool = "full",
        show_progress_on: Slots = None,
        queue: bool = True,
        batch: bool = False,
        max_batch_size: int = 4,
        preprocess: bool = True,
        postprocess: bool = True,
        cancels: Dependency | Sequence[Dependency] | None = None,
        trigger_mode: TriggerMode | None = None,
        js: str | Literal[True] | None = None,
        concurrency_limit: int | Literal["default"] | None = "default",
        concurrency_id: str | None = None,
        show_api: bool = True,
        api_visibility: Visibility | None = None,
        time_limit: float | None = None,
        stream_every: float = 0.5,
        key: int | str | tuple[int | str, ...] | None = None,
        validator: Callable[..., Any] | None = None,
        inputs_kwargs: dict[str, Blocklike] | None = None,
    ) -> Any:
        """Run ``fn`` whenever this event fires.

        Returns a `Dependency`, or a decorator when ``fn`` is left out.
        """
        options = {
            name: value
            for name, value in locals().items()
            if name not in ("self", "fn", "options")
        }
        return listen([(self.block, self.name)], fn, options)

    def clears(
        self, components: Sequence[Blocklike], *, api_visibility: Visibility = "undocumented"
    ) -> Dependency:
        """Empty components in the browser, with no server call, whenever this event fires.

        Each is set to what its ``postprocess(None)`` gives; State is reset by the server.
        """
        dependency: Dependency = listen(
            [(self.block, self.name)],
            None,
            {"clears": list(components), "api_visibility": api_visibility},
        )
        return dependency

    def sets(self, props: Mapping[Blocklike, Mapping[str, Any]]) -> Dependency:
        """Set properties of blocks in the browser, with no server call, whenever this event fires.

        Args:
            props: For each block its new properties, as the browser reads them.
        """
        dependency: Dependency = listen(
            [(self.block, self.name)], None, {"sets": dict(props), "show_progress": "hidden"}
        )
        return dependency

    def __repr__(self) -> str:
        return f"{self.block!r}.{self.name}"


def listen(
    targets: list[tuple[Any, str]],
    fn: Callable[..., Any] | Literal["decorator"] | None,
    options: dict[str, Any],
) -> Any:
    """Register a listener for several targets with the Blocks being described.

    Raises:
        RuntimeError: There is no Blocks being described.
    """
    root = context.current_root()
    if root is None:
        name = targets[0][1] if targets else "event"
        raise RuntimeError(
            f"'{name}' listeners can only be added inside `with pb.Blocks():`. "
            "Indent this line into the block."
        )
    if fn == "decorator":

        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            dependency = root.add_listener(targets, function, options)
            # Gradio's decorators return something that is callable and has .then; so do ours.
            return _Decorated(function, dependency)

        return register
    if fn is not None and not callable(fn):
        raise OptionTypeError(
            f"{targets[0][1] if targets else 'on'}(fn=)",
            got=fn,
            expected="a function, or None for js= and cancels=",
            fix="pass the function itself, without parentheses",
        )
    return root.add_listener(targets, fn, options)


class Dependency:
    """A registered listener: pass it to ``cancels=``, or chain on it.

    Attributes:
        id: The listener's number, which clients send as ``fn_index``.
        origin: This very listener; for a decorated function, the listener behind it.
        then, success, failure: Events that fire when this listener has ended, has ended well,
            has failed.
    """

    def __init__(self, id: int, fn: Callable[..., Any] | None, targets: list[tuple[Any, str]]) -> None:
        self.id = id
        self.fn = fn
        self.targets = targets
        self.origin: Dependency = self

    @property
    def then(self) -> BoundEvent[EventData]:
        """Run after this listener, whatever its outcome."""
        return BoundEvent(self, "then")

    @property
    def success(self) -> BoundEvent[EventData]:
        """Run after this listener if it succeeded."""
        return BoundEvent(self, "success")

    @property
    def failure(self) -> BoundEvent[EventData]:
        """Run after this listener if it failed."""
        return BoundEvent(self, "failure")

    def __repr__(self) -> str:
        return f"Dependency(id={self.id})"


class _Decorated(Dependency):
    """A decorated function: still callable as itself, and a dependency to chain on."""

    def __init__(self, function: Callable[..., Any], dependency: Dependency) -> None:
        super().__init__(dependency.id, function, dependency.targets)
        self.origin = dependency
        self.__wrapped__ = function
        self.__name__ = getattr(function, "__name__", "fn")
        self.__doc__ = function.__doc__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__wrapped__(*args, **kwargs)


@dataclass(frozen=True)
class Target:
    """What sets a listener off: ``event`` of block ``block_id``, or of the page when it is ``None``."""

    block_id: int | None
    event: str


@dataclass(frozen=True)
class Listener:
    """One registered listener, as both wings read it. Ids are block ids.

    ``fn`` is ``None`` for listeners that the browser carries out alone (``js``, ``set_values``,
    ``cancels``). ``set_values`` maps each output to the payload that the browser sets it to.
    ``resolves_files``: with ``preprocess`` off, still replace file objects by `FileRef`.
    ``keeps_every_chunk``: of a streaming input, none is passed over while the function is busy.
    """

    id: int
    targets: tuple[Target, ...]
    fn: Callable[..., Any] | None
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    api_name: str
    api_visibility: Visibility = "public"
    api_description: str = ""
    inputs_as_dict: bool = False
    inputs_kwargs: tuple[str, ...] = ()
    queue: bool = True
    batch: bool = False
    max_batch_size: int = 4
    concurrency_limit: int | Literal["default"] | None = "default"
    concurrency_id: str = ""
    show_progress: ShowProgress = "full"
    show_progress_on: tuple[int, ...] | None = None
    scroll_to_output: bool = False
    trigger_mode: TriggerMode = "once"
    js: str | None = None
    set_values: tuple[object, ...] | None = None
    cancels: tuple[int, ...] = ()
    trigger_after: int | None = None
    trigger_only_on_success: bool = False
    trigger_only_on_failure: bool = False
    preprocess: bool = True
    postprocess: bool = True
    collects_event_data: bool = False
    validator: Callable[..., Any] | None = None
    time_limit: float | None = None
    stream_every: float = 0.5
    is_generator: bool = False
    connection: Literal["sse", "stream"] = "sse"
    key: int | str | tuple[int | str, ...] | None = None
    alias_of: int | None = None
    resolves_files: bool = False
    keeps_every_chunk: bool = False
