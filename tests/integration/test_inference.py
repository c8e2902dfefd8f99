"""`Interface(fn)` without components: chosen by annotations and defaults among what is installed."""

from __future__ import annotations

import enum
import pathlib
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Optional

import numpy as np
import PIL.Image
import pytest

import pegboard as pb
from pegboard.errors import ComponentNotFound
from pegboard.inference import component_for

from .test_python_client import connect


class Size(enum.Enum):
    SMALL = "s"
    LARGE = "l"


@pytest.mark.parametrize(
    ("hint", "name"),
    [
        (str, "Textbox"),
        (int, "Number"),
        (float, "Number"),
        (bool, "Checkbox"),
        (Literal["a", "b"], "Radio|Dropdown"),
        (Size, "Radio|Dropdown"),
        (PIL.Image.Image, "Image"),
        (np.ndarray, "Image"),
        (pathlib.Path, "File"),
        (Optional[int], "Number"),
        (int | None, "Number"),
        (Annotated[float, pb.Slider], "Slider"),
        (Annotated[float, pb.Slider(0, 1)], "Slider"),
    ],
)
def test_input_component_fits_the_type(hint: Any, name: str) -> None:
    component = component_for(hint, "input", where="here")

    assert type(component).__name__ in name.split("|")


@pytest.mark.parametrize(
    ("hint", "name"),
    [
        (str, "Textbox"),
        (float, "Number"),
        (bool, "Checkbox"),
        (dict, "JSON"),
        (list, "JSON"),
        (dict[str, float], "Label|JSON"),
        (PIL.Image.Image, "Image"),
        (pathlib.Path, "File"),
    ],
)
def test_output_component_fits_the_type(hint: Any, name: str) -> None:
    assert type(component_for(hint, "output", where="here")).__name__ in name.split("|")


def test_component_in_an_annotation_is_a_fresh_one_for_each_interface() -> None:
    def paint(amount: Annotated[float, pb.Slider(0, 1, label="Amount")]) -> float:
        return amount

    first, second = pb.Interface(paint), pb.Interface(paint)

    assert first.input_components[0].label == second.input_components[0].label == "Amount"
    assert first.input_components[0] is not second.input_components[0]


def test_interface_builds_itself_and_answers(serve: Any) -> None:
    def order(
        what: str,
        count: int = 2,
        size: Size = Size.LARGE,
        mood: Literal["calm", "wild"] = "wild",
        gift: bool = False,
    ) -> tuple[str, dict[str, Any]]:
        return f"{count!r} {what}", {"size": size.name, "mood": mood}

    app = pb.Interface(order)
    client = connect(serve(app.describe()))

    assert [component.label for component in app.input_components] == [
        "what", "count", "size", "mood", "gift",
    ]  # fmt: skip
    assert client.predict("tea", api_name="/order") == ("2 tea", {"size": "LARGE", "mood": "wild"})
    assert client.predict("tea", 3, "s", "calm", True, api_name="/order")[1]["size"] == "SMALL"


def test_types_reach_the_function_as_they_were_asked_for(serve: Any, tmp_path: pathlib.Path) -> None:
    def measure(picture: PIL.Image.Image, pixels: np.ndarray, file: pathlib.Path) -> str:
        assert isinstance(picture, PIL.Image.Image)
        assert isinstance(file, pathlib.Path)
        return f"{picture.size} {pixels.shape} {file.read_text()}"

    from gradio_client import handle_file

    PIL.Image.new("RGB", (4, 3), "red").save(tmp_path / "red.png")
    (tmp_path / "note.txt").write_text("hi")
    client = connect(serve(pb.Interface(measure).describe()))

    picture = handle_file(tmp_path / "red.png")
    told = client.predict(picture, picture, handle_file(tmp_path / "note.txt"), api_name="/measure")

    assert told == "(4, 3) (3, 4, 3) hi"


def test_enum_that_a_function_returns_is_shown_as_its_value(serve: Any) -> None:
    def grow(size: Size) -> Size:
        return Size.LARGE

    client = connect(serve(pb.Interface(grow).describe()))

    assert client.predict("s", api_name="/grow") == "l"


def test_generator_shows_what_it_yields(serve: Any) -> None:
    def count(to: int) -> Iterator[str]:
        for number in range(to):
            yield str(number)

    app = pb.Interface(count)
    client = connect(serve(app.describe()))

    assert type(app.output_components[0]).__name__ == "Textbox"
    assert list(client.submit(3, api_name="/count")) == ["0", "1", "2"]


def test_type_that_no_installed_component_takes_is_refused_with_the_way_out() -> None:
    class Planet:
        pass

    def visit(planet: Planet) -> str:
        return "there"

    with pytest.raises(ComponentNotFound) as refused:
        pb.Interface(visit)

    text = str(refused.value)
    assert "Planet" in text and "visit(planet)" in text
    assert "Annotated[" in text and "str" in text
