"""Fixtures: a server per test, the JavaScript client's runner."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from pegboard.launch import Server
from pegboard.spec import AppSpec

from .support import running

JS_FOLDER = Path(__file__).parent / "js"


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Return a function that serves a spec; every server is closed at the end of the test."""
    with ExitStack() as stack:

        def start(spec: AppSpec, **options: Any) -> Server:
            return stack.enter_context(running(spec, **options))

        yield start


@pytest.fixture(scope="session")
def js_client() -> Path:
    """Install the public JavaScript client beside the scripts, once."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.fail("Node and npm are needed: install Node 20.19 or newer")
    if not (JS_FOLDER / "node_modules" / "@gradio" / "client").is_dir():
        subprocess.run(
            [npm, "install", "--no-audit", "--no-fund", "--no-workspaces"], cwd=JS_FOLDER, check=True
        )
    return JS_FOLDER


@pytest.fixture
def run_js(js_client: Path) -> Callable[..., Any]:
    """Return a function that runs one case of ``cases.mjs`` and returns what it reports."""

    def run(case: str, url: str, *arguments: Any) -> Any:
        done = subprocess.run(
            ["node", "cases.mjs", case, url, json.dumps(arguments)],
            cwd=js_client,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run
