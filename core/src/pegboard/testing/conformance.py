"""The suite that every component passes: subclass it in five lines.

    from pegboard.testing import ComponentConformance
    from pegboard_slider import Slider

    class TestSlider(ComponentConformance):
        component = Slider

It knows the protocol and no component. Where a component needs more than its own examples say, set
``options``, ``payload`` or ``value``. Needs pytest, Hypothesis and jsonschema
(``pip install pegboard-core[testing]``).
"""

from __future__ import annotations

import copy
import importlib
import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import pytest
from hypothesis import HealthCheck, example, given, settings

from pegboard.component import Component
from pegboard.errors import UserError
from pegboard.manifest import ComponentManifest, speaks
from pegboard.payload import ExampleCell, FileRef, file_refs
from pegboard.plugins import Located, index
from pegboard.testing.payloads import (
    KeptFiles,
    comparable,
    json_values,
    near_misses,
    received,
    wire_form,
)
from pegboard.wire import Encoded, dumps

_SETTINGS = settings(
    max_examples=150,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
_UNSET: Any = object()


class ComponentConformance:
    """What a component promises, as tests.

    Attributes:
        component: The class under test.
        options: Constructor arguments for the tests that use it with its examples; being
            constructible without any is tested on its own.
        payload: A payload to preprocess, instead of ``example_payload()``.
        value: A Python value to postprocess, instead of ``example_value()``.
    """

    component: ClassVar[type[Component[Any, Any, Any]]]
    options: ClassVar[Mapping[str, Any]] = {}
    payload: ClassVar[Any] = _UNSET
    value: ClassVar[Any] = _UNSET

    # -- what the tests are made from --------------------------------------------------------------

    def make(self, **changes: Any) -> Any:
        """Return a fresh component with the suite's options."""
        return self.component(**{**self.options, **changes})

    def payload_for(self, component: Any, folder: Path) -> Any:
        """Return the payload as ``preprocess`` gets it: files are local references."""
        given_payload = self.payload if self.payload is not _UNSET else component.example_payload()
        return received(copy.deepcopy(given_payload), folder)

    def value_for(self, component: Any, folder: Path) -> Any:
        """Return a Python value that ``postprocess`` accepts."""
        if self.value is not _UNSET:
            return copy.deepcopy(self.value)
        own = type(component).example_value is not Component.example_value
        if own:
            return component.example_value()
        return component.preprocess(self.payload_for(component, folder))

    # -- construction ------------------------------------------------------------------------------

    def test_component_can_be_made_without_arguments(self) -> None:
        """``Component()`` works, and is in no page."""
        made = self.component()

        assert made.parent is None
        assert made.options() == {}

    def test_component_says_what_it_is(self) -> None:
        """The class has a docstring: the manifest's summary and the gallery's text."""
        own = vars(self.component).get("__doc__") or ""

        assert own.strip(), f"{self.component.__name__} has no docstring"

    def test_props_are_json_and_hold_no_secret_of_the_server(self) -> None:
        """What the page gets of the options can be encoded; the server's own options stay here."""
        made = self.make()

        encoded = json.loads(dumps(made.props()))

        assert not set(encoded) & self.component.server_props

    def test_instances_share_no_mutable_option(self) -> None:
        """Changing one component's list or dict changes no other component."""
        first, second = self.make().props(), self.make().props()

        given_ids = {id(value) for value in self.options.values()}
        shared = [
            name
            for name, value in first.items()
            if isinstance(value, (list, dict, set))
            and value is second[name]
            and id(value) not in given_ids
        ]

        assert shared == []

    def test_options_can_be_copied(self) -> None:
        """A deep copy of the given options makes an equal component."""
        made = self.make()

        again = self.component(**copy.deepcopy(made.options()))

        assert dumps(again.props()) == dumps(made.props())

    def test_with_options_changes_a_copy_and_not_the_component(self) -> None:
        """An update makes a copy of the same id; the described component stays as it was."""
        made = self.make(label="before")

        changed = made.with_options({"label": "after"})

        assert (changed.label, made.label) == ("after", "before")
        assert (type(changed), changed._id) == (self.component, made._id)

    def test_unknown_option_is_refused_by_name(self) -> None:
        """A misspelt option is an error that names it, never ignored."""
        with pytest.raises(TypeError, match="no_such_option"):
            self.component(no_such_option=1)

    # -- events ------------------------------------------------------------------------------------

    def test_every_event_says_when_it_fires(self) -> None:
        """Events are documented where they are declared."""
        silent = [name for name, event in self.component.get_events().items() if not event.doc]

        assert silent == []

    # -- payloads ----------------------------------------------------------------------------------

    def test_schemas_are_json_schema(self) -> None:
        """Both directions of ``api_schema`` are valid JSON Schema (draft 2020-12), as JSON."""
        made = self.make()

        for direction in ("input", "output"):
            schema = json.loads(json.dumps(made.api_schema(direction)))
            jsonschema.Draft202012Validator.check_schema(schema)

    def test_example_payload_is_what_the_schema_allows(self, tmp_path: Path) -> None:
        """A client that copies the example sends something valid."""
        made = self.make()
        payload = wire_form(made.example_payload())

        if payload is not None:
            jsonschema.validate(payload, made.api_schema("input"))
        json.dumps(payload)

    def test_example_payload_is_accepted(self, tmp_path: Path) -> None:
        """``preprocess`` takes the example, leaves it unchanged, and gives the same each time."""
        made = self.make()
        payload = self.payload_for(made, tmp_path)
        before = comparable(payload)

        made.preprocess(payload)
        made.preprocess(payload)

        assert comparable(payload) == before

    def test_example_value_can_be_shown_as_the_schema_says(self, tmp_path: Path) -> None:
        """``postprocess`` makes a payload that the output schema allows and JSON can carry."""
        made = self.make()

        payload = made.postprocess(self.value_for(made, tmp_path))

        on_wire = wire_form(payload)
        assert json.loads(dumps(on_wire)) == json.loads(json.dumps(on_wire, allow_nan=False))
        if on_wire is not None:
            jsonschema.validate(json.loads(json.dumps(on_wire)), made.api_schema("output"))

    def test_encoded_value_is_the_shown_one(self, tmp_path: Path) -> None:
        """``postprocess_encoded`` says what ``postprocess`` says, of an example and of nothing."""
        made = self.make()

        for value in (self.value_for(made, tmp_path), None):
            plain, encoded = made.postprocess(value), made.postprocess_encoded(value)
            shown = encoded.decoded() if isinstance(encoded, Encoded) else encoded
            assert comparable(shown) == comparable(plain)

    def test_shown_value_can_be_sent_back(self, tmp_path: Path) -> None:
        """What a component shows is what it accepts, so that an output can be another's input."""
        made = self.make()
        if made.is_static_only:
            pytest.skip("a display receives nothing from the page")
        payload = made.postprocess(self.value_for(made, tmp_path))

        made.preprocess(received(payload, tmp_path))

    def test_none_is_empty_in_both_directions(self) -> None:
        """``None`` (nothing entered, nothing to show) is no error, or one with words."""
        made = self.make()

        _accept_or_refuse(made, None)
        payload = wire_form(made.postprocess(None))

        json.dumps(payload)

    def test_any_json_is_accepted_or_refused_with_words(self, tmp_path: Path) -> None:
        """Nothing that a client can send raises anything but a refusal that says why."""
        made = self.make()

        @_SETTINGS
        @given(json_values())
        @example(float("nan"))
        @example(10**400)
        @example("\ud800")
        @example({"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}})
        def accepts_or_refuses(payload: Any) -> None:
            _accept_or_refuse(made, payload)

        accepts_or_refuses()

    def test_payloads_near_the_example_are_accepted_or_refused_with_words(
        self, tmp_path: Path
    ) -> None:
        """The same for payloads that are almost right, which reach further into the code."""
        made = self.make()
        right = self.payload_for(made, tmp_path)

        @_SETTINGS
        @given(near_misses(right))
        def accepts_or_refuses(payload: Any) -> None:
            _accept_or_refuse(made, payload)

        accepts_or_refuses()

    def test_payload_names_no_file_of_the_machine(self, tmp_path: Path) -> None:
        """A path in a payload is text, never opened: files arrive as checked references only."""
        made = self.make()
        secret = tmp_path / "secret.txt"
        secret.write_text("secret-content-7141")

        for payload in (
            str(secret),
            [str(secret)],
            {"path": str(secret)},
            {"path": str(secret), "meta": {"_type": "gradio.FileData"}},
        ):
            try:
                got = made.preprocess(payload)
            except (UserError, ValueError):
                continue
            assert "secret-content-7141" not in _text_of(got)

    # -- keeping and showing values ----------------------------------------------------------------

    def test_flagged_value_comes_back_with_its_types(self, tmp_path: Path) -> None:
        """What ``flag`` keeps as JSON, ``read_flag`` returns: equal, of equal types, same files."""
        made = self.make()
        payload = made.postprocess(self.value_for(made, tmp_path))
        kept = KeptFiles(tmp_path / "kept")

        stored = json.loads(json.dumps(made.flag(payload, kept)))
        back = made.read_flag(stored, kept)

        assert comparable(back) == comparable(payload)

    def test_flagged_nothing_comes_back_as_nothing(self, tmp_path: Path) -> None:
        """An empty value can be kept too."""
        made = self.make()
        kept = KeptFiles(tmp_path / "kept")
        payload = made.postprocess(None)

        stored = json.loads(json.dumps(made.flag(payload, kept)))

        assert comparable(made.read_flag(stored, kept)) == comparable(payload)

    def test_value_has_a_cell_in_a_table_of_examples(self, tmp_path: Path) -> None:
        """``example`` returns an `ExampleCell` that the page can draw; for ``None`` as well."""
        made = self.make()

        for value in (self.value_for(made, tmp_path), None):
            cell = made.example(value)
            assert isinstance(cell, ExampleCell)
            json.dumps(wire_form(cell.value))

    # -- the manifest ------------------------------------------------------------------------------

    def test_manifest_names_this_class_and_its_events_and_options(self) -> None:
        """The static description agrees with the class."""
        located = self._located()
        described = located.manifest

        assert described.object_ref.rpartition(":")[2] == self.component.__qualname__
        assert set(described.events) == set(self.component.get_events())
        assert set(described.props) >= set(self.make().props()) | {"value"} & set(described.props)
        assert speaks(located.protocol)

    def test_manifest_is_fresh(self) -> None:
        """The committed pegboard.json is what `pegboard manifest` writes."""
        located = self._located()
        folder = next(
            (p for p in located.package_dir.parents[:3] if (p / "pyproject.toml").is_file()), None
        )
        if folder is None:
            pytest.skip("installed from a wheel: its sources are not here")
        if importlib.util.find_spec("pegboard_cli") is None:
            pytest.skip("needs pegboard-cli, which makes manifests")
        if not _is_built(located):
            pytest.skip("its bundle is not built here")
        # By name: core imports no other distribution of ours, not even when it is there.
        generate = importlib.import_module("pegboard_cli.manifest").generate

        committed = (located.package_dir / "pegboard.json").read_text(encoding="utf-8")

        assert committed == generate(folder), f"stale: run `pegboard manifest {folder.name}`"

    def test_bundle_is_complete(self) -> None:
        """Every file that the manifest names for the browser is there, and not empty."""
        located = self._located()
        if not _is_built(located):
            pytest.skip("its bundle is not built here")
        frontend = located.manifest.frontend
        assert frontend is not None

        named = [frontend.entry, frontend.css, frontend.shared_entry]

        missing = [
            name
            for name in named
            if name is not None
            and not ((file := located.package_dir / name).is_file() and file.stat().st_size)
        ]
        assert missing == []

    def _located(self) -> Located:
        located = index().manifest_of(self.component)
        if located is None:
            pytest.skip("a class beside an app: it has no manifest")
        return located


def _is_built(located: Located) -> bool:
    described: ComponentManifest = located.manifest
    return described.frontend is not None and (
        located.package_dir / described.frontend.entry
    ).is_file()


def _accept_or_refuse(component: Any, payload: Any) -> None:
    try:
        component.preprocess(payload)
    except UserError as refusal:
        words = str(refusal)
        assert len(words.split()) >= 3, f"refused without saying why: {refusal!r}"


def _text_of(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if any(True for _ in file_refs(value)):
        return " ".join(
            ref.read_bytes().decode("utf-8", "replace")
            for ref in file_refs(value)
            if isinstance(ref, FileRef) and (ref.data is not None or ref.path is not None)
        )
    return repr(value)


__all__ = ["ComponentConformance"]
