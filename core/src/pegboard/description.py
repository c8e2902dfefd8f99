"""From `Blocks` to `AppSpec`: ids for objects, API names, who may be edited, forms around fields.

Runs when an app is launched, and leaves the `Blocks` as it was. Source of the API names' rules and of
the rule of interactivity: the public behaviour of Gradio 5 and 6.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pegboard.component import Component
from pegboard.endpoint import ApiValue
from pegboard.errors import OptionError
from pegboard.events import Dependency, Listener, Target, Visibility
from pegboard.helpers import static_paths
from pegboard.layout import Column, Form, Layout, Row
from pegboard.payload import UPDATE_MARKER, file_refs
from pegboard.spec import AppSpec, BlockSpec, LayoutNode, StateSpec
from pegboard.state import State
from pegboard.wiring import Wiring, function_name, wire

if TYPE_CHECKING:
    from pegboard.blocks import Blocks


def describe(page: Blocks) -> AppSpec:
    """Return the frozen description of a page.

    Raises:
        OptionError: A listener names a block that is not in the page.
    """
    placed = {block._id: block for block in _walk(page)}
    timers = _timers(placed)
    placed.update({timer._id: timer for timer, _ in timers})
    wirings = [*page.wirings, *_implied(placed, timers, len(page.wirings))]
    numbers = {id(wiring.dependency): number for number, wiring in enumerate(wirings)}
    for wiring in wirings:
        _check_placed(wiring, page, placed)
    hidden = _hidden(placed)
    forms: dict[int, Layout] = {}
    layout = LayoutNode(page._id, tuple(_nodes(page, forms)))
    everything = {**placed, **hidden, **forms}
    components = {
        block_id: block for block_id, block in everything.items() if isinstance(block, Component)
    }
    editable = _editable(components, wirings)
    queue = page.queue_options
    return AppSpec(
        title=str(page.title) if page.title is not None else "Pegboard",
        mode=page.mode,
        blocks={
            block_id: _block_spec(everything[block_id], editable, block_id in hidden)
            for block_id in sorted(everything)
        },
        components=components,
        states={
            block_id: StateSpec(
                block_id, block.value, block.time_to_live, block.delete_callback
            )
            for block_id, block in components.items()
            if isinstance(block, State)
        },
        layout=layout,
        listeners=_listeners(wirings, numbers),
        fill_width=page.fill_width,
        fill_height=page.fill_height,
        css=page.css,
        js=page.js,
        head=page.head,
        theme=_theme(page.theme),
        default_concurrency_limit=queue.default_concurrency_limit,
        max_size=queue.max_size,
        api_open=queue.api_open,
        protocol=queue.protocol,
        status_update_rate=queue.status_update_rate,
        extra={
            "delete_cache": page.delete_cache,
            "i18n": page.texts,
            "allowed_paths": (*static_paths(), *_author_files(components)),
        },
    )


def _theme(given: object) -> Any:
    if given is None:
        return None  # a page without a theme does not pay for them
    from pegboard.themes import theme_named

    return theme_named(given)


# -- blocks ----------------------------------------------------------------------------------------


def _walk(parent: Any) -> Iterator[Any]:
    for child in parent.children:
        yield child
        if hasattr(child, "children"):
            yield from _walk(child)


def _nodes(parent: Any, forms: dict[int, Layout]) -> Iterator[LayoutNode]:
    """Yield the places below a block, with form components gathered into forms."""
    run: list[Any] = []
    for child in parent.children:
        if isinstance(child, (ApiValue, State)):
            continue
        if parent.gathers and getattr(child, "is_form", False) and child.container:
            run.append(child)
            continue
        if run:
            yield _form(parent, run, forms)
            run = []
        yield LayoutNode(child._id, tuple(_nodes(child, forms)) if _holds(child) else ())
    if run:
        yield _form(parent, run, forms)


def _holds(block: Any) -> bool:
    return hasattr(block, "children") and hasattr(block, "gathers")


def _form(parent: Any, run: list[Any], forms: dict[int, Layout]) -> LayoutNode:
    if isinstance(parent, Row):
        scale = sum(1 if child.scale is None else child.scale for child in run)
        form = Form(scale, sum(child.min_width or 0 for child in run))
    else:
        form = Form(*_column_width(parent))
    # All hidden means no frame; the shell draws a frame around what can be seen.
    forms[form._id] = form
    return LayoutNode(form._id, tuple(LayoutNode(child._id) for child in run))


def _column_width(parent: Any) -> tuple[int, int]:
    return (0, parent.min_width) if isinstance(parent, Column) else (0, 0)


def _hidden(placed: Mapping[int, Any]) -> dict[int, Any]:
    """Blocks that others name without placing them: the columns of example tables."""
    from pegboard.dataset import Dataset

    found: dict[int, Any] = {}
    for block in placed.values():
        if isinstance(block, Dataset):
            for column in block._columns:
                if column._id not in placed:
                    found[column._id] = column
    return found


def _block_spec(block: Any, editable: set[int], is_hidden: bool) -> BlockSpec:
    props = dict(block.props())
    if isinstance(block, Component) and not isinstance(block, State):
        props["interactive"] = block._id in editable
        if is_hidden:
            props["visible"] = False
    is_component = isinstance(block, Component)
    return BlockSpec(
        id=block._id,
        type="state" if isinstance(block, State) else block.component_name(),
        props=props,
        plugin=plugin_key(type(block)) if is_component and not block.is_shell_drawn else None,
        skip_api=block.skip_api if is_component else True,
        problem=(getattr(block, "problem", None) or None) if is_component else None,
    )


def plugin_key(cls: type[Component[Any, Any, Any]]) -> str:
    """Return ``<distribution>/<ClassName>``; for a class beside an app, its module's name instead."""
    from pegboard import plugins

    if cls._esm is None:
        entry = plugins.index().entry_of(cls)
        if entry is not None:
            return entry.id
    return f"{cls.__module__}/{cls.__qualname__}"


