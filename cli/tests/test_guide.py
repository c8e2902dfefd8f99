"""Every command of the guide, run as written, in order; files that it shows are written first."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.tests.kit import REPOSITORY, serving

GUIDE = REPOSITORY / "docs" / "guide"
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SERVES = re.compile(r"^pegboard (run|component dev)\b")


@dataclass(frozen=True)
class Step:
    """One thing that a reader does: run a line, or write a file."""

    command: str | None = None
    file: str | None = None
    text: str = ""


def steps(page: Path) -> Iterator[Step]:
    for language, file, text in FENCE.findall(page.read_text(encoding="utf-8")):
        if language == "sh":
            yield from (Step(command=line) for line in text.splitlines() if line.strip())
        elif file:
            yield Step(file=file, text=text)


@pytest.fixture
def reader(tmp_path: Path) -> dict[str, str]:
    """The environment of a reader who has installed the kit: pip works without building anew."""
    folder = tmp_path / "bin"
    folder.mkdir()
    pip = folder / "pip"
    uv = Path(sys.executable).parent / "uv"
    # Installs of the author's own project go into a folder of the reader's, not into the tests' environment.
    pip.write_text(
        f'#!/bin/sh\ncase "$*" in\n*"-e "*) exec {sys.executable} -m pip install --quiet --no-deps --no-index '
        f'--no-build-isolation --prefix {tmp_path / "prefix"} -e . ;;\n'
        f'*) exec {sys.executable} -m pip "$@" ;;\nesac\n'
    )
    pip.chmod(0o755)
    assert uv.is_file()
    search = [str(folder), str(Path(sys.executable).parent), os.environ["PATH"]]
    return {**os.environ, "PATH": os.pathsep.join(search), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", sorted(GUIDE.glob("*.md")), ids=lambda page: page.stem)
def test_every_command_of_the_page_works(page: Path, reader: dict[str, str], tmp_path: Path) -> None:
    here = tmp_path / "work"
    here.mkdir()
    done = 0
    for step in steps(page):
        if step.file is not None:
            (here / step.file).parent.mkdir(parents=True, exist_ok=True)
            (here / step.file).write_text(step.text, encoding="utf-8")
        elif step.command is not None:
            done += 1
            if step.command.startswith("cd "):
                here = (here / step.command.removeprefix("cd ")).resolve()
                assert here.is_dir()
            elif SERVES.match(step.command):
                with serving(*step.command.split()[1:], folder=here, env=reader):
                    pass
            else:
                ended = subprocess.run(
                    ["bash", "-c", step.command], cwd=here, env=reader, capture_output=True, text=True,
                    timeout=600, stdin=subprocess.DEVNULL, check=False,
                )  # fmt: skip
                assert ended.returncode == 0, f"{step.command}\n{ended.stdout}\n{ended.stderr}"
    assert done > 0


def test_links_of_the_guide_lead_somewhere() -> None:
    for page in GUIDE.glob("*.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_programs_of_the_guide_are_there() -> None:
    assert all(shutil.which(name) for name in ("bash", "npm", "tar"))
