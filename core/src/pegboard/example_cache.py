"""The results of examples, kept on disk as typed JSON and found again by content.

A row's folder is named by a hash of all that its result depends on: the function's source and what it
closes over, the values with their files' content, the components with their options and versions. So a
change of code or data never shows an old result, and nothing has to be thrown away by hand. A folder
holds ``row.json`` and the row's files, and appears whole or not at all; one that cannot be read is
computed anew. Rows that nothing asks for any more stay until the folder is deleted: they may be another app's.

What the key does not see is the source of other functions that the function calls, and what is behind a
web address: that is fetched when the row is computed.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import inspect
import json
import logging
import os
import shutil
import tempfile
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pegboard import context, example_files
from pegboard.component import Block, Component
from pegboard.errors import ArityError, PegboardError, describe
from pegboard.incoming import digest_of
from pegboard.payload import SKIP, FileRef, Ready, Skip, Update, file_refs, map_files
from pegboard.settings import environment, environment_flag
from pegboard.streaming import MediaChunk, plays_pieces
from pegboard.wiring import called, function_name

log = logging.getLogger("pegboard.examples")

FORMAT = 2
ROW_FILE = "row.json"
IRRELEVANT = frozenset(
    {"value", "render", "inputs", "every", "elem_id", "elem_classes", "visible", "scale", "min_width"}
)
"""Options that have no say in what a component makes of a value."""

AnyComponent = Component[Any, Any, Any]
Fn = Callable[..., Any]


def cache_root() -> Path:
    """Return the folder of all cached examples."""
    return Path(environment("EXAMPLES_CACHE") or Path(".gradio") / "cached_examples")


class ExampleCache:
    """The cached results of one table of examples.

    Args:
        batch: The function takes and returns lists.
        preprocess, postprocess: As for a listener.
    """

    def __init__(
        self,
        fn: Fn,
        inputs: Sequence[AnyComponent],
        outputs: Sequence[AnyComponent],
        *,
        batch: bool = False,
        preprocess: bool = True,
        postprocess: bool = True,
    ) -> None:
        self._fn = fn
        self._inputs = list(inputs)
        self._outputs = list(outputs)
        self._batch = batch
        self._preprocess, self._postprocess = preprocess, postprocess
        self._reset: set[str] = set()

    def result(self, values: Sequence[Any]) -> list[Any]:
        """Return one value per output for a row, as a listener without postprocess returns it.

        From the cache, or computed now and kept.
        """
        folder = cache_root() / self.key(values)
        if environment_flag("RESET_EXAMPLES_CACHE") and folder.name not in self._reset:
            shutil.rmtree(folder, ignore_errors=True)
        self._reset.add(folder.name)
        kept = self._read(folder)
        if kept is None:
            with _computing:
                kept = self._read(folder)
                if kept is None:
                    self._compute(values, folder)
                    kept = self._read(folder)
        assert kept is not None, f"{folder} was written and cannot be read"
        return kept

    # -- reading and writing -----------------------------------------------------------------------

    def _read(self, folder: Path) -> list[Any] | None:
        try:
            record = json.loads((folder / ROW_FILE).read_text("ascii"))
            if record["format"] != FORMAT or len(record["outputs"]) != len(self._outputs):
                return None
            source = _Kept(folder)
            return [
                _revived(component, item, source)
                for component, item in zip(self._outputs, record["outputs"])
            ]
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _compute(self, values: Sequence[Any], folder: Path) -> None:
        results = self._run(values)
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder.parent))
        try:
            sink = _Kept(draft)
            record = {
                "format": FORMAT,
                "outputs": [
                    _stored(component, result, sink)
                    for component, result in zip(self._outputs, results)
                ],
            }
            (draft / ROW_FILE).write_text(json.dumps(record), "ascii")
            try:
                draft.rename(folder)
            except OSError:
                # Another process was first, and its result has the same key; unless it is unreadable.
                if self._read(folder) is None:
                    shutil.rmtree(folder, ignore_errors=True)
                    draft.rename(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    # -- running -----------------------------------------------------------------------------------

    def _run(self, values: Sequence[Any]) -> list[Any]:
        """Call the function for a row, as an event would; return a result per output."""
        from pegboard.request import Request
        from pegboard.signature import arguments, plan_of

        if any(value is None for value in values):
            warnings.warn(
                f"An example of {function_name(self._fn)}() lacks a value for an input; "
                "the function gets None for it",
                stacklevel=2,
            )
        # What the function builds must not join the page that is being described.
        with tempfile.TemporaryDirectory() as scratch, context.outside():
            taken = [
                None if value is None else self._taken(component, value, Path(scratch))
                for component, value in zip(self._inputs, values)
            ]
            if self._batch:
                taken = [[value] for value in taken]
            positional, named = arguments(
                plan_of(self._fn), taken, Request(), lambda kind: kind(None, None)
            )
            results: list[Any] = [SKIP] * len(self._outputs)
            pieces: dict[int, list[MediaChunk]] = {}

            def take(step: Any, is_generating: bool) -> None:
                for at, value in enumerate(self._row(step)):
                    if isinstance(value, Skip):
                        continue
                    results[at] = value
                    component = self._outputs[at]
                    if is_generating and plays_pieces(component) and not isinstance(value, _FINISHED):
                        piece = None if value is None else component.encode_chunk(value)
                        pieces.setdefault(at, []).extend([piece] if piece is not None else [])

            _each_step(self._fn, positional, named, take)
            return [
                self._joined(component, pieces[at], Path(scratch))
                if at in pieces
                else self._finished(component, value)
                for at, (component, value) in enumerate(zip(self._outputs, results))
            ]

    def _taken(self, component: AnyComponent, value: Any, scratch: Path) -> Any:
        payload = example_files.on_disk(component.show(value), scratch)
        return component.read(payload) if self._preprocess else example_files.as_wire(payload)

    def _row(self, step: Any) -> Sequence[Any]:
        if isinstance(step, Skip):
            return [SKIP] * len(self._outputs)
        if isinstance(step, dict) and step and all(isinstance(key, Block) for key in step):
            by_id = {key._id: value for key, value in step.items()}
            return [by_id.get(component._id, SKIP) for component in self._outputs]
        if self._batch:
            columns = list(step) if isinstance(step, (list, tuple)) else [step]
            is_flat = len(self._outputs) == 1 and not (
                len(columns) == 1 and isinstance(columns[0], (list, tuple))
            )
            return [column[0] for column in ([columns] if is_flat else columns)]
        if len(self._outputs) == 1:
            return [step]
        given = step if isinstance(step, (list, tuple)) else (step,)
        if len(given) < len(self._outputs):
            raise ArityError(
                PegboardError.three_parts(
                    f"{function_name(self._fn)}() returned {len(given)} value(s) for an example.",
                    got=describe(step),
                    expected=f"one value for each of {len(self._outputs)} outputs",
                    fix="return all of them",
                )
            )
        return given[: len(self._outputs)]

    def _finished(self, component: AnyComponent, value: Any) -> Any:
        """Return a result in the form it is kept in: a `Ready`, an `Update`, or `SKIP`."""
        if isinstance(value, Block):
            options = getattr(value, "options", None)
            value = Update(options() if callable(options) else {})
        if isinstance(value, Update):
            props = {name: item for name, item in value.props.items() if name != "render"}
            if "value" in props:
                props["value"] = self._payload(component.with_options(_only(props)), props["value"])
            return Update(props)
        return value if isinstance(value, Skip) else self._payload(component, value)

    def _payload(self, component: AnyComponent, value: Any) -> Ready:
        payload = component.show(value) if self._postprocess else value
        # The function's own files may be gone when the folder is written.
        return Ready(example_files.in_memory(payload))

    def _joined(self, component: Any, pieces: Sequence[MediaChunk], scratch: Path) -> Ready:
        """Return what the pieces of a generator's sound or film become, as one file."""
        files = []
        for number, piece in enumerate(pieces):
            path = scratch / f"piece-{component._id}-{number}.{piece.suffix}"
            path.write_bytes(piece.content)
            files.append(FileRef.from_path(path))
        return Ready(example_files.in_memory(component.join_chunks(files) if files else None))

    # -- the key -----------------------------------------------------------------------------------

    def key(self, values: Sequence[Any]) -> str:
        """Return the name of a row's folder."""
        parts = [
            _digest_of(component, value) for component, value in zip(self._inputs, values)
        ]
        return _hash([self._fixed, parts])[:40]

    @functools.cached_property
    def _fixed(self) -> str:
        return _hash(
            {
                "format": FORMAT,
                "function": source_facts(self._fn),
                "batch": self._batch,
                "conversion": [self._preprocess, self._postprocess],
                "inputs": [_component_facts(item) for item in self._inputs],
                "outputs": [_component_facts(item) for item in self._outputs],
            }
        )


