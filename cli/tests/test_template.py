"""The template for a component makes a distribution that passes its own tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from cookiecutter.main import cookiecutter

ROOT = Path(__file__).resolve().parents[2]


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, with the made package importable."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_component_made_from_the_template_passes_its_own_tests(tmp_path: Path) -> None:
    made = Path(
        cookiecutter(
            str(ROOT / "templates" / "component"),
            no_input=True,
            output_dir=str(tmp_path),
            extra_context={"class_name": "Hearts"},
        )
    )

    manifest = run([sys.executable, "-m", "pegboard_cli", "manifest"], made)
    assert manifest.returncode == 0, manifest.stderr
    tests = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], made)

    assert tests.returncode == 0, tests.stdout + tests.stderr
    assert (made / "src" / "pegboard_hearts" / "pegboard.json").is_file()
