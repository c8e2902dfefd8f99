"""Site: everything behind the routes of one running app, started and stopped together."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pegboard.call import CallRunner
from pegboard.files import FileStore
from pegboard.queue.job import SessionId
from pegboard.server.answers import refuse
from pegboard.server.bundles import Bundles
from pegboard.server.config import ConfigMaker
from pegboard.server.guard import Guard, Logins, is_loopback_name
from pegboard.server.interim import Engine, Sessions, Threads
from pegboard.server.lines import Lines
from pegboard.server.pages import PageMaker
from pegboard.spec import AppSpec

if TYPE_CHECKING:
    from pegboard.launch import ServerOptions


class Site:
    """The parts of one running app.

    Args:
        is_mounted: The app is part of another one, whose address is not known before a request.
    """

    def __init__(self, spec: AppSpec, options: ServerOptions, *, is_mounted: bool = False) -> None:
        self.spec = spec
        self.options = options
        self.app_id = secrets.token_hex(8)
        self.favicon_path = Path(options.favicon_path) if options.favicon_path else None
        self.files = FileStore(
            allowed_paths=options.allowed_paths,
            blocked_paths=options.blocked_paths,
            max_bytes=options.max_file_size,
        )
        self.logins = Logins(options.auth, options.auth_dependency, options.auth_message)
        self.guard = Guard(
            root_path=options.root_path,
            allowed_hosts=options.allowed_hosts,
            allowed_origins=options.allowed_origins,
            strict_cors=options.strict_cors,
            has_login=self.logins.is_required,
            is_local=None if is_mounted else is_loopback_name(options.server_name),
        )
        self.bundles = Bundles()
        self.bundles.load_shell()
        self.config = ConfigMaker(
            spec,
            self.files,
            self.bundles,
            app_id=self.app_id,
            facts={"show_error": options.show_error, "is_colab": False, "dev_mode": False},
        )
        self.pages = PageMaker(
            spec,
            self.bundles,
            self.config.plugins,
            may_be_framed=not self.logins.is_required,
        )
        self.theme_css = ""
        self.sessions = Sessions()
        self.runner = CallRunner(
            spec, self.files, self.sessions, Threads(), show_error=options.show_error
        )
        self.engine = Engine(self.runner)
        self.lines = Lines(self)
        self.closing = asyncio.Event()
        self._is_started = False

    async def start(self) -> None:
        """Start what needs a running loop; repeated calls do nothing."""
        if self._is_started:
            return
        self._is_started = True

    async def stop(self) -> None:
        """End events, then streams, then remove files."""
        if self.closing.is_set():
            return
        self.closing.set()
        await self.engine.stop()
        self.files.close()

    def problems(self) -> list[str]:
        """Return what is wrong with the plugins in use, a line each."""
        return [
            f"{assets.key}: {assets.problem}"
            for assets in self.config.plugins.values()
            if assets.problem
        ]

    def forget(self, session: SessionId) -> None:
        """Drop what a session of a single call kept."""
        self.sessions.forget(session)

    def left(self, session: SessionId) -> None:
        """Take note that nobody reads a session's stream any more."""

    async def component_call(self, request: Any, visitor: Any) -> Any:
        """Call a method that a component exports."""
        return refuse(404, "This component exports no such method.")