_computing = threading.RLock()


class _Kept:
    """A row's files, in its own folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, file: FileRef) -> str:
        """Copy a file into the folder, under its content's hash."""
        content = file.read_bytes()
        suffix = Path(file.orig_name or (file.path.name if file.path else "")).suffix
        name = hashlib.sha256(content).hexdigest()[:20] + "".join(
            letter for letter in suffix if letter.isalnum() or letter == "."
        )
        (self._folder / name).write_bytes(content)
        return name

    def load(self, path: str) -> FileRef:
        """Return a file's content; its folder is not one that may be served."""
        file = self._folder / Path(path).name
        return FileRef.from_bytes(file.read_bytes(), name=file.name)


def _stored(component: AnyComponent, result: Any, sink: _Kept) -> dict[str, Any]:
    if isinstance(result, Skip):
        return {"kind": "skip"}
    if isinstance(result, Update):
        props = {name: item for name, item in result.props.items() if name != "value"}
        record: dict[str, Any] = {"kind": "update", "props": props}
        if "value" in result.props:
            record["value"] = component.flag(result.props["value"].payload, sink)
        return record
    return {"kind": "value", "value": component.flag(result.payload, sink)}


def _revived(component: AnyComponent, record: Mapping[str, Any], source: _Kept) -> Any:
    if record["kind"] == "skip":
        return SKIP
    if record["kind"] == "update":
        props = dict(record["props"])
        if "value" in record:
            props["value"] = Ready(component.read_flag(record["value"], source))
        return Update(props)
    return Ready(component.read_flag(record["value"], source))


