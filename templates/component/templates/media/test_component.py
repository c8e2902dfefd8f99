"""What only {{ cookiecutter.class_name }} does."""

from pathlib import Path

import pegboard as pb
import pytest

from {{ cookiecutter.package }} import {{ cookiecutter.class_name }}


def test_function_gets_the_path_of_the_uploaded_file(tmp_path: Path) -> None:
    file = tmp_path / "song.wav"
    file.write_bytes(b"RIFF")

    assert {{ cookiecutter.class_name }}().preprocess(pb.FileRef.from_path(file)) == str(file)


def test_a_text_from_the_browser_is_no_file() -> None:
    with pytest.raises(pb.PayloadError, match="an uploaded file"):
        {{ cookiecutter.class_name }}().preprocess("/etc/passwd")


def test_bytes_are_shown_as_a_picture() -> None:
    shown = {{ cookiecutter.class_name }}().postprocess(b"\x89PNG")

    assert shown is not None
    assert (shown.mime_type, shown.read_bytes()) == ("image/png", b"\x89PNG")
