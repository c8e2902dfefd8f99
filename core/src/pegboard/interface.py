"""Interface: one function to a page, by the public means of `Blocks` alone.

Components are given as objects or names, or not at all: then they are chosen by the function's
annotations. Four kinds follow from what is there: standard, output-only, input-only, and unified (every
output is the same object as its input).
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from pegboard import events
from pegboard.blocks import Blocks, on
from pegboard.component import Component
from pegboard.describing import function_name
from pegboard.errors import ComponentNotFound, OptionError, OptionTypeError, PluginError
from pegboard.examples import Examples
from pegboard.flagging import CSVLogger, FlaggingCallback
from pegboard.inference import infer_inputs, infer_outputs
from pegboard.layout import Accordion, Column, Prose, Row, Tab, Tabs
from pegboard.plugins import index
from pegboard.request import Request
from pegboard.settings import environment
from pegboard.signature import plan_of
from pegboard.state import State
from pegboard.updates import update

_INFER: Any = object()


class Interface(Blocks):
    """A page for one function.

    Args:
        fn: Any callable: plain, async, a generator, a method, an object with ``__call__``.
        inputs, outputs: A component, its string name, or a list; left out, chosen by annotations.
        examples: Rows that fill the inputs when picked; see `pegboard.Examples`.
        cache_examples, cache_mode: Keep what the function gives for the examples.
        live: Run whenever an input changes; there is no Submit button.
        title, description, article: Heading, and Markdown above and below.
        flagging_mode: ``"manual"`` (buttons), ``"auto"`` (each success) or ``"never"``.
        flagging_options: Texts, or pairs (label, value): one button each.
        batch, max_batch_size: The function gets and returns lists, for concurrent calls together.
        concurrency_limit: Runs at once; ``None`` for no limit.
        additional_inputs, additional_inputs_accordion: Further inputs in a closed section.
        submit_btn, stop_btn, clear_btn: Captions, or Button objects; ``clear_btn=None`` for none.
        api_name: Name of the endpoint; the function's by default, with ``/predict`` as an alias.

    Raises:
        OptionError, OptionTypeError: A parameter has a bad value.
        ComponentNotFound: A name, or an annotation, that no installed component answers to.
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        inputs: Any = _INFER,
        outputs: Any = _INFER,
        examples: Any = None,
        *,
        cache_examples: bool | None = None,
        cache_mode: Literal["eager", "lazy"] | None = None,
        examples_per_page: int = 10,
        example_labels: Sequence[str] | None = None,
        preload_example: int | Literal[False] = False,
        live: bool = False,
        title: str | None = None,
        description: str | None = None,
        article: str | None = None,
        theme: Any = None,
        flagging_mode: Literal["manual", "auto", "never"] | None = None,
        flagging_options: Sequence[str] | Sequence[tuple[str, str]] | None = None,
        flagging_dir: str | Path = ".gradio/flagged",
        flagging_callback: FlaggingCallback | None = None,
        allow_flagging: str | None = None,
        analytics_enabled: bool | None = None,
        batch: bool = False,
        max_batch_size: int = 4,
        show_api: bool = True,
        api_visibility: events.Visibility | None = None,
        api_name: str | Literal[False] | None = None,
        api_description: str | Literal[False] | None = None,
        allow_duplication: bool = False,
        concurrency_limit: int | None | Literal["default"] = "default",
        additional_inputs: Any = None,
        additional_inputs_accordion: str | Accordion | None = None,
        submit_btn: Any = "Submit",
        stop_btn: Any = "Stop",
        clear_btn: Any = "Clear",
        show_progress: events.ShowProgress = "full",
        fill_width: bool = False,
        time_limit: float | None = 30,
        stream_every: float = 0.5,
        deep_link: Any = None,
        validator: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        if not callable(fn):
            raise OptionTypeError(
                "Interface(fn=)", got=fn, expected="a function", fix="pass the function itself, uncalled"
            )
        super().__init__(
            theme=theme, title=title or "Pegboard", mode="interface", fill_width=fill_width,
            analytics_enabled=analytics_enabled, **kwargs,
        )
        self.fn = fn
        self.__name__ = function_name(fn)
        self.live = live
        self._batch = batch
        self.input_components, self.output_components = _components(fn, inputs, outputs)
        self.additional_inputs = _listed(additional_inputs, "additional_inputs")
        self._label(fn)
        self.kind = _kind(self.input_components, self.output_components)
        self._options = {
            "api_name": api_name, "api_description": api_description, "api_visibility": api_visibility,
            "show_api": show_api, "batch": batch, "max_batch_size": max_batch_size,
            "concurrency_limit": concurrency_limit, "show_progress": show_progress,
            "validator": validator, "time_limit": time_limit if live else None,
            "stream_every": stream_every,
        }
        self.flagging_mode = _flagging_mode(flagging_mode, allow_flagging)
        self.flagging_options = _flagging_options(flagging_options)
        self.flagging_dir = Path(flagging_dir)
        self.flagging_callback = flagging_callback or CSVLogger()
        captions = {"submit": submit_btn, "stop": stop_btn, "clear": clear_btn}
        for name, value in captions.items():
            if not isinstance(value, (str, Component)) and not (name == "clear" and value is None):
                raise OptionError(
                    f"Interface({name}_btn=)", got=value, expected="a caption, or a Button"
                )
        with self:
            self._build(captions, title, description, article, additional_inputs_accordion)
            if examples is not None:
                self._add_examples(
                    examples, cache_examples, cache_mode, examples_per_page, example_labels
                )
            elif cache_examples:
                raise OptionError(
                    "Interface(cache_examples=)", got=True, expected="examples to cache", fix="pass examples"
                )
            if article:
                _prose(article)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function with Python values, through preprocess and postprocess.

        Returns:
            What a client would get: one payload, or a tuple of them.
        """
        values = [
            value if isinstance(component, State) else component.preprocess(component.postprocess(value))
            for component, value in zip(self._all_inputs(), args)
        ]
        result = self.fn(*values, *args[len(values):], **kwargs)
        outputs = self.output_components
        row = [result] if len(outputs) == 1 else list(result or ())
        payloads = [
            value if isinstance(component, State) else component.postprocess(value)
            for component, value in zip(outputs, row)
        ]
        return payloads[0] if len(payloads) == 1 else tuple(payloads)

    # -- the page ----------------------------------------------------------------------------------

    def _all_inputs(self) -> list[Any]:
        return [*self.input_components, *self.additional_inputs]

    def _build(
        self,
        captions: dict[str, Any],
        title: str | None,
        description: str | None,
        article: str | None,
        accordion: str | Accordion | None,
    ) -> None:
        if title:
            Prose(title, heading=True)
        if description:
            _prose(description)
        submit = stop = clear = None
        if self.kind == "standard":
            with Row():
                with Column(variant="panel"):
                    submit, stop, clear = self._left(captions, accordion)
                with Column(variant="panel"):
                    flags = self._right()
        elif self.kind == "output-only":
            with Column(variant="panel"):
                flags = self._right()
                submit, stop, clear = self._buttons({**captions, "submit": _caption(captions["submit"], "Generate")})
        else:
            with Column(variant="panel"):
                submit, stop, clear = self._left(captions, accordion)
                flags = self._flag_buttons() if self.kind == "unified" else []
        dependency = self._run_events(submit, stop)
        if clear is not None:
            self._clear_event(clear)
        if self._flags:
            self._flag_events(flags, dependency)

    def _left(self, captions: dict[str, Any], accordion: str | Accordion | None) -> tuple[Any, Any, Any]:
        with Column(min_width=0):
            for component in self.input_components:
                component.render()
            if self.additional_inputs:
                with _accordion(accordion):
                    for component in self.additional_inputs:
                        component.render()
        return self._buttons(captions)

    def _right(self) -> list[Any]:
        for component in self.output_components:
            if not component.is_rendered:
                component.render()
        return self._flag_buttons()

    def _buttons(self, captions: dict[str, Any]) -> tuple[Any, Any, Any]:
        submit = stop = clear = None
        with Row():
            if captions["clear"] is not None:
                clear = _button(captions["clear"], variant="secondary")
            if not self.live or self.kind == "output-only":
                submit = _button(captions["submit"], variant="primary")
                if self._is_generator and not self.live:
                    stop = _button(captions["stop"], variant="stop", visible=False)
        return submit, stop, clear

    @property
    def _is_generator(self) -> bool:
        target: Any = self.fn
        while hasattr(target, "func"):
            target = target.func
        if not inspect.isroutine(target) and hasattr(target, "__call__"):
            target = target.__call__
        return inspect.isgeneratorfunction(target) or inspect.isasyncgenfunction(target)

    # -- running -----------------------------------------------------------------------------------

    def _run_events(self, submit: Any, stop: Any) -> Any:
        inputs, outputs = self._all_inputs(), self.output_components
        options = {**self._options, "scroll_to_output": False}
        if self.live:
            triggers = self._live_triggers()
            if submit is not None:
                triggers = [events.BoundEvent[Any](self, "load"), submit.click]
            streams = any(trigger.name == "stream" for trigger in triggers)
            dependency = on(
                triggers, self.fn, inputs, outputs, queue=True,
                trigger_mode="multiple" if streams else "always_last",
                **{**options, "show_progress": "hidden" if streams else options["show_progress"]},
            )
        else:
            triggers = [submit.click]
            for component in inputs:
                if "submit" in component.get_events():
                    triggers.append(events.BoundEvent(component, "submit"))
            options["scroll_to_output"] = True
            if stop is not None:
                dependency = self._generator_events(triggers, submit, stop, inputs, outputs, options)
            else:
                dependency = on(triggers, self.fn, inputs, outputs, **options)
        self._add_alias(inputs, outputs)
        return dependency

    def _live_triggers(self) -> list[events.BoundEvent[Any]]:
        triggers = []
        for component in self._all_inputs():
            known = component.get_events()
            if "stream" in known and getattr(component, "streaming", False):
                triggers.append(events.BoundEvent[Any](component, "stream"))
            elif "change" in known and not isinstance(component, State):
                triggers.append(events.BoundEvent[Any](component, "change"))
        return triggers

    def _generator_events(
        self, triggers: list[Any], submit: Any, stop: Any, inputs: list[Any], outputs: list[Any],
        options: dict[str, Any],
    ) -> Any:
        """Submit makes way for Stop while the function yields, and comes back when it ends."""
        hidden = {"api_visibility": "private", "queue": False, "show_progress": "hidden"}
        swap = on(
            triggers, lambda: (update(visible=False), update(visible=True)), None, [submit, stop], **hidden
        )
        dependency = swap.then(self.fn, inputs, outputs, **options)
        dependency.then(
            lambda: (update(visible=True), update(visible=False)), None, [submit, stop], **hidden
        )
        stop.click(
            lambda: (update(visible=True), update(visible=False)), None, [submit, stop],
            cancels=[dependency], **hidden,
        )
        return dependency

    def _add_alias(self, inputs: list[Any], outputs: list[Any]) -> None:
        """Answer to ``/predict`` too, which programs written for Gradio 5 call."""
        name = self._options["api_name"]
        visibility = self._options["api_visibility"]
        if name == "predict" or name is False or visibility == "private":
            return
        if self.__name__ == "predict" and name is None:
            return
        events.listen(
            [], self.fn,
            {**self._options, "inputs": inputs, "outputs": outputs, "api_name": "predict",
             "api_visibility": "undocumented", "alias_of": self.drafts[self._main_draft()].dependency},
        )

    def _main_draft(self) -> int:
        return next(number for number, draft in enumerate(self.drafts) if draft.fn is self.fn)

    def _clear_event(self, clear: Any) -> None:
        targets = [
            component
            for component in dict.fromkeys([*self._all_inputs(), *self.output_components])
            if not isinstance(component, State)
        ]
        states = [
            component
            for component in dict.fromkeys([*self._all_inputs(), *self.output_components])
            if isinstance(component, State)
        ]
        events.BoundEvent[Any](clear, "click").clears(targets, api_visibility="private")
        for state in states:
            clear.click(
                lambda state=state: state.value, None, state, api_visibility="private",
                queue=False, show_progress="hidden",
            )

    # -- flagging ----------------------------------------------------------------------------------

    @property
    def _flags(self) -> bool:
        return self.flagging_mode != "never" and self.kind != "input-only"

    def _flagged(self) -> list[Any]:
        blocks = self.input_components if self.kind == "unified" else [
            *self._all_inputs(), *self.output_components
        ]
        return [block for block in dict.fromkeys(blocks) if not isinstance(block, State)]

    def _flag_buttons(self) -> list[Any]:
        if not self._flags or self.flagging_mode != "manual":
            return []
        with Row():
            return [
                (_button(label, variant="secondary"), value) for label, value in self.flagging_options
            ]

    def _flag_events(self, buttons: list[Any], dependency: Any) -> None:
        self.flagging_callback.setup(self._flagged(), self.flagging_dir)
        hidden = {"api_visibility": "private", "queue": False, "show_progress": "hidden",
                  "preprocess": False}
        if self.flagging_mode == "auto":
            dependency.success(_flagger(self, ""), self._flagged(), None, **hidden)
        for button, value in buttons:
            caption = button.initial_value()
            saving = button.click(
                lambda: update(value="Saving…", interactive=False), None, button,
                **{**hidden, "preprocess": True},
            )
            saving.then(_flagger(self, value), self._flagged(), None, **hidden).then(
                lambda caption=caption: update(value=caption, interactive=True), None, button,
                **{**hidden, "preprocess": True},
            )

    # -- the rest ----------------------------------------------------------------------------------

    def _label(self, fn: Callable[..., Any]) -> None:
        parameters = [parameter.name for parameter in plan_of(fn).inputs]
        for number, component in enumerate(self._all_inputs()):
            if getattr(component, "label", "") is None and not component.value_is_caption:
                component.label = parameters[number] if number < len(parameters) else f"input {number}"
        outputs = [c for c in self.output_components if not isinstance(c, State)]
        for number, component in enumerate(outputs):
            if component.label is None and not component.value_is_caption:
                component.label = "output" if len(outputs) == 1 else f"output {number}"
        for component in outputs:
            if component not in self._all_inputs() and component.interactive is None:
                component.interactive = False

    def _add_examples(
        self, examples: Any, cache: bool | None, mode: Any, per_page: int, labels: Any
    ) -> None:
        inputs = [c for c in self._all_inputs() if not isinstance(c, State)]
        outputs = [c for c in self.output_components if not isinstance(c, State)]
        if len(inputs) != len(self._all_inputs()) or len(outputs) != len(self.output_components):
            if cache:
                warnings.warn("Examples are not cached, because the function has State.", stacklevel=3)
            cache = False
        self.examples_handler = Examples(
            examples=examples, inputs=inputs, outputs=outputs, fn=self.fn, cache_examples=cache,
            cache_mode=mode, examples_per_page=per_page, example_labels=labels, batch=self._batch,
        )

    @classmethod
    def from_pipeline(cls, pipeline: Any, **kwargs: Any) -> Interface:
        """Build an interface for a model pipeline; not available in this version.

        Raises:
            PluginError: Always; it says what to do instead.
        """
        raise PluginError(
            "Interface.from_pipeline() is not available in this version. "
            "Write pb.Interface(lambda text: pipeline(text), 'text', 'json') instead."
        )

    def __repr__(self) -> str:
        def names(components: Sequence[Any]) -> str:
            return "\n|-".join(["", *(type(c).__name__.lower() for c in components)])

        head = f"Pegboard Interface for: {self.__name__}"
        return (
            f"{head}\n{'-' * len(head)}\ninputs:{names(self.input_components)}\n"
            f"outputs:{names(self.output_components)}"
        )


class TabbedInterface(Blocks):
    """Several interfaces (or Blocks), each in a tab of its own.

    Args:
        interface_list: The apps.
        tab_names: Their captions; ``Tab 0``, ``Tab 1`` … by default.
        title: Heading of the page.
    """

    def __init__(
        self,
        interface_list: Sequence[Blocks],
        tab_names: Sequence[str] | None = None,
        title: str | None = None,
        theme: Any = None,
        analytics_enabled: bool | None = None,
        *,
        tabs_kwargs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            theme=theme, title=title or "Pegboard", mode="tabbed_interface",
            analytics_enabled=analytics_enabled, **kwargs,
        )
        names = list(tab_names or [f"Tab {number}" for number in range(len(interface_list))])
        if len(names) != len(interface_list):
            raise OptionError(
                "TabbedInterface(tab_names=)", got=names,
                expected=f"one name for each of the {len(interface_list)} interfaces",
            )
        with self:
            if title:
                Prose(title, heading=True)
            with Tabs(**(tabs_kwargs or {})):
                for interface, name in zip(interface_list, names):
                    with Tab(label=name):
                        interface.render()


def component_of(given: Any, where: str) -> Any:
    """Return the component that an object, a name or ``{"name": ..., option: ...}`` means.

    Raises:
        OptionTypeError: It is none of these.
        ComponentNotFound, NameClash: The name means nothing, or two things, that are installed.
    """
    if isinstance(given, (Component, State)):
        if given.is_rendered and isinstance(given, Component):
            given.unrender()
        return given
    if isinstance(given, str):
        if given == "state":
            return State(render=False)
        return index().resolve(given)(render=False)
    if isinstance(given, dict) and isinstance(given.get("name"), str):
        options = {name: value for name, value in given.items() if name != "name"}
        return index().resolve(given["name"])(render=False, **options)
    if isinstance(given, type) and issubclass(given, Component):
        return given(render=False)
    raise OptionTypeError(
        where, got=given, expected="a component, its name such as 'text', or a list of these"
    )


def _components(fn: Callable[..., Any], inputs: Any, outputs: Any) -> tuple[list[Any], list[Any]]:
    taken = infer_inputs(fn) if inputs is _INFER else _listed(inputs, "inputs")
    given = infer_outputs(fn) if outputs is _INFER else _listed(outputs, "outputs")
    for component in taken:
        if inputs is _INFER and component.is_rendered:
            component.unrender()
    if not taken and not given:
        raise OptionError(
            "Interface()", got="no inputs and no outputs", expected="at least one component",
            fix="pass inputs, outputs or both",
        )
    states_in = [c for c in taken if isinstance(c, State)]
    states_out = [c for c in given if isinstance(c, State)]
    if states_in or states_out:
        if len(states_in) != 1 or len(states_out) != 1:
            raise OptionError(
                "Interface(inputs=, outputs=)",
                got=f"{len(states_in)} State in, {len(states_out)} out",
                expected="exactly one State among the inputs and one among the outputs",
            )
        state = states_in[0]
        position = taken.index(state)
        parameters = plan_of(fn).inputs
        if state.value is None and position < len(parameters):
            default = parameters[position].default
            if default is not inspect.Parameter.empty and default is not None:
                state = State(default, render=False)
                taken[position] = state
        given[given.index(states_out[0])] = state
    return taken, given


def _listed(given: Any, where: str) -> list[Any]:
    if given is None:
        return []
    items = given if isinstance(given, (list, tuple)) else [given]
    return [component_of(item, f"Interface({where}=)") for item in items]


def _kind(inputs: list[Any], outputs: list[Any]) -> str:
    if not inputs:
        return "output-only"
    if not outputs:
        return "input-only"
    if len(inputs) == len(outputs) and all(a is b for a, b in zip(inputs, outputs)):
        return "unified"
    return "standard"


def _caption(given: Any, fallback: str) -> Any:
    return fallback if given == "Submit" else given


def _button(given: Any, **options: Any) -> Any:
    if isinstance(given, Component):
        for name, value in options.items():
            if name == "visible":
                given.visible = value
        return given.render() if not given.is_rendered else given
    return index().resolve("button")(given, **options)


def _prose(text: str) -> Any:
    """Markdown if a plugin renders it, else the text as it is."""
    try:
        return index().resolve("markdown")(text)
    except ComponentNotFound:
        return Prose(text)


def _accordion(given: str | Accordion | None) -> Accordion:
    if given is None:
        return Accordion("Additional Inputs", open=False)
    if isinstance(given, str):
        return Accordion(given)
    if isinstance(given, Accordion):
        return given.render() if not given.is_rendered else given  # type: ignore[no-any-return]
    raise OptionError(
        "Interface(additional_inputs_accordion=)", got=given, expected="a label, or an Accordion"
    )


def _flagging_mode(mode: str | None, older: str | None) -> str:
    chosen = mode or older or environment("FLAGGING_MODE") or "manual"
    if chosen not in ("manual", "auto", "never"):
        raise OptionError(
            "Interface(flagging_mode=)", got=chosen, expected="'manual', 'auto' or 'never'"
        )
    return chosen


def _flagging_options(given: Any) -> list[tuple[str, str | None]]:
    if given is None:
        return [("Flag", None)]
    if isinstance(given, (list, tuple)) and all(isinstance(item, str) for item in given):
        return [(f"Flag as {item}", item) for item in given]
    if isinstance(given, (list, tuple)) and all(
        isinstance(item, tuple) and len(item) == 2 for item in given
    ):
        return [(str(label), str(value)) for label, value in given]
    raise OptionError(
        "Interface(flagging_options=)", got=given, expected="a list of texts, or of pairs (label, value)"
    )


def _flagger(interface: Interface, option: str | None) -> Callable[..., None]:
    def flag(request: Request, *payloads: Any) -> None:
        try:
            interface.flagging_callback.flag(
                list(payloads), flag_option=option or None, username=request.username
            )
        except Exception as problem:  # an author's callback must not break the app
            print(f"pegboard: flagging failed: {problem}")
            raise

    return flag
