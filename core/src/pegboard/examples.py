"""Examples: a table of rows under the inputs; picking one fills them, and may show a cached result.

Cached results are typed JSON, one folder a row, named by what the result depends on (the function's
source, the row's values with the content of its files, the components' options), written atomically.
A row whose key has changed is computed again; nothing is ever read back under another type.
"""

from __future__ import annotations

import csv
import hashlib
import inspect
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from pegboard.component import Component
from pegboard.errors import OptionError, OptionTypeError
from pegboard.events import Visibility
from pegboard.dataset import Dataset
from pegboard.payload import FileRef
from pegboard.settings import environment, environment_flag
from pegboard.updates import Ready

CACHE_DIR = Path(".gradio") / "cached_examples"


class Examples:
    """A table of example rows for some inputs.

    Args:
        examples: Rows; or values for one input; or a folder, with or without a ``log.csv``.
        inputs: The components that a row fills.
        outputs, fn: What a cached or ``run_on_click`` example shows, and how it is made.
        cache_examples: Run ``fn`` for the rows and keep the results.
        cache_mode: ``"eager"`` runs every row now, ``"lazy"`` each when it is first picked.
        examples_per_page: Rows before a pager appears.
        label: Heading of the table.
        run_on_click: Run ``fn`` after filling the inputs.
        example_labels: One caption for each row, instead of its values.

    Raises:
        OptionError, OptionTypeError, FileNotFoundError: The rows cannot be used; the message says why.
    """

    def __init__(
        self,
        examples: Sequence[Any] | str | Path,
        inputs: Component[Any, Any, Any] | Sequence[Component[Any, Any, Any]],
        outputs: Component[Any, Any, Any] | Sequence[Component[Any, Any, Any]] | None = None,
        fn: Callable[..., Any] | None = None,
        cache_examples: bool | None = None,
        cache_mode: Literal["eager", "lazy"] | None = None,
        examples_per_page: int = 10,
        label: str | None = "Examples",
        elem_id: str | None = None,
        run_on_click: bool = False,
        preprocess: bool = True,
        postprocess: bool = True,
        show_api: bool = False,
        api_name: str | Literal[False] = "load_example",
        api_description: str | None = None,
        batch: bool = False,
        *,
        api_visibility: Visibility | None = None,
        example_labels: Sequence[str] | None = None,
        visible_columns: Sequence[int] | None = None,
        visible: bool = True,
        preload: int | Literal[False] = False,
        _initiated_directly: bool = True,
    ) -> None:
        self.inputs: list[Any] = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
        self.outputs: list[Any] = [] if outputs is None else (
            list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        )
        self.fn = fn
        self.rows = _rows(examples, self.inputs)
        if example_labels is not None and len(example_labels) != len(self.rows):
            raise OptionError(
                "Examples(example_labels=)",
                got=list(example_labels),
                expected=f"one label for each of the {len(self.rows)} rows",
            )
        self.mode = _cache_mode(cache_examples, cache_mode)
        if self.mode and (fn is None or not self.outputs):
            raise OptionError(
                "Examples(cache_examples=)", got=True, expected="fn and outputs, to make results with",
                fix="pass both, or leave caching off",
            )
        if run_on_click and fn is None:
            raise OptionError("Examples(run_on_click=)", got=True, expected="fn, to run", fix="pass fn")
        # A column that is empty everywhere is left out, and its input untouched.
        self.columns = [
            number
            for number in range(len(self.inputs))
            if any(row[number] is not None for row in self.rows)
            and (visible_columns is None or number in visible_columns)
        ] or [0]
        shown = [self.inputs[number] for number in self.columns]
        self._batch = batch
        self.dataset = Dataset(
            label=label,
            components=shown,
            samples=[[row[number] for number in self.columns] for row in self.rows],
            samples_per_page=examples_per_page,
            sample_labels=list(example_labels) if example_labels is not None else None,
            type="index",
            elem_id=elem_id,
            visible=visible,
        )
        fills = [self.inputs[number] for number in self.columns]
        visibility: Visibility = api_visibility or ("public" if show_api else "undocumented")
        targets = [*fills, *self.outputs] if self.mode else fills
        self.load_event = self.dataset.click(
            self._load_cached if self.mode else self._load,
            self.dataset,
            targets,
            api_name=api_name,
            api_description=api_description or "Return the values of an example.",
            api_visibility=visibility,
            queue=bool(self.mode),
            show_progress="full" if self.mode else "hidden",
        )
        if run_on_click and not self.mode:
            self.load_event.then(fn, self.inputs, self.outputs, api_visibility="private")
        if self.mode == "eager":
            for number in range(len(self.rows)):
                print(f"pegboard: example {number + 1} of {len(self.rows)}", flush=True)
                self._cached(number)

    def _load(self, number: int) -> Any:
        row = [self.rows[number][column] for column in self.columns]
        return row[0] if len(row) == 1 else row

    def _load_cached(self, number: int) -> Any:
        row = [self.rows[number][column] for column in self.columns]
        return [*row, *(Ready(payload) for payload in self._cached(number))]

    def _cached(self, number: int) -> list[Any]:
        """Return the payloads of a row's outputs, made now if they are not kept."""
        folder = cache_dir() / self._key(number)
        record = folder / "row.json"
        if not record.is_file():
            self._compute(number, folder)
        stored = json.loads(record.read_text(encoding="utf-8"))
        source = _FolderSource(folder)
        return [
            component.read_flag(item, source) for component, item in zip(self.outputs, stored["outputs"])
        ]

    def _compute(self, number: int, folder: Path) -> None:
        values = self._call(number)
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".row-", dir=folder.parent))
        sink = _FolderSink(scratch)
        stored = [
            component.flag(component.postprocess(value), sink)
            for component, value in zip(self.outputs, values)
        ]
        (scratch / "row.json").write_text(json.dumps({"outputs": stored}), encoding="utf-8")
        try:
            os.replace(scratch, folder)
        except OSError:  # another process was first; its row is as good
            shutil.rmtree(scratch, ignore_errors=True)

    def _call(self, number: int) -> list[Any]:
        assert self.fn is not None
        arguments = [
            component.preprocess(_local(component.postprocess(value)))
            for component, value in zip(self.inputs, self.rows[number])
        ]
        if self._batch:
            arguments = [[argument] for argument in arguments]
        result = _last(self.fn(*arguments))
        if self._batch:
            result = [column[0] for column in result]
            return list(result)
        return [result] if len(self.outputs) == 1 else list(result)

    def _key(self, number: int) -> str:
        assert self.fn is not None
        try:
            code = inspect.getsource(self.fn)
        except (OSError, TypeError):
            code = ""
        facts = [
            getattr(self.fn, "__qualname__", type(self.fn).__qualname__),
            code,
            [_content(value) for value in self.rows[number]],
            [[type(c).__name__, sorted((k, repr(v)) for k, v in c.options().items() if k != "value")]
             for c in (*self.inputs, *self.outputs)],
        ]
        return hashlib.sha256(json.dumps(facts, default=repr).encode()).hexdigest()[:32]


