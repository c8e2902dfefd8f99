"""Examples: a table of example inputs; a click fills the inputs, and shows cached results.

The cache keeps one folder per row, named by the content of everything a result depends on (the
function's source, the values, files' content, the components' options), so that a change of code or
data never shows an old result. Values are typed JSON; a folder appears whole or not at all.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
import inspect
import json
import os
import shutil
import tempfile
import threading
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from pegboard import context
from pegboard.component import Component
from pegboard.dataset import Dataset
from pegboard.errors import OptionError, OptionTypeError
from pegboard.events import BoundEvent
from pegboard.payload import FileRef
from pegboard.settings import environment
from pegboard.state import State
from pegboard.wiring import yields

LOG_FILE = "log.csv"
AnyComponent = Component[Any, Any, Any]
Fn = Callable[..., Any]


class Examples:
    """A table of examples below the inputs that they fill.

    Args:
        examples: Rows of values; values, when there is one input; or a folder, with a ``log.csv`` or
            with a file per row.
        inputs: The components to fill.
        outputs, fn: Where results go and what computes them, for caching and ``run_on_click``.
        cache_examples: Compute every row once and keep the results.
        cache_mode: ``eager`` computes when the app is built, ``lazy`` at the first click.
        run_on_click: Run ``fn`` after filling the inputs.
        preload: Row to show at the start, if its result is cached; ``False`` for none.

    Raises:
        OptionError: An argument has a bad value.
        FileNotFoundError: There is no such folder.
    """

    def __init__(
        self,
        examples: Any,
        inputs: Any,
        outputs: Any = None,
        fn: Fn | None = None,
        cache_examples: bool | Literal["lazy"] | None = None,
        cache_mode: Literal["eager", "lazy"] | None = None,
        examples_per_page: int = 10,
        label: str | None = "Examples",
        elem_id: str | None = None,
        run_on_click: bool = False,
        preprocess: bool = True,
        postprocess: bool = True,
        show_api: bool = False,
        api_name: str | Literal[False] = "load_example",
        api_description: str | Literal[False] | None = None,
        batch: bool = False,
        *,
        api_visibility: Literal["public", "private", "undocumented"] | None = None,
        example_labels: list[str] | None = None,
        visible_columns: list[int] | None = None,
        visible: bool = True,
        preload: int | Literal[False] = False,
    ) -> None:
        if context.current_root() is None:
            raise OptionError(
                "Examples()",
                got="no page",
                expected="to be made inside `with pb.Blocks():`",
                fix="indent the line into the block, or pass Interface(examples=)",
            )
        self.inputs = _components(inputs, "inputs")
        self.outputs = _components(outputs, "outputs")
        self.fn = fn
        self.batch = batch
        self.preprocess, self.postprocess = preprocess, postprocess
        self.cache = _cache_mode(cache_examples, cache_mode)
        if self.cache and (fn is None or not self.outputs):
            if cache_examples:
                raise OptionError(
                    "Examples(cache_examples=)",
                    got=cache_examples,
                    expected="fn= and outputs= as well, since results are what is cached",
                )
            self.cache = None
        if run_on_click and fn is None:
            raise OptionError(
                "Examples(run_on_click=)", got=True, expected="fn= as well, to be run"
            )
        self.examples = self._rows(examples)
        if example_labels is not None and len(example_labels) != len(self.examples):
            raise OptionError(
                "Examples(example_labels=)",
                got=example_labels,
                expected=f"{len(self.examples)} captions, one per row",
            )
        used = [
            at
            for at in range(len(self.inputs))
            if any(at < len(row) and row[at] is not None for row in self.examples)
        ]
        self.inputs_with_examples = [self.inputs[at] for at in used]
        self.non_none_examples = [
            [row[at] if at < len(row) else None for at in used] for row in self.examples
        ]
        shown = [at for at in range(len(used)) if visible_columns is None or used[at] in visible_columns]
        self.dataset = Dataset(
            components=[self.inputs_with_examples[at] for at in shown],
            samples=[[row[at] for at in shown] for row in self.non_none_examples],
            type="index",
            label=label,
            samples_per_page=examples_per_page,
            elem_id=elem_id,
            sample_labels=example_labels,
            visible=visible,
        )
        self._api: dict[str, Any] = {
            "api_name": api_name,
            "api_description": api_description,
            "api_visibility": api_visibility or ("public" if show_api else "undocumented"),
        }
        self._wire(run_on_click, preload)

    # -- rows --------------------------------------------------------------------------------------

    def _rows(self, given: Any) -> list[list[Any]]:
        if isinstance(given, (str, os.PathLike)):
            return self._rows_of_folder(Path(given))
        if not isinstance(given, (list, tuple)):
            raise OptionTypeError(
                "Examples(examples=)",
                got=given,
                expected="a list of rows, or the path of a folder",
            )
        rows = list(given)
        if not rows:
            return []
        if all(isinstance(row, (list, tuple)) for row in rows) and (
            len(self.inputs) > 1 or all(len(row) <= 1 for row in rows)
        ):
            nested = [list(row) for row in rows]
        elif len(self.inputs) == 1:
            nested = [[row] for row in rows]
        else:
            raise OptionError(
                "Examples(examples=)",
                got=rows[0],
                expected=f"rows of {len(self.inputs)} values, since there are that many inputs",
                fix="write [[a, b], [c, d]]",
            )
        for row in nested:
            if len(row) > len(self.inputs):
                raise OptionError(
                    "Examples(examples=)",
                    got=row,
                    expected=f"at most {len(self.inputs)} values, one per input",
                )
        return nested

    def _rows_of_folder(self, folder: Path) -> list[list[Any]]:
        if not folder.is_dir():
            raise FileNotFoundError(
                f"There is no folder of examples at {folder}. "
                "Pass a list of rows, or the path of an existing folder."
            )
        table = folder / LOG_FILE
        if not table.is_file():
            if len(self.inputs) != 1:
                raise FileNotFoundError(
                    f"{folder} has no {LOG_FILE}, which says what goes into {len(self.inputs)} inputs. "
                    "Add it, or pass a list of rows."
                )
            files = (path for path in sorted(folder.iterdir()) if path.is_file())
            return [[str(path)] for path in files if not path.name.startswith(".")]
        with table.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.reader(lines))[1:]
        return [
            [
                _from_cell(component, cell, folder)
                for component, cell in zip(self.inputs, row)
            ]
            for row in rows
            if row
        ]

    # -- events ------------------------------------------------------------------------------------

    def _wire(self, run_on_click: bool, preload: int | Literal[False]) -> None:
        fill_api = {"api_name": False} if self.cache else self._api
        filled = self.dataset.click(
            self.load_example,
            self.dataset,
            self.inputs_with_examples or None,
            show_progress="hidden",
            queue=False,
            **fill_api,
        )
        self.load_input_event = filled
        if self.cache:
            if self.cache == "eager":
                for at in range(len(self.examples)):
                    self.cached_payloads(at)
            self.cache_event = filled.then(
                self.load_result, self.dataset, self.outputs, postprocess=False, **self._api
            )
            if self.cache == "eager" and preload is not False and self.examples:
                self._preload(preload)
        elif run_on_click:
            self.load_example_event = filled.then(
                self.fn, self.inputs, self.outputs, batch=self.batch, show_api=False
            )

    def _preload(self, row: int) -> None:
        if not 0 <= row < len(self.examples):
            raise OptionError(
                "Examples(preload=)", got=row, expected=f"0 to {len(self.examples) - 1}, or False"
            )
        quiet: dict[str, Any] = {"api_name": False, "show_progress": "hidden", "queue": False}
        opened: BoundEvent[Any] = BoundEvent(context.current_root(), "load")

        def preload_inputs() -> Any:
            return self.load_example(row)

        def preload_result() -> Any:
            return self.load_result(row)

        opened(preload_inputs, None, self.inputs_with_examples, **quiet)
        opened(preload_result, None, self.outputs, postprocess=False, **quiet)

    def load_example(self, index: int | None) -> Any:
        """Return a row's values, for the inputs that have any."""
        values = self.non_none_examples[index or 0] if self.non_none_examples else []
        return values[0] if len(values) == 1 else tuple(values)

    def load_result(self, index: int | None) -> Any:
        """Return a row's cached payloads, computed now if need be."""
        payloads = self.cached_payloads(index or 0)
        return payloads[0] if len(payloads) == 1 else tuple(payloads)

    # -- cache -------------------------------------------------------------------------------------

    def cached_payloads(self, row: int) -> list[Any]:
        """Return one payload per output for a row, from the cache or computed and kept."""
        folder = cache_root() / self._key(row)
        if environment("RESET_EXAMPLES_CACHE") == "True" and row not in self._reset_rows:
            self._reset_rows.add(row)
            shutil.rmtree(folder, ignore_errors=True)
        stored = _read_row(folder)
        if stored is None:
            with _computing:
                stored = _read_row(folder)
                if stored is None:
                    self._compute(row, folder)
                    stored = _read_row(folder)
        assert stored is not None
        source = _Kept(folder)
        return [
            component.read_flag(value, source)
            for component, value in zip(self.outputs, stored["outputs"])
        ]

    @property
    def _reset_rows(self) -> set[int]:
        rows: set[int] = self.__dict__.setdefault("_reset_row_set", set())
        return rows

    def _compute(self, row: int, folder: Path) -> None:
        payloads = self._run(row)
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder.parent))
        try:
            kept = _Kept(draft)
            record = {
                "outputs": [
                    component.flag(payload, kept)
                    for component, payload in zip(self.outputs, payloads)
                ]
            }
            (draft / "row.json").write_text(json.dumps(record, ensure_ascii=False), "utf-8")
            try:
                draft.rename(folder)
            except OSError:
                # Another process was first; its result has the same key, so it is as good.
                if _read_row(folder) is None:
                    shutil.rmtree(folder, ignore_errors=True)
                    draft.rename(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _run(self, row: int) -> list[Any]:
        """Call the function for a row, as an event would, and return its outputs' payloads."""
        from pegboard.request import Request
        from pegboard.signature import arguments, plan_of

        assert self.fn is not None
        values = self._full_row(row)
        if any(value is None for value in values):
            warnings.warn(
                f"Example {row} lacks a value for an input; the function gets None for it",
                stacklevel=2,
            )
        taken = [
            None if value is None else self._taken(component, value)
            for component, value in zip(self.inputs, values)
        ]
        if self.batch:
            taken = [[value] for value in taken]
        positional, named = arguments(plan_of(self.fn), taken, Request(), lambda kind: kind(None, None))
        result = _last(self.fn, positional, named)
        if self.batch:
            result = [column[0] for column in result]
            result = result[0] if len(self.outputs) == 1 else result
        results = [result] if len(self.outputs) == 1 else list(result)
        return [
            component.show(value) if self.postprocess else value
            for component, value in zip(self.outputs, results)
        ]

    def _taken(self, component: AnyComponent, value: Any) -> Any:
        payload = component.show(value)
        return component.read(payload) if self.preprocess else payload

    def _full_row(self, row: int) -> list[Any]:
        values = list(self.examples[row])
        return values + [None] * (len(self.inputs) - len(values))

    def _key(self, row: int) -> str:
        """Return the name of a row's folder: a hash of all that its result depends on."""
        assert self.fn is not None
        facts = {
            "function": [_source_of(self.fn), getattr(self.fn, "__qualname__", "")],
            "values": [
                _digest_of_value(component, value)
                for component, value in zip(self.inputs, self._full_row(row))
            ],
            "components": [
                [type(component).__module__, type(component).__qualname__, _plain(component)]
                for component in (*self.inputs, *self.outputs)
            ],
        }
        text = json.dumps(facts, sort_keys=True, default=repr)
        return hashlib.sha256(text.encode()).hexdigest()[:40]


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


def cache_root() -> Path:
    """Return the folder of all cached examples."""
    return Path(environment("EXAMPLES_CACHE") or Path(".gradio") / "cached_examples")


def _cache_mode(
    given: bool | Literal["lazy"] | None, mode: str | None
) -> Literal["eager", "lazy"] | None:
    wanted: object = given
    if wanted is None:
        text = (environment("CACHE_EXAMPLES") or "").lower()
        wanted = "lazy" if text == "lazy" else text == "true"
    if wanted not in (True, False, "lazy"):
        raise OptionError(
            "Examples(cache_examples=)", got=given, expected="True, False, 'lazy' or None"
        )
    if not wanted:
        return None
    if wanted == "lazy":
        return "lazy"
    chosen = mode or environment("CACHE_MODE") or "eager"
    if chosen not in ("eager", "lazy"):
        raise OptionError("Examples(cache_mode=)", got=mode, expected="'eager' or 'lazy'")
    return "lazy" if chosen == "lazy" else "eager"


def _components(given: Any, name: str) -> list[AnyComponent]:
    if given is None:
        return []
    items: Sequence[Any] = given if isinstance(given, (list, tuple)) else [given]
    for item in items:
        if not isinstance(item, Component) or isinstance(item, State):
            raise OptionTypeError(
                f"Examples({name}=)", got=item, expected="a component, or a list of components"
            )
    return list(items)


def _from_cell(component: AnyComponent, cell: str, folder: Path) -> Any:
    if cell == "":
        return None
    if component.carries_files:
        path = folder / cell
        return str(path) if path.is_file() else component.parse_example(cell)
    return component.parse_example(cell)


def _read_row(folder: Path) -> dict[str, Any] | None:
    try:
        record = json.loads((folder / "row.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and "outputs" in record else None


def _last(fn: Fn, positional: list[Any], named: dict[str, Any]) -> Any:
    """Call a function of any kind and return its result, or a generator's last step."""
    result = fn(*positional, **named)
    if inspect.isawaitable(result) or inspect.isasyncgen(result):
        return _run_async(result)
    if yields(fn):
        last = None
        for last in result:  # noqa: B007 - the last one is what counts
            pass
        return last
    return result


def _run_async(result: Any) -> Any:
    async def finish() -> Any:
        if inspect.isasyncgen(result):
            last = None
            async for last in result:  # noqa: B007 - the last one is what counts
                pass
            return last
        return await result

    answers: list[Any] = []
    problems: list[BaseException] = []

    def work() -> None:
        try:
            answers.append(asyncio.run(finish()))
        except BaseException as problem:
            problems.append(problem)

    # A notebook's own loop may be running in this thread.
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if problems:
        raise problems[0]
    return answers[0]


def _source_of(fn: Fn) -> str:
    try:
        return inspect.getsource(inspect.unwrap(fn))
    except (OSError, TypeError):
        code = getattr(fn, "__code__", None)
        return repr(code.co_code) if code is not None else repr(type(fn))


def _plain(component: AnyComponent) -> dict[str, Any]:
    """Return a component's options, without what has no say in its results."""
    irrelevant = ("value", "render", "inputs", "every", "elem_id", "elem_classes", "visible")
    return {
        name: value if isinstance(value, (str, int, float, bool, list, tuple, dict, type(None))) else
        type(value).__qualname__
        for name, value in component.options().items()
        if name not in irrelevant
    }


def _digest_of_value(component: AnyComponent, value: Any) -> Any:
    """Return what stands for an example's value in a key: files by content."""
    if component.carries_files and isinstance(value, (str, os.PathLike)):
        path = Path(value)
        if path.is_file():
            return hashlib.sha256(path.read_bytes()).hexdigest()
    if value is None or isinstance(value, (str, int, float, bool)):
        return [type(value).__name__, value]
    if hasattr(value, "tobytes"):
        return hashlib.sha256(value.tobytes()).hexdigest()
    try:
        return json.dumps(value, sort_keys=True)
    except (TypeError, ValueError):
        return repr(value)
