"""Routes of the page: the page itself, config, info, bundles, small files."""

from __future__ import annotations

import gzip
import mimetypes
from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from pegboard import wire
from pegboard.server.answers import BytesAnswer, Headers, JsonAnswer, refuse
from pegboard.server.bundles import MIN_GZIP_BYTES, PREFIX
from pegboard.server.calls import private_session
from pegboard.server.guard import Visitor
from pegboard.server.info import build_info
from pegboard.server.site import Site

IMMUTABLE = (b"cache-control", b"public, max-age=31536000, immutable")
NOSNIFF = (b"x-content-type-options", b"nosniff")
VARY = (b"vary", b"accept-encoding")

ICON = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" '
    b'fill="#4f46e5"/><g fill="#fff"><circle cx="10" cy="10" r="3"/><circle cx="22" cy="10" r="3"/>'
    b'<circle cx="10" cy="22" r="3"/><circle cx="22" cy="22" r="3" fill="#a5b4fc"/></g></svg>'
)


class PageRoutes:
    """Handlers for what a page loads."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._info: dict[bool, tuple[bytes, bytes]] = {}
        self._favicon: tuple[bytes, str] | None = None
        self._has_started = False

    async def page(self, request: HttpRequest, visitor: Visitor) -> Response:
        """``/``: the page, or the login page."""
        site = self._site
        if site.logins.is_required and visitor.username is None:
            return self.login_page(visitor, 401)
        plain, _ = site.config.encoded(visitor.root_url, visitor.username)
        body, policy = site.pages.page(plain, root_path(visitor))
        headers: Headers = [
            (b"content-security-policy", policy.encode()),
            (b"cache-control", b"no-store" if visitor.username else b"no-cache"),
            (b"referrer-policy", b"same-origin"),
            NOSNIFF,
            VARY,
        ]
        return compressed(request, body, "text/html; charset=utf-8", headers)

    def login_page(self, visitor: Visitor, status: int, problem: str = "") -> Response:
        """The page that asks for name and password."""
        site = self._site
        body, policy = site.pages.login_page(root_path(visitor), site.logins.message, problem)
        headers = [
            (b"content-security-policy", policy.encode()),
            (b"cache-control", b"no-store"),
            NOSNIFF,
        ]
        return BytesAnswer(body, "text/html; charset=utf-8", status, headers)

    async def config(self, request: HttpRequest, visitor: Visitor) -> Response:
        """``/config``."""
        plain, packed = self._site.config.encoded(visitor.root_url, visitor.username)
        return _packed(request, plain, packed)

    async def info(self, request: HttpRequest, visitor: Visitor) -> Response:
        """``/info``: endpoints, their arguments and types."""
        everything = request.query_params.get("all_endpoints", "").lower() in ("true", "1")
        if everything not in self._info:
            plain = wire.dumps(build_info(self._site.spec, all_endpoints=everything))
            self._info[everything] = (plain, gzip.compress(plain, 6, mtime=0))
        return _packed(request, *self._info[everything])

    async def cells(self, request: HttpRequest, visitor: Visitor) -> Response:
        """One page of a table of examples, as cells to draw."""
        site, params = self._site, request.path_params
        number, page = params["block"], request.query_params.get("page", "0")
        if not (number.isdigit() and page.isdigit() and len(number) < 10 and len(page) < 10):
            return refuse(400, "A block and a page are whole numbers.")
        component = site.spec.components.get(int(number))
        session_hash = request.query_params.get("session_hash", "")
        # An event may have given this session other rows.
        session = site.sessions.find(private_session(visitor, session_hash)) if session_hash else None
        if session is not None:
            component = session.components.get(int(number), component)
        page_of = getattr(component, "page", None)
        if not callable(page_of):
            return refuse(404, "There is no such table of examples.")

        def make() -> bytes:
            cells = site.files.publish(page_of(int(page)), visitor.root_url, visitor.username)
            return wire.dumps({"page": int(page), "cells": cells})

        return JsonAnswer(body=await site.executor.run(make))

    async def asset(self, request: HttpRequest, visitor: Visitor) -> Response:
        """A bundle, by its hashed address."""
        asset = self._site.bundles.find(f"{PREFIX}/{request.path_params['address']}")
        if asset is None:
            return refuse(404, "No such file.")
        etag = f'"{asset.digest}"'.encode()
        headers: Headers = [
            IMMUTABLE,
            NOSNIFF,
            VARY,
            (b"etag", etag),
            (b"access-control-allow-origin", b"*"),
        ]
        if request.headers.get("if-none-match", "").encode() == etag:
            return BytesAnswer(b"", asset.media_type, 304, headers)
        body, encoding = asset.encoded(request.headers.get("accept-encoding", ""))
        if encoding is not None:
            headers.append((b"content-encoding", encoding.encode()))
        return BytesAnswer(body, asset.media_type, 200, headers)

    async def theme(self, request: HttpRequest, visitor: Visitor) -> Response:
        """The theme's style sheet."""
        return BytesAnswer(self._site.theme_css.encode(), "text/css; charset=utf-8", 200, [NOSNIFF])

    async def robots(self, request: HttpRequest, visitor: Visitor) -> Response:
        """What crawlers may read: the page, when there is no login."""
        rule = "Disallow: /" if self._site.logins.is_required else "Disallow: /gradio_api/"
        return BytesAnswer(f"User-agent: *\n{rule}\n".encode(), "text/plain; charset=utf-8")

    async def favicon(self, request: HttpRequest, visitor: Visitor) -> Response:
        """The app's own icon, or Pegboard's."""
        if self._favicon is None:
            path = self._site.favicon_path
            if path is None:
                self._favicon = (ICON, "image/svg+xml")
            else:
                kind = mimetypes.guess_type(str(path))[0] or "image/x-icon"
                self._favicon = (Path(path).read_bytes(), kind)
        body, kind = self._favicon
        return BytesAnswer(body, kind, 200, [(b"cache-control", b"public, max-age=86400"), NOSNIFF])

    async def plugins(self, request: HttpRequest, visitor: Visitor) -> Response:
        """The plugins of this app and what is wrong with them."""
        entries = [
            {"plugin": key, "problem": assets.problem, "shares_svelte": assets.is_shared}
            for key, assets in self._site.config.plugins.items()
        ]
        problems = [
            {"block": block.id, "plugin": block.plugin, "problem": block.problem}
            for block in self._site.spec.blocks.values()
            if block.problem is not None
        ]
        return JsonAnswer({"plugins": entries, "problems": problems})

    async def app_id(self, request: HttpRequest, visitor: Visitor) -> Response:
        """Which run of the app this is, for clients that reconnect."""
        return JsonAnswer({"app_id": self._site.app_id})

    async def startup_events(self, request: HttpRequest, visitor: Visitor) -> Response:
        """Kept for launchers; true the first time."""
        first, self._has_started = not self._has_started, True
        return JsonAnswer(first)


def root_path(visitor: Visitor) -> str:
    """Return what stands before our addresses in the visitor's browser, without trailing slash."""
    return urlsplit(visitor.root_url).path.rstrip("/")


def compressed(request: HttpRequest, body: bytes, media_type: str, headers: Headers) -> Response:
    """Answer with gzip when the browser takes it and it is worth it."""
    if len(body) >= MIN_GZIP_BYTES and "gzip" in request.headers.get("accept-encoding", ""):
        packed = gzip.compress(body, 5, mtime=0)
        return BytesAnswer(packed, media_type, 200, [*headers, (b"content-encoding", b"gzip")])
    return BytesAnswer(body, media_type, 200, headers)


def _packed(request: HttpRequest, plain: bytes, packed: bytes) -> Response:
    headers: Headers = [(b"cache-control", b"no-cache"), NOSNIFF, VARY]
    if len(plain) >= MIN_GZIP_BYTES and "gzip" in request.headers.get("accept-encoding", ""):
        return BytesAnswer(packed, "application/json", 200, [*headers, (b"content-encoding", b"gzip")])
    return BytesAnswer(plain, "application/json", 200, headers)
