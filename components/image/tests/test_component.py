"""What only Image does: modes, rotation, formats, refusals; with real files made by Pillow."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as pil

from pegboard import FileRef, PayloadError, ValueTypeError
from pegboard.errors import OptionError
from pegboard_image import Image, WatermarkOptions


def stored(path: Path, picture: pil.Image, **options: Any) -> FileRef:
    """Save a picture and return the reference that `preprocess` gets."""
    picture.save(path, **options)
    return FileRef.from_path(path)


def decoded(file: FileRef) -> pil.Image:
    """Decode a picture that `postprocess` made."""
    return pil.open(io.BytesIO(file.read_bytes()))


def rotated_jpeg(path: Path) -> FileRef:
    """Save a 40 x 20 picture whose mark says: turn it by a quarter."""
    exif = pil.Exif()
    exif[0x0112] = 6
    return stored(path, pil.new("RGB", (40, 20), "red"), exif=exif)


@pytest.mark.parametrize(
    ("mode", "shape"), [("RGB", (20, 40, 3)), ("RGBA", (20, 40, 4)), ("L", (20, 40))]
)
def test_an_upload_becomes_an_array_in_the_mode_asked_for(
    tmp_path: Path, mode: str, shape: tuple[int, ...]
) -> None:
    file = stored(tmp_path / "a.png", pil.new("RGB", (40, 20), (255, 0, 0)))

    pixels = Image(image_mode=mode).preprocess(file)

    assert pixels.shape == shape
    assert pixels.dtype == np.uint8


def test_black_and_white_becomes_an_array_of_bool(tmp_path: Path) -> None:
    file = stored(tmp_path / "a.png", pil.new("RGB", (4, 2), "white"))

    assert Image(image_mode="1").preprocess(file).tolist() == [[True] * 4] * 2


@pytest.mark.parametrize("kind", ["numpy", "pil", "filepath"])
def test_a_photo_is_upright_in_every_type(tmp_path: Path, kind: Any) -> None:
    value = Image(type=kind).preprocess(rotated_jpeg(tmp_path / "photo.jpg"))

    if kind == "filepath":
        with pil.open(value) as picture:
            assert picture.size == (20, 40)
    else:
        assert (value.shape[1::-1] if kind == "numpy" else value.size) == (20, 40)


def test_a_file_that_needs_no_change_is_handed_over_untouched(tmp_path: Path) -> None:
    file = stored(tmp_path / "a.png", pil.new("RGB", (4, 4), "red"))

    assert Image(type="filepath").preprocess(file) == str(tmp_path / "a.png")


def test_a_file_in_another_mode_is_converted_and_keeps_its_suffix(tmp_path: Path) -> None:
    file = stored(tmp_path / "a.png", pil.new("RGBA", (4, 4), "red"))

    path = Image(type="filepath", image_mode="L").preprocess(file)

    assert path.endswith(".png") and path != str(tmp_path / "a.png")
    with pil.open(path) as picture:
        assert picture.mode == "L"


def test_an_animation_keeps_its_frames_as_a_file(tmp_path: Path) -> None:
    frames = [pil.new("P", (4, 4), color) for color in (0, 1, 2)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])

    path = Image(type="filepath").preprocess(FileRef.from_path(tmp_path / "a.gif"))

    assert path == str(tmp_path / "a.gif")


def test_sixteen_bit_grey_is_scaled_and_not_cut(tmp_path: Path) -> None:
    levels = np.array([[0, 257 * 100, 65535]], dtype=np.uint16)
    file = stored(tmp_path / "a.png", pil.fromarray(levels))

    assert Image(image_mode="L").preprocess(file).tolist() == [[0, 100, 255]]


def test_a_drawing_is_refused_where_pixels_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    file = FileRef.from_path(tmp_path / "a.svg")

    with pytest.raises(PayloadError, match="SVG works with"):
        Image().preprocess(file)
    assert Image(type="filepath").preprocess(file) == str(tmp_path / "a.svg")


def test_a_frame_in_a_data_address_is_decoded() -> None:
    buffer = io.BytesIO()
    pil.new("RGB", (3, 2), "blue").save(buffer, "png")
    address = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()

    assert Image().preprocess(FileRef(url=address)).shape == (2, 3, 3)


def test_what_is_no_picture_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"not a picture")

    with pytest.raises(PayloadError, match="cannot be read as a picture"):
        Image().preprocess(FileRef.from_path(tmp_path / "a.png"))


def test_a_broken_picture_is_refused_in_words(tmp_path: Path) -> None:
    file = stored(tmp_path / "a.png", pil.effect_noise((64, 64), 50))
    content = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(content[: len(content) // 2])

    with pytest.raises(PayloadError, match="broken"):
        Image().preprocess(file)


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = stored(tmp_path / "a.png", pil.new("1", (200, 200)))
    monkeypatch.setattr(pil, "MAX_IMAGE_PIXELS", 1000)

    with pytest.raises(PayloadError, match="too large"):
        Image().preprocess(file)


@pytest.mark.parametrize(
    ("pixels", "first"),
    [
        (np.full((2, 2, 3), 200, np.uint8), (200, 200, 200)),
        (np.full((2, 2, 3), 0.5), (128, 128, 128)),
        (np.ones((2, 2), bool), 255),
        (np.full((2, 2), 65535, np.uint16), 255),
        (np.full((2, 2, 1), 7, np.int64), 7),
    ],
)
def test_an_array_becomes_a_picture_without_loss(pixels: Any, first: Any) -> None:
    file = Image(format="png").postprocess(pixels)

    assert file is not None
    assert decoded(file).getpixel((0, 0)) == first


@pytest.mark.parametrize(
    "value", [np.zeros((2, 2, 5), np.uint8), np.full((2, 2), 300), np.full((2, 2), 7.5), 3, {}, object()]
)
def test_what_cannot_be_shown_is_refused_in_words(value: Any) -> None:
    with pytest.raises(ValueTypeError, match="expected:"):
        Image().postprocess(value)


def test_a_picture_is_stored_in_the_format_asked_for() -> None:
    picture = pil.new("RGB", (4, 4), "red")

    assert decoded(Image().postprocess(picture)).format == "WEBP"
    assert decoded(Image(format="jpeg").postprocess(picture)).format == "JPEG"
    # JPEG has no transparency: PNG is what is left.
    assert decoded(Image(format="jpeg").postprocess(pil.new("RGBA", (4, 4)))).format == "PNG"


def test_a_watermark_sits_in_its_corner() -> None:
    mark = pil.new("RGB", (5, 5), "red")
    image = Image(format="png", watermark=WatermarkOptions(mark, "top-left"))

    picture = decoded(image.postprocess(pil.new("RGB", (40, 40), "white")))

    assert picture.getpixel((10, 10)) == (255, 0, 0)
    assert picture.getpixel((9, 9)) == (255, 255, 255)
    assert picture.getpixel((15, 15)) == (255, 255, 255)


def test_a_watermark_that_would_stick_out_is_moved_inside() -> None:
    mark = pil.new("RGB", (5, 5), "red")
    image = Image(format="png", watermark=WatermarkOptions(mark, (100, 100)))

    picture = decoded(image.postprocess(pil.new("RGB", (20, 20), "white")))

    assert picture.getpixel((19, 19)) == (255, 0, 0)


@pytest.mark.parametrize(
    "options",
    [
        {"sources": "scanner"},
        {"streaming": True, "sources": ["upload"]},
        {"type": "tensor"},
        {"height": -1},
        {"webcam_options": "mirror"},
    ],
)
def test_a_bad_option_is_refused_in_words(options: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="expected:"):
        Image(**options)


def test_older_spellings_still_mean_the_same() -> None:
    with pytest.warns(DeprecationWarning):
        image = Image(show_download_button=False, mirror_webcam=False)

    assert image.props()["buttons"] == ["fullscreen"]
    assert image.props()["webcam_options"] == {"mirror": False, "constraints": None}
