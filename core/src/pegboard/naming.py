"""Components by name: ``"slider"``, ``{"name": "slider", "maximum": 5}``, or the object itself.

Names are looked up among the discovered plugins; this file knows none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pegboard.component import Component
from pegboard.errors import ComponentNotFound, OptionError, OptionTypeError

REFUSED = frozenset({"mic", "tabitem", "timeseries"})
"""Names of Gradio's that never were shortcuts there either."""


def class_named(name: str) -> type[Component[Any, Any, Any]]:
    """Return the component class that a lower-case name, or an id, stands for.

    Raises:
        ComponentNotFound: No installed component has this name.
        OptionError: It is a class name rather than a shortcut.
    """
    from pegboard import plugins

    # An id, "distribution/Class", is how a clash of names is settled.
    if name.lower() != name and "/" not in name:
        raise OptionError(
            f"The component name '{name}'",
            got=name,
            expected="a name in lower case, such as 'textbox'",
            fix=f"write '{name.lower()}', or pass an object: pb.{name}()",
        )
    if name in REFUSED:
        raise ComponentNotFound(f"'{name}' is not the name of a component.")
    found: type[Component[Any, Any, Any]] = plugins.index().resolve(name)
    return found


def is_installed(name: str) -> bool:
    """Say whether a component of this name can be used."""
    from pegboard.errors import PluginError

    try:
        class_named(name)
    except PluginError:
        return False
    return True


def component_from(
    given: object, options: Mapping[str, Any] | None = None, where: str = "Interface(inputs=)"
) -> Any:
    """Return the component meant by an object, a name, or a dict with a ``name``.

    Args:
        options: Further constructor arguments, used when the component is made here.

    Raises:
        OptionTypeError: It is none of those.
    """
    if isinstance(given, str):
        return class_named(given)(**dict(options or {}))
    if isinstance(given, Mapping) and isinstance(given.get("name"), str):
        own = {str(key): value for key, value in given.items() if key != "name"}
        return class_named(given["name"])(**{**own, **dict(options or {})})
    if isinstance(given, Component):
        return given
    if isinstance(given, type) and issubclass(given, Component):
        raise OptionTypeError(
            where, got=given, expected="a component object", fix=f"add (): {given.__name__}()"
        )
    raise OptionTypeError(
        where,
        got=given,
        expected="a component, its name such as 'textbox', or a dict with a 'name'",
    )
