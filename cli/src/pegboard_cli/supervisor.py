"""Keeps an app running while its author edits it: a worker process, started anew when a file is saved.

Beside it, for a component's project: the rebuilt copy of plain JavaScript, or Vite in front of it all.
"""

from __future__ import annotations

import codecs
import itertools
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import FrameType

from watchfiles import Change, DefaultFilter, watch

from pegboard_cli.console import Problem, say
from pegboard_cli.project import Project

FIRST_PORT = 7860
START_LIMIT_S = 180
# An author waits for the next run, and the last one has nothing to lose.
END_LIMIT_S = 1.5
_PYTHON = (".py", ".toml", ".json", ".env", ".csv", ".txt", ".md")
_BROWSER = (".js", ".mjs", ".css", ".ts", ".tsx", ".jsx", ".svelte", ".vue")


class _Sources(DefaultFilter):
    """What an author edits; not what tools write."""

    ignore_dirs = (
        *DefaultFilter.ignore_dirs, "_frontend", "dist", "build", ".pegboard", ".gradio", ".hypothesis",
        "flagged",
    )  # fmt: skip


def free_port(wanted: int | None) -> int:
    """Return the port asked for, or the first free one.

    Raises:
        Problem: It is taken, or none is free.
    """
    for port in [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Problem(
        "There is no port to listen on.",
        got=f"port {wanted} is in use" if wanted else f"ports from {FIRST_PORT} on are all in use",
        expected="a free port",
        fix="stop the other program, or choose one with --port",
    )


def _check(folders: Sequence[Path], encoding: str) -> None:
    for folder in folders:
        if not folder.is_dir():
            raise Problem(
                "A folder to follow does not exist.",
                got=str(folder),
                expected="an existing folder",
                fix="correct --watch-dir (or the variable WATCH_DIRS)",
            )
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise Problem(
            "The script cannot be read.",
            got=f"the encoding {encoding!r}",
            expected="a name that Python knows, such as utf-8 or latin-1",
            fix="correct --encoding (or the variable WATCH_ENCODING)",
        ) from None


class Supervisor:
    """One app under development.

    Args:
        script: The app's script.
        port: Where people open it.
        demo: Name of the page, for a script that launches none.
        project: The component's project that the script belongs to, if any.
        folders: Further folders whose edits are followed.
        encoding: The script's.

    Raises:
        Problem: A folder does not exist, or nothing is known of the encoding.
    """

    def __init__(
        self,
        script: Path,
        port: int,
        *,
        demo: str = "demo",
        project: Project | None = None,
        folders: Sequence[Path] = (),
        encoding: str = "utf-8",
    ) -> None:
        _check(folders, encoding)
        self._script = script.resolve()
        self._further = [folder.resolve() for folder in folders]
        self._encoding = encoding
        self._demo = demo
        self._project = project
        self._port = port
        self._has_vite = project is not None and project.frontend.needs_node
        self._worker_port = free_port(None) if self._has_vite else port
        self._worker: subprocess.Popen[bytes] | None = None
        self._vite: subprocess.Popen[bytes] | None = None
        self._runs = itertools.count(1)
        self._name = secrets.token_hex(3)
        self._stop = threading.Event()

    @property
    def url(self) -> str:
        """Where people open the page."""
        return f"http://127.0.0.1:{self._port}/"

    def run(self, *, opens_browser: bool = False) -> None:
        """Serve until the process is told to end."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        try:
            self._start_worker()
            if self._has_vite:
                self._start_vite()
            self._wait_for_answer()
            print(f"* Running on {self.url}  (follows edits; Ctrl-C ends it)", flush=True)
            if opens_browser:
                webbrowser.open(self.url)
            for changes in watch(
                *self._folders(), watch_filter=_Sources(), stop_event=self._stop, step=50, debounce=200
            ):
                self._follow({Path(path) for _, path in changes}, changes)
        finally:
            self._end(self._vite)
            self._end(self._worker)

    def _folders(self) -> list[Path]:
        folder = self._project.folder if self._project else self._script.parent
        return [folder, *self._further]

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()

    def _follow(self, paths: set[Path], changes: Iterable[tuple[Change, str]]) -> None:
        if self._project is not None:
            if any(self._is_frontend(path) for path in paths) and not self._has_vite:
                self._copy_frontend()
            paths = {path for path in paths if not self._is_frontend(path)}
        restarting = {path for path in paths if path.suffix in _PYTHON}
        if not restarting:
            return  # the page fetches modules and styles anew by itself
        names = ", ".join(sorted(path.name for path in restarting))
        say(f"{names} changed: starting again")
        self._end(self._worker)
        self._start_worker()

    def _is_frontend(self, path: Path) -> bool:
        return self._project is not None and self._project.folder / "frontend" in path.parents

    def _copy_frontend(self) -> None:
        from hatch_pegboard.problem import BuildError

        assert self._project is not None
        try:
            self._project.frontend.build()
        except (BuildError, OSError) as problem:
            say(str(problem))

    def _start_worker(self) -> None:
        command = [
            sys.executable, "-m", "pegboard_cli.worker", str(self._script), "--demo", self._demo,
            "--port", str(self._worker_port), "--run", f"{self._name}-{next(self._runs)}",
            "--encoding", self._encoding,
        ]  # fmt: skip
        search = [os.environ.get("PYTHONPATH", "")]
        if self._project is not None:
            search.insert(0, str(self._project.source_dir))
            command += ["--project", str(self._project.folder)]
            if self._has_vite:
                command.append("--vite")
        environment = {
            **os.environ, "PYTHONPATH": os.pathsep.join(filter(None, search)), "PYTHONUNBUFFERED": "1",
        }  # fmt: skip
        self._worker = subprocess.Popen(command, cwd=self._script.parent, env=environment)

    def _start_vite(self) -> None:
        assert self._project is not None
        folder = self._project.folder
        tool = folder / "node_modules" / "@pegboard" / "vite" / "bin" / "pegboard-vite.js"
        workspace = self._project.frontend._workspace()
        if workspace is not None:
            tool = workspace / "core" / "js" / "vite" / "bin" / "pegboard-vite.js"
        node = shutil.which("node")
        if node is None or not tool.is_file():
            raise Problem(
                "The frontend cannot be served.",
                got=f"no {'node' if node is None else tool}",
                fix="install Node 20.19 or newer, and run npm install in the project",
            )
        target = f"http://127.0.0.1:{self._worker_port}"
        command = [node, str(tool), "dev", str(folder), "--port", str(self._port), "--target", target]
        self._vite = subprocess.Popen(command, cwd=folder)

    def _wait_for_answer(self) -> None:
        """Return when the page can be opened, or the first run has failed for good."""
        for _ in range(START_LIMIT_S * 20):
            if self._stop.wait(0.05):
                return
            for child in (self._worker, self._vite):
                if child is not None and child.poll() is not None:
                    raise Problem(
                        "The app does not run.", got=f"exit code {child.returncode}", fix="see the messages above"
                    )
            try:
                # This machine's own server: an environment's proxy has no part in it.
                opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
                with opener.open(f"{self.url}_pegboard/dev/state", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                continue
        raise Problem("The app does not answer.", got=f"nothing within {START_LIMIT_S} s", expected=self.url)

    def _end(self, child: subprocess.Popen[bytes] | None) -> None:
        if child is None or child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(END_LIMIT_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
