"""From drafts to an `AppSpec`: numbers instead of objects, names for endpoints, who is interactive.

Pure: reads a `Blocks`-like root and returns a frozen spec; changes nothing but the ids of dependencies.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pegboard import context
from pegboard.component import Component
from pegboard.errors import OptionError
from pegboard.events import Dependency, Listener, Target, TriggerMode, Visibility
from pegboard.layout import Dataset, Form, Layout, Row
from pegboard.plugins import BrokenComponent, index
from pegboard.signature import plan_of
from pegboard.spec import AppSpec, BlockSpec, LayoutNode, StateSpec
from pegboard.state import State

CHAINED = ("then", "success", "failure")
_EMPTY_VALUES: tuple[object, ...] = (None, "", 0, False)


@dataclass
class Draft:
    """One listener as it was written: objects, not numbers."""

    dependency: Dependency
    targets: list[tuple[Any, str]]
    fn: Callable[..., Any] | None
    inputs: list[Any]
    outputs: list[Any]
    options: dict[str, Any]
    inputs_as_dict: bool = False
    inputs_kwargs: tuple[str, ...] = ()
    clears: list[Any] = field(default_factory=list)
    alias_of: Dependency | None = None

    @classmethod
    def of(
        cls, targets: list[tuple[Any, str]], fn: Callable[..., Any] | None, options: Mapping[str, Any]
    ) -> Draft:
        """Read the arguments of an event."""
        given = dict(options)
        inputs, outputs = given.pop("inputs", None), given.pop("outputs", None)
        keywords = given.pop("inputs_kwargs", None) or {}
        clears = list(given.pop("clears", None) or ())
        alias_of = given.pop("alias_of", None)
        return cls(
            dependency=Dependency(-1, fn, targets),
            targets=targets,
            fn=fn,
            inputs=[*_listed(inputs), *keywords.values()],
            outputs=clears or _listed(outputs),
            options=given,
            inputs_as_dict=isinstance(inputs, (set, frozenset)),
            inputs_kwargs=tuple(keywords),
            clears=clears,
            alias_of=alias_of,
        )

    @property
    def name(self) -> str:
        """The function's name, for messages."""
        return function_name(self.fn) if self.fn is not None else self.targets[0][1] if self.targets else "listener"

    @property
    def is_generator(self) -> bool:
        """Whether the function yields."""
        target = _target(self.fn)
        return inspect.isgeneratorfunction(target) or inspect.isasyncgenfunction(target)


def describe(root: Any) -> AppSpec:
    """Return the frozen description of a `Blocks`."""
    drafts: list[Draft] = [draft for draft in root.drafts]
    blocks = _reachable(root, drafts)
    position = {id(draft.dependency): number for number, draft in enumerate(drafts)}
    for number, draft in enumerate(drafts):
        draft.dependency.id = number
    ids = {id(block) for block in blocks}
    for draft in drafts:
        for block in (*draft.inputs, *draft.outputs):
            if id(block) not in ids:
                raise OptionError(
                    f"A listener of {draft.name}()",
                    got=block,
                    expected="components of this Blocks",
                    fix="create the component inside `with pb.Blocks():`, or place it with .render()",
                )
    names = _api_names(drafts)
    inputs = {id(block) for draft in drafts for block in draft.inputs}
    outputs = {id(block) for draft in drafts if not draft.clears for block in draft.outputs}
    specs: dict[int, BlockSpec] = {}
    components: dict[int, Component[Any, Any, Any]] = {}
    states: dict[int, StateSpec] = {}
    forms: dict[int, BlockSpec] = {}
    layout = _layout(root, forms)
    specs[root._id] = BlockSpec(root._id, "blocks", {}, skip_api=True)
    for block in blocks:
        specs[block._id] = _block_spec(block, id(block) in inputs, id(block) in outputs)
        if isinstance(block, State):
            states[block._id] = StateSpec(
                block._id, block.value, block.time_to_live, block.delete_callback
            )
        elif isinstance(block, (Component, Dataset)):
            components[block._id] = block  # type: ignore[assignment]  # Dataset speaks the protocol too
    specs.update(forms)
    queue = root.queue_options
    return AppSpec(
        title=str(root.title or "Pegboard"),
        mode=root.mode,
        blocks=specs,
        components=components,
        states=states,
        layout=layout,
        listeners=tuple(
            _listener(number, draft, names[number], position) for number, draft in enumerate(drafts)
        ),
        fill_width=root.fill_width,
        fill_height=root.fill_height,
        css=root.css,
        js=root.js,
        head=root.head,
        theme=root.theme,
        default_concurrency_limit=queue.get("default_concurrency_limit", _default_limit()),
        max_size=queue.get("max_size"),
        api_open=queue.get("api_open", True),
        status_update_rate=queue.get("status_update_rate", "auto"),
    )


