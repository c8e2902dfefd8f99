"""The gallery as a web application: its page, its data, bundles, running demos, and installing.

The page works from the same files that the static build writes (`pegboard_gallery.site`); what only a
server can do sits below ``/api`` and ``/run``.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import mimetypes
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import (
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from pegboard_gallery.composing import Composer, read_recipe
from pegboard_gallery.gallery import Gallery
from pegboard_gallery.installing import Order, carry_out, command_for, is_loaded
from pegboard_gallery.listing import Listing
from pegboard_gallery.packages import is_inside
from pegboard_gallery.running import RunningApps, load_demo

FRONTEND = Path(__file__).with_name("_frontend")
NOT_BUILT = (
    "The gallery's page is not built. In a source checkout run `make build`; otherwise install "
    "pegboard-gallery from a wheel.\n"
)
LOOPBACK = {"127.0.0.1", "localhost", "::1", "[::1]"}
TOKEN_HEADER = "x-pegboard-token"
MAX_BODY_BYTES = 16_384
COMPOSED_APPS = 8


def create_gallery(
    gallery: Gallery, *, allow_install: bool = False, is_loopback: bool = True, home: str | None = None
) -> Starlette:
    """Return the web application.

    Args:
        gallery: What to show.
        allow_install: Offer to install from the page; has no effect unless ``is_loopback``.
        is_loopback: The server is reached from this machine alone.
        home: Address of the app this gallery belongs to, linked from its page.
    """
    return _Site(gallery, allow_install=allow_install and is_loopback, is_loopback=is_loopback, home=home).app()


class _Site:
    def __init__(self, gallery: Gallery, *, allow_install: bool, is_loopback: bool, home: str | None) -> None:
        self._gallery = gallery
        self._may_install = allow_install
        self._is_loopback = is_loopback
        self._home = home
        self._token = secrets.token_urlsafe(24)
        self._installing = asyncio.Lock()
        self._demos = RunningApps("demo", load_demo)
        self._composer = Composer(gallery)
        self._composed = RunningApps("Interface", self._composer.load, limit=COMPOSED_APPS)
        self._cards: tuple[Listing | None, bytes] = (None, b"")

    def app(self) -> Starlette:
        routes = [
            Route("/", self.index),
            Route("/frame.html", self.frame),
            Route("/data/gallery.json", self.cards),
            Route("/data/components/{slug}.json", self.component),
            Route("/data/demos/{name}.json", self.demo),
            Route("/bundles/{slug}/{path:path}", self.bundle),
            Route("/api/session", self.session),
            Route("/api/install", self.install, methods=["POST"]),
            Route("/api/compose", self.compose, methods=["POST"]),
            Mount("/run", app=self._demos),
            Mount("/composed", app=self._composed),
            Route("/{path:path}", self.asset),
        ]

        @asynccontextmanager
        async def lifespan(app: Starlette) -> AsyncIterator[None]:
            yield
            await self._demos.stop()
            await self._composed.stop()

        return Starlette(
            routes=routes,
            lifespan=lifespan,
            middleware=[
                Middleware(Doorkeeper, is_loopback=self._is_loopback),
                Middleware(GZipMiddleware, minimum_size=800),
            ],
        )

    # -- files ---------------------------------------------------------------------------------------

    def index(self, request: Request) -> Response:
        if not request.scope["path"].endswith("/"):
            return RedirectResponse(request.url.path + "/")
        return self._file("index.html", no_store=True)

    def frame(self, request: Request) -> Response:
        del request
        answer = self._file("frame.html", no_store=False)
        # Also when it is opened by itself, what runs in it has no origin.
        answer.headers["content-security-policy"] = "sandbox allow-scripts"
        return answer

    def asset(self, request: Request) -> Response:
        return self._file(request.path_params["path"], no_store=False)

    def _file(self, name: str, *, no_store: bool) -> Response:
        path = FRONTEND / name
        if not is_inside(name) or name.startswith(".") or not path.is_file():
            if name == "index.html":
                return PlainTextResponse(NOT_BUILT, 503)
            return PlainTextResponse("There is no such file.\n", 404)
        media = mimetypes.guess_type(name)[0] or "application/octet-stream"
        if name.endswith(".js"):
            media = "text/javascript"
        # Files in assets carry their hash in their names.
        cache = "no-store" if no_store else (
            "public, max-age=31536000, immutable" if name.startswith("assets/") else "no-cache"
        )
        return Response(path.read_bytes(), media_type=media, headers={"cache-control": cache})

    # -- data ----------------------------------------------------------------------------------------

    def cards(self, request: Request) -> Response:
        listing = self._gallery.listing()
        known, body = self._cards
        if listing is not known:
            body = _encoded(
                {
                    "mode": "local",
                    "home": self._home,
                    "components": listing.cards(),
                    "demos": listing.demo_rows(),
                    "problems": listing.problems,
                }
            )
            self._cards = (listing, body)
        return _json(request, body)

    def component(self, request: Request) -> Response:
        found = self._gallery.find(request.path_params["slug"])
        if found is None:
            return JSONResponse({"error": "There is no such component any more."}, 404)
        return _json(request, _encoded(found[0].detail(found[1])))

    def demo(self, request: Request) -> Response:
        wanted = request.path_params["name"]
        for demo in self._gallery.last_listing().demos:
            if demo.name == wanted:
                return _json(request, _encoded(demo.detail()))
        return JSONResponse({"error": "There is no such demo."}, 404)

    def bundle(self, request: Request) -> Response:
        path = request.path_params["path"]
        content = self._gallery.file(request.path_params["slug"], path)
        if content is None:
            return PlainTextResponse("There is no such file.\n", 404)
        # A page of this origin must never run it: it is handed to a frame without one, as text.
        return Response(
            content,
            media_type="text/plain; charset=utf-8",
            headers={"cache-control": "no-cache", "content-security-policy": "sandbox"},
        )

    # -- what only a server can do -------------------------------------------------------------------

    def session(self, request: Request) -> Response:
        del request
        body = {
            "allow_install": self._may_install,
            "allow_compose": self._is_loopback,
            "token": self._token if self._may_install or self._is_loopback else None,
        }
        return JSONResponse(body, headers={"cache-control": "no-store"})

    async def install(self, request: Request) -> Response:
        if not self._may_install:
            return JSONResponse(
                {"error": "Installing from the page is off. Start with: pegboard gallery --allow-install"}, 403
            )
        if not self._is_own_page(request):
            return JSONResponse({"error": "Only this gallery's own page may ask to install."}, 403)
        try:
            if _is_too_large(request):
                raise ValueError
            wanted = str((await request.json())["distribution"])
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"error": 'Send {"distribution": NAME}.'}, 400)
        order = await run_in_threadpool(self._gallery.order, wanted)
        if order is None:
            return JSONResponse({"error": f"The catalogue does not list {wanted[:100]!r}."}, 404)
        command = command_for(order)
        if command is None:
            return JSONResponse({"error": "There is neither pip nor uv in this environment."}, 500)
        if self._installing.locked():
            return JSONResponse({"error": "Another installation is under way."}, 409)
        return StreamingResponse(self._log(order, command), media_type="application/x-ndjson")

    async def compose(self, request: Request) -> Response:
        """Accept what an Interface is to be made of, and answer with its address."""
        if not self._is_loopback:
            return JSONResponse({"error": "Interfaces are run for this machine alone."}, 403)
        if not self._is_own_page(request):
            return JSONResponse({"error": "Only this gallery's own page may ask for that."}, 403)
        if _is_too_large(request):
            return JSONResponse({"error": "That is too much for one Interface."}, 413)
        try:
            recipe = read_recipe(await request.body())
            name = await run_in_threadpool(self._composer.accept, recipe)
        except ValueError as problem:
            return JSONResponse({"error": str(problem)}, 400)
        return JSONResponse({"address": f"composed/{name}/"})

    def _is_own_page(self, request: Request) -> bool:
        given = request.headers.get(TOKEN_HEADER, "").encode()
        return request.headers.get("origin") is not None and secrets.compare_digest(given, self._token.encode())

    async def _log(self, order: Order, command: list[str]) -> AsyncIterator[str]:
        async with self._installing:
            needs_restart = is_loaded(self._gallery.packages_of(order.distribution))
            shown = " ".join("python" if part == command[0] else part for part in command)
            yield json.dumps({"line": f"$ {shown}"}) + "\n"
            async for message in carry_out(command):
                if "done" in message:
                    message["restart"] = needs_restart
                    await run_in_threadpool(self._gallery.listing)
                yield json.dumps(message) + "\n"


class Doorkeeper:
    """Stands before every route: who may ask, and what every answer says to the browser.

    Args:
        app: What comes after.
        is_loopback: Answer to local names only; another name means that a foreign site's address was
            turned to this machine.
    """

    def __init__(self, app: ASGIApp, *, is_loopback: bool) -> None:
        self._app = app
        self._is_loopback = is_loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {key: value.decode("latin-1") for key, value in scope["headers"]}
        refusal = self._refusal(scope["method"], headers)
        if refusal is not None:
            await JSONResponse({"error": refusal}, 403)(scope, receive, send)
            return
        # Demos and composed Interfaces are apps with a policy of their own.
        is_ours = not _path(scope).startswith(("/run/", "/composed/"))

        async def sent(message: Any) -> None:
            if is_ours and message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"no-referrer"),
                    (b"x-frame-options", b"SAMEORIGIN"),
                ]
            await send(message)

        await self._app(scope, receive, sent)

    def _refusal(self, method: str, headers: dict[bytes, str]) -> str | None:
        host = headers.get(b"host", "")
        if self._is_loopback and _name_of(host) not in LOOPBACK:
            return f"This gallery answers to local names only, not to {host[:100]!r}."
        origin = headers.get(b"origin")
        if origin is not None and method not in ("GET", "HEAD") and urlsplit(origin).netloc != host:
            return "Pages of another origin may not use this gallery."
        return None


def _is_too_large(request: Request) -> bool:
    length = request.headers.get("content-length", "")
    return not length.isdigit() or int(length) > MAX_BODY_BYTES


def _path(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _name_of(host: str) -> str:
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0].lower()


def _encoded(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _json(request: Request, body: bytes) -> Response:
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"etag": tag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match", "").removeprefix("W/") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def serve(app: Starlette, host: str, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve until interrupted.

    Args:
        app: The application.
        host: Address to listen on.
        port: Port; 0 takes a free one.
        on_ready: Told the gallery's address once it listens.
    """
    import socket

    import uvicorn

    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((host, port))
    sock.listen(128)
    shown = f"[{host}]" if ":" in host else host
    on_ready(f"http://{shown}:{sock.getsockname()[1]}/")
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[sock])
