"""Flagging: what the loggers write, what several processes and a crash leave behind, and by whom."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from gradio_client import Client, handle_file
from hypothesis import given, settings
from hypothesis import strategies as st

import pegboard as pb
from pegboard.errors import OptionError, OptionTypeError
from pegboard.flagging import ChatCSVLogger, ClassicCSVLogger, callback_from, csv_text
from pegboard.payload import FileRef

TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}"


def rows_of(table: Path) -> list[list[str]]:
    with table.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def records_of(twin: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in twin.read_text("utf-8").splitlines()]


def prepared(logger: Any, folder: Path, *components: Any) -> Any:
    logger.setup(list(components), str(folder))
    return logger


# -- the tables ----------------------------------------------------------------------------------------


def test_csv_logger_counts_rows_and_writes_the_header_once(tmp_path: Path) -> None:
    logger = prepared(pb.CSVLogger(), tmp_path / "flags", pb.Textbox(label="Name"), pb.Number())
    assert not (tmp_path / "flags").exists()

    counts = [logger.flag(["Ada", 3]), logger.flag(["Bo", 4.5])]

    header, *rows = rows_of(tmp_path / "flags" / "dataset1.csv")
    assert counts == [1, 2]
    assert header == ["Name", "component 1", "timestamp"]
    assert [row[:2] for row in rows] == [["Ada", "3"], ["Bo", "4.5"]]
    assert all(__import__("re").fullmatch(TIME, row[2]) for row in rows)


def test_twin_keeps_every_type_and_the_very_text(tmp_path: Path) -> None:
    logger = prepared(
        pb.CSVLogger(), tmp_path, pb.Textbox(label="t"), pb.Checkbox(label="c"), pb.JSON(label="j")
    )
    value = {"$file": "no file", "n": [1, 2.5, None, True], "é": "=1\n\"x\""}

    logger.flag(["=SUM(A1)", False, value], flag_option="bad", username="ada")

    (record,) = records_of(tmp_path / "dataset1.jsonl")
    component = pb.JSON()
    assert (record["flag"], record["username"]) == ("bad", "ada")
    assert record["values"]["t"] == "=SUM(A1)"
    assert record["values"]["c"] is False
    assert component.read_flag(record["values"]["j"], None) == value  # type: ignore[arg-type]
    assert rows_of(tmp_path / "dataset1.csv")[1][:2] == ["'=SUM(A1)", "false"]


def test_flag_with_another_header_goes_into_a_table_of_its_own(tmp_path: Path) -> None:
    logger = prepared(pb.CSVLogger(), tmp_path, pb.Textbox(label="Name"))

    counts = [
        logger.flag(["a"]),
        logger.flag(["b"], username="ada"),
        logger.flag(["c"]),
        logger.flag(["d"], username="bo"),
    ]

    assert counts == [1, 1, 2, 2]
    assert [row[0] for row in rows_of(tmp_path / "dataset1.csv")] == ["Name", "a", "c"]
    assert [row[:2] for row in rows_of(tmp_path / "dataset2.csv")] == [
        ["Name", "username"], ["b", "ada"], ["d", "bo"],
    ]  # fmt: skip
    assert [r["values"]["Name"] for r in records_of(tmp_path / "dataset2.jsonl")] == ["b", "d"]


def test_changed_labels_of_a_later_run_start_a_new_table(tmp_path: Path) -> None:
    prepared(pb.CSVLogger(), tmp_path, pb.Textbox(label="Name")).flag(["a"])
    prepared(pb.CSVLogger(), tmp_path, pb.Textbox(label="Title")).flag(["b"])

    assert rows_of(tmp_path / "dataset1.csv")[0][0] == "Name"
    assert rows_of(tmp_path / "dataset2.csv")[0][0] == "Title"


def test_table_may_be_named(tmp_path: Path) -> None:
    prepared(pb.CSVLogger(dataset_file_name="mine.csv"), tmp_path, pb.Textbox(label="a")).flag(["x"])

    assert sorted(path.name for path in tmp_path.glob("mine*")) == ["mine.csv", "mine.jsonl"]


def test_equal_labels_get_columns_and_folders_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("one")
    flags = tmp_path / "flags"
    logger = prepared(pb.CSVLogger(), flags, pb.File(label="in: put"), pb.File(label="in: put"))

    logger.flag([FileRef.from_path(file), FileRef.from_bytes(b"two", name="b.txt")])

    header, row = rows_of(flags / "dataset1.csv")
    assert header[:2] == ["in: put", "in: put 2"]
    first, second = Path(row[0]), Path(row[1])
    assert [part.parts[0] for part in (first, second)] == ["in put", "in put 2"]
    assert [len(part.parts[1]) for part in (first, second)] == [20, 20]
    assert [(flags / part).read_text() for part in (first, second)] == ["one", "two"]


def test_file_cell_is_json_when_it_is_not_simplified(tmp_path: Path) -> None:
    logger = prepared(pb.CSVLogger(simplify_file_data=False), tmp_path, pb.File(label="f"))

    logger.flag([FileRef.from_bytes(b"x", name="b.txt", mime_type="text/plain")])

    cell = json.loads(rows_of(tmp_path / "dataset1.csv")[1][0])
    assert (cell["orig_name"], cell["mime_type"]) == ("b.txt", "text/plain")


def test_property_update_as_a_value_is_logged_as_text(tmp_path: Path) -> None:
    logger = prepared(pb.CSVLogger(), tmp_path, pb.Textbox(label="t"))

    logger.flag([pb.update(visible=False)])

    assert rows_of(tmp_path / "dataset1.csv")[1][0] == "{'visible': False}"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-5", "@cmd", "\tx", "\nx", "a,=1", "a,@x"]
)
def test_text_that_a_spreadsheet_would_run_gets_a_quote(tmp_path: Path, text: str) -> None:
    logger = prepared(pb.CSVLogger(), tmp_path, pb.Textbox(label="t"))

    logger.flag([text])

    assert rows_of(tmp_path / "dataset1.csv")[1][0] == f"'{text}"


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_any_text_comes_back_from_the_csv(rows: list[list[str]]) -> None:
    text = csv_text(rows)

    back = list(csv.reader(__import__("io").StringIO(text, newline="")))

    assert back == [[cell.replace("\0", "") for cell in row] for row in rows]


def test_simple_logger_has_no_header_and_counts_from_one(tmp_path: Path) -> None:
    logger = prepared(pb.SimpleCSVLogger(), tmp_path, pb.Textbox(label="a"), pb.Number(label="b"))

    counts = [logger.flag(["x", 1]), logger.flag(["y", 2])]

    assert counts == [1, 2]
    assert rows_of(tmp_path / "log.csv") == [["x", "1"], ["y", "2"]]
    assert records_of(tmp_path / "log.jsonl")[1] == {"values": {"a": "y", "b": 2}}


def test_classic_logger_always_has_flag_username_and_timestamp(tmp_path: Path) -> None:
    logger = prepared(ClassicCSVLogger(), tmp_path, pb.Textbox(label="a"))

    counts = [logger.flag(["x"]), logger.flag(["y"], "bad", "ada")]

    header, *rows = rows_of(tmp_path / "log.csv")
    assert counts == [1, 2]
    assert header == ["a", "flag", "username", "timestamp"]
    assert [row[:3] for row in rows] == [["x", "", ""], ["y", "bad", "ada"]]


def test_chat_logger_has_a_header_for_each_of_its_four_values(tmp_path: Path) -> None:
    logger = ChatCSVLogger()
    logger.setup(str(tmp_path))
    messages = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "=hello"}]

    for liked in (True, False, "Rude"):
        logger.flag(SimpleNamespace(index=1, liked=liked), messages)

    header, *rows = rows_of(tmp_path / "log.csv")
    assert header == ["conversation", "index", "value", "timestamp"]
    assert [row[1:3] for row in rows] == [["1", "Like"], ["1", "Dislike"], ["1", "Rude"]]
    assert json.loads(rows[0][0]) == messages
    assert records_of(tmp_path / "log.jsonl")[0]["conversation"] == messages


# -- strategies ----------------------------------------------------------------------------------------


def test_callback_may_be_chosen_by_the_name_of_an_entry_point() -> None:
    assert isinstance(callback_from("classic-csv"), ClassicCSVLogger)
    assert isinstance(callback_from(None), pb.CSVLogger)


def test_unknown_name_class_and_object_without_methods_are_refused() -> None:
    with pytest.raises(OptionError, match="classic-csv, csv, simple-csv"):
        callback_from("cvs")
    with pytest.raises(OptionTypeError, match=r"add \(\): CSVLogger\(\)"):
        callback_from(pb.CSVLogger)
    with pytest.raises(OptionTypeError, match="setup\\(\\) and flag\\(\\)"):
        callback_from(object())


# -- processes and crashes -----------------------------------------------------------------------------

FLAG_MANY = """
import sys, pegboard as pb
folder, who, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
logger = pb.CSVLogger(verbose=False)
logger.setup([pb.Textbox(label="who"), pb.Number(label="n")], folder)
for n in range(count):
    logger.flag([who + "\\nline", n], flag_option="x")
