"""Apps in processes of their own, for what only a whole process shows: signals, output, browsers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

APP = """
import pegboard as pb
def greet(name):
    return f"Hello {{name}}"
demo = pb.Interface(greet, "textbox", "textbox")
result = demo.launch({options})
print("launch returned", flush=True)
"""


@contextmanager
def process(source: str, cwd: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Run a script; it is ended with the block."""
    script = cwd / "app.py"
    script.write_text(source)
    known = {k: v for k, v in os.environ.items() if not k.startswith(("PEGBOARD_", "GRADIO_"))}
    child = subprocess.Popen(
        [sys.executable, "-u", str(script)],
        cwd=cwd,
        env={**known, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield child
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
        assert child.stdout is not None
        child.stdout.close()


def launched(options: str = "server_port=0") -> str:
    """Return the source of an app that is launched."""
    return APP.format(options=options)


def line_with(child: subprocess.Popen[str], words: str) -> str:
    """Read output up to a line with these words, and return it."""
    assert child.stdout is not None
    seen = []
    for line in child.stdout:
        seen.append(line)
        if words in line:
            return line.strip()
    raise AssertionError(f"{words!r} was not printed, but: {''.join(seen)}")


def address_of(child: subprocess.Popen[str], words: str = "local URL:") -> str:
    """Read output up to the app's address, and return it."""
    return line_with(child, words).rsplit(" ", 1)[1]


def rest_of(child: subprocess.Popen[str]) -> Any:
    """Return what the process prints until it ends."""
    assert child.stdout is not None
    return child.stdout.read()