def function_name(fn: Callable[..., Any]) -> str:
    """Return the name a function is published under, before it is cleaned."""
    while isinstance(fn, partial):
        fn = fn.func
    return getattr(fn, "__name__", None) or type(fn).__name__


def clean_name(name: str) -> str:
    """Return a name without punctuation other than ``-`` and ``_``; spaces become ``_``."""
    return re.sub(r"[^\w\-]", "", re.sub(r"[\s/.]+", "_", name.strip().strip("/")))


# -- listeners -----------------------------------------------------------------------------------------


def _listener(
    number: int, draft: Draft, named: tuple[str, Visibility], position: Mapping[int, int]
) -> Listener:
    options = draft.options
    chained = [(block, event) for block, event in draft.targets if isinstance(block, Dependency)]
    events = [event for _, event in draft.targets]
    progress = options.get("show_progress", "full")
    if isinstance(progress, bool):
        progress = "full" if progress else "hidden"
    mode: TriggerMode | None = options.get("trigger_mode")
    if mode is None:
        mode = "always_last" if events and events[0] in ("change", "key_up") else (
            "multiple" if events and events[0] == "stream" else "once"
        )
    shown_on = options.get("show_progress_on")
    cancels = options.get("cancels")
    cancelled = tuple(
        position[id(item.origin)]
        for item in (cancels if isinstance(cancels, (list, tuple)) else [cancels] if cancels else [])
        if id(item.origin) in position
    )
    description = options.get("api_description")
    if description is None and draft.fn is not None:
        description = inspect.getdoc(draft.fn) or ""
    js = options.get("js")
    return Listener(
        id=number,
        targets=tuple(
            Target(None if getattr(block, "type_name", "") == "blocks" or block is None else block._id, event)
            for block, event in draft.targets
            if not isinstance(block, Dependency)
        ),
        fn=draft.fn,
        inputs=tuple(block._id for block in draft.inputs),
        outputs=tuple(block._id for block in draft.outputs),
        api_name=named[0],
        api_visibility=named[1],
        api_description=description or "",
        inputs_as_dict=draft.inputs_as_dict,
        inputs_kwargs=draft.inputs_kwargs,
        queue=options.get("queue", True) is not False,
        batch=bool(options.get("batch")),
        max_batch_size=options.get("max_batch_size", 4),
        concurrency_limit=options.get("concurrency_limit", "default"),
        concurrency_id=options.get("concurrency_id") or f"fn-{_lane(draft, number, position)}",
        show_progress=progress,
        show_progress_on=tuple(block._id for block in _listed(shown_on)) if shown_on else None,
        scroll_to_output=bool(options.get("scroll_to_output")),
        trigger_mode=mode,
        js=js if isinstance(js, str) else None,
        set_values=tuple(_empty(block) for block in draft.clears) if draft.clears else None,
        cancels=cancelled,
        trigger_after=position.get(id(chained[0][0].origin)) if chained else None,
        trigger_only_on_success=bool(chained) and chained[0][1] == "success",
        trigger_only_on_failure=bool(chained) and chained[0][1] == "failure",
        preprocess=options.get("preprocess", True),
        postprocess=options.get("postprocess", True),
        collects_event_data=plan_of(draft.fn).wants_event_data,
        validator=options.get("validator"),
        time_limit=options.get("time_limit"),
        stream_every=options.get("stream_every", 0.5),
        is_generator=draft.fn is not None and draft.is_generator,
        connection="stream" if events and events[0] == "stream" else "sse",
        key=options.get("key"),
        alias_of=position.get(id(draft.alias_of.origin)) if draft.alias_of is not None else None,
    )


def _lane(draft: Draft, number: int, position: Mapping[int, int]) -> int:
    """An alias waits in the queue of the listener it stands for."""
    if draft.alias_of is not None:
        return position.get(id(draft.alias_of.origin), number)
    return number


def _empty(block: Any) -> Any:
    return None if isinstance(block, State) else block.postprocess(None)


def _api_names(drafts: Sequence[Draft]) -> list[tuple[str, Visibility]]:
    """Return name and visibility of each listener; equal names get ``_1``, ``_2`` in order."""
    taken: set[str] = set()
    found: list[tuple[str, Visibility]] = []
    for draft in drafts:
        wanted = draft.options.get("api_name")
        visibility: Visibility | None = draft.options.get("api_visibility")
        if wanted is False or (draft.fn is None and visibility in (None, "public", "undocumented")):
            visibility = "private"
        elif visibility is None:
            visibility = "public" if draft.options.get("show_api", True) else "undocumented"
        if isinstance(wanted, str) and wanted.strip():
            name = clean_name(wanted)
        elif draft.fn is None:
            name = "js_fn"
        else:
            name = "lambda" if function_name(draft.fn) == "<lambda>" else clean_name(function_name(draft.fn))
        name = name or "unnamed"
        free, number = name, 0
        while free in taken:
            number += 1
            free = f"{name}_{number}"
        taken.add(free)
        found.append((free, visibility))
    return found


