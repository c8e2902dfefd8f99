"""Interface: its parameters and kinds, through what clients and the described page show."""

from __future__ import annotations

import functools
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client

import pegboard as pb
from pegboard import fetch
from pegboard.errors import ArityError, OptionError
from pegboard.layout import Accordion
from pegboard.naming import is_installed

from .support import web_folder


@pytest.fixture(autouse=True)
def flags_go_nowhere(monkeypatch: Any, tmp_path: Any) -> None:
    monkeypatch.chdir(tmp_path)


def same(text: str) -> str:
    """Return it."""
    return text


def connected(serve: Any, demo: Any, **options: Any) -> Client:
    return Client(serve(demo.describe(), **options).local_url, verbose=False)


def listener(demo: Any, name: str) -> Any:
    return demo.describe().by_api_name(name)


def triggers(demo: Any, name: str) -> list[tuple[Any, str]]:
    return [(target.block_id, target.event) for target in listener(demo, name).targets]


def config_of(serve: Any, demo: Any) -> Any:
    return httpx.get(f"{serve(demo.describe()).local_url}config").json()


# -- fn ------------------------------------------------------------------------------------------------


class Shouter:
    """A callable object, with a method."""

    def __call__(self, text: str) -> str:
        return text.upper()

    def shout(self, text: str) -> str:
        return text + "!"


async def later(text: str) -> str:
    return text * 2


def steps(text: str) -> Any:
    yield "first"
    yield text


async def later_steps(text: str) -> Any:
    yield "first"
    yield text * 2


@pytest.mark.parametrize(
    ("fn", "name", "result"),
    [
        (same, "same", "a"),
        (later, "later", "aa"),
        (steps, "steps", "a"),
        (later_steps, "later_steps", "aa"),
        (Shouter(), "Shouter", "A"),
        (Shouter().shout, "shout", "a!"),
        (functools.partial(same), "same", "a"),
        (lambda text: text + "?", "lambda", "a?"),
    ],
)
def test_function_of_any_kind_is_named_and_run(serve: Any, fn: Any, name: str, result: str) -> None:
    demo = pb.Interface(fn, "text", "text")
    client = connected(serve, demo)

    assert client.predict("a", api_name=f"/{name}") == result
    assert client.predict("a", api_name="/predict") == result
    assert repr(demo).startswith(f"Pegboard Interface for: {name}\n")


def test_repr_lists_inputs_and_outputs() -> None:
    assert repr(pb.Interface(same, "text", pb.Label(label="L"))).splitlines()[2:] == [
        "inputs:", "|-Textbox 'text'", "outputs:", "|-Label 'L'",
    ]  # fmt: skip


def test_interface_is_called_like_its_function_through_its_components() -> None:
    demo = pb.Interface(lambda n, text: (n + 1, text), [pb.Number(), "text"], [pb.Number(), "text"])

    assert demo(3, "x") == [4, "x"]
    assert pb.Interface(same, "text", "text")("x") == "x"


# -- inputs and outputs --------------------------------------------------------------------------------


def test_labels_are_the_parameters_names_without_self_and_what_is_injected() -> None:
    class Model:
        def run(self, first: str, request: pb.Request, second: float, third: str = "x") -> tuple[str, str]:
            return first, third

    demo = pb.Interface(Model().run, ["text", "number", pb.Textbox(label="mine")], ["text", "text"])

    assert [item.label for item in demo.input_components] == ["first", "second", "mine"]
    assert [item.label for item in demo.output_components] == ["output 0", "output 1"]


def test_one_output_is_labelled_output() -> None:
    assert pb.Interface(same, "text", "text").output_components[0].label == "output"


def test_components_may_be_names_dicts_and_objects() -> None:
    demo = pb.Interface(
        lambda a, b, c: a, ["text", {"name": "slider", "maximum": 5}, pb.Checkbox()], "label"
    )

    assert [type(item).__name__ for item in demo.input_components] == ["Textbox", "Slider", "Checkbox"]
    assert demo.input_components[1].maximum == 5


def test_labels_that_interface_gave_survive_an_update(serve: Any) -> None:
    demo = pb.Interface(lambda text: pb.update(value=text, visible=True), "text", "text")

    assert connected(serve, demo).predict("a", api_name="/predict") == {
        "__type__": "update", "value": "a", "visible": True,
    }  # fmt: skip


