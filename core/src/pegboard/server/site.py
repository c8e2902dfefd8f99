"""Site: everything behind the routes of one running app, started and stopped together."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pegboard.call import CallRunner, FunctionFailed, is_plain
from pegboard.errors import PayloadError, UserError
from pegboard.executor import ThreadExecutor
from pegboard.files import FileStore
from pegboard.memory import give_back_memory
from pegboard.queue.job import Call, FunctionLimits, Job, SessionId
from pegboard.queue.messages import Failure
from pegboard.queue.worker import Engine
from pegboard.server.answers import refuse
from pegboard.server.bundles import Bundles
from pegboard.server.config import ConfigMaker
from pegboard.server.guard import Guard, Logins, is_loopback_name
from pegboard.server.lines import Lines
from pegboard.server.monitoring import Monitor
from pegboard.server.pages import PageMaker
from pegboard.session import SessionStore
from pegboard.spec import AppSpec

if TYPE_CHECKING:
    from pegboard.options import ServerOptions
    from pegboard.server.mcp import McpServer

log = logging.getLogger("pegboard.server")

TIDY_EVERY_S = 60.0
MANY_LINES = 500
FILE_AGES_S = (3600.0, 24 * 3600.0)
"""How often to look for old files, and how long one may be unused, where the app does not say."""
BUILDERS = 4
"""Threads that build pages: values given as functions and web addresses may take a while."""


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
            allowed_paths=[*options.allowed_paths, *spec.extra.get("allowed_paths", ())],
            blocked_paths=options.blocked_paths,
            max_bytes=options.max_file_size,
        )
        self.logins = Logins(
            options.auth,
            options.auth_dependency,
            options.auth_message,
            lifetime_s=options.login_lifetime_s,
        )
        self.monitor = Monitor(
            {listener.id: str(listener.api_name) for listener in spec.listeners},
            options.enable_monitoring,
        )
        texts = spec.extra.get("i18n") or {}
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
            facts={
                "show_error": options.show_error,
                "is_colab": False,
                "dev_mode": False,
                "pwa": options.pwa,
                "footer_links": list(options.footer_links),
                "i18n_translations": texts or None,
            },
        )
        self.theme_css, early_fonts = theme_css(spec, self.bundles)
        self.pages = PageMaker(
            spec,
            self.bundles,
            self.config.plugins,
            theme_css=self.theme_css if spec.theme is not None or spec.css else "",
            fonts=early_fonts,
            may_be_framed=not self.logins.is_required,
            is_drawn=options.ssr_mode,
            has_manifest=options.pwa,
            texts=texts,
            footer=footer_of(options.footer_links),
        )
        self.sessions = SessionStore(options.state_session_capacity, dict(spec.states))
        self.executor = ThreadExecutor(options.max_threads)
        # Apart from the functions' threads, so that a page opens while these are all busy.
        self.builders = ThreadExecutor(BUILDERS)
        self.runner = CallRunner(
            spec, self.files, self.sessions, self.executor, show_error=options.show_error
        )
        rate = spec.status_update_rate
        self.engine = Engine(
            limits_of(spec),
            self.runner,
            max_size=spec.max_size,
            describe_failure=failure_of,
            observer=self._observe,
            output_count=lambda function_id: len(spec.listeners[function_id].outputs),
            status_every_s=rate if isinstance(rate, (int, float)) else None,
        )
        self.lines = Lines(self)
        self.mcp: McpServer | None = None
        if options.mcp_server:
            from pegboard.server.mcp import McpServer as Mcp

            self.mcp = Mcp(self)
        self.closing = asyncio.Event()
        self.is_started = False
        self._tidying: asyncio.TimerHandle | None = None
        self._sweeping: asyncio.Task[None] | None = None
        self._trimming: asyncio.Future[None] | None = None

    @property
    def page_colors(self) -> tuple[str, str]:
        """Colours of an installed app's window: its frame, and its page while it loads."""
        theme = self.spec.theme
        return theme.window_colors() if theme is not None else ("#4338ca", "#f7f7f8")

    def _observe(self, what: Any, job: Job) -> None:
        if what == "queued":
            return
        self.sessions.watch(what, job)
        self.monitor.watch(what, job)

    async def start(self) -> None:
        """Start what needs a running loop; repeated calls do nothing."""
        if self.is_started:
            return
        self.is_started = True
        if self.mcp is not None:
            await self.mcp.start()
        self._tidy()
        self._sweeping = asyncio.create_task(self._sweep(*(self.spec.extra.get("delete_cache") or FILE_AGES_S)))

    async def _sweep(self, every_s: float, age_s: float) -> None:
        """Delete old files, now and then."""
        while True:
            await asyncio.sleep(every_s)
            try:
                count = await self.builders.run(lambda: self.files.sweep(age_s))
            except OSError:
                log.exception("old files could not be deleted; the next attempt is in %s s", every_s)
            else:
                if count:
                    log.info("%d file(s) were deleted that nobody had used for %s s", count, age_s)

    def _tidy(self) -> None:
        """Drop idle sessions and state past its time, now and every minute."""
        self.sessions.expire()
        if self.lines.tidy() >= MANY_LINES:
            # What a crowd used goes back to the system; of itself the allocator keeps it.
            self._trimming = asyncio.ensure_future(self.builders.run(give_back_memory))
        self._tidying = asyncio.get_running_loop().call_later(TIDY_EVERY_S, self._tidy)

    async def stop(self) -> None:
        """End events, then streams, then remove files."""
        if self.closing.is_set():
            return
        self.closing.set()
        if self._tidying is not None:
            self._tidying.cancel()
        if self._sweeping is not None:
            self._sweeping.cancel()
        if self.mcp is not None:
            await self.mcp.stop()
        await self.engine.stop()
        self.lines.wake_all()
        self.executor.close()
        self.builders.close()
        self.files.close()

    def problems(self) -> list[str]:
        """Return what is wrong with the plugins in use, a line each."""
        broken = [
            f"{assets.key}: {assets.problem}"
            for assets in self.config.plugins.values()
            if assets.problem
        ]
        return broken + [
            f"head=: {address} is of another origin, and the page loads nothing from elsewhere. Put the "
            "file into a folder of allowed_paths and name it /gradio_api/file=FOLDER/FILE."
            for address in self.pages.head.foreign
        ]

    def forget(self, session: SessionId) -> None:
        """Drop what a session of a single call kept."""
        self.sessions.drop(session)

    def left(self, session: SessionId) -> None:
        """Take note that nobody reads a session's stream any more."""

    async def component_call(self, request: Any, visitor: Any) -> Any:
        """Call a method that a component exports."""
        return refuse(404, "This component exports no such method.")


