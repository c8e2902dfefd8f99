"""The page of parameters names tests; each of them exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "parameters.md"
TEST_FOLDERS = ("tests", "core", "components", "gallery", "cli")


def references() -> Iterator[tuple[str, str, str]]:
    """Yield section, file (or nothing, where the section's own is meant) and ``-k`` of each test named."""
    section = ""
    for line in PAGE.read_text("utf-8").splitlines():
        if line.startswith("## "):
            section = line[3:]
        for code in re.findall(r"`([^`]+)`", line):
            named = re.fullmatch(r"(?:([\w/]*test_\w+\.py|[\w/]+/tests))?\s*(?:-k (.+))?", code)
            if named is not None and (named[1] or named[2]):
                yield section, named[1] or "", (named[2] or "").strip('"')


def names_in(file: Path) -> set[str]:
    """Return the names of a file's tests."""
    tree = ast.parse(file.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


def section_files(section: str) -> list[str]:
    """Return the test files that a section's introduction names."""
    body = PAGE.read_text("utf-8").split(f"## {section}\n", 1)[1].split("\n## ")[0].split("\n|")[0]
    return re.findall(r"`([\w/]*test_\w+\.py)`", body)


def found(file: str) -> list[Path]:
    """Return the files that a short name may mean."""
    if file.endswith("/tests"):
        return sorted((ROOT / file).glob("test_*.py"))
    if "/" in file:
        return [ROOT / file]
    return sorted(path for folder in TEST_FOLDERS for path in (ROOT / folder).glob(f"**/{file}"))


@pytest.mark.parametrize(("section", "file", "part"), sorted(set(references())))
def test_each_test_that_is_named_exists(section: str, file: str, part: str) -> None:
    files = [path for name in ([file] if file else section_files(section)) for path in found(name)]
    assert files and all(path.is_file() for path in files), f"{section}: no file {file}"

    # Each part of an "or" must find a test of its own: the row says that it does.
    names = [name for path in files for name in names_in(path) if name.startswith("test_")]
    for word in re.split(r"\s+or\s+", part) if part else ["test_"]:
        assert any(word in name for name in names), f"{section}: {file} has no test with {word!r}"


def test_columns_that_name_a_part_without_a_flag_are_found_as_well() -> None:
    page = PAGE.read_text("utf-8")
    for section in ("MCP", "load", "integrate"):
        body = page.split(f"## {section}\n", 1)[1].split("\n## ")[0]
        [file] = set(section_files(section))
        names = names_in(ROOT / file)
        rows = [line for line in body.splitlines() if line.startswith("| ") and "(`-k`)" not in line]
        parts = [part for row in rows for part in re.findall(r"`([^`]+)`", row.rsplit("|", 2)[1])]
        assert len(parts) >= len(rows), section
        for part in parts:
            if part != "make test-models":
                assert any(part in name for name in names), f"{section}: {file} has no test with {part!r}"


def test_each_setting_that_is_read_is_on_the_page() -> None:
    read = {
        name
        for folder in ("core/src", "cli/src")
        for file in (ROOT / folder).rglob("*.py")
        for name in re.findall(
            r'(?:environment|environment_flag|setting)\("([A-Z_]+)"', file.read_text("utf-8")
        )
    } - {"NUM_WORKERS"}
    section = PAGE.read_text("utf-8").split("## Environment\n", 1)[1]
    table = set(re.findall(r"`([A-Z_]+)`", section.split("Without effect")[0]))

    assert len(read) > 8
    assert read - table == set()