def test_state_is_one_object_and_starts_with_the_parameters_default(serve: Any) -> None:
    def tally(text: str, seen: list[str] = ["zero"]) -> Any:  # noqa: B006 - the default is what counts
        return ",".join([*seen, text]), [*seen, text]

    demo = pb.Interface(tally, ["text", "state"], ["text", "state"])
    client = connected(serve, demo)

    assert demo.input_components[1] is demo.output_components[1]
    assert [client.predict(word, api_name="/tally") for word in "ab"] == ["zero,a", "zero,a,b"]


# -- kinds ---------------------------------------------------------------------------------------------


def test_standard_kind_has_two_columns_and_static_outputs() -> None:
    demo = pb.Interface(same, "text", "text")
    spec = demo.describe()
    (row,) = [node for node in spec.layout.children if spec.blocks[node.id].type == "row"]

    assert [spec.blocks[column.id].type for column in row.children] == ["column", "column"]
    assert spec.blocks[demo.output_components[0]._id].props["interactive"] is False
    assert spec.blocks[demo.input_components[0]._id].props["interactive"] is True
    assert [demo.submit_button.value, demo.clear_button.value] == ["Submit", "Clear"]
    assert [button.value for button, _ in demo.flag_buttons] == ["Flag"]


def test_output_only_kind_generates(serve: Any) -> None:
    for none in (None, []):
        demo = pb.Interface(lambda: "made", none, "text")
        assert (demo.kind, demo.submit_button.value) == ("output-only", "Generate")

    assert connected(serve, demo).predict(api_name="/predict") == "made"


def test_input_only_kind_has_no_flag_buttons_and_sets_no_flagging_up(serve: Any) -> None:
    got: list[str] = []
    demo = pb.Interface(got.append, "text", None, api_name="take")
    client = connected(serve, demo)

    client.predict("a", api_name="/take")

    assert (demo.kind, demo.flag_buttons, got) == ("input-only", [], ["a"])
    assert demo.describe().by_api_name("flag") is None


def test_unified_kind_shares_its_components_and_stays_interactive(serve: Any) -> None:
    box = pb.Textbox(label="text", render=False)
    demo = pb.Interface(lambda text: text.upper(), box, box)
    spec = demo.describe()

    assert demo.kind == "unified"
    assert [block.type for block in spec.blocks.values()].count("textbox") == 1
    assert spec.blocks[box._id].props["interactive"] is True
    assert connected(serve, demo).predict("a", api_name="/predict") == "A"


# -- submit, stop, clear -------------------------------------------------------------------------------


def test_submit_button_and_enter_run_the_function_and_scroll_to_its_output() -> None:
    demo = pb.Interface(same, [pb.Textbox(render=False)], "text")

    assert triggers(demo, "same") == [
        (demo.submit_button._id, "click"), (demo.input_components[0]._id, "submit"),
    ]  # fmt: skip
    assert listener(demo, "same").scroll_to_output is True
    assert demo.submit_button.variant == "primary"


def test_generator_is_run_between_two_swaps_and_stop_cancels_it() -> None:
    demo = pb.Interface(steps, "text", "text")
    spec = demo.describe()
    ran = spec.by_api_name("steps")
    swap = spec.listeners[ran.trigger_after]
    after = [item for item in spec.listeners if item.trigger_after == ran.id]
    stops = [item for item in spec.listeners if item.cancels == (ran.id,)]
    buttons = (demo.submit_button._id, demo.stop_button._id)

    assert [target.event for target in swap.targets] == ["click", "submit"]
    assert swap.outputs == after[0].outputs == buttons
    assert [target.block_id for target in stops[0].targets] == [demo.stop_button._id]
    assert spec.blocks[demo.stop_button._id].props["visible"] is False
    assert spec.api_open and pb.Interface(same, "text", "text").stop_button is None


def test_buttons_may_be_captions_objects_or_left_out() -> None:
    own = pb.Button("Mine", render=False)
    demo = pb.Interface(steps, "text", "text", submit_btn=own, stop_btn="Halt", clear_btn=None)

    assert demo.submit_button is own
    assert demo.stop_button.value == "Halt"
    assert demo.clear_button is None


