"""Installing where there is no pip: an environment as uv makes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gallery.tests.support import make_wheel

GALLERY = Path(__file__).resolve().parents[1] / "src" / "pegboard_gallery" / "installing.py"
UV = Path(sys.executable).parent / "uv"

# The module alone, because that environment has nothing of ours.
CARRY_OUT = """
import asyncio, importlib.util, json, sys
spec = importlib.util.spec_from_file_location("installing", sys.argv[1])
installing = importlib.util.module_from_spec(spec)
sys.modules["installing"] = installing
spec.loader.exec_module(installing)

async def main():
    command = installing.command_for(installing.Order("acme-bell", sys.argv[2]))
    lines = [line async for line in installing.carry_out(command)] if command else []
    print(json.dumps({"command": command, "lines": lines}))

asyncio.run(main())
"""


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """The interpreter of an environment without pip."""
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    assert subprocess.run([python, "-c", "import pip"], capture_output=True).returncode != 0
    return python


def carry_out(python: Path, version: str, path: str, index: Path) -> dict[str, object]:
    environment = {
        "PATH": path, "HOME": os.environ.get("HOME", "/"), "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(index),
        "UV_OFFLINE": "1",
    }
    done = subprocess.run(
        [python, "-c", CARRY_OUT, GALLERY, version], env=environment, capture_output=True, text=True, check=True
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_uv_installs_where_there_is_no_pip(bare: Path, tmp_path: Path) -> None:
    make_wheel(tmp_path / "index", needs=())

    found = carry_out(bare, "1.2.0", str(UV.parent), tmp_path / "index")

    lines = found["lines"]
    assert isinstance(lines, list) and lines[-1] == {"done": 0}, found
    assert any("acme-bell==1.2.0" in line.get("line", "") for line in lines)
    shown = subprocess.run([bare, "-c", "import importlib.metadata as m; print(m.version('acme-bell'))"],
                           capture_output=True, text=True, check=True)  # fmt: skip
    assert shown.stdout.strip() == "1.2.0"


def test_a_version_that_is_not_there_ends_with_the_reason(bare: Path, tmp_path: Path) -> None:
    make_wheel(tmp_path / "index", needs=())

    found = carry_out(bare, "9.9.9", str(UV.parent), tmp_path / "index")

    lines = found["lines"]
    assert isinstance(lines, list) and lines[-1]["done"] != 0
    assert "9.9.9" in " ".join(line.get("line", "") for line in lines)


def test_neither_pip_nor_uv_is_said(bare: Path, tmp_path: Path) -> None:
    assert carry_out(bare, "1.2.0", "", tmp_path)["command"] is None
