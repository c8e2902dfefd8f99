"""Examples: a table of example inputs; a click fills the inputs, and shows cached results."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pegboard import context
from pegboard.component import Component
from pegboard.dataset import Dataset
from pegboard.errors import OptionError, OptionTypeError
from pegboard.events import BoundEvent
from pegboard.example_cache import ExampleCache
from pegboard.parameters import TEXT, TRUTH, check
from pegboard.payload import Fresh
from pegboard.settings import environment
from pegboard.state import State

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
        examples_per_page: Rows shown at once; above that there are pages.
        run_on_click: Run ``fn`` after filling the inputs.
        example_labels: A caption for each row, shown in place of its values.
        visible_columns: Positions of the inputs whose values are shown; all are filled.
        preload: Row to show at the start, if it is cached eagerly and no input has a value of its
            own; ``False`` for none.

    Attributes:
        dataset: The table.
        examples: The rows.

    Raises:
        OptionError: An argument has a bad value.
        FileNotFoundError: There is no such folder, or it lacks its ``log.csv``.
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
        preload: int | Literal[False] = 0,
    ) -> None:
        if context.current_root() is None:
            raise OptionError(
                "Examples()",
                got="no page",
                expected="to be made inside `with pb.Blocks():`",
                fix="indent the line into the block, or pass Interface(examples=)",
            )
        check("Examples", locals(), {"label": TEXT, "run_on_click": TRUTH})
        self.inputs = _components(inputs, "inputs")
        if not self.inputs:
            raise OptionError("Examples(inputs=)", got=inputs, expected="at least one component to fill")
        self.outputs = _components(outputs, "outputs")
        if fn is not None and not callable(fn):
            raise OptionTypeError("Examples(fn=)", got=fn, expected="a function")
        self.fn = fn
        self.batch = batch
        self.preprocess, self.postprocess = preprocess, postprocess
        self.cache_mode = self._checked_cache_mode(cache_examples, cache_mode)
        if run_on_click and fn is None:
            raise OptionError(
                "Examples(run_on_click=)", got=True, expected="fn= as well, to be run"
            )
        self.examples = self._rows(examples)
        self._check_looks(examples_per_page, example_labels, visible_columns)
        self._check_preload(preload)
        used = [
            at
            for at in range(len(self.inputs))
            if any(at < len(row) and row[at] is not None for row in self.examples)
        ]
        self.inputs_with_examples = [self.inputs[at] for at in used]
        self.non_none_examples = [
            [row[at] if at < len(row) else None for at in used] for row in self.examples
        ]
        shown = [
            at for at, column in enumerate(used) if visible_columns is None or column in visible_columns
        ]
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
        self._cache: ExampleCache | None = None
        if self.cache_mode is not None:
            assert fn is not None
            self._cache = ExampleCache(
                fn,
                self.inputs,
                self.outputs,
                batch=batch,
                preprocess=preprocess,
                postprocess=postprocess,
            )
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
        if all(isinstance(row, (list, tuple)) for row in rows) and (
            len(self.inputs) > 1 or all(len(row) <= 1 for row in rows)
        ):
            nested = [list(row) for row in rows]
        elif len(self.inputs) == 1:
            nested = [[row] for row in rows]
        else:
            odd = next(row for row in rows if not isinstance(row, (list, tuple)))
            raise OptionError(
                "Examples(examples=)",
                got=odd,
                expected=f"rows of {len(self.inputs)} values, since there are that many inputs",
                fix="write [[a, b], [c, d]]",
            )
        for row in nested:
            if len(row) > len(self.inputs):
                raise OptionError(
                    "Examples(examples=)",
                    got=row,
                    expected=f"at most {len(self.inputs)} values, one per input",
                    fix="remove the rest, or add inputs",
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
            [_from_cell(component, cell, folder) for component, cell in zip(self.inputs, row)]
            for row in rows
            if row
        ]

    # -- checks ------------------------------------------------------------------------------------

    def _checked_cache_mode(
        self, given: bool | Literal["lazy"] | None, mode: str | None
    ) -> Literal["eager", "lazy"] | None:
        wanted = _cache_mode(given, mode)
        if wanted is None or (self.fn is not None and self.outputs):
            return wanted
        if given:
            raise OptionError(
                "Examples(cache_examples=)",
                got=given,
                expected="fn= and outputs= as well, since results are what is cached",
                fix="pass both, or remove cache_examples=",
            )
        return None  # the environment asked, and there is nothing to cache

    def _check_looks(self, per_page: Any, labels: Any, columns: Any) -> None:
        if isinstance(per_page, bool) or not isinstance(per_page, int) or per_page < 1:
            raise OptionError(
                "Examples(examples_per_page=)", got=per_page, expected="a whole number, 1 or more"
            )
        if labels is not None and (
            not isinstance(labels, (list, tuple)) or len(labels) != len(self.examples)
        ):
            raise OptionError(
                "Examples(example_labels=)",
                got=labels,
                expected=f"{len(self.examples)} captions, one per row",
            )
        last = len(self.inputs) - 1
        if columns is not None and (
            not isinstance(columns, (list, tuple))
            or any(isinstance(at, bool) or not isinstance(at, int) or not 0 <= at <= last for at in columns)
        ):
            raise OptionError(
                "Examples(visible_columns=)",
                got=columns,
                expected=f"a list of positions of inputs, from 0 to {last}",
            )

    def _check_preload(self, row: Any) -> None:
        is_number = isinstance(row, int) and not isinstance(row, bool)
        if row is False or row == 0 or (is_number and 0 <= row < len(self.examples)):
            return
        raise OptionError(
            "Examples(preload=)",
            got=row,
            expected=f"the position of a row, from 0 to {len(self.examples) - 1}, or False",
        )

    # -- events ------------------------------------------------------------------------------------

    def _wire(self, run_on_click: bool, preload: int | Literal[False]) -> None:
        fill_api = {"api_name": False} if self._cache is not None else self._api
        filled = self.dataset.click(
            self.load_example,
            self.dataset,
            self.inputs_with_examples or None,
            show_progress="hidden",
            queue=False,
            **fill_api,
        )
        self.load_input_event = filled
        if self._cache is not None:
            if self.cache_mode == "eager":
                for row in range(len(self.examples)):
                    self.cached(row)
            self.cache_event = filled.then(
                self.load_result, self.dataset, self.outputs, postprocess=False, **self._api
            )
            if self.cache_mode == "eager" and preload is not False and self.examples:
                self._preload(preload)
        elif run_on_click:
            self.load_example_event = filled.then(
                self.fn,
                self.inputs,
                self.outputs,
                batch=self.batch,
                preprocess=self.preprocess,
                postprocess=self.postprocess,
                show_api=False,
            )

    def _preload(self, row: int) -> None:
        if any(item.options().get("value") is not None for item in self.inputs):
            return  # the author has said what the page starts with
        quiet: dict[str, Any] = {"api_name": False, "show_progress": "hidden", "queue": False}
        opened: BoundEvent[Any] = BoundEvent(context.current_root(), "load")
        fill, show = partial(self.load_example, row), partial(self.load_result, row)
        opened(fill, None, self.inputs_with_examples, **quiet)
        opened(show, None, self.outputs, postprocess=False, **quiet)

    def load_example(self, index: int | None) -> Any:
        """Return a row's values for the inputs that have any; their properties start afresh."""
        if not self.non_none_examples or not self.inputs_with_examples:
            return None
        values = [Fresh(value) for value in self.non_none_examples[index or 0]]
        return values[0] if len(values) == 1 else tuple(values)

    def load_result(self, index: int | None) -> Any:
        """Return a row's cached results, computed now if need be."""
        results = self.cached(index or 0)
        return results[0] if len(results) == 1 else tuple(results)

    def cached(self, row: int) -> list[Any]:
        """Return one result per output for a row, from the cache or computed and kept."""
        assert self._cache is not None
        values = self.examples[row]
        return self._cache.result([*values, *[None] * (len(self.inputs) - len(values))])


def _cache_mode(
    given: bool | Literal["lazy"] | None, mode: str | None
) -> Literal["eager", "lazy"] | None:
    if mode not in (None, "eager", "lazy"):
        raise OptionError("Examples(cache_mode=)", got=mode, expected="'eager', 'lazy' or None")
    wanted: object = given
    if wanted is None:
        text = (environment("CACHE_EXAMPLES") or "").lower()
        wanted = "lazy" if text == "lazy" else text == "true"
    if not (isinstance(wanted, bool) or wanted == "lazy"):
        raise OptionError(
            "Examples(cache_examples=)", got=given, expected="True, False, 'lazy' or None"
        )
    if not wanted:
        return None
    if wanted == "lazy":
        return "lazy"
    chosen = mode or (environment("CACHE_MODE") or "eager").lower()
    if chosen not in ("eager", "lazy"):
        raise OptionError(
            "The environment variable CACHE_MODE", got=chosen, expected="'eager' or 'lazy'"
        )
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