def test_clear_empties_everything_in_the_browser_and_restores_flag_buttons() -> None:
    demo = pb.Interface(same, "text", "text", flagging_options=["good"])
    clears = [
        item
        for item in demo.describe().listeners
        if item.set_values is not None and item.targets[0].block_id == demo.clear_button._id
    ]

    assert [item.fn for item in clears] == [None, None]
    assert clears[0].outputs == (demo.input_components[0]._id, demo.output_components[0]._id)
    assert clears[1].outputs == (demo.flag_buttons[0][0]._id,)
    assert clears[1].set_values == (
        {"__type__": "update", "value": "Flag as good", "interactive": True},
    )


# -- live ----------------------------------------------------------------------------------------------


def test_live_runs_on_every_change_and_has_no_submit_button() -> None:
    demo = pb.Interface(lambda a, b: a, ["text", "number"], "text", live=True)

    assert triggers(demo, "lambda") == [(item._id, "change") for item in demo.input_components]
    assert listener(demo, "lambda").trigger_mode == "always_last"
    assert demo.submit_button is None


def test_live_output_only_runs_when_the_page_opens_and_on_generate() -> None:
    demo = pb.Interface(lambda: "x", None, "text", live=True)

    assert triggers(demo, "lambda") == [(None, "load"), (demo.submit_button._id, "click")]


def test_live_unified_has_no_submit_button() -> None:
    box = pb.Textbox(render=False)
    demo = pb.Interface(same, box, box, live=True)

    assert demo.submit_button is None
    assert triggers(demo, "same") == [(box._id, "change")]


def test_live_generator_has_no_stop_button() -> None:
    assert pb.Interface(steps, "text", "text", live=True).stop_button is None


def test_live_honours_batch_and_limit() -> None:
    demo = pb.Interface(
        lambda texts: [texts], "text", "text", live=True, batch=True, max_batch_size=7,
        concurrency_limit=3,
    )  # fmt: skip
    found = listener(demo, "lambda")

    assert (found.batch, found.max_batch_size, found.concurrency_limit) == (True, 7, 3)


# -- running -------------------------------------------------------------------------------------------


def test_batch_groups_concurrent_calls_up_to_its_size(serve: Any) -> None:
    sizes: list[int] = []
    begun, go = threading.Event(), threading.Event()

    def shout(texts: list[str]) -> Any:
        sizes.append(len(texts))
        begun.set()
        assert go.wait(30)
        return [[text.upper() for text in texts]]

    client = connected(serve, pb.Interface(shout, "text", "text", batch=True, max_batch_size=3))
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(client.predict, "a", api_name="/shout")
        assert begun.wait(30)
        rest = [pool.submit(client.predict, word, api_name="/shout") for word in "bcdefg"]
        while httpx.get(f"{client.src}gradio_api/queue/status").json()["queue_size"] < 6:
            pass
        go.set()
        results = [job.result(60) for job in [first, *rest]]

    assert results == list("ABCDEFG")
    assert sizes == [1, 3, 3]


def test_unequal_lengths_of_a_batch_are_an_error(serve: Any) -> None:
    client = connected(serve, pb.Interface(lambda texts: [texts * 2], "text", "text", batch=True), show_error=True)

    with pytest.raises(Exception, match="did not return a value for every call"):
        client.predict("a", api_name="/predict")


@pytest.mark.parametrize(("limit", "together"), [(2, 2), (None, 3)])
def test_concurrency_limit_is_how_many_run_at_once(serve: Any, limit: Any, together: int) -> None:
    running = threading.Semaphore(0)
    go = threading.Event()

    def hold(text: str) -> str:
        running.release()
        assert go.wait(30)
        return text

    client = connected(serve, pb.Interface(hold, "text", "text", concurrency_limit=limit))
    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(client.predict, word, api_name="/hold") for word in "abc"]
        for _ in range(together):
            assert running.acquire(timeout=30)
        waiting = httpx.get(f"{client.src}gradio_api/queue/status").json()["queue_size"]
        more = running.acquire(blocking=False)
        go.set()
        assert sorted(job.result(60) for job in jobs) == ["a", "b", "c"]

    assert (waiting <= 3 - together, more) == (True, False)


def test_validator_marks_the_field_and_the_function_is_not_run(serve: Any) -> None:
    ran: list[str] = []
    demo = pb.Interface(
        ran.append, "text", None, api_name="take",
        validator=lambda text: pb.validate(len(text) > 2, "too short"),
    )  # fmt: skip
    url = serve(demo.describe()).local_url

    refused = httpx.post(f"{url}gradio_api/call/take", json={"data": ["a"]})

    assert refused.status_code == 422
    assert "too short" in refused.text
    assert ran == []


