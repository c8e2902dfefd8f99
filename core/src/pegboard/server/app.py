"""The web application: wires the parts, puts the gate in front, declares the routes. No logic.

Our routes are answered by a table before the framework's own stack, unless the app's author has added
middleware, which then sees every request.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.requests import HTTPConnection
from starlette.requests import Request as HttpRequest
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from pegboard.plugins import index
from pegboard.request import Request
from pegboard.server.answers import JsonAnswer, Malformed, refuse
from pegboard.server.calls import CallRoutes
from pegboard.server.config import API_PREFIX
from pegboard.server.describing import build_document
from pegboard.server.endpoints import EndpointRoutes
from pegboard.server.filing import FileRoutes
from pegboard.server.guard import Visitor
from pegboard.server.pages_routes import PageRoutes
from pegboard.server.people import PeopleRoutes
from pegboard.server.routes import JSON_LIMIT_BYTES, Access, Route, RouteTable
from pegboard.server.site import Site
from pegboard.server.turnstile import Turnstile

log = logging.getLogger("pegboard.server")

Found = tuple[Route | None, dict[str, str]]

PASSED = "pegboard.passed"
"""Marks the scope of a request that the gate has let through."""


class PegboardApp(FastAPI):
    """A FastAPI app whose first routes are a Pegboard app's.

    Attributes:
        site: Everything behind the routes.
        table: The routes, each with its declared access.
    """

    def __init__(self, site: Site, **kwargs: Any) -> None:
        given = kwargs.pop("lifespan", None)
        # The framework's documents are off unless asked for; its pages need its schema.
        wants_docs = kwargs.get("docs_url") or kwargs.get("redoc_url")
        kwargs.setdefault("openapi_url", "/openapi.json" if wants_docs else None)
        for name in ("docs_url", "redoc_url"):
            kwargs.setdefault(name, None)

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[Any]:
            await site.start()
            # Hooks are read only where there is one: pluggy costs as much as all of discovery.
            plugins = None
            if index().hook_points:
                from pegboard.hookspecs import hooks

                plugins = hooks()
            if plugins is not None:
                await plugins.call_async("pegboard_startup", app=app)
            try:
                if given is None:
                    yield
                else:
                    async with given(app) as state:
                        yield state
            finally:
                if plugins is not None:
                    await plugins.call_async("pegboard_shutdown", app=app)
                await site.stop()

        super().__init__(lifespan=lifespan, **kwargs)
        self.site = site
        self.table = declare_routes(site, has_own_openapi=bool(self.openapi_url))
        self._gate = Gate(site, self.table)
        self.router.routes.insert(0, _TableRoute(self._gate, self))

    def openapi(self) -> dict[str, Any]:
        """Return the framework's document with the app's endpoints in it."""
        if self.openapi_schema is None:
            own = super().openapi()
            ours = build_document(
                self.site.spec, self.root_path, has_login=self.site.logins.is_required
            )
            own.setdefault("paths", {}).update(ours["paths"])
            schemas = own.setdefault("components", {}).setdefault("schemas", {})
            schemas.update(ours["components"]["schemas"])
        schema: dict[str, Any] = self.openapi_schema or own
        return schema

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] == "http":
            scope = self.site.guard.without_prefix(scope)
            if not self.user_middleware:
                found = self._gate.find(scope)
                if found is not None:
                    await self._gate.answer(scope, receive, send, found)
                    return
        await super().__call__(scope, receive, send)


class _TableRoute(BaseRoute):
    """The table as one route of the framework's router; and the gate in front of the others.

    Routes that the author has added (and the framework's documents) are behind the same login.
    """

    def __init__(self, gate: Gate, app: FastAPI) -> None:
        self._gate = gate
        self._app = app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Take every request that the gate has not let through yet."""
        if scope["type"] not in ("http", "websocket") or scope.get(PASSED):
            return Match.NONE, {}
        return Match.FULL, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer through the table, or let the request on to the framework's routes."""
        found = self._gate.find(scope) if scope["type"] == "http" else None
        if found is not None:
            await self._gate.answer(scope, receive, send, found)
            return
        refusal = await self._gate.refusal(scope, receive)
        if refusal is None:
            await self._app.router({**scope, PASSED: True}, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        else:
            await refusal(scope, receive, send)


class Gate:
    """What every request of ours passes: Host and Origin, login, body size; then its handler."""

    def __init__(self, site: Site, table: RouteTable) -> None:
        self._site = site
        self._table = table
        self._turnstile = Turnstile()

    def find(self, scope: Scope) -> Found | None:
        """Return the route of a path of ours, and its named parts; ``None`` for other paths.

        The route is ``None`` when the path is ours but not with this method.
        """
        route, params, is_known = self._table.find(scope["method"], local_path(scope))
        return (route, params) if is_known else None

    async def answer(self, scope: Scope, receive: Receive, send: Send, found: Found) -> None:
        """Answer one request (ASGI) for the route that `find` has found."""
        if not self._turnstile.is_free():
            await self._turnstile.wait()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        extra: list[tuple[bytes, bytes]] = []
        try:
            if not self._site.is_started:
                await self._site.start()
            refusal = self._site.guard.check(scope, headers)
            if refusal is not None:
                answer: Any = refuse(refusal.status, refusal.detail)
            else:
                extra = self._site.guard.cors_headers(headers)
                answer = await self._answer(scope, receive, headers, found)
        except Malformed as problem:
            answer = refuse(problem.status, problem.detail)
        except asyncio.CancelledError:
            raise
        except Exception:
            # A bug of ours; people get a plain sentence, the log the traceback.
            log.exception("a request failed: %s %s", scope["method"], _route_name(scope))
            answer = refuse(500, "The server failed to answer this request; its log says why.")
        if extra:
            answer.raw_headers = [*answer.raw_headers, *extra]
        await answer(scope, receive, send)

    async def _answer(
        self, scope: Scope, receive: Receive, headers: dict[bytes, bytes], found: Found
    ) -> Any:
        method = scope["method"]
        route, params = found
        if route is None:
            if method == "OPTIONS":
                return _preflight(headers)
            answer = refuse(405, f"{method} is not possible here.")
            allowed = self._table.methods(local_path(scope))
            answer.raw_headers.append((b"allow", allowed.encode()))
            return answer
        size = headers.get(b"content-length")
        if size is not None and route.body_limit and size.isdigit() and int(size) > route.body_limit:
            return refuse(413, f"The body is larger than {route.body_limit} bytes.")
        outer = scope.get("path_params")
        scope["path_params"] = {**outer, **params} if outer else params
        request = HttpRequest(scope, receive)
        username = None
        if self._site.logins.is_required:
            username = await self._user(scope, request)
            if username is None and route.access is not Access.PUBLIC:
                return self._not_logged_in()
        root = self._site.guard.root_url(scope, headers)
        visitor = Visitor(username, root, root.startswith("https://"))
        return await route.handler(request, visitor)

    async def refusal(self, scope: Scope, receive: Receive) -> Any:
        """Return the answer to a request for a route outside the table that may not pass."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        await self._site.start()
        found = self._site.guard.check(scope, headers)
        if found is not None:
            return refuse(found.status, found.detail)
        if not self._site.logins.is_required:
            return None
        request = HTTPConnection(scope, receive)
        return None if await self._user(scope, request) is not None else self._not_logged_in()

    async def _user(self, scope: Scope, request: HTTPConnection) -> str | None:
        if not self._site.logins.is_required:
            return None
        return await self._site.logins.user_of(Request(headers=scope["headers"]), lambda: request)

    def _not_logged_in(self) -> JsonAnswer:
        return refuse(
            401, {"error": "Not authenticated", "auth_message": self._site.logins.message}
        )


def local_path(scope: Scope) -> str:
    """Return the path below the place where the app is mounted."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    if root and path.startswith(root) and path[len(root) : len(root) + 1] in ("", "/"):
        path = path[len(root) :]
    return path or "/"


def declare_routes(site: Site, *, has_own_openapi: bool = False) -> RouteTable:
    """Return every route of a Pegboard app.

    Args:
        has_own_openapi: The framework serves a document of its own, which has ours in it.
    """
    table = RouteTable()
    pages, files = PageRoutes(site), FileRoutes(site)
    people, calls = PeopleRoutes(site, pages), CallRoutes(site)
    endpoints = EndpointRoutes(site, calls)
    public, user, body = Access.PUBLIC, Access.USER, JSON_LIMIT_BYTES
    p = API_PREFIX

    table.add("GET HEAD", "/", pages.page, public)
    table.add("GET HEAD", "/config", pages.config, user)
    table.add("GET HEAD", "/theme.css", pages.theme, public)
    table.add("GET HEAD", f"{p}/theme.css", pages.theme, public)
    table.add("GET HEAD", "/robots.txt", pages.robots, public)
    table.add("GET HEAD", "/favicon.ico", pages.favicon, public)
    table.add("GET HEAD", "/manifest.json", pages.manifest, user)
    table.add("GET HEAD", "/pwa_icon", pages.pwa_icon, public)
    table.add("GET HEAD", "/pwa_icon/{size}", pages.pwa_icon, public)
    table.add("GET HEAD", "/monitoring", pages.monitoring, user)
    table.add("GET HEAD", "/monitoring/summary", pages.summary, user)
    table.add("GET HEAD", "/monitoring/{key}", pages.dashboard, user)
    table.add("GET HEAD", "/_pegboard/plugins", pages.plugins, user)
    table.add("GET HEAD", "/_pegboard/{address:rest}", pages.asset, public)
    table.add("GET HEAD", f"{p}/info", pages.info, user)
    table.add("GET", f"{p}/examples/{{block}}", pages.cells, user)
    table.add("GET", f"{p}/app_id", pages.app_id, user)
    table.add("GET", f"{p}/startup-events", pages.startup_events, user)

    table.add("POST", "/login", people.log_in, public, body_limit=64 * 1024)
    table.add("GET", "/logout", people.log_out, public)
    table.add("GET", f"{p}/user", people.user, user)
    table.add("GET", f"{p}/login_check", people.user, user)

    table.add("POST", f"{p}/queue/join", calls.join, user, body_limit=body)
    table.add("GET", f"{p}/queue/data", calls.data, user)
    table.add("GET", f"{p}/queue/status", calls.status, user)
    table.add("POST", f"{p}/endpoints/{{name}}", endpoints.call, user, body_limit=body)
    table.add("GET HEAD", f"{p}/openapi.json", pages.openapi, user)
    if not has_own_openapi:
        table.add("GET HEAD", "/openapi.json", pages.openapi, user)
    table.add("POST", f"{p}/call/v2/{{name}}", calls.call_by_name, user, body_limit=body)
    table.add("GET", f"{p}/call/v2/{{name}}/{{event_id}}", calls.result, user)
    table.add("POST", f"{p}/call/{{name}}", calls.call, user, body_limit=body)
    table.add("GET", f"{p}/call/{{name}}/{{event_id}}", calls.result, user)
    table.add("POST", f"{p}/run/{{name}}", calls.run, user, body_limit=body)
    table.add("POST", f"{p}/api/{{name}}", calls.run, user, body_limit=body)
    table.add("POST", f"{p}/cancel", calls.cancel, user, body_limit=body)
    table.add("POST", f"{p}/reset", calls.reset, user, body_limit=body)
    table.add("POST", f"{p}/stream/{{event_id}}", calls.chunk, user, body_limit=body)
    table.add("POST", f"{p}/stream/{{event_id}}/close", calls.close_stream, user, body_limit=body)
    media = f"{p}/stream/{{session}}/{{run}}/{{component}}"
    table.add("GET HEAD", f"{media}/playlist.m3u8", files.playlist, user)
    table.add("GET HEAD", f"{media}/{{piece}}", files.piece, user)
    table.add("GET", f"{p}/heartbeat/{{session_hash}}", calls.heartbeat, user)
    table.add("POST", f"{p}/component_server", calls.component_server, user, body_limit=body)

    if site.mcp is not None:
        talk = site.mcp.conversation
        table.add("GET HEAD", f"{p}/mcp/schema", site.mcp.schema, user)
        for path in (f"{p}/mcp", f"{p}/mcp/http"):
            table.add("GET POST DELETE", path, talk, user, body_limit=body)
    table.add("POST", f"{p}/upload", files.upload, user)
    table.add("GET", f"{p}/upload_progress", files.progress, user)
    table.add("GET HEAD", f"{p}/file={{path:rest}}", files.file, user)
    table.add("GET HEAD", f"{p}/file/{{path:rest}}", files.file, user)
    return table


def _preflight(headers: dict[bytes, bytes]) -> JsonAnswer:
    answer = JsonAnswer(body=b"", status=204)
    answer.raw_headers = [
        (b"access-control-allow-methods", b"GET, POST, HEAD, OPTIONS"),
        (
            b"access-control-allow-headers",
            headers.get(b"access-control-request-headers", b"content-type, x-gradio-user, authorization"),
        ),
        (b"access-control-max-age", b"600"),
    ]
    return answer


def _route_name(scope: Scope) -> str:
    # Not the whole path: it may hold a session or a file handle.
    return "/".join(local_path(scope).split("/")[:3])


__all__ = ["Gate", "PegboardApp", "Route", "declare_routes", "local_path"]

