"""What `pip install pegboard` means: every wheel in a fresh environment with no Node, used and taken apart."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tomllib

from .test_packaging import REPOSITORY, build, run, without_node

UV = str(Path(sys.executable).parent / "uv")

ASK = """
import json
import pegboard as pb
from gradio_client import Client, handle_file

SCRIPT

_, url, _ = demo.launch(server_port=0, prevent_thread_lock=True, quiet=True)
print(json.dumps(Client(url, verbose=False).predict(*ARGUMENTS, api_name="/predict")))
demo.close()
"""


class Environment:
    """A virtual environment of its own, with no Node on its path."""

    def __init__(self, folder: Path) -> None:
        self.python = folder / "bin" / "python"
        run([UV, "venv", "--quiet", "--python", sys.executable, str(folder)])

    def pip(self, verb: str, *arguments: str) -> None:
        run([UV, "pip", verb, "--quiet", "--python", str(self.python), *arguments])

    def ask(self, script: str, *arguments: str) -> object:
        """Run an app and one call of it; return the answer."""
        source = ASK.replace("SCRIPT", script).replace("ARGUMENTS", f"[{', '.join(arguments)}]")
        return json.loads(self.run(source).stdout.splitlines()[-1])

    def run(self, source: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [str(self.python), "-c", source],
            env=without_node(), capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done


def distributions() -> list[Path]:
    """Every folder of the repository that is a distribution, by its pyproject.toml."""
    found = [REPOSITORY, *sorted((REPOSITORY / "components").iterdir())]
    found += [REPOSITORY / name for name in ("core", "cli", "cli/hatch-pegboard", "gallery")]
    return [folder for folder in found if (folder / "pyproject.toml").is_file()]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    made = []
    for number, folder in enumerate(distributions()):
        copy = tmp_path_factory.mktemp("source") / (folder.name if folder != REPOSITORY else "whole")
        if folder.name == "cli":
            copy = folder  # it packs the templates and npm packages that lie beside it
        elif folder == REPOSITORY:
            copy.mkdir()
            for name in ("pyproject.toml", "README.md", "LICENSE"):
                shutil.copy(folder / name, copy)
        else:
            ignored = shutil.ignore_patterns("node_modules", "__pycache__", "dist", "tests", "hatch-pegboard")
            shutil.copytree(folder, copy, ignore=ignored)
        made.append(str(build(copy, "wheel", tmp_path_factory.mktemp(f"dist{number}"))))
    return made


@pytest.fixture(scope="module")
def environment(wheels: list[str], tmp_path_factory: pytest.TempPathFactory) -> Environment:
    environment = Environment(tmp_path_factory.mktemp("fresh") / "venv")
    environment.pip("install", "-c", str(REPOSITORY / "constraints.txt"), *wheels, "gradio_client")
    return environment


def test_wheels_of_all_distributions_make_an_app_that_answers(
    environment: Environment, tmp_path: Path
) -> None:
    answer = environment.ask(
        "demo = pb.Interface(lambda picture, loud: {'red': 0.75, 'blue': 0.25}, ['image', 'checkbox'], 'label')",
        f"handle_file({str(picture(tmp_path))!r})",
        "True",
    )

    assert answer == {
        "label": "red",
        "confidences": [{"label": "red", "confidence": 0.75}, {"label": "blue", "confidence": 0.25}],
    }


def test_wheels_carry_every_bundle_that_their_manifests_name(environment: Environment) -> None:
    done = environment.run(
        "import json\n"
        "from pegboard.plugins import index\n"
        "entries = index().entries\n"
        "print(json.dumps([[entry.id, str(entry.problem)] for entry in entries if entry.problem]))\n"
        "print(len({entry.id for entry in entries}))"
    )

    problems, count = done.stdout.splitlines()
    components = [path for path in distributions() if path.parent.name == "components"]
    assert json.loads(problems) == []
    assert int(count) >= len(components)


def test_core_and_two_components_need_neither_numpy_nor_pillow(wheels: list[str], tmp_path: Path) -> None:
    alone = Environment(tmp_path / "venv")
    few = ("/pegboard_core-", "/pegboard_textbox-", "/pegboard_button-")
    chosen = [wheel for wheel in wheels if any(name in wheel for name in few)]
    alone.pip("install", "-c", str(REPOSITORY / "constraints.txt"), *chosen, "gradio_client")

    done = alone.run(
        "import importlib.util as u, json\n"
        "print(json.dumps([u.find_spec(n) is not None for n in ('numpy', 'PIL', 'pandas', 'cookiecutter')]))"
    )

    assert json.loads(done.stdout) == [False] * 4
    assert alone.ask("demo = pb.Interface(str.upper, 'text', 'text')", "'ada'") == "ADA"


def test_uninstalled_component_is_missed_by_name_and_the_rest_goes_on(
    environment: Environment, wheels: list[str]
) -> None:
    environment.pip("uninstall", "pegboard-label", "pegboard")

    assert environment.ask("demo = pb.Interface(str.upper, 'text', 'text')", "'ada'") == "ADA"
    done = environment.run(
        "import pegboard as pb\n"
        "for use in (lambda: pb.Label(), lambda: pb.Interface(str, 'text', 'label')):\n"
        "    try: use()\n"
        "    except Exception as problem: print(type(problem).__name__, problem, sep='\\n')"
    )

    assert done.stdout.count("pip install pegboard-label") == 2


def test_the_whole_names_all_of_its_parts() -> None:
    whole = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["dependencies"]
    parts = {
        tomllib.loads((folder / "pyproject.toml").read_text())["project"]["name"]
        for folder in distributions()
        if folder != REPOSITORY
    }

    assert {item.split("==")[0] for item in whole} == parts - {"hatch-pegboard"}


def picture(folder: Path) -> Path:
    from PIL import Image

    path = folder / "red.png"
    Image.new("RGB", (8, 8), "red").save(path)
    return path