@pytest.mark.parametrize("mode", ["full", "minimal", "hidden"])
def test_show_progress_reaches_the_page(mode: Any) -> None:
    assert listener(pb.Interface(same, "text", "text", show_progress=mode), "same").show_progress == mode


# -- the page ------------------------------------------------------------------------------------------


def test_title_description_and_article_are_shown_and_title_names_the_page(serve: Any) -> None:
    demo = pb.Interface(same, "text", "text", title="My app", description="**Above**", article="Below")
    config = config_of(serve, demo)
    texts = [item["props"]["value"] for item in config["components"] if item["type"] == "markdown"]

    assert config["title"] == "My app"
    assert texts == ["# My app", "**Above**", "Below"]
    assert config_of(serve, pb.Interface(same, "text", "text"))["title"] == "Pegboard"


def test_article_may_be_an_address_of_a_text(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "readme.md").write_text("# Read me\n\nGrüße", "utf-8")
    (tmp_path / "odd.bin").write_bytes(b"\xff\xfe\xfd")
    monkeypatch.setattr(fetch, "fetch", partial(fetch.fetch, is_allowed=lambda host: host == "127.0.0.1"))

    def shown(article: str) -> str:
        demo = pb.Interface(same, "text", "text", article=article)
        [block] = [b for b in demo.describe().components.values() if "pb-article" in (b.elem_classes or [])]
        return str(block.initial_value())

    with web_folder(tmp_path) as address:
        assert shown(f"{address}/readme.md") == "# Read me\n\nGrüße"
        for missing in ("gone.md", "odd.bin"):
            with pytest.warns(UserWarning, match="could not be fetched"):
                assert shown(f"{address}/{missing}") == f"<{address}/{missing}>"
    assert shown("See https://example.org for more") == "See https://example.org for more"


def test_fill_width_and_further_options_of_blocks_reach_the_page(serve: Any) -> None:
    config = config_of(
        serve, pb.Interface(same, "text", "text", fill_width=True, fill_height=True, mode="special")
    )

    assert (config["fill_width"], config["fill_height"], config["mode"]) == (True, True, "special")


@pytest.mark.parametrize(
    ("given", "label", "is_open"),
    [
        (None, "Additional Inputs", False),
        ("More", "More", True),
        (Accordion("Own", open=False, render=False), "Own", False),
    ],
)
def test_additional_inputs_are_in_an_accordion_and_come_after_the_others(
    serve: Any, given: Any, label: str, is_open: bool
) -> None:
    demo = pb.Interface(
        lambda a, b: f"{a}{b}", "text", "text",
        additional_inputs=[pb.Number(value=2)], additional_inputs_accordion=given,
    )  # fmt: skip
    (accordion,) = [
        block.props for block in demo.describe().blocks.values() if block.type == "accordion"
    ]

    assert (accordion["label"], accordion["open"]) == (label, is_open)
    assert connected(serve, demo).predict("x", 3, api_name="/predict") == "x3"


def test_deep_link_button_is_enabled_by_the_first_result() -> None:
    button = pb.Button("Share", render=False)
    demo = pb.Interface(same, "text", "text", deep_link=button)
    spec = demo.describe()
    enabling = [item for item in spec.listeners if item.outputs == (button._id,)]

    assert spec.blocks[button._id].props["interactive"] is False
    assert [item.trigger_after for item in enabling] == [spec.by_api_name("same").id]
    assert enabling[0].trigger_only_on_success
    assert enabling[0].fn().props == {"interactive": True}


def test_buttons_of_components_that_are_not_installed_are_left_out_with_a_warning() -> None:
    for name in ("deeplinkbutton", "duplicatebutton"):
        if is_installed(name):
            return
    with pytest.warns(UserWarning, match="DeepLinkButton"):
        pb.Interface(same, "text", "text", deep_link=True)
    with pytest.warns(UserWarning, match="duplicatebutton"):
        pb.Interface(same, "text", "text", allow_duplication=True)


def test_analytics_may_be_asked_for_and_nothing_is_sent(serve: Any) -> None:
    config = config_of(serve, pb.Interface(same, "text", "text", analytics_enabled=True))

    assert config["analytics_enabled"] is False


