"""What only File does, with real files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import pegboard as pb
from pegboard import FileRef, PayloadError, ValueTypeError
from pegboard.errors import OptionError
from pegboard_file import File


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_text("hello")
    return path


def test_a_function_gets_a_path_that_has_a_name(note: Path) -> None:
    value = File().preprocess(FileRef.from_path(note, orig_name="my note.txt"))

    assert value == str(note)
    assert value.name == str(note)
    assert value.orig_name == "my note.txt"
    assert isinstance(value, str)


def test_a_function_gets_the_content_when_it_asks_for_it(note: Path) -> None:
    assert File(type="binary").preprocess(FileRef.from_path(note)) == b"hello"


def test_several_files_come_as_a_list(note: Path) -> None:
    ref = FileRef.from_path(note)

    assert File(file_count="multiple").preprocess([ref, ref]) == [str(note), str(note)]
    assert File(file_count="directory").preprocess([ref]) == [str(note)]


def test_one_file_is_not_two(note: Path) -> None:
    ref = FileRef.from_path(note)

    with pytest.raises(PayloadError, match="one uploaded file"):
        File().preprocess([ref, ref])


@pytest.mark.parametrize(
    ("types", "name", "is_taken"),
    [
        ([".txt"], "a.TXT", True),
        ([".txt"], "a.pdf", False),
        (["image"], "a.png", True),
        (["image"], "a.txt", False),
        (["text", ".pdf"], "a.pdf", True),
        (["file"], "a.xyz", True),
        (None, "a", True),
    ],
)
def test_only_the_types_asked_for_are_taken(note: Path, types: Any, name: str, is_taken: bool) -> None:
    ref = FileRef.from_path(note, orig_name=name)

    if is_taken:
        assert File(file_types=types).preprocess(ref) == str(note)
    else:
        with pytest.raises(PayloadError, match="file of type"):
            File(file_types=types).preprocess(ref)


@pytest.mark.parametrize("payload", ["/etc/passwd", {"path": "/etc/passwd"}, 3, FileRef()])
def test_what_is_no_upload_is_refused(payload: Any) -> None:
    with pytest.raises(PayloadError, match="uploaded file"):
        File().preprocess(payload)


def test_a_path_is_handed_out_with_its_size(note: Path) -> None:
    shown = File().postprocess(note)

    assert (shown.orig_name, shown.size, shown.path) == ("note.txt", 5, note)
    assert [one.orig_name for one in File(file_count="multiple").postprocess([note])] == ["note.txt"]


def test_a_path_that_does_not_exist_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ValueTypeError, match="check the path"):
        File().postprocess(tmp_path / "missing.txt")


def test_what_is_no_path_is_refused_in_words() -> None:
    with pytest.raises(ValueTypeError, match="expected: a path"):
        File().postprocess(b"content")


@pytest.mark.parametrize("options", [{"file_types": ["pdf"]}, {"height": -1}, {"type": "path"}])
def test_a_bad_option_is_refused_in_words(options: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="expected:"):
        File(**options)


def test_files_is_a_file_component_for_several() -> None:
    assert pb.Files().file_count == "multiple"
    assert pb.Files.__name__ == "Files"


def test_an_example_shows_the_names(note: Path) -> None:
    assert File().example(str(note)).value == ["note.txt"]