class _FolderSink:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def save(self, file: FileRef) -> str:
        """Copy a file into the record's folder."""
        self._count += 1
        suffix = Path(file.orig_name or "").suffix[:12]
        name = f"{self._count}{suffix}"
        (self._folder / name).write_bytes(file.read_bytes())
        return name


class _FolderSource:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, path: str) -> FileRef:
        """Return a file of the record's folder, as content: the folder itself is not served."""
        file = self._folder / Path(path).name
        return FileRef.from_bytes(file.read_bytes(), name=file.name)


def cache_dir() -> Path:
    """Return the folder that cached results are kept in."""
    return Path(environment("EXAMPLES_CACHE") or CACHE_DIR)


def _cache_mode(
    cache: bool | str | None, mode: str | None
) -> Literal["eager", "lazy"] | None:
    if cache == "lazy":
        return "lazy"
    if cache is None:
        text = environment("CACHE_EXAMPLES")
        cache = environment_flag("CACHE_EXAMPLES") or text == "lazy"
        mode = mode or ("lazy" if text == "lazy" else None)
    if not cache:
        return None
    chosen = mode or environment("CACHE_MODE") or "eager"
    if chosen not in ("eager", "lazy"):
        raise OptionError("cache_mode", got=chosen, expected="'eager' or 'lazy'")
    return "lazy" if chosen == "lazy" else "eager"


