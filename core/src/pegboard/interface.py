"""Interface: a page for one function, built on the public API of `Blocks` alone."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from pegboard.blocks import Blocks, on
from pegboard.component import Component
from pegboard.errors import FileRefused, OptionError, OptionTypeError
from pegboard.events import Dependency
from pegboard.layout import Accordion, Column, Row, Tab, Tabs
from pegboard.naming import class_named, component_from, is_installed
from pegboard.parameters import AGES, CHOICE, LIMIT, PATH, SECONDS, TEXT, TRUTH, check
from pegboard.prose import Prose
from pegboard.settings import environment
from pegboard.state import State
from pegboard.updates import update
from pegboard.wiring import function_name, yields

Kind = Literal["standard", "output-only", "input-only", "unified"]
INFER: Any = object()


_RULES = {
    "live": TRUTH,
    "title": TEXT,
    "analytics_enabled": CHOICE,
    "show_api": TRUTH,
    "allow_duplication": TRUTH,
    "description": TEXT,
    "article": TEXT,
    "flagging_dir": PATH,
    "fill_width": TRUTH,
    "time_limit": LIMIT,
    "stream_every": SECONDS,
    "delete_cache": AGES,
}


class Interface(Blocks):
    """A page with inputs, a function and outputs.

    Args:
        fn: The function. Generators stream, coroutines run on the event loop.
        inputs: One component or a list, each an object, a name such as ``"text"``, or a dict with a
            ``name``. ``None`` for a function without inputs. Left out, they are chosen by the
            function's annotations and defaults.
        outputs: The same for what it returns.
        examples: Rows of example inputs, or a folder of them.
        cache_examples: Run the function for each row and keep the results.
        cache_mode: ``eager`` runs them at the start, ``lazy`` at the first click.
        live: Run whenever an input changes.
        additional_inputs: Further inputs, in an accordion that is closed at first.
        flagging_mode: ``manual`` shows buttons, ``auto`` records every result, ``never`` neither.
        batch: The function takes and returns lists, for up to ``max_batch_size`` calls at once.
        api_name: Name for clients; the function's own name if left out. ``/predict`` works, too.

    Raises:
        OptionError: An argument has a bad value.
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        inputs: Any = INFER,
        outputs: Any = INFER,
        examples: Any = None,
        *,
        cache_examples: bool | Literal["lazy"] | None = None,
        cache_mode: Literal["eager", "lazy"] | None = None,
        examples_per_page: int = 10,
        example_labels: list[str] | None = None,
        preload_example: int | Literal[False] = 0,
        live: bool = False,
        title: str | None = None,
        description: str | None = None,
        article: str | None = None,
        theme: object = None,
        css: str | None = None,
        css_paths: str | Path | Sequence[str | Path] | None = None,
        js: str | Literal[True] | None = None,
        head: str | None = None,
        head_paths: str | Path | Sequence[str | Path] | None = None,
        flagging_mode: Literal["never", "auto", "manual"] | None = None,
        allow_flagging: Literal["never", "auto", "manual"] | None = None,
        flagging_options: Sequence[str] | Sequence[tuple[str, str]] | None = None,
        flagging_dir: str | Path = ".gradio/flagged",
        flagging_callback: Any = None,
        analytics_enabled: bool | None = None,
        batch: bool = False,
        max_batch_size: int = 4,
        show_api: bool = True,
        api_visibility: Literal["public", "private", "undocumented"] | None = None,
        api_name: str | Literal[False] | None = None,
        api_description: str | Literal[False] | None = None,
        allow_duplication: bool = False,
        concurrency_limit: int | Literal["default"] | None = "default",
        concurrency_id: str | None = None,
        additional_inputs: Any = None,
        additional_inputs_accordion: str | Accordion | None = None,
        submit_btn: Any = "Submit",
        stop_btn: Any = "Stop",
        clear_btn: Any = "Clear",
        delete_cache: tuple[int, int] | None = None,
        show_progress: Literal["full", "minimal", "hidden"] = "full",
        fill_width: bool = False,
        time_limit: int | None = 30,
        stream_every: float = 0.5,
        deep_link: Any = None,
        validator: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        check("Interface", locals(), _RULES)
        super().__init__(
            analytics_enabled=analytics_enabled,
            mode=kwargs.pop("mode", "interface"),
            title=title or "Pegboard",
            theme=theme,
            css=css,
            css_paths=css_paths,
            js=js,
            head=head,
            head_paths=head_paths,
            delete_cache=delete_cache,
            fill_width=fill_width,
            **kwargs,
        )
        if not callable(fn):
            raise OptionTypeError("Interface(fn=)", got=fn, expected="a function")
        self.fn = fn
        self.name = function_name(fn)
        self.live = live
        self.batch = batch
        self.is_generator = yields(fn)
        self._api = {
            "api_name": api_name,
            "api_description": api_description,
            "api_visibility": api_visibility,
            "show_api": show_api,
        }
        self._running = {
            "batch": batch,
            "max_batch_size": max_batch_size,
            "concurrency_limit": concurrency_limit,
            "concurrency_id": concurrency_id,
            "show_progress": show_progress,
            "validator": validator,
        }
        self._streaming = {"time_limit": time_limit, "stream_every": stream_every}
        self.flag_buttons: list[tuple[Any, Any]] = []
        self.deep_link = deep_link
        self.deep_link_button = _deep_link_button(deep_link)
        self._allows_duplication = bool(allow_duplication)
        self._take_components(inputs, outputs, additional_inputs)
        self._accordion = _accordion_options(additional_inputs_accordion)
        self._flagging = self._flagging_settings(
            flagging_mode or allow_flagging, flagging_options, flagging_dir, flagging_callback
        )
        self._captions = (submit_btn, stop_btn, clear_btn)
        self._example_options = {
            "cache_examples": cache_examples,
            "cache_mode": cache_mode,
            "examples_per_page": examples_per_page,
            "example_labels": example_labels,
            "preload": preload_example,
        }
        self.examples = examples
        self.title_text, self.description, self.article = title, description, article
        with self:
            self._build()

    # -- what it consists of -----------------------------------------------------------------------

    def _take_components(self, inputs: Any, outputs: Any, additional: Any) -> None:
        if inputs is INFER or outputs is INFER:
            from pegboard.inference import components_of

            inferred_in, inferred_out = components_of(
                self.fn, want_inputs=inputs is INFER, want_outputs=outputs is INFER
            )
            inputs = inferred_in if inputs is INFER else inputs
            outputs = inferred_out if outputs is INFER else outputs
        given_in, given_out = _listed(inputs, "inputs"), _listed(outputs, "outputs")
        more = _listed(additional, "additional_inputs")
        if not given_in and not given_out and not more:
            raise OptionError(
                "Interface(inputs=, outputs=)",
                got=(inputs, outputs),
                expected="at least one input or output",
                fix="name a component, such as inputs='text'",
            )
        given_in, given_out = self._shared_state(given_in, given_out)
        # Any: which events a component has is known only when it is asked.
        self.input_components: list[Any] = [
            _unplaced(component_from(item, {"render": False}, "Interface(inputs=)"))
            for item in given_in
        ]
        self.additional_input_components: list[Any] = [
            _unplaced(component_from(item, {"render": False}, "Interface(additional_inputs=)"))
            for item in more
        ]
        self.output_components: list[Any] = [
            _unplaced(component_from(item, {"render": False}, "Interface(outputs=)"))
            for item in given_out
        ]
        self.all_inputs = [*self.input_components, *self.additional_input_components]
        self.kind = self._kind_of()
        self._label()

    def _shared_state(self, inputs: list[Any], outputs: list[Any]) -> tuple[list[Any], list[Any]]:
        """Merge the one state of the inputs and the one of the outputs into one object."""
        ins = [at for at, item in enumerate(inputs) if _is_state(item)]
        outs = [at for at, item in enumerate(outputs) if _is_state(item)]
        if not ins and not outs:
            return inputs, outputs
        if len(ins) != 1 or len(outs) != 1:
            raise OptionError(
                "Interface(inputs=, outputs=)",
                got=f"{len(ins)} state(s) among inputs, {len(outs)} among outputs",
                expected="exactly one state in each, which are one and the same",
            )
        if isinstance(inputs[ins[0]], State):
            state = inputs[ins[0]]
        else:
            state = State(_default_of(self.fn, ins[0]), render=False)
        inputs, outputs = list(inputs), list(outputs)
        inputs[ins[0]] = outputs[outs[0]] = state
        return inputs, outputs

    def _kind_of(self) -> Kind:
        if not self.output_components:
            return "input-only"
        if not self.all_inputs:
            return "output-only"
        both = zip(self.input_components, self.output_components)
        is_same = len(self.input_components) == len(self.output_components) and all(
            one is other for one, other in both
        )
        return "unified" if is_same else "standard"

    def _label(self) -> None:
        from pegboard.signature import input_parameters

        parameters = input_parameters(self.fn, len(self.all_inputs))
        for component, parameter in zip(self.all_inputs, parameters):
            if getattr(component, "label", None) is None and not isinstance(component, State):
                component.settle(label=parameter.name if parameter is not None else None)
        labelled = [item for item in self.output_components if not isinstance(item, State)]
        for at, component in enumerate(labelled):
            if component.label is None:
                component.settle(label="output" if len(labelled) == 1 else f"output {at}")
            if self.kind != "unified" and component.interactive is None:
                component.settle(interactive=False)

    def _flagging_settings(
        self, mode: str | None, options: Any, folder: str | Path, callback: Any
    ) -> dict[str, Any]:
        mode = mode or environment("FLAGGING_MODE") or "manual"
        if mode not in ("manual", "auto", "never"):
            raise OptionError(
                "Interface(flagging_mode=)", got=mode, expected="'manual', 'auto' or 'never'"
            )
        if options is None:
            choices = [("Flag", None)]
        elif isinstance(options, (list, tuple)) and all(isinstance(item, str) for item in options):
            choices = [(f"Flag as {item}", item) for item in options]
        elif isinstance(options, (list, tuple)) and all(
            isinstance(item, tuple) and len(item) == 2 for item in options
        ):
            choices = list(options)
        else:
            raise OptionError(
                "Interface(flagging_options=)",
                got=options,
                expected="a list of texts, or of (caption, value)",
            )
        return {"mode": mode, "choices": choices, "dir": folder, "callback": callback}

    # -- the page ----------------------------------------------------------------------------------

    def _build(self) -> None:
        if self.title_text:
            self._heading(str(self.title_text))
        if self.description:
            self._text(self.description, "pb-description")
        if self.kind == "standard":
            with Row():
                with Column(variant="panel"):
                    self._place_inputs()
                    self._place_buttons()
                with Column(variant="panel"):
                    self._place_outputs()
                    self._place_flags()
        else:
            with Column(variant="panel"):
                if self.kind != "output-only":
                    self._place_inputs()
                if self.kind == "output-only":
                    self._place_outputs()
                self._place_buttons()
                if self.kind != "input-only":
                    self._place_flags()
        ran = self._wire()
        self._wire_clear()
        self._wire_flags(ran)
        if ran is not None and self.deep_link_button is not None and self.kind != "input-only":
            ran.success(
                lambda: update(interactive=True),
                None,
                self.deep_link_button,
                queue=False,
                show_progress="hidden",
                api_name=False,
            )
        self._place_examples()
        if self._allows_duplication:
            _place_if_installed("duplicatebutton", "Interface(allow_duplication=)")
        if self.article:
            self._text(_article(self.article), "pb-article")

    def _heading(self, text: str) -> None:
        if is_installed("markdown"):
            class_named("markdown")(f"# {text}", elem_classes=["pb-title"])
        else:
            Prose(text, level=1, elem_classes=["pb-title"])

    def _text(self, text: str, name: str) -> None:
        if is_installed("markdown"):
            class_named("markdown")(text, elem_classes=[name])
        else:
            Prose(text, elem_classes=[name])

    def _place_inputs(self) -> None:
        with Column():
            for component in self.input_components:
                _place(component)
            if self.additional_input_components:
                with Accordion(**self._accordion):
                    for component in self.additional_input_components:
                        _place(component)

    def _place_outputs(self) -> None:
        for component in self.output_components:
            _place(component)

    def _place_buttons(self) -> None:
        submit, stop, clear = self._captions
        self.clear_button = self.submit_button = self.stop_button = None
        with Row():
            if clear is not None and clear is not False:
                self.clear_button = _button(clear, "clear_btn", variant="secondary")
            if not self.live or self.kind == "output-only":
                if self.kind == "output-only" and submit == "Submit":
                    submit = "Generate"
                self.submit_button = _button(submit, "submit_btn", variant="primary")
                if self.is_generator and not self.live:
                    self.stop_button = _button(stop, "stop_btn", variant="stop", visible=False)

    def _place_flags(self) -> None:
        if self.deep_link_button is not None:
            self.deep_link_button.render()
        if self._flagging["mode"] != "manual":
            return
        with Row():
            self.flag_buttons = [
                (_button(caption, "flagging_options", variant="secondary"), value)
                for caption, value in self._flagging["choices"]
            ]

    # -- its events --------------------------------------------------------------------------------

    def _wire(self) -> Dependency | None:
        options = {**self._running, **self._api}
        if any(_streams(item) for item in self.all_inputs) and not self.live:
            warnings.warn(
                "Interface has an input with streaming=True but not live=True, so its chunks reach no "
                "function; pass live=True",
                stacklevel=4,
            )
        if self.live:
            ran = self._wire_live(options)
        elif self.is_generator and self.stop_button is not None:
            ran = self._wire_generator(options)
        else:
            ran = on(
                self._submits(), self.fn, self.all_inputs, self.output_components,
                scroll_to_output=True, **options,
            )  # fmt: skip
        if ran is not None and self._api["api_name"] is None:
            self.alias(ran, "predict")
        return ran

    def _submits(self) -> list[Any]:
        events = [self.submit_button.click] if self.submit_button is not None else []
        return events + [
            component.submit
            for component in self.all_inputs
            if "submit" in component.get_events()
        ]

    def _wire_live(self, options: dict[str, Any]) -> Dependency | None:
        streaming = [item for item in self.all_inputs if _streams(item)]
        if streaming:
            options = {**options, **self._streaming, "show_progress": "hidden"}
        mode = "multiple" if streaming else "always_last"
        events = [
            item.stream if item in streaming else item.change
            for item in self.all_inputs
            if item in streaming
            or (not isinstance(item, State) and "change" in item.get_events())
        ]
        if self.kind == "output-only":
            events = [self.load, *([self.submit_button.click] if self.submit_button else [])]
        if not events:
            warnings.warn(
                "Interface(live=True) has no input that reports changes, so nothing runs the function",
                stacklevel=4,
            )
            return None
        ran: Dependency = on(
            events, self.fn, self.all_inputs, self.output_components, trigger_mode=mode, **options
        )
        return ran

    def _wire_generator(self, options: dict[str, Any]) -> Dependency:
        submit, stop = self.submit_button, self.stop_button
        assert submit is not None and stop is not None
        quiet: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_name": False}

        def show_stop() -> Any:
            return update(visible=False), update(visible=True)

        def show_submit() -> Any:
            return update(visible=True), update(visible=False)

        begun = on(self._submits(), show_stop, None, [submit, stop], **quiet)
        ran: Dependency = begun.then(
            self.fn, self.all_inputs, self.output_components, scroll_to_output=True, **options
        )
        ran.then(show_submit, None, [submit, stop], **quiet)
        stop.click(show_submit, None, [submit, stop], cancels=[ran], **quiet)
        return ran

    def _wire_clear(self) -> None:
        if self.clear_button is None:
            return
        members = list(dict.fromkeys([*self.all_inputs, *self.output_components]))
        self.clear_button.click.clears(members)

    def _wire_flags(self, ran: Dependency | None) -> None:
        if self.kind == "input-only" or self._flagging["mode"] == "never":
            return
        from pegboard.flagging import FlagMethod, callback_from

        recorded = [
            item
            for item in dict.fromkeys(
                [*self.all_inputs, *([] if self.kind == "unified" else self.output_components)]
            )
            if not item.value_is_caption and not isinstance(item, State)
        ]
        callback = callback_from(self._flagging["callback"])
        callback.setup(recorded, str(self._flagging["dir"]))
        quiet: dict[str, Any] = {
            "preprocess": False,
            "queue": False,
            "show_progress": "hidden",
            "api_visibility": "undocumented",
        }
        if self._flagging["mode"] == "auto":
            if ran is not None:
                ran.success(
                    FlagMethod(callback, None, None), recorded, None, api_name="flag", **quiet
                )
            return
        for button, value in self.flag_buttons:
            method = FlagMethod(callback, value, str(button.value))
            caption = str(button.value)
            saving = button.click.sets({button: {"value": "Saving...", "interactive": False}})
            saving.then(method, recorded, button, api_name="flag", **quiet)
            if self.clear_button is not None:
                self.clear_button.click.sets({button: {"value": caption, "interactive": True}})

    def _place_examples(self) -> None:
        if self.examples is None:
            return
        from pegboard.examples import Examples

        options: dict[str, Any] = dict(self._example_options)
        main = [item for item in self.input_components if not isinstance(item, State)]
        more = [item for item in self.additional_input_components if not isinstance(item, State)]
        if any(isinstance(item, State) for item in self.all_inputs):
            if options["cache_examples"]:
                warnings.warn("Examples of an Interface with State are not cached", stacklevel=4)
            options["cache_examples"] = False
        self.examples_handler = Examples(
            examples=self.examples,
            inputs=[*main, *more],
            outputs=[item for item in self.output_components if not isinstance(item, State)],
            fn=self.fn,
            batch=self.batch,
            visible_columns=list(range(len(main))) if more else None,
            **options,
        )

    # -- in Python ---------------------------------------------------------------------------------

    def __call__(self, *values: Any) -> Any:
        """Call the function as the page would: through preprocess and postprocess."""
        taken = [
            value if isinstance(item, State) else item.read(item.show(value))
            for item, value in zip(self.all_inputs, values)
        ]
        result = self.fn(*taken, *values[len(taken) :])
        outputs = self.output_components
        if len(outputs) == 1:
            return outputs[0].show(result)
        return [
            value if isinstance(item, State) else item.show(value)
            for item, value in zip(outputs, result)
        ]

    def __repr__(self) -> str:
        lines = [f"Pegboard Interface for: {self.name}", "-" * 36, "inputs:"]
        lines += [f"|-{item.described}" for item in self.all_inputs]
        lines += ["outputs:"]
        lines += [f"|-{item.described}" for item in self.output_components]
        return "\n".join(lines)

    @classmethod
    def from_pipeline(cls, pipeline: Any, **options: Any) -> Interface:
        """Build an Interface for a pipeline of transformers or diffusers, by the pipeline's class.

        Args:
            pipeline: The pipeline object.
            options: Arguments of Interface, in place of the ones that are chosen.

        Raises:
            OptionError: There is no recipe for its class; `pegboard.pipelines.register` adds one.
            ComponentNotFound: A component that it needs is not installed.
        """
        from pegboard.pipelines import arguments_for

        return cls(**{**arguments_for(pipeline), **options})


