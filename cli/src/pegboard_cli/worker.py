"""Runs one app's script under a development tool, in a process that the supervisor starts again and again.

    python -m pegboard_cli.worker app.py --port 7860 [--demo NAME] [--project DIR --vite]

The script runs as ``__main__``, as `python app.py` would run it; what it launches is served here, with the
tool's routes. When the script fails, its traceback is served in place of the page.
"""

from __future__ import annotations

import argparse
import html
import json
import linecache
import logging
import sys
import threading
import traceback
import types
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pegboard import tooling

PREFIX = "/_pegboard/dev"
SCRIPTS = Path(__file__).parent / "_dev"
VITE = "/_pegboard/vite"
_MAX_FAILURES = 20

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The app's script failed</title>
<style>{style}</style></head><body data-pegboard-failed="{run}"><main><h1>The app's script failed</h1>
<p>{last}</p><pre>{text}</pre><p>This page shows the app as soon as the script is mended.</p></main>
<script type="module" src="{prefix}/client.js"></script></body></html>"""
_STYLE = (
    ":root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}main{max-width:60rem;margin:8vh auto;"
    "padding:0 1.5rem}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:13px/1.5 ui-monospace,monospace}"
)


class DevTooling:
    """What the tool changes: the address, the modules that can be swapped, its own routes.

    Args:
        run: Name of this run of the script; the page starts anew when another one answers.
        project: Folder of a component's project, whose components Vite serves.
    """

    def __init__(self, run: str, port: int, *, project: Path | None = None, has_vite: bool = False) -> None:
        self.run = run
        self.failures: deque[str] = deque(maxlen=_MAX_FAILURES)
        self.parameters: Mapping[str, Any] = {
            "server_name": "127.0.0.1",
            "server_port": port,
            "quiet": True,
            "inbrowser": False,
            "share": False,
        }
        self._project = project.resolve() if project else None
        self._has_vite = has_vite
        self._followed: dict[str, type] = {}
        self._wraps: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._app: Any = None

    @property
    def page(self) -> Mapping[str, Any]:
        """What the page gets to know."""
        return {
            "client": f"{PREFIX}/client.js",
            "run": self.run,
            "keys": self._keys,
            "modules": self.modules(),
            "schemas": self._schemas(),
            "positions": f"{VITE}-position" if self._has_vite else None,
        }

    def assets(self, cls: type | None, assets: Any) -> Any:
        """Put a module that can be swapped in place of the built one, where the sources are here."""
        if cls is None:
            return assets
        name = self._name_in_project(cls)
        if name is not None and self._has_vite:
            self._keys[name] = assets.key
            entry = f"{VITE}/@id/virtual:pegboard/{name}"
            return replace(assets, entry=entry, css="", problem=None)
        esm = getattr(cls, "_esm", None)
        is_own = isinstance(esm, Path) or (isinstance(esm, str) and "{" not in esm and len(esm) < 250)
        if assets.entry is None or not (is_own or name is not None):
            return assets
        number = str(len(self._wraps))
        self._wraps[number] = assets.key
        self._followed[assets.key] = cls
        return replace(assets, entry=f"{PREFIX}/wrap/{number}.js")

    def prepare(self, app: Any) -> None:
        """Add the tool's routes, behind the same gate as all others."""
        from pegboard.server.routes import Access

        self._app = app
        app.table.add("GET", f"{PREFIX}/state", self._state, Access.PUBLIC)
        # Before the pattern of all bundles, which has these addresses too.
        app.table.add("GET", f"{PREFIX}/wrap/{{number}}.js", self._wrap, Access.PUBLIC, is_first=True)
        app.table.add("GET", f"{PREFIX}/{{name}}.js", self._script, Access.PUBLIC, is_first=True)

    def modules(self) -> dict[str, dict[str, str]]:
        """Return where the followed modules are now: another address once their text has changed."""
        if self._app is None:
            return {}
        found = {}
        for key, cls in self._followed.items():
            try:
                made = self._app.site.bundles.plugin_assets(key, cls, None)
            except OSError:
                continue  # between two writes of an editor
            if made.entry is not None:
                found[key] = {"entry": made.entry, "css": made.css, "file": self._source_of(cls)}
        return found

    def _source_of(self, cls: type) -> str:
        """Return the file that the author edits."""
        esm = getattr(cls, "_esm", None)
        name = self._name_in_project(cls)
        if esm is not None or self._project is None or name is None:
            return str(esm)
        from hatch_pegboard.frontend import Frontend

        return Frontend(self._project, "component").entries().get(name, name)

    def _name_in_project(self, cls: type) -> str | None:
        from pegboard.server.bundles import locate

        found = locate(cls)
        if found is None or self._project is None:
            return None
        is_inside = self._project in found.package.resolve().parents
        return found.entry.name if is_inside else None

    def _schemas(self) -> dict[str, Any]:
        if self._app is None:
            return {}
        components = self._app.site.spec.components
        return {str(block): component.api_schema("input") for block, component in components.items()}

    async def _state(self, request: Any, visitor: Any) -> Any:
        from pegboard.server.answers import JsonAnswer

        return JsonAnswer(
            {"run": self.run, "traceback": None, "modules": self.modules(), "failures": list(self.failures)}
        )

    async def _wrap(self, request: Any, visitor: Any) -> Any:
        key = self._wraps.get(request.path_params["number"], "")
        entry = self.modules().get(key, {}).get("entry", "")
        text = (
            f"import * as module from {json.dumps(entry)};\n"
            f"export default window.pegboardDev.hot({json.dumps(key)}, module);\n"
        )
        return _javascript(text)

    async def _script(self, request: Any, visitor: Any) -> Any:
        from pegboard.server.answers import refuse

        file = SCRIPTS / f"{request.path_params['name']}.js"
        if file not in SCRIPTS.glob("*.js"):
            return refuse(404, "No such file.")
        return _javascript(file.read_text(encoding="utf-8"))


