"""Endpoints as tools, through the official SDK's own client against a real server."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import sys
import warnings
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from PIL import Image as Picture

import pegboard as pb
from pegboard.errors import OptionError
from pegboard.testing.fakes import Anything, Counter, Echo, Parcel

MCP = "gradio_api/mcp/"


@pytest.fixture
def launch() -> Iterator[Callable[..., str]]:
    apps: list[Any] = []

    def start(demo: Any, **options: Any) -> str:
        apps.append(demo)
        options = {"mcp_server": True, "server_port": 0, "quiet": True, **options}
        _, url, _ = demo.launch(prevent_thread_lock=True, **options)
        return str(url)

    yield start
    for demo in apps:
        demo.close()


def with_client(url: str, work: Callable[[Any], Awaitable[Any]], **headers: str) -> Any:
    """Do something with a connected client, and return what it gave."""

    async def run() -> Any:
        async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
            async with Client(streamable_http_client(url, http_client=http)) as client:
                return await work(client)

    return asyncio.run(run())


def greet(name: str, times: float = 2) -> str:
    """Greet somebody.

    Args:
        name: Who is greeted.
        times: How often.
    """
    return " ".join([f"Hello {name}"] * int(times))


def greeting() -> pb.Interface:
    return pb.Interface(greet, [Echo(), Counter(2)], Echo())


def called(url: str, name: str, arguments: dict[str, Any], **headers: str) -> Any:
    return with_client(url + MCP, lambda client: client.call_tool(name, arguments), **headers)


# -- what there is -----------------------------------------------------------------------------------


def test_tool_has_the_functions_name_words_and_schema(launch: Any) -> None:
    url = launch(greeting())

    (tool,) = with_client(url + MCP, lambda client: client.list_tools()).tools

    assert (tool.name, tool.description) == ("greet", "Greet somebody.")
    assert tool.input_schema == {
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "Who is greeted."},
            "times": {"type": "number", "description": "How often.", "default": 2},
        },
        "required": ["name"],
        "additionalProperties": False,
    }


def test_both_kinds_of_connection_work(launch: Any) -> None:
    url = launch(greeting())

    async def run(mode: str) -> Any:
        async with Client(url + MCP, mode=mode) as client:
            return (await client.call_tool("greet", {"name": "Ada", "times": 1})).content[0].text

    assert [asyncio.run(run(mode)) for mode in ("legacy", "auto")] == ["Hello Ada"] * 2


def test_names_are_unique_clean_and_short_and_private_endpoints_are_left_out(launch: Any) -> None:
    def a(x: str) -> str:
        return x

    def other(x: str) -> str:
        return x

    a.__name__ = "grüß gott"
    other.__name__ = "long" * 50
    with pb.Blocks() as demo:
        box = Echo(label="x")
        box.change(a, box, box)
        box.input(a, box, box)
        box.submit(other, box, box)
        box.submit(other, box, box, api_visibility="undocumented")
        box.submit(other, box, box, api_name=False)
        box.submit(None, box, box, js="(x) => x")
        box.submit(lambda x: x, box, box, api_name="same")

    names = [
        tool.name for tool in with_client(launch(demo) + MCP, lambda client: client.list_tools()).tools
    ]

    assert names == ["gr___gott", "gr___gott_1", "long" * 30, "same"]


def test_address_chooses_tools(launch: Any) -> None:
    with pb.Blocks() as demo:
        box = Echo(label="x")
        for name in ("one", "two", "three"):
            def fn(x: str) -> str:
                return x

            fn.__name__ = name
            box.change(fn, box, box)
    url = launch(demo)

    chosen = with_client(f"{url}{MCP}?tools=three,one", lambda client: client.list_tools()).tools
    refused = with_client(
        f"{url}{MCP}?tools=three", lambda client: client.call_tool("one", {"x": "a"})
    )

    assert [tool.name for tool in chosen] == ["one", "three"]
    assert refused.is_error is True
    listed = httpx.get(f"{url}{MCP}schema?tools=two").json()
    assert [(tool["name"], tool["endpoint_name"]) for tool in listed] == [("two", "/two")]
    assert listed[0]["inputSchema"]["required"] == ["x"]


def test_there_is_no_mcp_without_asking(launch: Any) -> None:
    url = launch(greeting(), mcp_server=False)

    assert httpx.post(f"{url}{MCP}", json={}).status_code == 404


def test_environment_asks_for_it(launch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_MCP_SERVER", "true")
    url = launch(greeting(), mcp_server=None)

    assert called(url, "greet", {"name": "Ada", "times": 1}).content[0].text == "Hello Ada"


# -- calls -------------------------------------------------------------------------------------------


def test_call_gives_text_and_defaults_are_filled(launch: Any) -> None:
    result = called(launch(greeting()), "greet", {"name": "Ada"})

    assert result.is_error is False
    assert [(part.type, part.text) for part in result.content] == [("text", "Hello Ada Hello Ada")]


def test_values_that_are_no_text_come_as_json_one_part_an_output(launch: Any) -> None:
    demo = pb.Interface(lambda x: ({"a": [1, None]}, 2.5), Echo(label="x"), [Anything(), Counter()], api_name="two")

    result = called(launch(demo), "two", {"x": "a"})

    assert [json.loads(part.text) for part in result.content] == [{"a": [1, None]}, 2.5]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "add 'name'"),
        ({"name": "a", "nme": "b"}, "leave out 'nme'"),
        ({"name": 5}, "a JSON string"),
        ({"name": "a", "times": "many"}, "a JSON number"),
    ],
)
def test_arguments_that_do_not_fit_are_a_tool_error_with_words(
    launch: Any, arguments: dict[str, Any], words: str
) -> None:
    result = called(launch(greeting()), "greet", arguments)

    assert result.is_error is True
    assert words in result.content[0].text


def test_errors_for_people_are_told_and_others_are_not(launch: Any) -> None:
    def fail(kind: str) -> str:
        raise pb.Error("out of paper") if kind == "told" else RuntimeError("secret path")

    url = launch(pb.Interface(fail, Echo(), Echo()))

    told, untold = called(url, "fail", {"kind": "told"}), called(url, "fail", {"kind": "x"})

    assert (told.is_error, told.content[0].text) == (True, "out of paper")
    assert untold.is_error is True
    assert "secret" not in untold.content[0].text
    assert "reference" in untold.content[0].text


def test_unknown_tool_is_an_error(launch: Any) -> None:
    result = called(launch(greeting()), "nothing", {})

    assert (result.is_error, result.content[0].text) == (True, "There is no tool 'nothing'.")


def test_generator_gives_its_last_value(launch: Any) -> None:
    def count(n: float) -> Iterator[str]:
        for number in range(int(n)):
            yield f"{number}"

    assert called(launch(pb.Interface(count, Counter(), Echo())), "count", {"n": 3}).content[0].text == "2"


def test_picture_goes_in_by_address_and_comes_back_as_a_picture(launch: Any) -> None:
    def mirror(image: Any) -> Any:
        return image[:, ::-1]

    url = launch(pb.Interface(mirror, pb.Image(), pb.Image(format="png")))
    picture = Picture.new("RGB", (2, 1), "red")
    picture.putpixel((1, 0), (0, 0, 255))
    data = io.BytesIO()
    picture.save(data, "png")
    encoded = base64.b64encode(data.getvalue()).decode()

    tool = with_client(url + MCP, lambda client: client.list_tools()).tools[0]
    for given in (f"data:image/png;base64,{encoded}", encoded):
        image, text = called(url, "mirror", {"image": given}).content

        assert (image.type, image.mime_type, text.type) == ("image", "image/png", "text")
        got = Picture.open(io.BytesIO(base64.b64decode(image.data)))
        assert [got.getpixel((x, 0)) for x in (0, 1)] == [(0, 0, 255), (255, 0, 0)]
        assert text.text.startswith(f"Image URL: {url}gradio_api/file=")
    assert tool.input_schema["properties"]["image"]["type"] == "string"
    assert "base64" in tool.input_schema["properties"]["image"]["description"]
    # An address that a result named is an argument again.
    again = called(url, "mirror", {"image": text.text.removeprefix("Image URL: ")})
    assert again.is_error is False


def test_private_address_is_not_fetched(launch: Any) -> None:
    url = launch(pb.Interface(lambda image: "seen", pb.Image(), Echo(), api_name="look"))

    result = called(url, "look", {"image": "http://127.0.0.1:1/x.png"})

    assert result.is_error is True
    assert "seen" not in result.content[0].text


def test_file_comes_back_as_an_address(launch: Any) -> None:
    url = launch(pb.Interface(lambda: b"content", None, Parcel(), api_name="give"))

    (part,) = called(url, "give", {}).content

    assert part.text.startswith(f"File URL: {url}gradio_api/file=")
    assert httpx.get(part.text.removeprefix("File URL: ")).content == b"content"


def test_progress_is_passed_on(launch: Any) -> None:
    def work(progress: Any = pb.Progress()) -> str:
        progress((3, 10), desc="reading")
        return "done"

    url = launch(pb.Interface(work, None, Echo()))
    heard: list[tuple[float, float | None, str | None]] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total, message))

    result = with_client(
        url + MCP, lambda client: client.call_tool("work", {}, progress_callback=on_progress)
    )

    assert result.content[0].text == "done"
    assert heard == [(3, 10, "reading")]


def test_state_begins_anew_with_each_call_and_the_author_is_warned(launch: Any) -> None:
    with pb.Blocks() as demo:
        box, count = Echo(label="x"), pb.State(10)

        def add(x: str, so_far: int) -> tuple[str, int]:
            return f"{x}{so_far + 1}", so_far + 1

        box.change(add, [box, count], [box, count])
    with pytest.warns(UserWarning, match="'add' has a State"):
        url = launch(demo)

    assert [called(url, "add", {"x": "n"}).content[0].text for _ in range(2)] == ["n11", "n11"]


def test_request_and_headers_reach_the_function(launch: Any) -> None:
    def who(request: pb.Request, x_team: pb.Header) -> str:
        return f"{request.headers['x-team']} {x_team} {request.username}"

    url = launch(pb.Interface(who, None, Echo()))

    assert called(url, "who", {}, **{"x-team": "blue"}).content[0].text == "blue blue None"


def test_validator_speaks_before_the_function(launch: Any) -> None:
    calls: list[str] = []

    def work(x: str) -> str:
        calls.append(x)
        return x

    demo = pb.Interface(
        work, Echo(), Echo(),
        validator=lambda x: {"__type__": "validate", "is_valid": False, "message": "not that one"},
    )  # fmt: skip

    result = called(launch(demo), "work", {"x": "a"})

    assert (result.is_error, result.content[0].text, calls) == (True, "not that one", [])


# -- marks -------------------------------------------------------------------------------------------


def marked() -> pb.Blocks:
    with pb.Blocks() as demo:

        @pb.mcp.tool("renamed", "Other words.", structured_output=True)
        def first(x: float) -> float:
            """These words."""
            return x * 2

        @pb.mcp.resource("note://{name}", description="A note.", mime_type="text/markdown")
        def note(name: str) -> str:
            return f"# {name}"

        @pb.mcp.resource("app://about")
        def about() -> str:
            """About the app."""
            return "An app."

        @pb.mcp.prompt()
        def ask(topic: str, tone: str | None = None) -> str:
            """Ask about a topic.

            Args:
                topic: What it is about.
            """
            return f"Tell me of {topic}, {tone}"

        for fn in (first, note, about, ask):
            pb.api(fn)
    return demo


def test_marked_tool_has_its_own_name_and_structured_output(launch: Any) -> None:
    url = launch(marked())

    (tool,) = with_client(url + MCP, lambda client: client.list_tools()).tools
    result = called(url, "renamed", {"x": 4})

    assert (tool.name, tool.description) == ("renamed", "Other words.")
    assert tool.output_schema["properties"]["result"] == {
        "anyOf": [{"type": "number"}, {"type": "null"}]
    }
    assert result.structured_content == {"result": 8.0}
    assert result.content[0].text == "8.0"


def test_resources_are_listed_and_read(launch: Any) -> None:
    async def all_of_it(client: Any) -> Any:
        return (
            (await client.list_resources()).resources,
            (await client.list_resource_templates()).resource_templates,
            (await client.read_resource("note://a%20b")).contents,
            (await client.read_resource("app://about")).contents,
        )

    plain, templates, note, about = with_client(launch(marked()) + MCP, all_of_it)

    assert [(one.uri, one.name, one.description) for one in plain] == [
        ("app://about", "about", "About the app.")
    ]
    assert [(one.uri_template, one.mime_type) for one in templates] == [
        ("note://{name}", "text/markdown")
    ]
    assert [(one.text, one.mime_type) for one in note] == [("# a b", "text/markdown")]
    assert [one.text for one in about] == ["An app."]


def test_prompts_are_listed_and_filled(launch: Any) -> None:
    async def all_of_it(client: Any) -> Any:
        return (
            (await client.list_prompts()).prompts,
            (await client.get_prompt("ask", {"topic": "birds", "tone": "kindly"})).messages,
        )

    (prompt,), (message,) = with_client(launch(marked()) + MCP, all_of_it)

    assert (prompt.name, prompt.description) == ("ask", "Ask about a topic.")
    assert [(one.name, one.description, one.required) for one in prompt.arguments] == [
        ("topic", "What it is about.", True),
        ("tone", "tone", False),
    ]
    assert (message.role, message.content.text) == ("user", "Tell me of birds, kindly")


def test_unknown_resource_and_prompt_are_errors(launch: Any) -> None:
    url = launch(marked()) + MCP

    for work in (
        lambda client: client.read_resource("note://a/b"),
        lambda client: client.get_prompt("nothing", {}),
    ):
        with pytest.raises(BaseException) as caught:
            with_client(url, work)
        assert caught.value is not None


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (lambda: pb.mcp.tool(name=5), "mcp.tool(name=)"),
        (lambda: pb.mcp.tool(description=5), "mcp.tool(description=)"),
        (lambda: pb.mcp.tool(structured_output="yes"), "mcp.tool(structured_output=)"),
        (lambda: pb.mcp.resource("no-scheme"), "mcp.resource(uri_template=)"),
        (lambda: pb.mcp.resource("a://b", mime_type=5), "mcp.resource(mime_type=)"),
        (lambda: pb.mcp.resource("a://b", description=5), "mcp.resource(description=)"),
        (lambda: pb.mcp.prompt(name=5), "mcp.prompt(name=)"),
        (lambda: pb.mcp.prompt(description=5), "mcp.prompt(description=)"),
        (lambda: greeting().launch(mcp_server="yes"), "launch(mcp_server=)"),
    ],
)
def test_bad_value_is_refused_in_three_parts(mark: Callable[[], Any], words: str) -> None:
    with pytest.raises(OptionError) as caught:
        mark()

    text = str(caught.value)
    assert words in text
    assert all(part in text for part in ("got:", "expected:", "fix:"))


# -- the gate ----------------------------------------------------------------------------------------


def test_login_guards_the_tools_too(launch: Any) -> None:
    def who(request: pb.Request) -> str:
        return str(request.username)

    url = launch(pb.Interface(who, None, Echo()), auth=("ada", "secret"))
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}

    assert httpx.post(f"{url}{MCP}", json=body).status_code == 401
    assert httpx.get(f"{url}{MCP}schema").status_code == 401
    login = httpx.post(f"{url}login", data={"username": "ada", "password": "secret"})
    cookies = "; ".join(f"{name}={value}" for name, value in login.cookies.items())
    assert called(url, "who", {}, cookie=cookies).content[0].text == "ada"


def test_foreign_page_is_refused(launch: Any) -> None:
    url = launch(greeting())

    answer = httpx.post(f"{url}{MCP}", json={}, headers={"origin": "https://evil.example"})

    assert answer.status_code == 403


def test_address_is_announced(launch: Any, capsys: pytest.CaptureFixture[str]) -> None:
    url = launch(greeting(), quiet=False)

    assert f"MCP server for assistants: {url}gradio_api/mcp/" in capsys.readouterr().out


def test_missing_package_is_named(launch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server.lowlevel", None)

    with pytest.raises(OptionError, match=r'pip install "pegboard-core\[mcp\]"'):
        launch(greeting())


def test_import_of_pegboard_brings_no_mcp() -> None:
    import subprocess

    code = "import pegboard, pegboard.mcp, sys; print('mcp.server' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


@pytest.fixture(autouse=True)
def no_warnings_of_the_sdk() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="mcp")
        yield
