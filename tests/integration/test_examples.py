"""Examples: the forms that rows take, what a click gives, and the cache: typed, by content, atomic."""

from __future__ import annotations

import asyncio
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import example as seen
from hypothesis import strategies as st
from PIL import Image

import pegboard as pb
from pegboard import fetch
from pegboard.errors import FileRefused, OptionError, UserError
from pegboard.example_cache import ExampleCache, source_facts
from pegboard.payload import Fresh, Ready, file_refs
from pegboard.plugins import index
from pegboard.testing.fakes import Tape
from pegboard.testing.payloads import comparable, json_values, near_misses, received

from .support import web_folder


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: Any) -> Path:
    """A cache of this test's own, and nothing of the caller's environment."""
    for name in ("CACHE_EXAMPLES", "CACHE_MODE", "RESET_EXAMPLES_CACHE"):
        for prefix in ("PEGBOARD_", "GRADIO_"):
            monkeypatch.delenv(prefix + name, raising=False)
    folder = tmp_path / "cache"
    monkeypatch.setenv("PEGBOARD_EXAMPLES_CACHE", str(folder))
    return folder


def table(examples: Any, inputs: Any, **options: Any) -> Any:
    """Return the `Examples` of a page that has nothing else."""
    with pb.Blocks():
        return pb.Examples(examples, inputs, **options)


def connected(serve: Any, demo: Any, **options: Any) -> Client:
    return Client(serve(demo.describe(), **options).local_url, verbose=False)


def rows_in(folder: Path) -> int:
    return len(list(folder.glob("*/row.json")))


# -- forms ---------------------------------------------------------------------------------------------


def test_nested_rows_may_be_shorter_and_a_column_of_none_is_dropped() -> None:
    a, b, c = pb.Textbox(), pb.Number(), pb.Textbox()

    shown = table([["x", None, "1"], ["y"]], [a, b, c])

    assert shown.inputs_with_examples == [a, c]
    assert shown.non_none_examples == [["x", "1"], ["y", None]]
    assert shown.dataset.props()["total"] == 2


def test_flat_list_is_one_row_for_each_item() -> None:
    assert table(["a", "b"], pb.Textbox()).examples == [["a"], ["b"]]
    assert table([["a"], ["b"]], pb.Textbox()).examples == [["a"], ["b"]]


def test_flat_list_of_lists_is_kept_for_an_input_that_takes_lists() -> None:
    box = pb.Dropdown(["a", "b", "c"], multiselect=True)

    assert table([["a", "b"], ["c", "a"]], box).examples == [[["a", "b"]], [["c", "a"]]]


def test_folder_with_a_log_is_read_through_its_components(tmp_path: Path) -> None:
    Image.new("RGB", (2, 2), "red").save(tmp_path / "red.png")
    (tmp_path / "log.csv").write_text(
        "picture,count,is big,size,choice,output\nred.png,3,true,0.5,b,ignored\n,4.5,no,1,a,x\n"
    )
    inputs = [
        pb.Image(), pb.Number(), pb.Checkbox(), pb.Slider(0, 1), pb.Radio(["a", "b"]),
    ]  # fmt: skip

    shown = table(str(tmp_path), inputs)

    assert shown.examples == [
        [str(tmp_path / "red.png"), 3, True, 0.5, "b"],
        [None, 4.5, False, 1, "a"],
    ]
    assert [type(value) for value in shown.examples[0][1:4]] == [int, bool, float]


def test_folder_without_a_log_has_a_row_for_each_file(tmp_path: Path) -> None:
    for name in ("b.png", "a.png", ".hidden"):
        Image.new("RGB", (2, 2)).save(tmp_path / name, "png")

    assert table(tmp_path, pb.Image()).examples == [
        [str(tmp_path / "a.png")], [str(tmp_path / "b.png")],
    ]  # fmt: skip