def _default_limit() -> int | None:
    from pegboard.settings import environment

    text = environment("DEFAULT_CONCURRENCY_LIMIT")
    if text is None:
        return 1
    if text.lower() == "none":
        return None
    try:
        return int(text)
    except ValueError:
        raise OptionError(
            "PEGBOARD_DEFAULT_CONCURRENCY_LIMIT", got=text, expected="a whole number, or 'none'"
        ) from None


# -- blocks --------------------------------------------------------------------------------------------


def _reachable(root: Any, drafts: Iterable[Draft]) -> list[Any]:
    """Every block of the page, and State that listeners use without its being placed."""
    found: dict[int, Any] = {id(block): block for block in root.blocks()}
    for draft in drafts:
        for block in (*draft.inputs, *draft.outputs):
            if isinstance(block, State):
                found.setdefault(id(block), block)
        for block, _ in draft.targets:
            if isinstance(block, State):
                found.setdefault(id(block), block)
    return list(found.values())


def _block_spec(block: Any, is_input: bool, is_output: bool) -> BlockSpec:
    if isinstance(block, State):
        return BlockSpec(block._id, "state", {}, skip_api=True)
    if isinstance(block, Layout):
        return BlockSpec(block._id, block.type_name, _plain(block.props()), skip_api=True)
    props = block.props()
    props["interactive"] = _is_interactive(block, is_input, is_output)
    entry = index().entry_of(type(block))
    plugin = entry.id if entry is not None else f"app/{type(block).__qualname__}"
    return BlockSpec(
        block._id,
        type(block).component_name(),
        _plain(props),
        plugin=plugin,
        skip_api=block.skip_api,
        problem=block.problem if isinstance(block, BrokenComponent) else None,
    )


def _is_interactive(block: Component[Any, Any, Any], is_input: bool, is_output: bool) -> bool:
    if block.is_static_only:
        return False
    if block.interactive is not None:
        return block.interactive
    if is_input:
        return True
    value = block._initial
    is_empty = (isinstance(value, list) and not value) or (
        isinstance(value, (type(None), str, int, float, bool)) and value in _EMPTY_VALUES
    )
    return not is_output and is_empty


def _plain(props: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in props.items() if value is not None}


def _layout(root: Any, forms: dict[int, BlockSpec]) -> LayoutNode:
    return LayoutNode(root._id, _nodes(root, forms))


def _nodes(parent: Any, forms: dict[int, BlockSpec]) -> tuple[LayoutNode, ...]:
    nodes: list[LayoutNode] = []
    run: list[Any] = []

    def end_run() -> None:
        if len(run) > 1:
            form_id = _form_id(run)
            forms[form_id] = BlockSpec(form_id, Form.type_name, {}, skip_api=True)
            nodes.append(LayoutNode(form_id, tuple(LayoutNode(block._id) for block in run)))
        else:
            nodes.extend(LayoutNode(block._id) for block in run)
        run.clear()

    for child in parent.children:
        gathers = (
            not isinstance(parent, Row)
            and getattr(child, "is_form", False)
            and getattr(child, "container", False)
        )
        if gathers:
            run.append(child)
            continue
        end_run()
        if isinstance(child, State):
            continue
        nodes.append(LayoutNode(child._id, _nodes(child, forms) if isinstance(child, Layout) else ()))
    end_run()
    return tuple(nodes)


_form_ids: dict[tuple[int, ...], int] = {}


def _form_id(run: Sequence[Any]) -> int:
    """The same form has the same id each time the app is described."""
    return _form_ids.setdefault(tuple(block._id for block in run), context.next_id())


def _listed(blocks: Any) -> list[Any]:
    if blocks is None:
        return []
    if isinstance(blocks, (list, tuple)):
        return list(blocks)
    if isinstance(blocks, (set, frozenset)):
        return sorted(blocks, key=lambda block: block._id)
    return [blocks]


def _target(fn: Callable[..., Any] | None) -> Any:
    target: Any = fn
    while isinstance(target, partial):
        target = target.func
    if target is not None and not inspect.isroutine(target) and hasattr(target, "__call__"):
        target = target.__call__
    return target
