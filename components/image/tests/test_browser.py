"""Image in a real browser: every way in which a picture arrives, and what can be done with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture
from playwright.sync_api import Page, expect

from pegboard import FileRef
from pegboard.testing.browser import FrontendConformance, Stage
from pegboard_image import Image

# A file lands on an element as a dragged one does: the browser has no other way to be handed one.
DROP = """([selector, name, type, bytes]) => {
    const carried = new DataTransfer();
    carried.items.add(new File([new Uint8Array(bytes)], name, { type }));
    const target = document.querySelector(selector);
    for (const kind of ["dragenter", "dragover", "drop"]) {
        target.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
    }
}"""
# What a person does with "copy image" elsewhere.
COPY = """async () => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 8;
    canvas.getContext("2d").fillRect(0, 0, 8, 8);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
}"""


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "bridge.png"
    Picture.new("RGB", (100, 50), "teal").save(path)
    return path


class TestImageInABrowser(FrontendConformance):
    component = Image

    def test_a_chosen_file_is_uploaded_and_shown(self, stage: Stage, picture: Path) -> None:
        number = stage.mount(value=None)

        with stage.page.expect_file_chooser() as chooser:
            stage.page.get_by_role("button", name="Choose a picture").click()
        chooser.value.set_files(picture)

        assert size_shown(stage.page) == [100, 50]
        [write] = stage.report(number)["writes"]
        assert (write["value"]["orig_name"], write["value"]["size"]) == (
            "bridge.png",
            picture.stat().st_size,
        )
        assert names(stage, number) == ["upload", "input"]

    def test_a_dropped_file_is_uploaded_and_shown(self, stage: Stage, picture: Path) -> None:
        number = stage.mount(value=None)

        stage.page.evaluate(DROP, [".empty", picture.name, "image/png", list(picture.read_bytes())])

        assert size_shown(stage.page) == [100, 50]
        assert names(stage, number) == ["upload", "input"]

    def test_a_file_that_is_no_picture_is_refused_with_words(self, stage: Stage) -> None:
        number = stage.mount(value=None)

        stage.page.evaluate(DROP, [".empty", "notes.txt", "text/plain", list(b"hello")])

        expect(stage.page.get_by_role("alert")).to_contain_text("not a picture")
        assert stage.report(number) == {"events": [], "writes": []}

    def test_the_clipboards_picture_is_pasted_by_its_key(self, stage: Stage) -> None:
        number = stage.mount(value=None)
        stage.page.evaluate(COPY)

        stage.page.get_by_role("button", name="Choose a picture").focus()
        stage.page.keyboard.press("Control+V")

        assert size_shown(stage.page) == [8, 8]
        assert names(stage, number) == ["upload", "input"]

    def test_the_clipboards_picture_is_pasted_by_its_button(self, stage: Stage) -> None:
        stage.mount(value=None)
        stage.page.evaluate(COPY)

        stage.page.get_by_role("radio", name="Paste").click()
        stage.page.get_by_role("button", name="Paste a picture").click()

        assert size_shown(stage.page) == [8, 8]

    def test_the_camera_takes_a_picture_and_is_switched_off(self, stage: Stage) -> None:
        number = stage.mount(value=None)
        page = stage.page

        page.get_by_role("radio", name="Camera").click()
        page.get_by_role("button", name="Open the camera").click()
        page.wait_for_function("() => document.querySelector('video')?.videoWidth > 0")
        assert stage.left()["camera or microphone tracks"] == 1
        page.get_by_role("button", name="Take picture").click()

        assert size_shown(page)[0] > 0
        assert stage.report(number)["writes"][0]["value"]["mime_type"] == "image/png"
        assert "camera or microphone tracks" not in stage.left()

    def test_a_component_that_goes_away_switches_the_camera_off(self, stage: Stage) -> None:
        number = stage.mount(value=None, sources=["webcam"])
        stage.page.get_by_role("button", name="Open the camera").click()
        expect(stage.page.get_by_role("button", name="Take picture")).to_be_visible()

        stage.destroy(number)

        assert "camera or microphone tracks" not in stage.left()

    def test_clear_empties_it(self, stage: Stage) -> None:
        number = stage.mount()

        stage.page.get_by_role("button", name="Clear").click()

        expect(stage.page.get_by_role("button", name="Choose a picture")).to_be_visible()
        assert stage.report(number)["writes"] == [{"value": None}]
        assert names(stage, number) == ["clear", "input"]

    def test_a_click_says_which_pixel(self, stage: Stage, picture: Path) -> None:
        number = stage.mount(value=FileRef.from_path(picture))
        assert size_shown(stage.page) == [100, 50]
        shown = stage.page.get_by_role("img", name="Picture")
        box = shown.bounding_box()
        assert box is not None
        # The picture is drawn as large as it fits, in the middle of its box.
        scale = min(box["width"] / 100, box["height"] / 50)
        left, top = (box["width"] - 100 * scale) / 2, (box["height"] - 50 * scale) / 2

        shown.click(position={"x": left + 20.5 * scale, "y": top + 10.5 * scale})

        [(name, data)] = stage.report(number)["events"]
        assert (name, data) == ("select", {"index": [20, 10], "value": None})

    def test_download_gives_the_file_under_its_name(self, stage: Stage, picture: Path) -> None:
        stage.mount(value=FileRef.from_path(picture))

        with stage.page.expect_download() as download:
            stage.page.get_by_role("link", name="Download").click()

        assert download.value.suggested_filename == "bridge.png"
        assert Path(download.value.path()).read_bytes() == picture.read_bytes()

    def test_full_screen_is_entered_and_left(self, stage: Stage) -> None:
        stage.mount()
        button = stage.page.get_by_role("button", name="Full screen")

        button.click()
        stage.page.wait_for_function("() => document.fullscreenElement !== null")
        button.click()

        stage.page.wait_for_function("() => document.fullscreenElement === null")

    def test_the_buttons_that_were_left_out_are_not_there(self, stage: Stage) -> None:
        stage.mount(buttons=[])

        expect(stage.page.get_by_role("button", name="Clear")).to_be_visible()
        assert stage.page.get_by_role("button", name="Full screen").count() == 0
        assert stage.page.get_by_role("link", name="Download").count() == 0

    def test_a_static_picture_has_no_clear_and_an_empty_one_says_so(self, stage: Stage) -> None:
        stage.mount(interactive=False)
        stage.mount(value=None, interactive=False, placeholder="Nothing drawn")

        expect(stage.page.get_by_text("Nothing drawn")).to_be_visible()
        assert stage.page.get_by_role("button", name="Clear").count() == 0
        assert stage.page.locator("input[type=file]").count() == 0


class TestStreamingImageInABrowser(FrontendConformance):
    component = Image
    options = {"sources": ["webcam"], "streaming": True}

    def test_frames_come_one_after_the_other_until_the_camera_stops(self, stage: Stage) -> None:
        number = stage.mount(value=None)
        stage.page.get_by_role("button", name="Open the camera").click()
        stage.page.wait_for_function(
            "n => conformance.report(n).events.filter(([name]) => name === 'stream').length >= 2", arg=number
        )

        stage.page.get_by_role("button", name="Stop camera").click()

        expect(stage.page.get_by_role("button", name="Open the camera")).to_be_visible()
        assert set(names(stage, number)) == {"stream"}
        assert "camera or microphone tracks" not in stage.left()

    def test_a_camera_that_opens_too_late_is_closed_again(self, stage: Stage) -> None:
        """The browser may ask for leave longer than the component is there."""
        stage.page.evaluate(SLOW_CAMERA)
        number = stage.mount(value=None)
        stage.page.get_by_role("button", name="Open the camera").click()
        stage.destroy(number)

        stage.page.wait_for_function("() => window.camerasOpened === 1")
        stage.settle()

        assert "camera or microphone tracks" not in stage.left()


# The real camera, half a second later than asked for.
SLOW_CAMERA = """() => {
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  window.camerasOpened = 0;
  devices.getUserMedia = async constraints => {
    await new Promise(resolve => setTimeout(resolve, 500));
    const stream = await open(constraints);
    window.camerasOpened += 1;
    return stream;
  };
}"""


def names(stage: Stage, number: int) -> list[str]:
    return [name for name, _ in stage.report(number)["events"]]


def size_shown(page: Page) -> Any:
    """Return the size of the picture that is shown, in its own pixels, once it is loaded."""
    picture = page.locator("[data-stage] img")
    picture.wait_for()
    return picture.evaluate("async (img) => { await img.decode(); return [img.naturalWidth, img.naturalHeight]; }")
