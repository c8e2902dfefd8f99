"""Every error Pegboard raises, each worded as: what came, what was expected, how to fix it.

The tree::

    PegboardError
    ├── UserError              shown to the person in the page, word for word
    │   ├── Error              raised by app authors (``pb.Error``)
    │   └── PayloadError       a value from the browser is not what the component accepts
    ├── ValueTypeError         a function returned something its output component cannot show (TypeError)
    ├── OptionError            a parameter has a bad value (ValueError)
    ├── ArityError             a function returned too few values (ValueError)
    ├── PluginError
    │   ├── ComponentNotFound  no installed component has that name (AttributeError)
    │   ├── NameClash          two installed components claim one name
    │   └── PluginBroken       a plugin is installed but cannot be used
    ├── DuplicateBlockError    one block was placed twice (ValueError)
    ├── FileRefused            a file may not be served or read
    └── QueueFull              no room for another event
"""

from __future__ import annotations

from typing import ClassVar


def describe(value: object, limit: int = 80) -> str:
    """Return ``repr`` and type of a value, cut to a readable length."""
    text = repr(value)
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return f"{text} ({type(value).__name__})"


class PegboardError(Exception):
    """Base of all errors. ``slug`` names the error's page in the documentation."""

    slug: ClassVar[str] = "error"

    @staticmethod
    def three_parts(what: str, *, got: str, expected: str, fix: str) -> str:
        """Lay out the three-part message that every error of ours uses."""
        return f"{what}\n  got:      {got}\n  expected: {expected}\n  fix:      {fix}"


class UserError(PegboardError):
    """An error whose text is meant for the person in front of the page.

    Attributes:
        position: Place of the input whose value was refused; ``None`` when no input is to blame.
    """

    slug = "user-error"
    position: int | None = None

    def __init__(
        self,
        message: str,
        *,
        title: str = "Error",
        duration: float | None = 10,
        visible: bool = True,
        print_exception: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.title = title
        self.duration = duration
        self.visible = visible
        self.print_exception = print_exception


class Error(UserError):
    """Stop the event and show a message in the page.

    Args:
        message: Text for the person. HTML is shown as text.
        duration: Seconds until the message goes away; ``None`` keeps it until it is closed.
        visible: ``False`` fails the event without a message.
        title: Heading of the message.
        print_exception: Also write the traceback to the server's log.
    """

    slug = "error-from-the-app"

    def __init__(
        self,
        message: object = "Error raised.",
        duration: float | None = 10,
        visible: bool = True,
        title: str = "Error",
        print_exception: bool = True,
    ) -> None:
        check_message("Error", duration, visible, title)
        super().__init__(
            str(message),
            title=title,
            duration=duration,
            visible=visible,
            print_exception=print_exception,
        )


class PayloadError(UserError, ValueError):
    """A value sent by a client is not what its component accepts."""

    slug = "bad-payload"

    def __init__(self, component: object, *, got: object, expected: str, fix: str = "") -> None:
        self.component = component
        name = getattr(component, "described", None) or type(component).__name__
        super().__init__(
            self.three_parts(
                f"{name} could not use the value it was sent.",
                got=describe(got),
                expected=expected,
                fix=fix or "send a value of that form",
            ),
            title="Invalid input",
        )


class ValueTypeError(PegboardError, TypeError):
    """A function returned a value that its output component cannot show."""

    slug = "bad-return-value"

    def __init__(self, component: object, *, got: object, expected: str, fix: str = "") -> None:
        name = getattr(component, "described", None) or type(component).__name__
        super().__init__(
            self.three_parts(
                f"{name} cannot show this value.",
                got=describe(got),
                expected=expected,
                fix=fix or "return one of those, or use another component",
            )
        )


class OptionError(PegboardError, ValueError):
    """A parameter was given a value outside what it accepts."""

    slug = "bad-option"

    def __init__(self, where: str, *, got: object, expected: str, fix: str = "") -> None:
        super().__init__(
            self.three_parts(
                f"{where} is not valid.",
                got=describe(got),
                expected=expected,
                fix=fix or "pass one of those",
            )
        )


class OptionTypeError(OptionError, TypeError):
    """A parameter was given a value of the wrong type, or does not exist."""

    slug = "bad-option-type"


class ArityError(PegboardError, ValueError):
    """A function returned fewer values than its listener has outputs."""

    slug = "too-few-values"


class PluginError(PegboardError):
    """Something about an installed (or absent) component plugin."""

    slug = "plugin"


class ComponentNotFound(PluginError, ValueError, AttributeError):
    """No installed component has this name."""

    slug = "component-not-found"


class NameClash(PluginError, ValueError):
    """Two installed components claim one name."""

    slug = "name-clash"


class PluginBroken(PluginError, ImportError):
    """A plugin is installed but cannot be used; the message names it and the fix."""

    slug = "plugin-broken"


class DuplicateBlockError(PegboardError, ValueError):
    """One block was placed twice in a page."""

    slug = "duplicate-block"


class FileRefused(PegboardError, PermissionError):
    """A file may not be read or served."""

    slug = "file-refused"


class QueueFull(PegboardError):
    """The queue has no room for another event."""

    slug = "queue-full"


def check_message(name: str, duration: object, visible: object, title: object) -> None:
    """Refuse arguments of a message to people that the page could not show.

    Raises:
        OptionTypeError: One of them is of the wrong kind.
    """
    is_number = isinstance(duration, (int, float)) and not isinstance(duration, bool)
    if duration is not None and not (is_number and duration >= 0):  # type: ignore[operator]
        raise OptionTypeError(
            f"{name}(duration=)", got=duration, expected="seconds, or None to stay until it is closed"
        )
    if not isinstance(visible, bool):
        raise OptionTypeError(f"{name}(visible=)", got=visible, expected="True or False")
    if not isinstance(title, str):
        raise OptionTypeError(f"{name}(title=)", got=title, expected="text")