def test_missing_folder_and_missing_log_are_file_not_found(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no folder of examples at"):
        table(str(tmp_path / "none"), pb.Textbox())
    with pytest.raises(FileNotFoundError, match="has no log.csv"):
        table(str(tmp_path), [pb.Image(), pb.Textbox()])


def test_table_needs_a_page() -> None:
    with pytest.raises(OptionError, match="inside `with pb.Blocks"):
        pb.Examples([["a"]], pb.Textbox())


# -- how it looks --------------------------------------------------------------------------------------


def test_page_holds_the_first_rows_and_gives_the_others_when_asked(serve: Any) -> None:
    demo = pb.Interface(
        lambda a, b: a, ["text", "number"], "text", examples=[[f"t{n}", n] for n in range(25)]
    )
    server = serve(demo.describe())
    number = demo.examples_handler.dataset._id
    props = next(
        item["props"]
        for item in httpx.get(f"{server.local_url}config").json()["components"]
        if item["id"] == number
    )

    def page(at: object, block: object = number) -> httpx.Response:
        return httpx.get(f"{server.local_url}gradio_api/examples/{block}?page={at}")

    assert (props["total"], props["samples_per_page"], len(props["cells"])) == (25, 10, 10)
    assert [row[0]["value"] for row in page(2).json()["cells"]] == ["t20", "t21", "t22", "t23", "t24"]
    assert page(2).json()["cells"][0][1] == {"kind": "number", "value": 20}
    assert page(3).json()["cells"] == []
    assert [page("x").status_code, page(0, "abc").status_code] == [400, 400]
    assert [page(0, 99_999_999).status_code, page(0, demo.submit_button._id).status_code] == [404, 404]


def test_pages_of_examples_need_the_login_like_everything_else(serve: Any) -> None:
    demo = pb.Interface(lambda a: a, "text", "text", examples=["a", "b"])
    server = serve(demo.describe(), auth=("ada", "lovelace"))

    answer = httpx.get(
        f"{server.local_url}gradio_api/examples/{demo.examples_handler.dataset._id}?page=0"
    )

    assert answer.status_code == 401


def test_rows_that_an_event_gave_a_session_are_paged_for_that_session_alone(serve: Any) -> None:
    with pb.Blocks() as demo:
        box = pb.Textbox()
        data = pb.Dataset(components=[box], samples=[["old"]] * 3, samples_per_page=2)
        pb.Button().click(
            lambda: pb.Dataset(samples=[["new"]] * 5), None, data, api_name="renew"
        )
    client = connected(serve, demo)
    client.predict(api_name="/renew")
    address = f"{client.src}gradio_api/examples/{data._id}?page=1"

    own = httpx.get(f"{address}&session_hash={client.session_hash}").json()["cells"]
    others = httpx.get(address).json()["cells"]

    assert [row[0]["value"] for row in own] == ["new", "new"]
    assert [row[0]["value"] for row in others] == ["old"]


def test_labels_stand_in_place_of_values() -> None:
    props = table(["a", "b"], pb.Textbox(), example_labels=["first", "second"]).dataset.props()

    assert (props["sample_labels"], props["cells"]) == (["first", "second"], [])


def test_visible_columns_are_shown_and_all_columns_are_filled() -> None:
    shown = table(
        [["a", 1, "x"]], [pb.Textbox(label="A"), pb.Number(label="B"), pb.Textbox(label="C")],
        visible_columns=[0, 2],
    )  # fmt: skip

    assert shown.dataset.headers == ["A", "C"]
    assert [fresh.value for fresh in shown.load_example(0)] == ["a", 1, "x"]


def test_additional_inputs_have_values_in_a_row_and_no_column() -> None:
    demo = pb.Interface(
        lambda a, b: f"{a}{b}",
        pb.Textbox(label="A"),
        "text",
        additional_inputs=[pb.Number(label="B")],
        examples=[["x", 1], ["y", 2]],
    )

    assert demo.examples_handler.dataset.headers == ["A"]
    assert [fresh.value for fresh in demo.examples_handler.load_example(1)] == ["y", 2]


def test_thousand_examples_are_made_into_cells_only_where_they_are_shown(tmp_path: Path) -> None:
    made: list[Any] = []

    class Counted(pb.Textbox):
        def postprocess(self, value: Any) -> Any:
            made.append(value)
            return super().postprocess(value)

    demo = pb.Interface(lambda text: text, Counted(), "text", examples=[f"t{n}" for n in range(1000)])
    demo.describe()

    assert {value for value in made if value is not None} == {f"t{n}" for n in range(10)}


# -- clicking ------------------------------------------------------------------------------------------


def test_click_fills_the_inputs(serve: Any) -> None:
    demo = pb.Interface(lambda a, b: a, ["text", "number"], "text", examples=[["x", 1], ["y", 2]])

    assert connected(serve, demo).predict(1, api_name="/load_example") == ("y", 2)


def test_row_that_does_not_exist_is_refused(serve: Any) -> None:
    demo = pb.Interface(lambda a: a, "text", "text", examples=["x", "y"])
    client = connected(serve, demo)

    for row in (2, -1, "x"):
        with pytest.raises(Exception, match="0 to 1|position of a row"):
            client.predict(row, api_name="/load_example")


def test_click_gives_an_input_the_properties_that_its_author_wrote(serve: Any) -> None:
    with pb.Blocks() as demo:
        box = pb.Textbox(label="Name", placeholder="type")
        pb.Button().click(
            lambda: pb.update(label="Other", interactive=False, max_length=3), None, box,
            api_name="change",
        )  # fmt: skip
        pb.Examples(["longer"], box)
        pb.Button().click(lambda text: text, box, box, api_name="echo")
    client = connected(serve, demo)
    client.predict(api_name="/change")

    filled = client.predict(0, api_name="/load_example")

    assert filled == {
        "__type__": "update", "value": "longer", "label": "Name", "interactive": True,
        "max_length": None,
    }  # fmt: skip
    assert client.predict("longer", api_name="/echo") == "longer"
    assert client.predict(0, api_name="/load_example") == "longer"


def test_run_on_click_runs_the_function_after_filling(serve: Any) -> None:
    with pb.Blocks() as demo:
        box, out = pb.Textbox(), pb.Textbox()
        pb.Examples(["a"], box, out, fn=str.upper, run_on_click=True)

    filled, ran = demo.describe().listeners

    assert (filled.api_name, filled.outputs) == ("load_example", (box._id,))
    assert (ran.trigger_after, ran.inputs, ran.outputs) == (filled.id, (box._id,), (out._id,))


def test_endpoint_may_be_renamed_shown_and_hidden() -> None:
    with pb.Blocks() as demo:
        box = pb.Textbox()
        pb.Examples(["a"], box)
        pb.Examples(["a"], box, api_name="fill", api_visibility="public", api_description="Fills.")
        pb.Examples(["a"], box, api_name=False)

    found = [
        (item.api_name, item.api_visibility, item.api_description)
        for item in demo.describe().listeners
    ]

    assert found[0][:2] == ("load_example", "undocumented")
    assert found[1] == ("fill", "public", "Fills.")
    assert found[2][1] == "private"


# -- the cache: what runs when -------------------------------------------------------------------------


def counted(result: Any = None) -> Any:
    """A function that notes its calls. Made here, so that its source is the same in each test."""
    calls: list[Any] = []

    def count(text: str) -> Any:
        calls.append(text)
        return text.upper()

    count.calls = calls  # type: ignore[attr-defined]
    return count


def test_eager_cache_runs_every_row_when_the_app_is_built(serve: Any, cache: Path) -> None:
    fn = counted()
    demo = pb.Interface(fn, "text", "text", examples=["a", "b"], cache_examples=True)
    assert fn.calls == ["a", "b"]

    client = connected(serve, demo)

    assert [client.predict(row, api_name="/load_example") for row in (1, 0)] == ["B", "A"]
    assert fn.calls == ["a", "b"]
    assert rows_in(cache) == 2


@pytest.mark.parametrize("how", [{"cache_examples": "lazy"}, {"cache_examples": True, "cache_mode": "lazy"}])
def test_lazy_cache_runs_a_row_at_its_first_click(serve: Any, how: Any) -> None:
    fn = counted()
    demo = pb.Interface(fn, "text", "text", examples=["a", "b"], **how)
    assert fn.calls == []
    client = connected(serve, demo)

    assert [client.predict(1, api_name="/load_example") for _ in range(3)] == ["B", "B", "B"]
    assert fn.calls == ["b"]


def test_cached_rows_are_used_again_by_the_next_run(cache: Path) -> None:
    first, second = counted(), counted()
    for fn in (first, second):
        pb.Interface(fn, "text", "text", examples=["a", "b"], cache_examples=True)

    assert (first.calls, second.calls) == (["a", "b"], [])


@pytest.mark.parametrize(
    ("variables", "calls", "is_cached"),
    [
        ({"GRADIO_CACHE_EXAMPLES": "true"}, ["a"], True),
        ({"GRADIO_CACHE_EXAMPLES": "lazy"}, [], True),
        ({"GRADIO_CACHE_EXAMPLES": "true", "GRADIO_CACHE_MODE": "lazy"}, [], True),
        ({"GRADIO_CACHE_EXAMPLES": "true", "PEGBOARD_CACHE_EXAMPLES": "false"}, [], False),
        ({}, [], False),
    ],
)
def test_environment_says_what_is_cached_where_the_author_does_not(
    monkeypatch: Any, variables: Any, calls: Any, is_cached: bool
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    fn = counted()

    demo = pb.Interface(fn, "text", "text", examples=["a"])

    assert fn.calls == calls
    assert (demo.examples_handler.cache_mode is not None) == is_cached


def test_environment_cannot_ask_for_a_cache_where_there_is_no_function(monkeypatch: Any) -> None:
    monkeypatch.setenv("GRADIO_CACHE_EXAMPLES", "true")

    assert table(["a"], pb.Textbox()).cache_mode is None


def test_place_of_the_cache_comes_from_the_environment(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.delenv("PEGBOARD_EXAMPLES_CACHE")
    monkeypatch.setenv("GRADIO_EXAMPLES_CACHE", str(tmp_path / "here"))
    pb.Interface(counted(), "text", "text", examples=["a"], cache_examples=True)
    monkeypatch.delenv("GRADIO_EXAMPLES_CACHE")
    monkeypatch.chdir(tmp_path)
    pb.Interface(counted(), "text", "text", examples=["a"], cache_examples=True)

    assert rows_in(tmp_path / "here") == 1
    assert rows_in(tmp_path / ".gradio" / "cached_examples") == 1


def test_reset_variable_computes_each_row_once_more(monkeypatch: Any) -> None:
    pb.Interface(counted(), "text", "text", examples=["a"], cache_examples=True)
    monkeypatch.setenv("GRADIO_RESET_EXAMPLES_CACHE", "True")
    fn = counted()

    demo = pb.Interface(fn, "text", "text", examples=["a"], cache_examples=True)
    demo.examples_handler.cached(0)

    assert fn.calls == ["a"]


def test_state_turns_the_cache_off_with_a_warning() -> None:
    def fn(text: str, seen: Any) -> Any:
        raise AssertionError("not to be run")

    with pytest.warns(UserWarning, match="State are not cached"):
        demo = pb.Interface(
            fn, ["text", "state"], ["text", "state"], examples=["a"], cache_examples=True
        )

    assert demo.examples_handler.cache_mode is None


def test_preloaded_row_is_shown_when_the_page_opens(serve: Any) -> None:
    demo = pb.Interface(
        counted(), "text", "text", examples=["a", "b"], cache_examples=True, preload_example=1
    )
    loads = [item for item in demo.describe().listeners if item.targets and item.targets[0].event == "load"]

    results = [item.fn() for item in loads]  # type: ignore[misc]

    assert results == [Fresh("b"), Ready("B")]


@pytest.mark.parametrize(
    "options",
    [
        {"preload_example": False},
        {"cache_mode": "lazy"},
        {"inputs": pb.Textbox("mine", render=False)},
    ],
)
def test_nothing_is_preloaded_when_that_was_not_wanted(options: Any) -> None:
    given = {"inputs": "text", "examples": ["a"], "cache_examples": True, **options}
    demo = pb.Interface(counted(), outputs="text", **given)

    assert not [i for i in demo.describe().listeners if i.targets and i.targets[0].event == "load"]


# -- the cache: kinds of functions ---------------------------------------------------------------------


def cached_once(fn: Any, inputs: Any = "text", outputs: Any = "text", row: Any = "a", **options: Any) -> Any:
    demo = pb.Interface(fn, inputs, outputs, examples=[row], cache_examples=True, **options)
    results = demo.examples_handler.cached(0)
    return results[0] if len(results) == 1 else results


def test_generators_are_cached_by_their_last_step() -> None:
    def words(text: str) -> Any:
        yield text
        yield text * 2

    async def later(text: str) -> Any:
        await asyncio.sleep(0)
        return text * 3

    async def steps(text: str) -> Any:
        yield text
        await asyncio.sleep(0)
        yield text * 4

    assert [cached_once(fn) for fn in (words, later, steps)] == [Ready("aa"), Ready("aaa"), Ready("aaaa")]


def test_generator_of_pieces_is_cached_as_one_file(serve: Any) -> None:
    async def later(text: str) -> Any:
        yield b"one "
        yield None
        yield text.encode()

    def at_once(text: str) -> Any:
        yield b"one "
        yield pb.skip()
        yield text.encode()

    for fn in (at_once, later):
        demo = pb.Interface(
            fn, "text", Tape(streaming=True), examples=["two"], cache_examples=True, api_name="run"
        )
        found = connected(serve, demo).predict(0, api_name="/load_example")
        assert Path(found).read_bytes() == b"one two"
        assert Path(found).suffix == ".aac"
    # What a plain function returns is a whole value, as it is in an event.
    assert cached_once(lambda text: text.encode(), outputs=Tape(streaming=True)).payload is not None


def test_output_that_a_last_step_skips_keeps_what_an_earlier_one_gave() -> None:
    def fn(text: str) -> Any:
        yield "first", "one"
        yield pb.skip(), "two"

    assert cached_once(fn, outputs=["text", "text"]) == [Ready("first"), Ready("two")]


def test_batched_function_gets_lists() -> None:
    def fn(texts: list[str]) -> Any:
        assert isinstance(texts, list)
        return [[text.upper() for text in texts]]

    assert cached_once(fn, batch=True) == Ready("A")
    assert cached_once(lambda texts: [text * 2 for text in texts], batch=True) == Ready("aa")


def test_injected_parameters_are_filled() -> None:
    def fn(text: str, request: pb.Request, progress: Any = pb.Progress()) -> str:
        progress(0.5, "half")
        return f"{text}{request.username}"

    assert cached_once(fn) == Ready("aNone")


def test_update_and_new_component_are_cached_as_updates(serve: Any, cache: Path) -> None:
    demo = pb.Interface(
        lambda text: (pb.update(value=text, label="L"), pb.Textbox(visible=False)),
        "text", ["text", "text"], examples=["a"], cache_examples=True,
    )  # fmt: skip
    names = [type(block).__name__ for block in demo.describe().components.values()]
    client = connected(serve, demo)

    one, other = client.predict(0, api_name="/load_example")

    assert one == {"__type__": "update", "label": "L", "value": "a"}
    assert other == {"__type__": "update", "visible": False}
    assert names.count("Textbox") == 3


def test_missing_inputs_are_none_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="lacks a value"):
        result = cached_once(lambda a, b: f"{a}{b}", ["text", "text"], row=["x"])

    assert result == Ready("xNone")


def test_pictures_and_none_come_back_from_the_cache(serve: Any, tmp_path: Path) -> None:
    picture = tmp_path / "red.png"
    Image.new("RGB", (3, 2), "red").save(picture)

    def fn(image: Any) -> Any:
        return image[:, ::-1], None

    demo = pb.Interface(
        fn, "image", ["image", "image"], examples=[str(picture)], cache_examples=True
    )
    shown, nothing = connected(serve, demo).predict(0, api_name="/load_example")

    red, green, blue = Image.open(shown).convert("RGB").getpixel((0, 0))
    assert red > 250 and green < 5 and blue < 5  # the format that pictures are sent in loses a little
    assert nothing is None


@pytest.fixture
def web(tmp_path: Path, monkeypatch: Any) -> Iterator[tuple[str, Path]]:
    """A web server on this machine that counts as public, and its folder."""
    folder = tmp_path / "web"
    folder.mkdir()

    monkeypatch.setattr(
        fetch, "fetch", functools.partial(fetch.fetch, is_allowed=lambda host: host == "127.0.0.1")
    )
    with web_folder(folder) as address:
        yield address, folder


def test_examples_that_are_web_addresses_are_fetched_for_the_cache(serve: Any, web: Any) -> None:
    address, folder = web
    Image.new("RGB", (5, 4), "red").save(folder / "red.png")
    Image.new("RGB", (7, 6), "blue").save(folder / "blue.png")

    demo = pb.Interface(
        lambda path: (len(Path(path).read_bytes()), f"{address}/blue.png"),
        pb.Image(type="filepath"), ["number", "image"],
        examples=[f"{address}/red.png"], cache_examples=True,
    )  # fmt: skip
    size = folder.joinpath("red.png").stat().st_size
    folder.joinpath("blue.png").unlink()
    found, shown = connected(serve, demo).predict(0, api_name="/load_example")

    assert found == size
    with Image.open(shown) as picture:
        assert picture.size == (7, 6)


def test_dead_address_among_examples_is_an_empty_cell_and_the_page_opens(serve: Any, web: Any) -> None:
    address, folder = web
    Image.new("RGB", (5, 4), "red").save(folder / "red.png")
    demo = pb.Interface(
        lambda image: "x", "image", "text", examples=[f"{address}/red.png", f"{address}/gone.png"]
    )
    base = serve(demo.describe()).local_url

    config = httpx.get(f"{base}config").json()
    table = next(block for block in config["components"] if block["type"] == "dataset")
    red, gone = (row[0]["value"] for row in table["props"]["cells"])
    folder.joinpath("red.png").unlink()

    assert httpx.get(red["url"]).headers["content-type"] == "image/png"
    assert gone is None
    assert httpx.get(base).status_code == 200
    # Another public address of the app: what was fetched is not fetched again.
    again = httpx.get(f"{base}config", headers={"x-forwarded-host": "apps.example"}).json()
    table = next(block for block in again["components"] if block["type"] == "dataset")
    assert table["props"]["cells"][0][0]["value"]["path"] == red["path"]


def test_example_whose_address_is_private_is_refused_and_nothing_is_kept(cache: Path) -> None:
    with pytest.raises(FileRefused, match="public address"):
        cached_once(lambda path: "x", pb.Image(type="filepath"), row="http://127.0.0.1:1/a.png")

    assert rows_in(cache) == 0


def test_error_of_a_function_stops_the_start_and_leaves_nothing(cache: Path) -> None:
    def fn(text: str) -> str:
        raise KeyError("broken")

    with pytest.raises(KeyError, match="broken"):
        pb.Interface(fn, "text", "text", examples=["a"], cache_examples=True)

    assert not cache.exists()


# -- the cache: what a key depends on ------------------------------------------------------------------


def key_of(fn: Any, row: Any = ("a",), inputs: Any = None, outputs: Any = None) -> str:
    inputs = [pb.Textbox()] if inputs is None else inputs
    return ExampleCache(fn, inputs, [pb.Textbox()] if outputs is None else outputs).key(list(row))


def test_key_changes_with_everything_a_result_depends_on(tmp_path: Path) -> None:
    def make(factor: int) -> Any:
        return lambda text: text * factor

    def other(text: str) -> str:
        return text

    class Model:
        def __init__(self, size: int) -> None:
            self.size = size

        def __call__(self, text: str) -> str:
            return text * self.size

    file = tmp_path / "f.txt"
    file.write_text("one")
    with_file = key_of(other, [str(file)], [pb.File()])
    file.write_text("two")

    keys = [
        key_of(make(1)), key_of(make(2)), key_of(other), key_of(other, ["b"]), key_of(other, ["1"]),
        key_of(other, [1], [pb.Number()]), key_of(other, [1.0], [pb.Number()]),
        key_of(other, inputs=[pb.Textbox(max_length=4)]), key_of(other, outputs=[pb.Label()]),
        key_of(Model(1)), key_of(Model(2)),
        with_file, key_of(other, [str(file)], [pb.File()]),
    ]  # fmt: skip

    assert len(set(keys)) == len(keys)
    assert key_of(make(2)) == key_of(make(2))
    assert key_of(Model(2)) == key_of(Model(2))
    assert key_of(other, inputs=[pb.Textbox(visible=False)]) == key_of(other)


def test_key_is_the_same_in_another_process(tmp_path: Path) -> None:
    script = tmp_path / "app.py"
    script.write_text(
        "import pegboard as pb\n"
        "def up(text: str) -> str:\n    return text.upper()\n"
        "demo = pb.Interface(up, pb.Textbox(), 'text', examples=['a'], cache_examples=True)\n"
    )
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, str(script)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            timeout=60,
        )

    assert rows_in(Path(os.environ["PEGBOARD_EXAMPLES_CACHE"])) == 1

    script.write_text(script.read_text().replace(".upper()", ".lower()"))
    subprocess.run([sys.executable, str(script)], check=True, timeout=60)

    assert rows_in(Path(os.environ["PEGBOARD_EXAMPLES_CACHE"])) == 2


def test_facts_of_a_recursive_closure_end() -> None:
    def outer() -> Any:
        def walk(n: int) -> Any:
            return walk(n - 1) if n else 0

        return walk

    assert json.dumps(source_facts(outer()))


# -- the cache: damage and races -----------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["{", "[]", '{"format": 0}', '{"format": 2, "outputs": []}', "\xff"])
def test_row_that_cannot_be_read_is_computed_anew(cache: Path, damage: str) -> None:
    pb.Interface(counted(), "text", "text", examples=["a"], cache_examples=True)
    (row,) = cache.glob("*/row.json")
    row.write_text(damage, "utf-8")
    fn = counted()

    demo = pb.Interface(fn, "text", "text", examples=["a"], cache_examples=True)

    assert (fn.calls, demo.examples_handler.cached(0)) == (["a"], [Ready("A")])


def test_row_whose_file_is_gone_is_computed_anew(cache: Path) -> None:
    def fn(text: str) -> Any:
        path = Path(tempfile.mkdtemp()) / "out.txt"
        path.write_text(text)
        return str(path)

    for _ in range(2):
        demo = pb.Interface(fn, "text", pb.File(), examples=["a"], cache_examples=True)
        (ready,) = demo.examples_handler.cached(0)
        assert next(file_refs(ready.payload)).read_bytes() == b"a"
        for path in cache.glob("*/*.txt"):
            path.unlink()


def test_processes_that_compute_one_row_at_once_leave_one_whole_row(tmp_path: Path, cache: Path) -> None:
    script = tmp_path / "app.py"
    script.write_text(
        "import pegboard as pb\n"
        "def up(text: str) -> str:\n    return text.upper()\n"
        "pb.Interface(up, 'text', 'text', examples=[str(n) for n in range(30)], cache_examples=True)\n"
    )
    running = [subprocess.Popen([sys.executable, str(script)]) for _ in range(3)]

    assert [process.wait(120) for process in running] == [0, 0, 0]
    assert rows_in(cache) == 30
    assert not list(cache.glob(".draft-*"))


# -- the cache: every installed component --------------------------------------------------------------


@pytest.mark.parametrize("entry", sorted(index().entries, key=lambda entry: entry.id), ids=lambda e: e.id)
def test_any_value_of_any_component_comes_back_from_the_cache_as_it_was(
    entry: Any, tmp_path: Path, cache: Path
) -> None:
    cls = entry.load()
    component = cls()
    example = received(component.example_payload(), tmp_path / "files")

    accepted: list[Any] = []

    @given(near_misses(example) | st.one_of(st.just(example), json_values()))
    @seen(example)
    @settings(
        max_examples=25, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def comes_back(payload: Any) -> None:
        # What the component accepts and can show again is what a function may return.
        try:
            shown = component.postprocess(component.preprocess(payload))
        except (UserError, ValueError, TypeError):
            return  # not a value of this component; drawing another one in its place takes too long
        accepted.append(payload)
        held = ExampleCache(lambda: shown, [], [component], postprocess=False)
        (ready,) = held.result([])
        shutil.rmtree(cache)

        assert isinstance(ready, Ready)
        assert comparable(ready.payload) == comparable(shown)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        comes_back()
    assert accepted


@pytest.mark.parametrize("entry", sorted(index().entries, key=lambda entry: entry.id), ids=lambda e: e.id)
def test_example_value_and_nothing_of_any_component_come_back_from_the_cache(
    entry: Any, tmp_path: Path
) -> None:
    component = entry.load()()
    value = component.preprocess(received(component.example_payload(), tmp_path / "files"))

    for returned in (value, None):
        held = ExampleCache(lambda: returned, [], [component])
        (ready,) = held.result([])
        assert comparable(ready.payload) == comparable(component.postprocess(returned))
        (folder,) = (tmp_path / "cache").glob("*")
        (folder / "row.json").unlink()
        folder.rename(tmp_path / f"seen-{folder.name}")