class TabbedInterface(Blocks):
    """Several interfaces, each in a tab of one page.

    Args:
        interface_list: Interfaces or Blocks.
        tab_names: One caption each; ``Tab 0`` and so on if left out.
    """

    def __init__(
        self,
        interface_list: Sequence[Blocks],
        tab_names: Sequence[str] | None = None,
        title: str | None = None,
        theme: object = None,
        analytics_enabled: bool | None = None,
        css: str | None = None,
        js: str | Literal[True] | None = None,
        head: str | None = None,
        *,
        tabs_kwargs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            title=title or "Pegboard", theme=theme, analytics_enabled=analytics_enabled,
            mode="tabbed_interface", css=css, js=js, head=head, **kwargs,
        )  # fmt: skip
        names = list(tab_names) if tab_names is not None else []
        if tab_names is not None and len(names) != len(interface_list):
            raise OptionError(
                "TabbedInterface(tab_names=)",
                got=tab_names,
                expected=f"{len(interface_list)} captions, one per interface",
            )
        if not names:
            names = [f"Tab {at}" for at in range(len(interface_list))]
        with self:
            if title:
                if is_installed("markdown"):
                    class_named("markdown")(f"# {title}", elem_classes=["pb-title"])
                else:
                    Prose(title, level=1, elem_classes=["pb-title"])
            with Tabs(**(tabs_kwargs or {})):
                for name, interface in zip(names, interface_list):
                    with Tab(name):
                        interface.render()


