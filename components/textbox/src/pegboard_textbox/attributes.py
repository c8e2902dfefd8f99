"""InputHTMLAttributes: the attributes of the native text field that an app may set, and no others."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True)
class InputHTMLAttributes:
    """Hints for keyboards, spelling and autofill, put on the native text field as they are.

    Only these can be set: they cannot carry code, and they do not collide with what the component
    itself sets. ``None`` leaves the choice to the browser.

    Attributes:
        autocapitalize: What an on-screen keyboard writes in capitals.
        autocorrect: Whether the system corrects typing mistakes (Safari).
        spellcheck: Whether the browser marks misspelt words.
        autocomplete: What autofill offers, for example ``"email"`` or ``"off"``.
        tabindex: Place in the tab order; ``-1`` takes the field out of it.
        enterkeyhint: Caption of the Enter key on on-screen keyboards.
        inputmode: Kind of on-screen keyboard.
        lang: Language of the text, for example ``"de"``.

    Source: HTML Standard, sections "The input element" and "Input modalities".
    """

    autocapitalize: Literal["off", "none", "on", "sentences", "words", "characters"] | None = None
    autocorrect: bool | None = None
    spellcheck: bool | None = None
    autocomplete: str | None = None
    tabindex: int | None = None
    enterkeyhint: Literal["enter", "done", "go", "next", "previous", "search", "send"] | None = None
    inputmode: (
        Literal["none", "text", "decimal", "numeric", "tel", "search", "email", "url"] | None
    ) = None
    lang: str | None = None

    def as_props(self) -> dict[str, str | int]:
        """Return the attributes that are set, by name, written as HTML writes them."""
        props: dict[str, str | int] = {}
        for name, value in asdict(self).items():
            if value is None:
                continue
            if name == "autocorrect":
                props[name] = "on" if value else "off"
            elif name == "spellcheck":
                props[name] = "true" if value else "false"
            else:
                props[name] = value
        return props
