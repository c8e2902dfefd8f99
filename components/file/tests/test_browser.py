"""File in a real browser: files come in, change their order, and go again."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from pegboard import FileRef
from pegboard.testing.browser import FrontendConformance, Stage
from pegboard_file import File

DROP = """([selector, files]) => {
    const carried = new DataTransfer();
    for (const [name, type, text] of files) carried.items.add(new File([text], name, { type }));
    const target = document.querySelector(selector);
    for (const kind of ["dragenter", "dragover", "drop"]) {
        target.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
    }
}"""


class TestFileInABrowser(FrontendConformance):
    component = File

    def test_a_chosen_file_is_uploaded_and_listed(self, stage: Stage, tmp_path: Path) -> None:
        [notes] = made(tmp_path, "notes.txt")
        number = stage.mount(value=None)

        choose(stage.page, "Choose a file", [notes])

        expect(rows(stage.page)).to_have_count(1)
        expect(rows(stage.page)).to_contain_text("notes.txt")
        [write] = stage.report(number)["writes"]
        assert (write["value"]["orig_name"], write["value"]["size"]) == ("notes.txt", 9)
        assert names(stage, number) == ["input", "upload"] or names(stage, number) == ["upload"]

    def test_a_dropped_file_is_uploaded(self, stage: Stage) -> None:
        number = stage.mount(value=None)

        stage.page.evaluate(DROP, [".drop", [["a.csv", "text/csv", "1,2"]]])

        expect(rows(stage.page)).to_contain_text("a.csv")
        assert stage.report(number)["writes"][0]["value"]["size"] == 3

    def test_removing_the_file_empties_it_and_says_which(self, stage: Stage, tmp_path: Path) -> None:
        [notes] = made(tmp_path, "notes.txt")
        number = stage.mount(value=FileRef.from_path(notes))

        stage.page.get_by_role("button", name="Remove notes.txt").click()

        expect(stage.page.get_by_role("button", name="Choose a file")).to_be_visible()
        assert stage.report(number)["writes"] == [{"value": None}]
        told = dict(stage.report(number)["events"])
        assert told["delete"]["file"]["orig_name"] == "notes.txt"
        assert "clear" in told

    def test_a_download_gives_the_content_under_its_name(self, stage: Stage, tmp_path: Path) -> None:
        [notes] = made(tmp_path, "notes.txt")
        number = stage.mount(value=FileRef.from_path(notes), interactive=False)

        with stage.page.expect_download() as download:
            stage.page.get_by_role("link", name="Download notes.txt").click()

        assert download.value.suggested_filename == "notes.txt"
        assert Path(download.value.path()).read_text() == "notes.txt"
        [(name, data)] = stage.report(number)["events"]
        assert (name, data["file"]["orig_name"]) == ("download", "notes.txt")

    def test_a_static_one_takes_nothing(self, stage: Stage) -> None:
        stage.mount(value=None, interactive=False)

        expect(stage.page.get_by_text("No file yet")).to_be_visible()
        assert stage.page.locator("input[type=file]").count() == 0

    def test_a_picked_file_is_told_by_place_and_name(self, stage: Stage, tmp_path: Path) -> None:
        [notes] = made(tmp_path, "notes.txt")
        number = stage.mount(value=FileRef.from_path(notes))

        rows(stage.page).get_by_role("button", name="notes.txt", exact=True).click()

        assert stage.report(number)["events"] == [
            ("select", {"index": 0, "value": "notes.txt", "selected": True})
        ]


class TestFileOfOneTypeInABrowser(FrontendConformance):
    component = File
    options = {"file_types": [".csv", "image"], "file_count": "multiple"}
    payload = None
    other_payload = [FileRef(data=b"1,2", orig_name="a.csv", mime_type="text/csv")]

    def test_the_chooser_offers_those_types(self, stage: Stage) -> None:
        stage.mount(value=None)

        assert stage.page.locator("input[type=file]").get_attribute("accept") == ".csv,image/*"

    def test_a_dropped_file_of_another_type_is_refused_with_words(self, stage: Stage) -> None:
        number = stage.mount(value=None)

        stage.page.evaluate(DROP, [".drop", [["a.exe", "", "x"], ["B.CSV", "text/csv", "1"]]])

        expect(stage.page.get_by_role("alert")).to_have_text("Only these files are taken: .csv, image.")
        expect(rows(stage.page)).to_have_count(1)
        [write] = stage.report(number)["writes"]
        assert [file["orig_name"] for file in write["value"]] == ["B.CSV"]


class TestFilesInABrowser(FrontendConformance):
    component = File
    options = {"file_count": "multiple", "allow_reordering": True}

    def test_more_files_join_those_that_are_there(self, stage: Stage, tmp_path: Path) -> None:
        first, second, third = made(tmp_path, "1.txt", "2.txt", "3.txt")
        number = stage.mount(value=None)

        choose(stage.page, "Choose files", [first, second])
        expect(rows(stage.page)).to_have_count(2)
        choose(stage.page, "Add more files", [third])

        expect(rows(stage.page)).to_have_count(3)
        assert order(stage, number) == ["1.txt", "2.txt", "3.txt"]

    def test_arrow_keys_move_a_file_and_the_focus_with_it(self, stage: Stage, tmp_path: Path) -> None:
        number = stage.mount(value=[FileRef.from_path(path) for path in made(tmp_path, "1.txt", "2.txt", "3.txt")])
        first = rows(stage.page).get_by_role("button", name="1.txt", exact=True)

        first.press("Alt+ArrowDown")

        assert order(stage, number) == ["2.txt", "1.txt", "3.txt"]
        expect(first).to_be_focused()

    def test_a_file_is_dragged_to_another_place(self, stage: Stage, tmp_path: Path) -> None:
        number = stage.mount(value=[FileRef.from_path(path) for path in made(tmp_path, "1.txt", "2.txt", "3.txt")])

        rows(stage.page).nth(0).drag_to(rows(stage.page).nth(2))

        assert order(stage, number) == ["2.txt", "3.txt", "1.txt"]

    def test_one_of_several_is_removed(self, stage: Stage, tmp_path: Path) -> None:
        number = stage.mount(value=[FileRef.from_path(path) for path in made(tmp_path, "1.txt", "2.txt")])

        stage.page.get_by_role("button", name="Remove 1.txt").click()

        assert order(stage, number) == ["2.txt"]
        assert "clear" not in names(stage, number)


def made(folder: Path, *file_names: str) -> list[Path]:
    """Write files that hold their own names."""
    for name in file_names:
        (folder / name).write_text(name)
    return [folder / name for name in file_names]


def choose(page: Page, button: str, paths: list[Path]) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=button).click()
    chooser.value.set_files(paths)


def rows(page: Page):
    return page.locator("[data-stage]").get_by_role("listitem")


def names(stage: Stage, number: int) -> list[str]:
    return [name for name, _ in stage.report(number)["events"]]


def order(stage: Stage, number: int) -> list[str]:
    """Return the names of the files that were sent last, in their order."""
    return [file["orig_name"] for file in stage.report(number)["writes"][-1]["value"]]