def _listed(given: Any, name: str) -> list[Any]:
    if given is None:
        return []
    if isinstance(given, (list, tuple)):
        return list(given)
    if isinstance(given, (str, dict, Component)):
        return [given]
    raise OptionTypeError(
        f"Interface({name}=)",
        got=given,
        expected="a component, its name such as 'textbox', or a list of those",
    )


def _unplaced(component: Component[Any, Any, Any]) -> Component[Any, Any, Any]:
    """Take a component out of the place where it was created, to place it here."""
    if component.is_rendered:
        component.unrender()
    return component


def _place(component: Component[Any, Any, Any]) -> None:
    if not component.is_rendered:
        component.render()


def _streams(item: Any) -> bool:
    return bool(getattr(item, "streaming", False)) and "stream" in item.get_events()


def _is_state(item: Any) -> bool:
    return isinstance(item, State) or item == "state"


def _default_of(fn: Callable[..., Any], position: int) -> Any:
    from pegboard.signature import input_parameters

    parameter = input_parameters(fn, position + 1)[position]
    return None if parameter is None or parameter.default is parameter.empty else parameter.default


def _button(given: Any, name: str, **options: Any) -> Any:
    """Return a button placed here, from its caption or as it is."""
    if isinstance(given, str):
        return class_named("button")(given, **options)
    if isinstance(given, Component) and "click" in given.get_events():
        _unplaced(given).render()
        return given
    raise OptionError(
        f"Interface({name}=)", got=given, expected="a caption, or a Button"
    )