"""

# The kernel kills the process in the middle of a write: its files may not grow beyond the limit.
FLAG_UNTIL_KILLED = """
import resource, signal, sys, pegboard as pb
folder, limit = sys.argv[1], int(sys.argv[2])
logger = pb.CSVLogger(verbose=False)
logger.setup([pb.Textbox(label="text"), pb.Number(label="n")], folder)
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
for n in range(1000):
    logger.flag(['a "quoted"\\nline ' * 20, n])
    print(n, flush=True)
"""


def test_processes_that_flag_at_once_lose_no_row(tmp_path: Path) -> None:
    workers = [
        subprocess.Popen([sys.executable, "-c", FLAG_MANY, str(tmp_path), name, "60"])
        for name in ("a", "b", "c")
    ]

    assert [worker.wait(120) for worker in workers] == [0, 0, 0]

    header, *rows = rows_of(tmp_path / "dataset1.csv")
    expected = sorted((f"{name}\nline", str(n)) for name in "abc" for n in range(60))
    assert header[:3] == ["who", "n", "flag"]
    assert sorted((row[0], row[1]) for row in rows) == expected
    assert len(records_of(tmp_path / "dataset1.jsonl")) == 180
    assert not (tmp_path / ".intent").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="uses the kernel's limit on file sizes")
@pytest.mark.parametrize("limit", [300, 1000, 4097, 8192, 9001, 9200])
def test_process_killed_in_the_middle_of_a_write_loses_nothing_it_had_begun(
    tmp_path: Path, limit: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FLAG_UNTIL_KILLED, str(tmp_path), str(limit)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == -signal.SIGXFSZ
    acknowledged = len(done.stdout.splitlines())

    count = prepared(
        pb.CSVLogger(), tmp_path, pb.Textbox(label="text"), pb.Number(label="n")
    ).flag(["after", 7])

    header, *rows = rows_of(tmp_path / "dataset1.csv")
    numbers = [int(row[1]) for row in rows]
    twins = records_of(tmp_path / "dataset1.jsonl")
    assert header == ["text", "n", "timestamp"]
    assert all(len(row) == 3 for row in rows)
    assert numbers[-1] == 7 and numbers[:-1] == list(range(len(numbers) - 1))
    assert acknowledged <= len(numbers) - 1 <= acknowledged + 1
    assert [record["values"]["n"] for record in twins] == numbers
    assert count == len(rows)


def test_full_disk_leaves_the_files_as_they_were_and_says_so(tmp_path: Path) -> None:
    script = FLAG_UNTIL_KILLED.replace("signal.SIG_DFL", "signal.SIG_IGN")

    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), "9001"],
        capture_output=True,
        text=True,
        timeout=120,
    )

    acknowledged = len(done.stdout.splitlines())
    assert "File too large" in done.stderr
    assert len(rows_of(tmp_path / "dataset1.csv")) == acknowledged + 1
    assert len(records_of(tmp_path / "dataset1.jsonl")) == acknowledged
    assert not (tmp_path / ".intent").exists()


# -- in an app -----------------------------------------------------------------------------------------


class Keeper(pb.FlaggingCallback):
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.setups: list[Any] = []
        self.flags: list[Any] = []

    def setup(self, components: Any, flagging_dir: str) -> None:
        self.setups.append(([item.label for item in components], flagging_dir))

    def flag(self, flag_data: Any, flag_option: Any = None, username: Any = None) -> int:
        self.flags.append((flag_data, flag_option, username))
        return len(self.flags)


def greeting(**options: Any) -> pb.Interface:
    return pb.Interface(lambda name: f"Hello {name}", "text", "text", **options)


def flag_names(demo: pb.Interface) -> list[str]:
    return [
        listener.api_name
        for listener in demo.describe().listeners
        if listener.api_name.startswith("flag") and listener.api_visibility != "private"
    ]


def test_callback_is_set_up_once_and_gets_wire_values_and_the_option(serve: Any) -> None:
    keeper = Keeper()
    demo = greeting(
        flagging_callback=keeper, flagging_options=["good", "bad"], flagging_dir="some/where"
    )
    client = Client(serve(demo.describe()).local_url, verbose=False)

    client.predict("Ada", "Hello Ada", api_name="/flag")
    client.predict("Bo", "Hello Bo", api_name="/flag_1")

    assert keeper.setups == [(["name", "output"], "some/where")]
    assert keeper.flags == [
        (["Ada", "Hello Ada"], "good", None),
        (["Bo", "Hello Bo"], "bad", None),
    ]


def test_options_may_be_texts_pairs_or_left_out() -> None:
    def captions(options: Any) -> list[tuple[str, str | None]]:
        demo = greeting(flagging_options=options)
        return [(button.value, value) for button, value in demo.flag_buttons]

    assert captions(None) == [("Flag", None)]
    assert captions(["good", "bad"]) == [("Flag as good", "good"), ("Flag as bad", "bad")]
    assert captions([("Nice!", "good")]) == [("Nice!", "good")]


def test_flag_of_a_person_who_is_logged_in_has_their_name(serve: Any, tmp_path: Path) -> None:
    demo = greeting(flagging_dir=tmp_path)
    server = serve(demo.describe(), auth=("ada", "lovelace"))
    client = Client(server.local_url, auth=("ada", "lovelace"), verbose=False)

    client.predict("x", "y", api_name="/flag")

    header, row = rows_of(tmp_path / "dataset1.csv")
    assert header == ["name", "output", "username", "timestamp"]
    assert row[:3] == ["x", "y", "ada"]


def test_picture_is_copied_into_the_folder_of_its_column(serve: Any, tmp_path: Path) -> None:
    from PIL import Image

    picture = tmp_path / "red.png"
    Image.new("RGB", (3, 2), "red").save(picture)
    flags = tmp_path / "flags"
    demo = pb.Interface(lambda image: "red", "image", "text", flagging_dir=flags)
    client = Client(serve(demo.describe()).local_url, verbose=False)

    client.predict(handle_file(str(picture)), "red", api_name="/flag")

    cell = rows_of(flags / "dataset1.csv")[1][0]
    assert (flags / cell).read_bytes() == picture.read_bytes()
    assert cell.startswith("image/")


def test_flag_cannot_name_a_file_of_the_machine(serve: Any, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret-9182")
    flags = tmp_path / "flags"
    demo = pb.Interface(lambda image: "x", "image", "text", flagging_dir=flags)
    server = serve(demo.describe())
    file = {"path": str(secret), "meta": {"_type": "gradio.FileData"}}

    event = httpx.post(
        f"{server.local_url}gradio_api/call/flag", json={"data": [file, "x"]}
    ).json()["event_id"]
    answer = httpx.get(f"{server.local_url}gradio_api/call/flag/{event}").text

    assert "event: error" in answer
    assert not any(b"secret-9182" in path.read_bytes() for path in flags.rglob("*") if path.is_file())


def test_error_of_a_callback_is_logged_and_breaks_nothing(serve: Any, caplog: Any) -> None:
    class Broken(Keeper):
        def flag(self, *args: Any, **kwargs: Any) -> int:
            raise ValueError("no room in the book")

    client = Client(serve(greeting(flagging_callback=Broken()).describe()).local_url, verbose=False)

    client.predict("Ada", "Hello Ada", api_name="/flag")

    assert "no room in the book" in caplog.text
    assert client.predict("Bo", api_name="/predict") == "Hello Bo"


def test_never_flags_nothing_and_input_only_sets_nothing_up() -> None:
    never, only = Keeper(), Keeper()

    demos = [
        greeting(flagging_mode="never", flagging_callback=never),
        pb.Interface(print, "text", None, flagging_callback=only),
    ]

    assert [flag_names(demo) for demo in demos] == [[], []]
    assert never.setups == only.setups == []


def test_auto_flags_after_success_without_a_button(serve: Any) -> None:
    demo = greeting(flagging_mode="auto", flagging_callback=Keeper())

    flagging = [item for item in demo.describe().listeners if item.api_name == "flag"]

    assert demo.flag_buttons == []
    assert [item.trigger_only_on_success for item in flagging] == [True]
    assert flagging[0].outputs == ()


def test_mode_comes_from_the_environment(monkeypatch: Any) -> None:
    monkeypatch.setenv("GRADIO_FLAGGING_MODE", "never")
    assert flag_names(greeting()) == []

    monkeypatch.setenv("PEGBOARD_FLAGGING_MODE", "manual")
    assert flag_names(greeting()) == ["flag"]
    assert flag_names(greeting(flagging_mode="never")) == []


def test_older_name_of_the_mode_still_works() -> None:
    assert flag_names(greeting(allow_flagging="never")) == []


def test_unified_interface_records_its_shared_components_once(serve: Any) -> None:
    keeper, box = Keeper(), pb.Textbox(label="text", render=False)
    demo = pb.Interface(lambda text: text.upper(), box, box, flagging_callback=keeper)
    client = Client(serve(demo.describe()).local_url, verbose=False)

    client.predict("abc", api_name="/flag")

    assert keeper.flags == [(["abc"], None, None)]
