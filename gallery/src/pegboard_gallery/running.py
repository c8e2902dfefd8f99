"""Demos that run inside the gallery's server: each is imported and mounted when it is first opened."""

from __future__ import annotations

import asyncio
import importlib
import logging
import re
from contextlib import AsyncExitStack
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pegboard_gallery.demo_index import FOLDER

log = logging.getLogger(__name__)


class RunningDemos:
    """An ASGI application that has every demo below its name."""

    def __init__(self) -> None:
        self._apps: dict[str, ASGIApp] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._open = AsyncExitStack()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        root = scope.get("root_path", "")
        name, slash, _ = scope["path"].removeprefix(root).lstrip("/").partition("/")
        if not re.fullmatch(r"[a-z0-9_]+", name) or not (FOLDER / name / "app.py").is_file():
            await PlainTextResponse("There is no such demo.\n", 404)(scope, receive, send)
            return
        if not slash:
            await RedirectResponse(f"{root}/{name}/")(scope, receive, send)
            return
        app = await self._app(name)
        if app is None:
            text = f"The demo {name} could not be started; the gallery's log says why.\n"
            await PlainTextResponse(text, 500)(scope, receive, send)
            return
        await app({**scope, "root_path": f"{root}/{name}"}, receive, send)

    async def stop(self) -> None:
        """Stop every demo that was opened."""
        await self._open.aclose()

    async def _app(self, name: str) -> ASGIApp | None:
        async with self._locks.setdefault(name, asyncio.Lock()):
            if name not in self._apps:
                try:
                    app = await run_in_threadpool(load_demo, name)
                    # What is mounted gets no lifespan from the framework.
                    await self._open.enter_async_context(app.router.lifespan_context(app))
                    self._apps[name] = app
                except Exception:  # a demo may lack a library; the others must run
                    log.exception("pegboard gallery: the demo %s could not be started", name)
                    return None
            return self._apps[name]


def load_demo(name: str) -> Starlette:
    """Import a demo and return it as a web application.

    A demo has ``demo``, and ``LAUNCH`` if it needs parameters of ``launch``; or it brings ``app``.
    """
    module: Any = importlib.import_module(f"pegboard_gallery.demos.{name}.app")
    brought = getattr(module, "app", None)
    if brought is not None and callable(brought):
        return brought  # type: ignore[no-any-return]  # a demo's module is not typed
    from pegboard.launch import create_app

    options = dict(getattr(module, "LAUNCH", {}))
    module.demo.take_look(options, "launch")
    return create_app(module.demo.describe, root_path=None, **options)