def _editable(components: Mapping[int, Any], wirings: list[Wiring]) -> set[int]:
    inputs = {block._id for wiring in wirings for block in wiring.inputs}
    outputs = {block._id for wiring in wirings for block in wiring.outputs}
    found: set[int] = set()
    for block_id, component in components.items():
        if component.is_static_only:
            continue
        if component.interactive is not None:
            is_editable = component.interactive
        elif block_id in inputs:
            is_editable = True
        else:
            is_editable = block_id not in outputs and _is_empty(component._initial)
        if is_editable:
            found.add(block_id)
    return found


def _is_empty(value: Any) -> bool:
    if value is None or value is False:
        return True
    if isinstance(value, (int, float)):
        return value == 0
    return isinstance(value, (str, list, tuple, dict)) and len(value) == 0


def _author_files(components: Mapping[int, Any]) -> Iterator[str]:
    """Yield the local files that the author put into the page: initial values and examples."""
    from pegboard.dataset import Dataset

    for component in components.values():
        if isinstance(component, Dataset):
            yield from component.local_files()
        elif component.carries_files and not callable(component._initial):
            for ref in file_refs(component.postprocess(component._initial)):
                if ref.path is not None:
                    yield str(ref.path)


# -- listeners -------------------------------------------------------------------------------------


def _timers(placed: Mapping[int, Any]) -> list[tuple[Any, Any]]:
    """Return a timer for each component with ``every``: its own, or a new one."""
    from pegboard.naming import class_named

    found = []
    for block in placed.values():
        every = getattr(block, "every", None) if isinstance(block, Component) else None
        if every is None or not callable(block._initial):
            continue
        is_number = isinstance(every, (int, float))
        timer = class_named("timer")(every, render=False) if is_number else every
        found.append((timer, block))
    return found


def _implied(
    placed: Mapping[int, Any], timers: list[tuple[Any, Any]], first: int
) -> list[Wiring]:
    """Listeners that keep callable values fresh.

    The opening of a page needs none: the server asks the function when it writes the page.
    """
    wanted: list[tuple[list[tuple[Any, str]], Any]] = []
    for block in placed.values():
        if not isinstance(block, Component) or not callable(block._initial) or not block.inputs:
            continue
        members = block.inputs if isinstance(block.inputs, (list, tuple, set)) else [block.inputs]
        targets = [(item, "change") for item in members if "change" in item.get_events()]
        if targets:
            wanted.append((targets, block))
    wanted += [([(timer, "tick")], block) for timer, block in timers]
    return [
        wire(
            first + number,
            targets,
            block._initial,
            {
                "inputs": block.inputs,
                "outputs": block,
                "api_name": False,
                "show_progress": "hidden",
            },
        )
        for number, (targets, block) in enumerate(wanted)
    ]


def _check_placed(wiring: Wiring, page: Blocks, placed: Mapping[int, Any]) -> None:
    from pegboard.blocks import Blocks

    def check(role: str, block: Any) -> None:
        if block is None or isinstance(block, Blocks) or block._id in placed:
            return
        raise OptionError(
            f"{role} of {wiring.name} ({wiring.where})",
            got=block,
            expected="blocks of this page",
            fix="create it inside `with pb.Blocks():`, or place it there with .render()",
        )

    for block, event in wiring.targets:
        check(f"The event '{event}'", block)
    for block in wiring.inputs:
        check("inputs=", block)
    for block in wiring.outputs:
        check("outputs=", block)


def _listeners(wirings: list[Wiring], numbers: Mapping[int, int]) -> tuple[Listener, ...]:
    names = _api_names(wirings)
    lanes: dict[int, str] = {}
    found: list[Listener] = []
    for number, wiring in enumerate(wirings):
        lane = lanes.setdefault(id(wiring.fn), f"fn-{number}") if wiring.fn else f"fn-{number}"
        found.append(_listener(number, wiring, names[number], lane, numbers))
    taken = set(names)
    for number, wiring in enumerate(wirings):
        for alias in wiring.aliases:
            clean = clean_name(alias)
            if clean in taken or wiring.fn is None:
                continue
            taken.add(clean)
            found.append(
                replace(
                    found[number],
                    id=len(found),
                    targets=(),
                    api_name=clean,
                    api_visibility="undocumented",
                    trigger_after=None,
                    trigger_only_on_success=False,
                    trigger_only_on_failure=False,
                    js=None,
                    cancels=(),
                    alias_of=number,
                )
            )
    return tuple(found)


