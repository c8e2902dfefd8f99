"""The table of routes: each declares its access and its body limit, or it cannot be added.

Matching is two dictionary look-ups for fixed paths and a short list of patterns for the others, with
an optional trailing slash everywhere. Plugged into the framework's router as one route.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from pegboard.server.guard import Visitor

Handler = Callable[[HttpRequest, Visitor], Awaitable[Response]]

JSON_LIMIT_BYTES = 16 * 1024 * 1024


class Access(Enum):
    """Who may use a route."""

    PUBLIC = "public"
    """Anyone, logged in or not: the login page, assets, the favicon."""
    USER = "user"
    """Whoever is logged in; everyone when the app has no login."""


@dataclass(frozen=True, slots=True)
class Route:
    """One route. ``pattern`` may hold ``{name}`` (one segment) and ``{name:rest}`` (to the end)."""

    methods: frozenset[str]
    pattern: str
    handler: Handler
    access: Access
    body_limit: int = 0
    is_cross_origin: bool = True


@dataclass(slots=True)
class RouteTable:
    """All routes of an app."""

    _fixed: dict[tuple[str, str], Route] = field(default_factory=dict)
    _patterns: list[tuple[re.Pattern[str], Route]] = field(default_factory=list)
    _paths: set[str] = field(default_factory=set)
    all: list[Route] = field(default_factory=list)

    def add(
        self,
        methods: str,
        pattern: str,
        handler: Handler,
        access: Access,
        *,
        body_limit: int = 0,
        is_cross_origin: bool = True,
        is_first: bool = False,
    ) -> None:
        """Declare a route; ``methods`` are separated by spaces.

        A pattern that ``is_first`` is looked at before those declared so far.
        """
        route = Route(
            frozenset(methods.split()), pattern, handler, access, body_limit, is_cross_origin
        )
        self.all.append(route)
        if "{" not in pattern:
            for method in route.methods:
                self._fixed[method, pattern] = route
            self._paths.add(pattern)
            return
        regex = re.escape(pattern).replace(r"\{", "{").replace(r"\}", "}").replace(r"\=", "=")
        regex = re.sub(r"\{(\w+):rest\}", r"(?P<\1>.+)", regex)
        regex = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", regex)
        place = 0 if is_first else len(self._patterns)
        self._patterns.insert(place, (re.compile(regex + "$", re.DOTALL), route))

    def find(self, method: str, path: str) -> tuple[Route | None, dict[str, str], bool]:
        """Return the route, its named parts, and whether the path exists under another method."""
        route = self._fixed.get((method, path))
        if route is not None:
            return route, {}, True
        bare = path[:-1] if path != "/" and path.endswith("/") else path
        route = self._fixed.get((method, bare))
        if route is not None:
            return route, {}, True
        known = bare in self._paths
        for pattern, candidate in self._patterns:
            match = pattern.match(path) or (pattern.match(bare) if bare != path else None)
            if match is not None:
                if method in candidate.methods:
                    return candidate, match.groupdict(), True
                known = True
        return None, {}, known

    def methods(self, path: str) -> str:
        """Return what a path may be asked for, as an ``Allow`` header says it."""
        bare = path[:-1] if path != "/" and path.endswith("/") else path
        found = {"OPTIONS"}
        for route in self.all:
            if route.pattern in (path, bare):
                found |= route.methods
        for pattern, route in self._patterns:
            if pattern.match(path) or pattern.match(bare):
                found |= route.methods
        return ", ".join(sorted(found))