def theme_css(spec: AppSpec, bundles: Bundles) -> tuple[str, list[str]]:
    """Return an app's theme as a style sheet and the fonts to ask for early; its fonts are published."""
    if spec.theme is None:
        return "", []
    addresses = {name: bundles.add_file("font", name, content) for name, content in spec.theme.files()}
    css: str = spec.theme.css({name: f"..{address}" for name, address in addresses.items()})
    return css, [addresses[name] for name in spec.theme.early_files()]


def footer_of(links: Sequence[Any]) -> list[tuple[str, str]]:
    """Return the captions and addresses of the footer's links."""
    shown = {"api": ("Use via API", "?view=api"), "gradio": ("Built with Pegboard", "")}
    shown["settings"] = ("Dark theme", "?")
    return [
        (link["label"], link["url"]) if isinstance(link, dict) else shown[link] for link in links
    ]


def limits_of(spec: AppSpec) -> list[FunctionLimits]:
    """Return how the queue schedules each function of an app."""
    return [
        FunctionLimits(
            function_id=listener.id,
            lane=listener.concurrency_id,
            concurrency_limit=(
                spec.default_concurrency_limit
                if listener.concurrency_limit == "default"
                else listener.concurrency_limit
            ),
            is_batched=listener.batch,
            max_batch_size=listener.max_batch_size if listener.batch else 1,
            time_limit_s=listener.time_limit if listener.connection == "stream" else None,
            is_stream=listener.connection == "stream",
            keeps_every_chunk=listener.keeps_every_chunk,
            is_plain=listener.connection != "stream" and is_plain(listener.fn),
        )
        for listener in spec.listeners
        if listener.fn is not None
    ]


def failure_of(problem: BaseException, call: Call) -> Failure:
    """Return what the person is told of an error; `call` has worded it already."""
    if isinstance(problem, UserError):
        is_input = isinstance(problem, PayloadError) or problem.title == "Invalid input"
        is_unexpected = isinstance(problem, FunctionFailed)
        return Failure(
            problem.message,
            problem.title,
            problem.duration,
            problem.visible,
            problem.print_exception,
            "input" if is_input else "unexpected" if is_unexpected else "told",
            problem.position,
        )
    return Failure(None)
