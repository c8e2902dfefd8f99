"""Routes of the page: the page itself, config, info, bundles, small files."""

from __future__ import annotations

import html
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from pegboard import wire
from pegboard.i18n import languages, spoken, translated_in
from pegboard.server.answers import BytesAnswer, Headers, JsonAnswer, refuse
from pegboard.server.bundles import MIN_GZIP_BYTES, PREFIX
from pegboard.server.calls import private_session
from pegboard.server.config import MAX_ROOTS
from pegboard.server.describing import build_document
from pegboard.server.guard import Visitor
from pegboard.server.icons import ICON, Icon, manifest, read_icon
from pegboard.server.info import build_info
from pegboard.server.monitoring import RELOAD_S
from pegboard.server.packed import PackedDocuments
from pegboard.server.pages import asked_theme
from pegboard.server.site import Site

MAX_LANGUAGES = 64
"""Lists of languages to keep answers for: they are the visitors' words, and their number is not ours."""

IMMUTABLE = (b"cache-control", b"public, max-age=31536000, immutable")
HTML = "text/html; charset=utf-8"
NOSNIFF = (b"x-content-type-options", b"nosniff")
VARY = (b"vary", b"accept-encoding")

class PageRoutes:
    """Handlers for what a page loads."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._openapi = PackedDocuments(MAX_ROOTS)
        self._info = PackedDocuments(MAX_LANGUAGES)
        self._read_icon: Icon | None = None
        self._has_started = False

    async def page(self, request: HttpRequest, visitor: Visitor) -> Response:
        """``/``: the page, or the login page."""
        site = self._site
        if site.logins.is_required and visitor.username is None:
            if not site.logins.has_form:
                return self._not_admitted(request, visitor)
            return self.login_page(request, visitor, 401)
        plain, _ = await self._config(visitor)
        # A page of this origin led here, and another one may follow: files are worth keeping then.
        is_first = request.headers.get("sec-fetch-site") != "same-origin"
        page = site.pages.page(
            plain,
            root_path(visitor),
            theme=asked_theme(request.query_params),
            wanted=wanted_languages(request),
            is_first=is_first,
        )
        headers: Headers = [
            (b"content-security-policy", page.policy.encode()),
            (b"cache-control", b"no-store" if visitor.username else b"no-cache"),
            (b"referrer-policy", b"same-origin"),
            NOSNIFF,
            (b"vary", b"accept-encoding, accept-language, sec-fetch-site"),
        ]
        if visitor.username is None:
            etag = page.frame.tag(page.config)
            headers.append((b"etag", etag.encode()))
            if request.headers.get("if-none-match") == etag:
                return BytesAnswer(b"", HTML, 304, headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            body = page.frame.gzipped(page.config)
            return BytesAnswer(body, HTML, 200, [*headers, (b"content-encoding", b"gzip")])
        return BytesAnswer(page.frame.around(page.config), HTML, 200, headers)

    def login_page(
        self, request: HttpRequest, visitor: Visitor, status: int, problem: str = "", user: str = ""
    ) -> Response:
        """The page that asks for name and password."""
        made = self._site.pages.login_page(
            root_path(visitor),
            self._site.logins.message,
            problem,
            user=user,
            theme=asked_theme(request.query_params),
            wanted=wanted_languages(request),
        )
        return self._note(made, status)

    def _not_admitted(self, request: HttpRequest, visitor: Visitor) -> Response:
        """What a visitor sees whom ``auth_dependency`` does not know: there is no form to fill in."""
        message = self._site.logins.message or "You are not logged in where this app expects it."
        body = (
            '<main class="pb-note"><div class="pb-note-card"><h1>Not admitted</h1>'
            f'<p class="pb-note-message">{html.escape(message)}</p></div></main>'
        )
        theme = asked_theme(request.query_params)
        return self._note(self._site.pages.note_page(body, root_path(visitor), theme=theme), 401)

    @staticmethod
    def _note(made: tuple[bytes, str], status: int = 200) -> Response:
        body, policy = made
        headers = [
            (b"content-security-policy", policy.encode()),
            (b"cache-control", b"no-store"),
            # Not less: without a referrer, a browser sends a form with the origin "null".
            (b"referrer-policy", b"same-origin"),
            NOSNIFF,
        ]
        return BytesAnswer(body, HTML, status, headers)

    async def config(self, request: HttpRequest, visitor: Visitor) -> Response:
        """``/config``."""
        return _packed(request, *await self._config(visitor))

    async def _config(self, visitor: Visitor) -> tuple[bytes, bytes]:
        config, asked = self._site.config, (visitor.root_url, visitor.username)
        known = config.known(*asked)
        return known if known is not None else await self._site.builders.run(lambda: config.encoded(*asked))

    async def info(self, request: HttpRequest, visitor: Visitor) -> Response:
        """``/info``: endpoints, their arguments and types."""
        everything = request.query_params.get("all_endpoints", "").lower() in ("true", "1")
        spec = self._site.spec
        texts = spec.extra.get("i18n") or {}
        language = spoken(texts, wanted_languages(request))

        def build() -> object:
            return translated_in(build_info(spec, all_endpoints=everything), texts, language)

        packed = await self._info.get((everything, language), build, self._site.builders)
        return _packed(request, *packed)

    async def openapi(self, request: HttpRequest, visitor: Visitor) -> Response:
        """``/openapi.json``: the endpoints as typed routes."""
        site, root_url = self._site, visitor.root_url

        def build() -> object:
            document = build_document(site.spec, root_url, has_login=site.logins.is_required)
            return translated_in(document, site.spec.extra.get("i18n") or {})

        return _packed(request, *await self._openapi.get(root_url, build, site.builders))

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
            cells = site.files.publish_lasting(page_of(int(page)), visitor.root_url, visitor.username)
            return wire.dumps({"page": int(page), "cells": cells})

        return JsonAnswer(body=await site.builders.run(make))

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
        return _picture(self._icon().content, self._icon().media_type)

    def _icon(self) -> Icon:
        if self._read_icon is None:
            self._read_icon = read_icon(self._site.favicon_path)
        return self._read_icon

    async def manifest(self, request: HttpRequest, visitor: Visitor) -> Response:
        """``/manifest.json``: what an installed app is called and looks like."""
        site = self._site
        if not site.options.pwa:
            return refuse(404, "This app cannot be installed; launch(pwa=True) makes it so.")
        title = site.pages.title(wanted_languages(request))
        value = manifest(title, self._icon(), root_path(visitor), site.page_colors)
        answer = JsonAnswer(value)
        answer.raw_headers[0] = (b"content-type", b"application/manifest+json")
        return answer

    async def pwa_icon(self, request: HttpRequest, visitor: Visitor) -> Response:
        """The icon of the installed app; ``any`` is Pegboard's own, of any size."""
        if not self._site.options.pwa:
            return refuse(404, "This app cannot be installed; launch(pwa=True) makes it so.")
        if request.path_params.get("size") == "any":
            return _picture(ICON, "image/svg+xml")
        return await self.favicon(request, visitor)

    async def monitoring(self, request: HttpRequest, visitor: Visitor) -> Response:
        """``/monitoring``: prints the dashboard's secret address where the app runs."""
        monitor = self._site.monitor
        if monitor.is_enabled is False:
            return refuse(403, "Monitoring is switched off: launch(enable_monitoring=False).")
        if monitor.may_print():
            print(f"* Monitoring: {visitor.root_url}/monitoring/{monitor.key}", flush=True)
        return self._monitoring_note(
            visitor, "<h1>Monitoring</h1><p>Its address was printed where the app runs.</p>"
        )

    async def dashboard(self, request: HttpRequest, visitor: Visitor) -> Response:
        """``/monitoring/<key>``: requests, success and times of every function."""
        monitor = self._site.monitor
        if not monitor.admits(request.path_params["key"]):
            return refuse(403, "This is not the dashboard's key; /monitoring prints its address.")
        body = (
            f"<h1>{html.escape(self._site.pages.title())}: monitoring</h1>"
            f"<p>Times are those of the last runs. The page reloads every {RELOAD_S} seconds.</p>"
        )
        return self._monitoring_note(visitor, body + monitor.table(), RELOAD_S)

    async def summary(self, request: HttpRequest, visitor: Visitor) -> Response:
        """``/monitoring/summary?key=``: the same as JSON."""
        monitor = self._site.monitor
        key = request.query_params.get("key") or request.headers.get("x-monitoring-key", "")
        if not monitor.admits(key):
            return refuse(403, "Send the dashboard's key: /monitoring/summary?key=...")
        answer = JsonAnswer(monitor.summary())
        answer.raw_headers.append((b"cache-control", b"no-store"))
        return answer

    def _monitoring_note(self, visitor: Visitor, body: str, reload_s: int | None = None) -> Response:
        made = self._site.pages.note_page(
            f'<main class="pb-note"><div>{body}</div></main>',
            root_path(visitor),
            title="Monitoring",
            reload_s=reload_s,
        )
        return self._note(made)

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


def wanted_languages(request: HttpRequest) -> Sequence[str]:
    """Return the visitor's languages, best first."""
    return languages(request.headers.get("accept-language", ""))


def _picture(content: bytes, kind: str) -> Response:
    headers = [
        (b"cache-control", b"public, max-age=86400"),
        # An SVG opened on its own is a document; it may show itself and nothing else.
        (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; sandbox"),
        NOSNIFF,
    ]
    return BytesAnswer(content, kind, 200, headers)


def _packed(request: HttpRequest, plain: bytes, packed: bytes) -> Response:
    headers: Headers = [(b"cache-control", b"no-cache"), NOSNIFF, VARY]
    if len(plain) >= MIN_GZIP_BYTES and "gzip" in request.headers.get("accept-encoding", ""):
        return BytesAnswer(packed, "application/json", 200, [*headers, (b"content-encoding", b"gzip")])
    return BytesAnswer(plain, "application/json", 200, headers)