def _deep_link_button(given: Any) -> Any:
    """Return the button that shares a link, not yet placed and disabled until there is a result."""
    if given is None or given is False:
        return None
    if given is True or isinstance(given, str):
        if not is_installed("deeplinkbutton"):
            warnings.warn(
                "Interface(deep_link=) needs the component DeepLinkButton, which is not installed",
                stacklevel=4,
            )
            return None
        captions = (given,) if isinstance(given, str) else ()
        return class_named("deeplinkbutton")(*captions, interactive=False, render=False)
    if isinstance(given, Component) and "click" in given.get_events():
        given.settle(interactive=False)
        return _unplaced(given)
    raise OptionError(
        "Interface(deep_link=)", got=given, expected="True, a caption, or a DeepLinkButton"
    )


def _place_if_installed(name: str, where: str) -> None:
    if is_installed(name):
        class_named(name)()
    else:
        warnings.warn(f"{where} needs the component '{name}', which is not installed", stacklevel=5)


def _accordion_options(given: Any) -> dict[str, Any]:
    if given is None:
        return {"label": "Additional Inputs", "open": False}
    if isinstance(given, str):
        return {"label": given}
    if isinstance(given, Accordion):
        return {name: value for name, value in given.options().items() if name != "render"}
    raise OptionError(
        "Interface(additional_inputs_accordion=)", got=given, expected="a label, or an Accordion"
    )


def _article(given: str) -> str:
    """Return an article, downloaded if it was given by its address."""
    if not re.fullmatch(r"https?://\S+", given):
        return given
    from pegboard.fetch import fetch_text  # most apps fetch nothing

    try:
        return fetch_text(given)
    except FileRefused as problem:
        warnings.warn(f"Interface(article=): {problem}\nThe page shows the address instead.", stacklevel=4)
        return f"<{given}>"
