"""What the kit's tests share: the command as people type it, projects made once, fresh environments."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
UV = str(Path(sys.executable).parent / "uv")
LIMIT_S = 400


@lru_cache(maxsize=1)
def _tools() -> Path:
    """A folder with git and nothing else of the machine's programs."""
    folder = Path(tempfile.mkdtemp(prefix="pegboard-tools-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    git = shutil.which("git")
    assert git, "the tests need git"
    (folder / "git").symlink_to(git)
    return folder


def without_node(**more: str) -> dict[str, str]:
    """The environment of a machine without Node: only Python's programs, git and the shell's own are found."""
    folder = Path(sys.executable).parent
    assert not (folder / "node").exists()
    return {**os.environ, "PATH": os.pathsep.join([str(folder), str(_tools())]), **more}


def run(
    command: list[str], folder: Path, *, env: dict[str, str] | None = None, code: int | None = 0
) -> subprocess.CompletedProcess[str]:
    """Run a command; it must end with the exit code (``None``: with any)."""
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=LIMIT_S, stdin=subprocess.DEVNULL
    )
    assert code is None or done.returncode == code, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


def pegboard(
    *arguments: str, folder: Path, env: dict[str, str] | None = None, code: int | None = 0
) -> subprocess.CompletedProcess[str]:
    """Run the pegboard command in a folder."""
    return run([sys.executable, "-m", "pegboard_cli", *arguments], folder, env=env, code=code)


def new(folder: Path, name: str, *options: str, env: dict[str, str] | None = None) -> Path:
    """Make a component's project and return its folder."""
    before = set(folder.iterdir())
    pegboard("component", "new", name, "--no-input", "--author", "Ada", "--email", "ada@example.org",
             *options, folder=folder, env=env)  # fmt: skip
    (made,) = set(folder.iterdir()) - before
    return made


def copy(project: Path, folder: Path) -> Path:
    """Copy a project, sharing what npm installed."""
    target = folder / project.name
    ignored = shutil.ignore_patterns("node_modules", "dist", "__pycache__")
    shutil.copytree(project, target, ignore=ignored)
    if (project / "node_modules").exists():
        (target / "node_modules").symlink_to((project / "node_modules").resolve())
    return target


class Environment:
    """A virtual environment of its own, as someone's machine without Node would have it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "bin" / "python"
        run([UV, "venv", "--quiet", "--python", sys.executable, str(folder)], folder.parent)

    def install(self, *what: str) -> None:
        """Install wheels, with the exact versions that the tests run with."""
        limits = str(REPOSITORY / "constraints.txt")
        run([UV, "pip", "install", "--quiet", "--python", str(self.python), "-c", limits, *what], self.folder)

    def run(self, source: str, *, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run Python source there, with no Node on PATH."""
        env = without_node(PATH=str(self.python.parent), PYTHONPATH="")
        return run([str(self.python), "-c", source], self.folder, env=env, code=code)


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(*arguments: str, folder: Path, env: dict[str, str] | None = None) -> Iterator[str]:
    """Run a serving command on a free port, give its address once it answers, and end it."""
    port = free_port()
    command = [sys.executable, "-m", "pegboard_cli", *arguments, "--port", str(port)]
    process = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("* Running on"):
                break
        else:
            assert process.stderr is not None
            raise AssertionError(process.stderr.read())
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0
    assert is_quiet(port)


def is_quiet(port: int) -> bool:
    """Say whether nobody answers on a port any more."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5):
            return False
    except (urllib.error.URLError, OSError):
        return True
