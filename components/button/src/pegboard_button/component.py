"""Button and ClearButton: captions that can be pressed. Knows nothing of what the press sets off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field

from pegboard import Component, Event, FileRef, PayloadError, refuse_option

Variant = Literal["primary", "secondary", "stop", "huggingface"]
Size = Literal["sm", "md", "lg"]
LinkTarget = Literal["_self", "_blank", "_parent", "_top"]

_FETCHED = ("http://", "https://")
_RUNS_CODE = frozenset({"javascript", "vbscript", "data"})


class Button(Component[str]):
    """A button that runs a function when it is pressed.

    Its value is its caption. It is no part of the HTTP API, and is not flagged.

    Attributes:
        value: The caption, or a function that gives it when the page opens.
        variant: How much it stands out: ``primary`` for the main action, ``stop`` to end one.
        size: ``sm``, ``md`` or ``lg``.
        icon: A picture before the caption: a local file, an http(s) address or a ``data:`` address.
        link: An address to open instead of running something; the button becomes a link.
        link_target: Where the link opens.
    """

    skip_api: ClassVar[bool] = True
    value_is_caption: ClassVar[bool] = True

    value: Any = Field(default="Run", kw_only=False)
    variant: Variant = "secondary"
    size: Size = "lg"
    icon: str | Path | None = None
    link: str | None = None
    link_target: LinkTarget = "_self"
    min_width: int | None = None
    interactive: bool | None = True

    change = Event(doc="The caption was changed, by a function.")
    click = Event(doc="The button was pressed.")

    def setup(self) -> None:
        """Check the options against each other."""
        if self.link is not None and urlsplit(self.link.strip()).scheme.lower() in _RUNS_CODE:
            raise refuse_option(
                self, "link", self.link, "the address of a page", "run code with click(js=...)"
            )
        if self.icon is not None and not _is_address(self.icon) and not Path(self.icon).is_file():
            raise refuse_option(
                self,
                "icon",
                self.icon,
                "a file that exists, or an http(s) or data: address",
                "give the path relative to the folder that the app is started in",
            )

    def props(self) -> dict[str, Any]:
        """Return what the browser reads."""
        return {**super().props(), "icon": _picture(self.icon)}

    def preprocess(self, payload: object) -> str | None:
        """Give the function the caption."""
        if payload is None or isinstance(payload, str):
            return payload
        raise PayloadError(self, got=payload, expected="the caption, a JSON string")

    def postprocess(self, value: object) -> str:
        """Make any value the caption; ``None`` leaves it blank."""
        return "" if value is None else str(value)

    def api_schema(self, direction: Literal["input", "output"] = "input") -> dict[str, Any]:
        """Return the JSON Schema of the payload."""
        return {"type": "string"}

    def example_payload(self) -> str:
        """Return a payload that the component accepts."""
        return "Run"


class ClearButton(Button):
    """A button that empties components, in the browser and without a call to the server.

    Each component takes the value that its ``postprocess(None)`` gives. State goes back to a fresh
    copy of its initial value.

    Attributes:
        components: One component or several; more can follow with `add`.
        api_name: Accepted for compatibility; nothing runs on the server, so there is nothing to name.
        api_visibility: Whether clients see the listener: ``public``, ``undocumented``, ``private``.
    """

    renamed_options = {
        "show_api": lambda shown: {"api_visibility": "public" if shown else "undocumented"}
    }
    server_props = Component.server_props | {"components", "api_name", "api_visibility"}

    components: Any = Field(default=None, kw_only=False)
    value: Any = Field(default="Clear", kw_only=True)
    variant: Variant = "secondary"
    api_name: str | Literal[False] | None = None
    api_visibility: Literal["public", "private", "undocumented"] = "undocumented"

    click = Event(doc="The button was pressed; its components are empty.")

    def setup(self) -> None:
        """Check the options against each other."""
        super().setup()
        if self.components is not None:
            self.add(self.components)

    def add(self, components: Component[Any, Any, Any] | Sequence[Any]) -> ClearButton:
        """Also empty these when pressed, and return this button.

        Raises:
            OptionError: Something given is no component.
            RuntimeError: No ``Blocks`` is being described.
        """
        given = [components] if isinstance(components, Component) else components
        if isinstance(given, (str, Mapping)) or not hasattr(given, "__iter__"):
            raise refuse_option(self, "components", given, "a component, or a list of components")
        blocks = list(given)
        for block in blocks:
            if not isinstance(block, Component):
                raise refuse_option(self, "components", block, "components and State only")
        if blocks:
            self.click.clears(blocks, api_visibility=self.api_visibility)
        return self

    def with_options(self, changes: Mapping[str, Any]) -> Any:
        """Return a changed copy. What it empties was registered once, and stays."""
        listeners = self._options.pop("components", None)
        try:
            return super().with_options(
                {name: value for name, value in changes.items() if name != "components"}
            )
        finally:
            if listeners is not None:
                self._options["components"] = listeners

    def example_payload(self) -> str:
        """Return a payload that the component accepts."""
        return "Clear"


def _is_address(icon: str | Path) -> bool:
    return isinstance(icon, str) and icon.startswith((*_FETCHED, "data:image/"))


def _picture(icon: str | Path | None) -> FileRef | None:
    if icon is None:
        return None
    if not isinstance(icon, str) or not _is_address(icon):
        return FileRef.from_path(icon)
    return FileRef.from_url(icon) if icon.startswith(_FETCHED) else FileRef(url=icon)