# -- calling ---------------------------------------------------------------------------------------


Take = Callable[[Any, bool], None]
"""Gets a value, and whether a generator gave it."""

_FINISHED = (Update, Block, Ready)


def _each_step(fn: Fn, positional: list[Any], named: dict[str, Any], take: Take) -> None:
    """Call a function of any kind; give ``take`` what it returns, or each of its steps."""
    result = fn(*positional, **named)
    if inspect.isawaitable(result) or inspect.isasyncgen(result):
        _run_async(result, take)
    elif inspect.isgenerator(result):
        for step in result:
            take(step, True)
    else:
        take(result, False)


def _run_async(result: Any, take: Take) -> None:
    async def finish() -> None:
        if inspect.isasyncgen(result):
            async for step in result:
                take(step, True)
        else:
            take(await result, False)

    problems: list[BaseException] = []

    def work() -> None:
        try:
            asyncio.run(finish())
        except BaseException as problem:
            problems.append(problem)

    # In a thread of its own, since a notebook's loop may be running in this one.
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if problems:
        raise problems[0]


def _only(props: Mapping[str, Any]) -> dict[str, Any]:
    return {name: item for name, item in props.items() if name != "value"}


# -- facts -----------------------------------------------------------------------------------------


def source_facts(fn: Any, depth: int = 4) -> Any:
    """Return what tells two functions apart: their source, defaults, and what they close over."""
    if isinstance(fn, functools.partial):
        bound = [_plain(item, depth) for item in (*fn.args, *sorted(fn.keywords.items()))]
        return ["partial", source_facts(fn.func, depth), bound]
    target: Any = called(fn)
    target = inspect.unwrap(getattr(target, "__func__", target))
    facts: list[Any] = [getattr(target, "__qualname__", type(fn).__qualname__)]
    try:
        facts.append(inspect.getsource(target))
    except (OSError, TypeError):
        code = getattr(target, "__code__", None)
        facts.append([code.co_code.hex(), repr(code.co_consts)] if code is not None else repr(type(fn)))
    facts.append(_plain(getattr(target, "__defaults__", None), depth))
    for cell in getattr(target, "__closure__", None) or ():
        with suppress(ValueError):  # a cell that is still empty
            facts.append(_plain(cell.cell_contents, depth))
    owner = getattr(fn, "__self__", None if inspect.isroutine(fn) or isinstance(fn, type) else fn)
    if owner is not None and not inspect.ismodule(owner):
        facts.append(_plain(vars(owner) if hasattr(owner, "__dict__") else type(owner), depth - 1))
    return facts


def _plain(value: Any, depth: int) -> Any:
    """Return what stands for a value: itself when it is simple, its type when it is not."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return [type(value).__name__, value]
    if depth > 0:
        if isinstance(value, (list, tuple)):
            return [_plain(item, depth - 1) for item in value]
        if isinstance(value, Mapping):
            return {str(name): _plain(item, depth - 1) for name, item in value.items()}
        if inspect.isroutine(value):
            return source_facts(value, depth - 1)
    return f"{type(value).__module__}.{type(value).__qualname__}"


def _component_facts(component: AnyComponent) -> Any:
    from pegboard.plugins import index

    kind = type(component)
    entry = index().entry_of(kind)
    options = {
        name: value for name, value in component.options().items() if name not in IRRELEVANT
    }
    return [
        f"{kind.__module__}.{kind.__qualname__}",
        entry.version if entry is not None else "",
        _plain(options, 6),
    ]


def _digest_of(component: AnyComponent, value: Any) -> Any:
    """Return what stands for an example's value: simple values as they are, files by their content."""
    if component.carries_files and isinstance(value, (str, os.PathLike)):
        path = Path(value)
        if path.is_file():
            return ["file", digest_of(path), path.suffix]
    if value is None or isinstance(value, (bool, int, float, str)):
        return [type(value).__name__, value]
    payload = component.postprocess(value)
    files = [_ref_digest(ref) for ref in file_refs(payload)]
    return [_hash(map_files(payload, lambda ref: "$file")), files]


def _ref_digest(ref: FileRef) -> str:
    if ref.data is not None:
        return hashlib.sha256(ref.data).hexdigest()
    return digest_of(ref.path) if ref.path is not None else str(ref.url)


def _hash(facts: Any) -> str:
    text = json.dumps(facts, sort_keys=True, default=lambda item: type(item).__qualname__)
    return hashlib.sha256(text.encode()).hexdigest()
