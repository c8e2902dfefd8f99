"""Apps that run inside the gallery's server: each is made and mounted when it is first opened."""

from __future__ import annotations

import asyncio
import importlib
import logging
import re
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import Receive, Scope, Send

from pegboard_gallery.demo_index import FOLDER

log = logging.getLogger(__name__)


class NoSuchApp(LookupError):
    """No app has that name."""


class RunningApps:
    """An ASGI application that has every app below its name.

    Args:
        what: What the apps are, for messages.
        load: Makes the app of a name; called in a thread. Raises `NoSuchApp` when there is none.
        limit: So many run at once; the one not used for longest is stopped for another.
    """

    def __init__(self, what: str, load: Callable[[str], Starlette], *, limit: int = 64) -> None:
        self._what = what
        self._load = load
        self._limit = limit
        self._apps: OrderedDict[str, tuple[Starlette, AsyncExitStack]] = OrderedDict()
        self._changing = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        root = scope.get("root_path", "")
        name, slash, _ = scope["path"].removeprefix(root).lstrip("/").partition("/")
        if not slash and re.fullmatch(r"[a-z0-9_]+", name):
            await RedirectResponse(f"{root}/{name}/")(scope, receive, send)
            return
        try:
            app = await self._app(name)
        except NoSuchApp:
            await PlainTextResponse(f"There is no such {self._what}.\n", 404)(scope, receive, send)
            return
        except Exception:  # one may lack a library; the others must run
            log.exception("pegboard gallery: the %s %s could not be started", self._what, name)
            text = f"The {self._what} {name} could not be started; the gallery's log says why.\n"
            await PlainTextResponse(text, 500)(scope, receive, send)
            return
        await app({**scope, "root_path": f"{root}/{name}"}, receive, send)

    async def stop(self) -> None:
        """Stop every app that was opened."""
        while self._apps:
            _, (_, stack) = self._apps.popitem()
            await stack.aclose()

    async def _app(self, name: str) -> Starlette:
        if not re.fullmatch(r"[a-z0-9_]+", name):
            raise NoSuchApp(name)
        known = self._apps.get(name)
        if known is None:
            async with self._changing:
                known = self._apps.get(name) or await self._start(name)
        self._apps.move_to_end(name)
        return known[0]

    async def _start(self, name: str) -> tuple[Starlette, AsyncExitStack]:
        app = await run_in_threadpool(self._load, name)
        stack = AsyncExitStack()
        # What is mounted gets no lifespan from the framework.
        await stack.enter_async_context(app.router.lifespan_context(app))
        self._apps[name] = (app, stack)
        while len(self._apps) > self._limit:
            _, (_, oldest) = self._apps.popitem(last=False)
            await oldest.aclose()
        return app, stack


def load_demo(name: str) -> Starlette:
    """Import a demo and return it as a web application.

    A demo has ``demo``, and ``LAUNCH`` if it needs parameters of ``launch``; or it brings ``app``.

    Raises:
        NoSuchApp: There is none of that name.
    """
    if not (FOLDER / name / "app.py").is_file():
        raise NoSuchApp(name)
    module: Any = importlib.import_module(f"pegboard_gallery.demos.{name}.app")
    brought = getattr(module, "app", None)
    if brought is not None and callable(brought):
        return brought  # type: ignore[no-any-return]  # a demo's module is not typed
    return served(module.demo, **getattr(module, "LAUNCH", {}))


def served(page: Any, **launch: Any) -> Starlette:
    """Return a page (`pegboard.Blocks`) as a web application, with parameters of ``launch``."""
    from pegboard.launch import create_app

    options = dict(launch)
    page.take_look(options, "launch")
    return create_app(page.describe, root_path=None, **options)