def _listener(
    number: int, wiring: Wiring, api_name: str, lane: str, numbers: Mapping[int, int]
) -> Listener:
    from pegboard.signature import plan_of

    options, fn = wiring.options, wiring.fn
    is_stream = any(event == "stream" for _, event in wiring.targets)
    after = wiring.trigger_after
    return Listener(
        id=number,
        targets=tuple(
            Target(None if block is None or _is_page(block) else block._id, event)
            for block, event in wiring.targets
        ),
        fn=fn,
        inputs=tuple(block._id for block in wiring.inputs),
        outputs=tuple(block._id for block in wiring.outputs),
        api_name=api_name,
        api_visibility=wiring.api_visibility,
        api_description=_api_description(options.get("api_description"), fn),
        inputs_as_dict=wiring.inputs_as_dict,
        inputs_kwargs=wiring.inputs_kwargs,
        # What only cancels or runs in the browser has no call to wait for.
        queue=options.get("queue", True) is not False and fn is not None,
        batch=bool(options.get("batch", False)),
        max_batch_size=options.get("max_batch_size", 4),
        concurrency_limit=options.get("concurrency_limit", "default"),
        concurrency_id=options.get("concurrency_id") or lane,
        show_progress=wiring.show_progress,
        show_progress_on=(
            None
            if wiring.show_progress_on is None
            else tuple(block._id for block in wiring.show_progress_on)
        ),
        scroll_to_output=bool(options.get("scroll_to_output", False)),
        trigger_mode=wiring.trigger_mode,
        js=options.get("js"),
        set_values=_set_values(wiring),
        cancels=tuple(_number(item, numbers, wiring) for item in wiring.cancels),
        trigger_after=None if after is None else _number(after, numbers, wiring),
        trigger_only_on_success=wiring.chain == "success",
        trigger_only_on_failure=wiring.chain == "failure",
        preprocess=options.get("preprocess", True) is not False,
        postprocess=options.get("postprocess", True) is not False,
        collects_event_data=fn is not None and plan_of(fn).wants_event_data,
        validator=options.get("validator"),
        time_limit=options.get("time_limit"),
        stream_every=options.get("stream_every", 0.5),
        is_generator=wiring.is_generator,
        connection="stream" if is_stream else "sse",
        key=options.get("key"),
        resolves_files=bool(getattr(fn, "takes_file_refs", False)),
        keeps_every_chunk=any(
            getattr(block, "keeps_every_chunk", False)
            for block, event in wiring.targets
            if event == "stream"
        ),
    )


def _set_values(wiring: Wiring) -> tuple[object, ...] | None:
    """Return what the browser sets the outputs to by itself, if it does."""
    if wiring.sets is not None:
        return tuple({"__type__": UPDATE_MARKER, **props} for props in wiring.sets)
    if wiring.clears is not None:
        return tuple(block.postprocess(None) for block in wiring.clears)
    return None


def _is_page(block: Any) -> bool:
    from pegboard.blocks import Blocks

    return isinstance(block, Blocks)


def _number(dependency: Dependency, numbers: Mapping[int, int], wiring: Wiring) -> int:
    number = numbers.get(id(dependency.origin))
    if number is None:
        raise OptionError(
            f"{wiring.name} ({wiring.where})",
            got=dependency,
            expected="a listener of this page",
            fix="chain on, or cancel, listeners added inside the same `with pb.Blocks():`",
        )
    return number


def _api_description(given: Any, fn: Any) -> str:
    if given is False or fn is None:
        return ""
    if isinstance(given, str):
        return given
    import inspect

    is_plain = inspect.isroutine(fn) or hasattr(fn, "__name__")
    return inspect.cleandoc(fn.__doc__ or "") if is_plain else ""


def clean_name(name: str) -> str:
    """Return a name that an address can hold: letters, digits, ``_`` and ``-``."""
    return re.sub(r"[^\w\-]", "", name.strip("/"))


def _api_names(wirings: list[Wiring]) -> list[str]:
    """Give each listener its name; those for clients choose first."""
    names = [""] * len(wirings)
    taken: set[str] = set()
    order: tuple[tuple[Visibility, ...], ...] = (("public", "undocumented"), ("private",))
    for visibilities in order:
        for number, wiring in enumerate(wirings):
            if wiring.api_visibility in visibilities:
                names[number] = _free(_wanted_name(wiring), taken)
                taken.add(names[number])
    return names


def _wanted_name(wiring: Wiring) -> str:
    given = wiring.options.get("api_name")
    if isinstance(given, str) and clean_name(given):
        return clean_name(given)
    if wiring.fn is None:
        return "js_fn"
    return clean_name(function_name(wiring.fn)) or "unnamed"


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    suffix = 1
    while f"{name}_{suffix}" in taken:
        suffix += 1
    return f"{name}_{suffix}"

