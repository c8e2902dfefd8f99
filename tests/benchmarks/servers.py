"""Starts the servers that are compared, each in a process and environment of its own (Linux)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
_SCHEDULED = 2
"""The kind of clock that counts the nanoseconds for which a process ran."""

START_LIMIT_S = 240.0
"""Generous, because the machines this runs on are shared."""


@dataclass(frozen=True)
class Contender:
    """Something to measure: a name, the interpreter that has it installed, and its library."""

    name: str
    python: str
    library: str | None

    def command(self, app: str) -> list[str]:
        """Return the command that serves an app (the floor serves all of them)."""
        script = HERE / "floor.py" if self.library is None else HERE / "apps" / f"{app}.py"
        return [self.python, str(script)]


def contenders(gradio_python: str) -> list[Contender]:
    """Return Pegboard, Gradio (where it is installed) and the floor, in this order."""
    found = [Contender("Pegboard", sys.executable, "pegboard"), Contender("floor", sys.executable, None)]
    if Path(gradio_python).is_file():
        found.insert(1, Contender("Gradio", gradio_python, "gradio"))
    return found


def with_bytecode() -> None:
    """Have contenders run from compiled files, as they do wherever pip has installed them.

    A process that compiles its sources first has a larger heap, in which large buffers are found more quickly:
    that alone doubled the floor's speed with files.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(ROOT / ".make" / "bytecode")


def free_port() -> int:
    """Return a port that is free on loopback at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Running:
    """A server process that answers; ``start_s`` is from its start to the first page."""

    process: subprocess.Popen[bytes]
    port: int
    start_s: float

    def cpu_s(self) -> float:
        """Return the processor time used so far by all of its threads, those that have ended as well.

        Source: Linux makes the number of a process's clock of its id (clock_getcpuclockid(3)).
        """
        return time.clock_gettime((~self.process.pid << 3) | _SCHEDULED)

    def memory_kb(self) -> int:
        """Return resident memory in KiB."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1])
        return 0


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process: it is asked, and after ten seconds made to."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def serving(contender: Contender, app: str) -> Iterator[Running]:
    """Serve an app for the length of the block."""
    port = free_port()
    environment = {
        **os.environ,
        "BENCH_PORT": str(port),
        "BENCH_LIBRARY": contender.library or "",
        "GRADIO_ANALYTICS_ENABLED": "False",
        "HF_HUB_OFFLINE": "1",
    }
    started = time.perf_counter()
    environment.pop("GRADIO_SERVER_PORT", None)
    process = subprocess.Popen(
        contender.command(app), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as response:
                    response.read()
                break
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                if process.poll() is not None or time.perf_counter() - started > START_LIMIT_S:
                    raise RuntimeError(f"{contender.name} did not start {app}") from None
                time.sleep(0.01)
        yield Running(process, port, time.perf_counter() - started)
    finally:
        end(process)