def test_interface_can_be_placed_in_blocks(serve: Any) -> None:
    inner = pb.Interface(same, "text", "text")
    with pb.Blocks() as demo:
        pb.Markdown("around")
        inner.render()

    assert connected(serve, demo).predict("a", api_name="/same") == "a"


def test_tabbed_interface_keeps_every_endpoint_under_a_name_of_its_own(serve: Any) -> None:
    demo = pb.TabbedInterface(
        [pb.Interface(lambda text: text + n, "text", "text", api_name="run") for n in "ab"]
    )
    spec = demo.describe()
    client = connected(serve, demo)
    tabs = [block.props["label"] for block in spec.blocks.values() if block.type == "tab"]

    assert tabs == ["Tab 0", "Tab 1"]
    assert client.predict("x", api_name="/run")[0] == client.predict("x", api_name="/run_1")[0] == "x"
    with pytest.raises(OptionError, match="one per interface"):
        pb.TabbedInterface([], ["a"])


# -- API names -----------------------------------------------------------------------------------------


def names_of(build: Any) -> dict[str, str]:
    with pb.Blocks() as demo:
        build(pb.Textbox(), pb.Button())
    return {item.api_name: item.api_visibility for item in demo.describe().listeners}


def test_names_come_from_functions_are_cleaned_and_numbered_in_order() -> None:
    def build(box: Any, button: Any) -> None:
        button.click(same, box, box)
        button.click(same, box, box, api_name=" ")
        button.click(lambda text: text, box, box)
        button.click(Shouter(), box, box)
        button.click(functools.partial(same), box, box)
        button.click(same, box, box, api_name="/a b.c-d_e!")

    assert list(names_of(build)) == ["same", "same_1", "lambda", "Shouter", "same_2", "abc-d_e"]


def test_visibility_says_who_may_call_and_who_is_told(serve: Any) -> None:
    with pb.Blocks() as demo:
        box, button = pb.Textbox(), pb.Button()
        button.click(same, box, box, api_name="public")
        button.click(same, box, box, api_name="quiet", show_api=False)
        button.click(same, box, box, api_name="silent", api_visibility="undocumented")
        button.click(same, box, box, api_name="closed", api_visibility="private")
        button.click(same, box, box, api_name=False)
        button.click(None, box, box, js="(x) => x")
    url = serve(demo.describe()).local_url
    listed = httpx.get(f"{url}gradio_api/info").json()["named_endpoints"]

    def status(name: str) -> int:
        return httpx.post(f"{url}gradio_api/call/{name}", json={"data": ["a"]}).status_code

    assert list(listed) == ["/public"]
    assert [status(name) for name in ("public", "quiet", "silent", "closed", "same", "js_fn")] == [
        200, 200, 200, 404, 404, 404,
    ]  # fmt: skip


def test_predict_is_an_unlisted_alias_unless_the_author_named_the_endpoint(serve: Any) -> None:
    plain = httpx.get(f"{serve(pb.Interface(same, 'text', 'text').describe()).local_url}gradio_api/info")

    assert list(plain.json()["named_endpoints"]) == ["/same"]
    assert listener(pb.Interface(same, "text", "text"), "predict").api_visibility == "undocumented"
    assert listener(pb.Interface(same, "text", "text", api_name="own"), "predict") is None


def test_description_is_the_docstring_a_text_or_nothing() -> None:
    def described(**options: Any) -> str:
        return listener(pb.Interface(same, "text", "text", **options), "same").api_description

    assert described() == "Return it."
    assert described(api_description="Other.") == "Other."
    assert described(api_description=False) == ""


def test_api_publishes_a_function_by_its_hints_without_a_page(serve: Any) -> None:
    with pb.Blocks() as demo:

        @pb.api(api_name="add")
        def plus(a: int, b: int = 2) -> int:
            return a + b

    client = connected(serve, demo)

    assert client.predict(1, api_name="/add") == 3
    assert client.predict(1, 5, api_name="/add") == 6
    assert demo.describe().layout.children == ()


def test_api_needs_a_hint_on_everything() -> None:
    with pb.Blocks(), pytest.raises(OptionError, match="the parameter 'b'"):
        pb.api(lambda b: b)


def test_too_few_values_by_annotation_are_found_when_wiring() -> None:
    def one(text: str) -> str:
        return text

    with pytest.raises(ArityError, match="returns 1 value by its annotation"):
        pb.Interface(one, "text", ["text", "text"])
