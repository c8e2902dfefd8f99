"""Hooks for what is not a component: code that runs at start and stop, CLI commands, doctor checks.

A distribution lists a module or object under the entry-point group ``pegboard.plugins`` and marks its
functions with `hookimpl`. Loading and calling are fault tolerant: a plugin that fails is kept with its
traceback and the others go on. Components are never hooks (`pegboard.plugins`): one broken wheel must
not be an outage.

``PEGBOARD_PLUGINS`` (names separated by commas; empty for none) loads only those, and
``PEGBOARD_STRICT=1`` turns a failing plugin into an error.
"""

from __future__ import annotations

import inspect
import logging
import os
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pluggy

from pegboard.errors import PluginBroken
from pegboard.plugins import HookPoint, index

hookspec = pluggy.HookspecMarker("pegboard")
hookimpl = pluggy.HookimplMarker("pegboard")
"""Marks a function as the implementation of the hook of the same name."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Check:
    """One finding of a plugin's own `pegboard doctor` check."""

    title: str
    is_ok: bool
    fix: str = ""


@dataclass(frozen=True)
class HookProblem:
    """A plugin that failed: while it was loaded, or in one of its hooks."""

    plugin: str
    where: str
    cause: str
    traceback: str


class HookSpecs:
    """The hooks and their arguments; an implementation may leave out arguments it does not need."""

    @hookspec
    def pegboard_startup(self, app: Any) -> Any:
        """The server starts; ``app`` is the ASGI application. May return an awaitable."""

    @hookspec
    def pegboard_shutdown(self, app: Any) -> Any:
        """The server stops. May return an awaitable."""

    @hookspec
    def pegboard_cli(self, group: Any) -> None:
        """The command line is being built; add sub-commands to ``group`` (a click group)."""

    @hookspec
    def pegboard_doctor_checks(self) -> Sequence[Check]:
        """Return findings for `pegboard doctor`."""
        return ()  # never called: a specification names the hook and its arguments


class Hooks:
    """The loaded plugins. Attributes: ``problems``, what failed so far."""

    def __init__(self, points: Iterable[HookPoint]) -> None:
        self.problems: list[HookProblem] = []
        self._manager = pluggy.PluginManager("pegboard")
        self._manager.add_hookspecs(HookSpecs)
        wanted = os.environ.get("PEGBOARD_PLUGINS")
        only = None if wanted is None else {name.strip() for name in wanted.split(",")}
        for point in points:
            if only is None or point.distribution in only or point.name in only:
                self._load(point)

    def names(self) -> list[str]:
        """Return the loaded plugins as ``<distribution>:<name>``."""
        return [name for name, _ in self._manager.list_name_plugin()]

    def call(self, hook: str, **arguments: Any) -> list[Any]:
        """Call every implementation, last loaded first, and return what is not ``None``.

        One that raises is noted and skipped.
        """
        results = []
        for implementation in reversed(getattr(self._manager.hook, hook).get_hookimpls()):
            try:
                result = implementation.function(*(arguments[n] for n in implementation.argnames))
            except Exception as error:  # someone else's code; the others must still be called
                self._note(implementation.plugin_name, hook, error)
            else:
                if result is not None:
                    results.append(result)
        return results

    async def call_async(self, hook: str, **arguments: Any) -> None:
        """Call every implementation and await the results that can be awaited."""
        for result in self.call(hook, **arguments):
            if inspect.isawaitable(result):
                try:
                    await result
                except Exception as error:
                    self._note("a plugin", hook, error)

    def _load(self, point: HookPoint) -> None:
        name = f"{point.distribution}:{point.name}"
        plugin: Any = None
        try:
            plugin = point.load()
            self._manager.register(plugin, name=name)
            self._manager.check_pending()
        except BaseException as error:  # an import may raise anything, SystemExit too
            if isinstance(error, KeyboardInterrupt):
                raise
            if plugin is not None and self._manager.has_plugin(name):
                self._manager.unregister(name=name)  # no half registration stays behind
            self._note(name, "loading", error)

    def _note(self, plugin: str, where: str, error: BaseException) -> None:
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        cause = f"{type(error).__name__}: {error}"
        self.problems.append(HookProblem(plugin, where, cause, text))
        if os.environ.get("PEGBOARD_STRICT") == "1":
            raise PluginBroken(
                f"The plugin {plugin} failed in {where}: {cause}. Unset PEGBOARD_STRICT to go on "
                "without it."
            ) from error
        log.warning("pegboard: the plugin %s failed in %s: %s", plugin, where, cause)


_hooks: Hooks | None = None


def hooks() -> Hooks:
    """Return the installed hook plugins, loaded at the first call."""
    global _hooks
    if _hooks is None:
        _hooks = Hooks(index().hook_points)
    return _hooks
