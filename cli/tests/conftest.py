"""Projects made once for all tests, wheels of the repository, and a browser."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from cli.tests.kit import REPOSITORY, Environment, copy, new, run, without_node
from pegboard.testing.stage import launch_chromium


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside of the repository."""
    return tmp_path_factory.mktemp("workshop")


@pytest.fixture(scope="session")
def vanilla_project(workshop: Path) -> Path:
    """An input component in plain JavaScript, made on a machine without Node."""
    return new(workshop, "Stars", "--frontend", "vanilla", env=without_node())


@pytest.fixture(scope="session")
def svelte_project(workshop: Path) -> Path:
    """An input component in Svelte, with what npm installs."""
    return new(workshop, "Hearts", "--frontend", "svelte")


@pytest.fixture(scope="session")
def react_project(workshop: Path) -> Path:
    """An input component in React, with what npm installs."""
    return new(workshop, "Moons", "--frontend", "react")


@pytest.fixture
def stars(vanilla_project: Path, tmp_path: Path) -> Path:
    """A copy of the project in plain JavaScript, to be edited."""
    return copy(vanilla_project, tmp_path)


@pytest.fixture(scope="session")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wheels of the distributions that a component's author and users need."""
    house = tmp_path_factory.mktemp("wheelhouse")
    for name in ("core", "cli", "cli/hatch-pegboard", "components/textbox", "components/button"):
        folder = REPOSITORY / name
        run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(house)], folder)
    shutil.rmtree(house / "npm", ignore_errors=True)
    return house


@pytest.fixture(scope="session")
def users_machine(wheelhouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with core, a text box and a button, and nothing of the kit."""
    environment = Environment(tmp_path_factory.mktemp("user") / "venv")
    wanted = ("pegboard_core-", "pegboard_textbox-", "pegboard_button-")
    environment.install(*(str(w) for w in wheelhouse.glob("*.whl") if w.name.startswith(wanted)))
    return environment


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser for all tests."""
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of its own, with time for a busy machine."""
    context = chromium.new_context()
    opened = context.new_page()
    opened.set_default_timeout(90_000)
    yield opened
    context.close()