def _rows(examples: Any, inputs: Sequence[Component[Any, Any, Any]]) -> list[list[Any]]:
    if isinstance(examples, (str, Path)):
        rows = _rows_of_folder(Path(examples), inputs)
    elif isinstance(examples, (list, tuple)):
        rows = [
            list(row) if isinstance(row, (list, tuple)) and not _is_one_value(row, inputs) else [row]
            for row in examples
        ]
        if len(inputs) > 1 and examples and not isinstance(examples[0], (list, tuple)):
            raise OptionError(
                "Examples(examples=)", got=examples[0],
                expected=f"rows of {len(inputs)} values, because there are {len(inputs)} inputs",
                fix="write each row as a list",
            )
    else:
        raise OptionTypeError(
            "Examples(examples=)", got=examples, expected="a list of rows, or the path of a folder"
        )
    if not rows:
        raise OptionError("Examples(examples=)", got=examples, expected="at least one row")
    for row in rows:
        if len(row) > len(inputs):
            raise OptionError(
                "Examples(examples=)", got=row,
                expected=f"rows of at most {len(inputs)} values, one for each input",
            )
    return [row + [None] * (len(inputs) - len(row)) for row in rows]


def _is_one_value(row: Sequence[Any], inputs: Sequence[Any]) -> bool:
    """A list may itself be the value of the only input (a multiple choice)."""
    return False if len(inputs) != 1 else len(row) > 1


def _rows_of_folder(folder: Path, inputs: Sequence[Component[Any, Any, Any]]) -> list[list[Any]]:
    if not folder.is_dir():
        raise FileNotFoundError(f"The examples folder {folder} does not exist.")
    log = folder / "log.csv"
    if not log.is_file():
        if len(inputs) > 1:
            raise FileNotFoundError(
                f"{folder} has no log.csv, which says which file belongs to which of the "
                f"{len(inputs)} inputs. Add one, with a header and one row for each example."
            )
        return [[str(path)] for path in sorted(folder.iterdir()) if path.is_file()]
    with log.open(newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file))[1:]
    rows = []
    for line in lines:
        row: list[Any] = []
        for component, cell in zip(inputs, line):
            path = folder / cell
            if component.carries_files and cell and path.is_file():
                row.append(str(path))
            else:
                row.append(component.parse_example(cell))
        rows.append(row)
    return rows


def _content(value: Any) -> Any:
    if isinstance(value, (str, Path)) and len(str(value)) < 1024:
        path = Path(value)
        try:
            if path.is_file():
                return hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            pass
    return repr(value)


def _local(payload: Any) -> Any:
    """Give content that is not in a file yet a file, as `preprocess` expects of an upload."""
    if isinstance(payload, FileRef) and payload.path is None and payload.data is not None:
        suffix = Path(payload.orig_name or "").suffix
        handle, name = tempfile.mkstemp(suffix=suffix, prefix="pegboard-example-")
        with os.fdopen(handle, "wb") as file:
            file.write(payload.data)
        return FileRef.from_path(name, orig_name=payload.orig_name, mime_type=payload.mime_type)
    return payload


def _last(result: Any) -> Any:
    if inspect.isgenerator(result):
        last = None
        for last in result:
            pass
        return last
    if inspect.iscoroutine(result) or inspect.isasyncgen(result):
        import asyncio
        from concurrent.futures import ThreadPoolExecutor

        async def whole() -> Any:
            if inspect.iscoroutine(result):
                return await result
            last = None
            async for last in result:
                pass
            return last

        # The caller may be on a loop of its own (a notebook), so this gets a thread.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, whole()).result()
    return result