class _Failures(logging.Handler):
    """Hands the tracebacks of failing functions on to the page."""

    def __init__(self, tool: DevTooling) -> None:
        super().__init__()
        self._tool = tool

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno < logging.ERROR:
            return
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text += "\n\n" + "".join(traceback.format_exception(*record.exc_info))
        self._tool.failures.append(text)


def _javascript(text: str) -> Any:
    from pegboard.server.answers import BytesAnswer

    headers = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
    return BytesAnswer(text.encode(), "text/javascript; charset=utf-8", 200, headers)


def run_script(script: Path, demo: str, encoding: str = "utf-8") -> None:
    """Run the script as ``__main__``; serve what it launches, or else the page that it named ``demo``.

    Raises:
        LookupError: It made no page.
    """
    module = types.ModuleType("__main__")
    module.__file__ = str(script)
    sys.modules["__main__"] = module
    sys.path.insert(0, str(script.parent))
    sys.argv = [str(script)]
    source = script.read_text(encoding=encoding)
    exec(compile(source, str(script), "exec"), module.__dict__)
    from pegboard.blocks import Blocks
    from pegboard.launch import _running

    if _running:
        _running[-1].block_thread()
        return
    found = module.__dict__.get(demo)
    if not isinstance(found, Blocks):
        found = next((v for v in module.__dict__.values() if isinstance(v, Blocks)), None)
    if found is None:
        raise LookupError(f"{script.name} launches nothing, and has no page of the name '{demo}'")
    found.launch()


def serve_failure(text: str, run: str, port: int) -> None:
    """Answer with a traceback until the supervisor ends this process."""
    lines = text.strip().splitlines()
    page = _PAGE.format(
        style=_STYLE, run=html.escape(run), prefix=PREFIX, last=html.escape(lines[-1]), text=html.escape(text)
    ).encode()
    state = json.dumps({"run": run, "traceback": text}).encode()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers.get("host", "").rpartition(":")[0] or self.headers.get("host", "")
            path = self.path.partition("?")[0]
            body, kind, status = page, "text/html; charset=utf-8", 500
            if host not in ("127.0.0.1", "localhost", "[::1]"):
                body, kind, status = b"This server answers to local names only.", "text/plain", 403
            elif path == f"{PREFIX}/state":
                body, kind, status = state, "application/json", 200
            elif path.startswith(f"{PREFIX}/") and path.endswith(".js"):
                file = SCRIPTS / path.rpartition("/")[2]
                if file in SCRIPTS.glob("*.js"):
                    body, kind, status = file.read_bytes(), "text/javascript; charset=utf-8", 200
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.send_header("cache-control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    ThreadingHTTPServer.allow_reuse_address = True
    ThreadingHTTPServer(("127.0.0.1", port), Answer).serve_forever()


def main() -> None:
    """Run the script, or say why it cannot be run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("script", type=Path)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--run", required=True)
    parser.add_argument("--demo", default="demo")
    parser.add_argument("--encoding", default="utf-8")
    parser.add_argument("--project", type=Path)
    parser.add_argument("--vite", action="store_true")
    given = parser.parse_args()
    script = given.script.resolve()
    tool = DevTooling(given.run, given.port, project=given.project, has_vite=given.vite)
    tooling.use(tool)
    logging.getLogger("pegboard").addHandler(_Failures(tool))
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        run_script(script, given.demo, given.encoding)
    except KeyboardInterrupt:
        return
    except SystemExit as end:
        if not end.code:
            return
        serve_failure(f"The script ended with exit code {end.code}.", given.run, given.port)
    except BaseException as problem:
        linecache.checkcache()
        text = "".join(_own_traceback(problem))
        print(text, file=sys.stderr, flush=True)
        serve_failure(text, given.run, given.port)


def _own_traceback(problem: BaseException) -> list[str]:
    """Return the traceback from the script on: how this file started it concerns nobody."""
    trace = problem.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return traceback.format_exception(type(problem), problem, trace)


if __name__ == "__main__":
    threading.current_thread().name = "pegboard-worker"
    main()
