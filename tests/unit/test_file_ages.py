"""Old files go: by the time since their last use, on a clock of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from pegboard.files import FileStore
from pegboard.payload import FileRef

DAY_S = 24 * 3600.0


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> FileStore:
    return FileStore(tmp_path / "own", allowed_paths=[tmp_path], clock=clock)


def on_disk(store: FileStore) -> list[bytes]:
    return sorted(path.read_bytes() for path in store.folder.rglob("*") if path.is_file())


def test_file_goes_when_it_was_not_used_for_days(store: FileStore, clock: Clock) -> None:
    # Two days and a second: whole days count, not only what remains of the last one.
    old = store.keep_bytes(b"old", name="old.txt")
    clock.now += 2 * DAY_S - 60
    young = store.keep_bytes(b"young", name="young.txt")
    clock.now += 61

    assert store.sweep(2 * DAY_S) == 1

    assert store.find(old.wire_path) is None and not old.path.exists()
    assert store.find(young.wire_path) is not None
    assert on_disk(store) == [b"young", b"young"]  # its own name, and the content that others may share


def test_use_makes_a_file_young_again(store: FileStore, clock: Clock) -> None:
    kept = store.keep_bytes(b"kept", name="kept.txt")
    for _ in range(5):
        clock.now += 50
        assert store.find(kept.wire_path) is not None
        assert store.sweep(60) == 0
    clock.now += 60

    assert store.sweep(60) == 1


def test_content_stays_as_long_as_one_file_has_it(store: FileStore, clock: Clock) -> None:
    store.keep_bytes(b"same", name="one.txt")
    clock.now += 50
    other = store.keep_bytes(b"same", name="other.txt")
    clock.now += 20

    assert store.sweep(60) == 1

    assert other.path.read_bytes() == b"same"
    again = store.keep_bytes(b"same", name="third.txt")
    assert again.path.read_bytes() == b"same"


def test_what_the_page_starts_with_stays_and_is_stored_once(store: FileStore, clock: Clock) -> None:
    picture = {"image": FileRef.from_bytes(b"picture", name="a.png")}
    first = store.publish_lasting(picture, "http://host", is_initial=True)
    again = store.publish_lasting(picture, "http://host", is_initial=True)
    other = store.publish_lasting(picture, "http://other", is_initial=True)
    clock.now += 100 * DAY_S

    assert store.sweep(60) == 0

    assert first == again
    assert other["image"]["path"] == first["image"]["path"]
    assert store.find(first["image"]["path"]) is not None


def test_file_that_was_copied_and_went_is_copied_anew(store: FileStore, clock: Clock, tmp_path: Path) -> None:
    source = tmp_path / "result.txt"
    source.write_text("result")
    first = store.publish(FileRef.from_path(source), "http://host")
    clock.now += 61
    store.sweep(60)

    second = store.publish(FileRef.from_path(source), "http://host")

    assert store.find(first["path"]) is None
    found = store.find(second["path"])
    assert found is not None and found.path.read_text() == "result"


@pytest.mark.parametrize("name", ["PEGBOARD_TEMP_DIR", "GRADIO_TEMP_DIR"])
def test_environment_says_where_files_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for other in ("PEGBOARD_TEMP_DIR", "GRADIO_TEMP_DIR"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, str(tmp_path / "chosen"))
    store = FileStore()

    kept = store.keep_bytes(b"kept", name="kept.txt")

    assert tmp_path / "chosen" in kept.path.parents
    assert store.folder.stat().st_mode & 0o777 == 0o700
    store.close()
    assert not kept.path.exists()
