"""`pegboard component publish`: what passes the checks goes to an index, from which others install it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from passlib.apache import HtpasswdFile

from cli.tests.kit import REPOSITORY, free_port, is_quiet, pegboard, run, without_node
from pegboard_cli.build import build
from pegboard_cli.console import Problem
from pegboard_cli.project import Project
from pegboard_cli.publish import to_folder

SCHEMA = json.loads((REPOSITORY / "gallery" / "src" / "pegboard_gallery" / "catalogue.schema.json").read_text())


def publish(project: Path, *options: str, code: int = 0) -> tuple[str, str]:
    done = pegboard("component", "publish", "--no-browser", *options, folder=project, env=without_node(), code=code)
    return done.stdout, done.stderr


@pytest.mark.timeout(300)
def test_published_component_is_installed_from_a_plain_folder(stars: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"

    printed, _ = publish(stars, "--index", str(index))
    # The plain installer, from that folder alone.
    shelf = tmp_path / "shelf"
    run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--index-url", index.as_uri(), "--target", str(shelf), "pegboard-stars"],
        tmp_path, env=without_node(),
    )  # fmt: skip

    assert (shelf / "pegboard_stars" / "_frontend" / "stars" / "index.js").is_file()
    entry = json.loads(printed)
    jsonschema.validate({"catalogue_version": 1, "entries": [entry]}, SCHEMA)
    wheel = next((stars / "dist").glob("*.whl"))
    assert {key: entry[key] for key in entry if key != "manifest"} == {
        "distribution": "pegboard-stars",
        "version": "0.1.0",
        "summary": "A value that people choose.",
        "author": "Ada",
        "license": "MIT",
        "homepage": "",
        "requires_pegboard": "<1,>=0.1",
        "size_bytes": wheel.stat().st_size,
    }
    assert entry["manifest"] == json.loads((stars / "src" / "pegboard_stars" / "pegboard.json").read_text())


PASSWORD = "hook-line-and-board"


@pytest.fixture
def package_server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A real package server on loopback that takes uploads of one account; its address and its folder."""
    shelf, accounts = tmp_path / "served", tmp_path / "accounts"
    shelf.mkdir()
    table = HtpasswdFile(str(accounts), new=True, default_scheme="apr_md5_crypt")
    table.set_password("ada", PASSWORD)
    table.save()
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "pypiserver", "run", "-p", str(port), "-i", "127.0.0.1", "-P", str(accounts),
         "-a", "update", str(shelf)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while is_quiet(port):
            assert server.poll() is None and time.monotonic() < deadline, "the package server did not start"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/", shelf
    finally:
        server.terminate()
        server.wait(20)


@pytest.mark.timeout(300)
def test_upload_to_a_package_server_says_no_secret_and_is_installed_from_there(
    stars: Path, tmp_path: Path, package_server: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, shelf = package_server
    monkeypatch.setenv("TWINE_USERNAME", "ada")
    monkeypatch.setenv("TWINE_PASSWORD", PASSWORD)

    printed, said = publish(stars, "--repository-url", address)

    assert sorted(path.suffix for path in shelf.iterdir()) == [".gz", ".whl"]
    assert PASSWORD not in printed + said
    assert json.loads(printed)["distribution"] == "pegboard-stars"
    target = tmp_path / "target"
    run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--index-url", f"{address}simple/", "--target", str(target), "pegboard-stars"],
        tmp_path, env=without_node(),
    )  # fmt: skip
    assert (target / "pegboard_stars" / "_frontend" / "stars" / "index.js").is_file()


@pytest.mark.timeout(300)
def test_refused_upload_ends_in_an_error_and_says_no_secret(
    stars: Path, package_server: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, shelf = package_server
    monkeypatch.setenv("TWINE_USERNAME", "ada")
    monkeypatch.setenv("TWINE_PASSWORD", "wrong-" + PASSWORD)

    printed, said = publish(stars, "--repository-url", address, code=1)

    assert "403" in said and PASSWORD not in printed + said
    assert printed == "" and not list(shelf.iterdir())


def test_address_with_a_password_is_refused_without_repeating_it(stars: Path) -> None:
    printed, said = publish(stars, "--repository-url", f"http://ada:{PASSWORD}@127.0.0.1:9/", code=1)

    assert "TWINE_PASSWORD" in said and PASSWORD not in printed + said


def test_what_is_published_stays_as_it_is(stars: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    project = Project(stars)
    to_folder(build(project, tmp_path / "first"), index)
    before = {path: path.read_bytes() for path in index.rglob("*") if path.is_file()}

    to_folder(build(project, tmp_path / "same"), index)
    source = stars / "frontend" / "index.js"
    source.write_text(source.read_text().replace("★", "☂"))
    with pytest.raises(Problem, match="a new version"):
        to_folder(build(project, tmp_path / "other"), index)

    assert {path: path.read_bytes() for path in index.rglob("*") if path.is_file()} == before


def test_dry_run_uploads_nothing_and_prints_the_entry(stars: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"

    printed, said = publish(stars, "--index", str(index), "--dry-run")

    assert json.loads(printed)["distribution"] == "pegboard-stars"
    assert "would upload pegboard_stars-0.1.0-py3-none-any.whl" in said
    assert not index.exists()


def test_what_fails_a_check_is_not_published(stars: Path, tmp_path: Path) -> None:
    (stars / "LICENSE").unlink()
    shutil.rmtree(stars / "dist", ignore_errors=True)

    printed, said = publish(stars, "--index", str(tmp_path / "index"), code=1)

    assert "licence" in said and printed == ""
    assert not (tmp_path / "index").exists() and not (stars / "dist").exists()
