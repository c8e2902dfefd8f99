"""launch(): where an app listens, what it prints, how it ends, and what it gives back."""

from __future__ import annotations

import json
import signal
import socket
import stat
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client

import pegboard as pb
from pegboard.launch import server_of

from .processes import address_of, launched, line_with, process, rest_of


def page(**options: Any) -> pb.Interface:
    def greet(name: str) -> str:
        return f"Hello {name}"

    return pb.Interface(greet, "textbox", "textbox", **options)


@pytest.fixture
def start() -> Any:
    """Return a function that launches an app and gives what launch gives; all are closed at the end."""
    apps: list[Any] = []

    def launch(app: Any, **options: Any) -> tuple[Any, str, Any]:
        apps.append(app)
        options = {"server_port": 0, "quiet": True, **options}
        return app.launch(prevent_thread_lock=True, **options)

    yield launch
    for app in apps:
        app.close()


# -- result and end ----------------------------------------------------------------------------------


def test_result_is_the_web_app_its_local_address_and_no_public_one(start: Any) -> None:
    demo = page()

    app, local, public = start(demo)

    assert public is None
    assert Client(local, verbose=False).predict("Ada", api_name="/greet") == "Hello Ada"
    assert app is demo.app and local == demo.local_url and server_of(app).local_url == local


def test_launch_again_gives_the_same_server(start: Any) -> None:
    demo = page()

    assert start(demo)[1] == start(demo)[1]


def test_close_frees_the_port_and_the_app_can_be_launched_again(start: Any) -> None:
    demo = page()
    _, first, _ = start(demo)
    port = demo.server.port

    demo.close()

    with pytest.raises(httpx.ConnectError):
        httpx.get(first)
    assert demo.app is None and demo.local_url is None
    assert start(demo, server_port=port)[1] == first


def test_close_all_stops_every_app(start: Any) -> None:
    addresses = [start(page())[1] for _ in range(2)]

    pb.close_all()

    for address in addresses:
        with pytest.raises(httpx.ConnectError):
            httpx.get(address)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_signal_ends_a_waiting_launch_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with process(launched(), tmp_path) as child:
        address = address_of(child)
        assert httpx.get(address).status_code == 200

        child.send_signal(number)
        printed = rest_of(child)

        assert child.wait(20) == 0
        assert "Traceback" not in printed
        assert printed.splitlines() == ["The server has stopped.", "launch returned"]


def test_signal_ends_a_launch_whose_function_never_does(tmp_path: Path) -> None:
    source = launched().replace("return f", "print('running', flush=True)\n    import time\n    while True: time.sleep(1)\n    return f")
    with process(source, tmp_path) as child:
        address = address_of(child)
        call = httpx.post(f"{address}/gradio_api/call/greet", json={"data": ["x"]})
        assert call.status_code == 200
        line_with(child, "running")

        child.send_signal(signal.SIGINT)

        assert child.wait(30) == 0
        assert "Traceback" not in rest_of(child)


def test_launch_waits_unless_prevented_and_block_thread_waits_too(tmp_path: Path) -> None:
    source = launched("server_port=0, prevent_thread_lock=True") + (
        "import signal, threading, time\n"
        "def tell():\n"
        "    while signal.getsignal(signal.SIGTERM) is signal.SIG_DFL: time.sleep(0.01)\n"
        "    print('it waits', flush=True)\n"
        "threading.Thread(target=tell, daemon=True).start()\n"
        "demo.block_thread()\nprint('after')"
    )
    with process(source, tmp_path) as child:
        line_with(child, "launch returned")
        line_with(child, "it waits")

        child.send_signal(signal.SIGTERM)

        assert rest_of(child).splitlines() == ["The server has stopped.", "after"]


def test_interactive_interpreter_gets_control_back(tmp_path: Path) -> None:
    with process("import sys\nsys.ps1 = '>>> '\n" + launched(), tmp_path) as child:
        assert line_with(child, "launch returned")
        assert child.wait(20) == 0


def test_interactive_interpreter_is_held_by_debug(tmp_path: Path) -> None:
    source = "import sys\nsys.ps1 = '>>> '\n" + launched("server_port=0, debug=True")
    with process(source, tmp_path) as child:
        assert httpx.get(address_of(child)).status_code == 200

        child.send_signal(signal.SIGTERM)

        assert rest_of(child).splitlines() == ["The server has stopped.", "launch returned"]


def test_a_script_that_ends_takes_leave_of_those_who_wait(tmp_path: Path) -> None:
    source = launched("server_port=0, prevent_thread_lock=True").replace(
        "return f", "import time\n    time.sleep(1)\n    return f"
    ) + (
        "import os, time\n"
        "while not os.path.exists('end'): time.sleep(0.01)\n"
    )  # fmt: skip
    with process(source, tmp_path) as child:
        address = address_of(child)
        joined = {"data": ["x"], "fn_index": 0, "session_hash": "s"}
        assert httpx.post(f"{address}/gradio_api/queue/join", json=joined).status_code == 200
        params = {"session_hash": "s"}
        with httpx.stream("GET", f"{address}/gradio_api/queue/data", params=params, timeout=20) as stream:
            (tmp_path / "end").touch()
            text = stream.read().decode()

        assert '"msg":"process_completed"' in text
        assert child.wait(20) == 0
        assert "Traceback" not in rest_of(child)


# -- address -----------------------------------------------------------------------------------------


def test_first_free_port_is_taken(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr("pegboard.launch.DEFAULT_PORT", port)
        demo = page()

        start(demo, server_port=None)

        assert port < demo.server.port < port + 100


def test_search_for_a_port_ends_after_num_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr("pegboard.launch.DEFAULT_PORT", port)
        monkeypatch.setenv("GRADIO_NUM_PORTS", "1")

        with pytest.raises(OSError, match=f"port {port} is in use") as refused:
            page().launch(prevent_thread_lock=True, quiet=True)

    assert "fix:" in str(refused.value)


def test_chosen_port_that_is_taken_is_an_os_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        with pytest.raises(OSError, match="in use"):
            page().launch(server_port=taken.getsockname()[1], prevent_thread_lock=True)


def test_all_interfaces_are_printed_as_localhost_with_a_word_about_login(start: Any, capsys: Any) -> None:
    _, local, _ = start(page(), server_name="0.0.0.0", quiet=False)

    printed = capsys.readouterr().out
    assert local.startswith("http://localhost:") and local.rstrip("/") in printed
    assert "it has no login" in printed


def test_ipv6_address_stands_in_brackets(start: Any) -> None:
    if not socket.has_ipv6:
        pytest.fail("this machine has no IPv6")

    _, local, _ = start(page(), server_name="::1")

    assert local.startswith("http://[::1]:")
    assert httpx.get(local).status_code == 200


def test_quiet_prints_nothing(start: Any, capsys: Any) -> None:
    start(page())

    assert capsys.readouterr().out == ""


# -- browser and notebook ----------------------------------------------------------------------------


def test_inbrowser_opens_the_local_address(tmp_path: Path) -> None:
    opener = tmp_path / "browser"
    opener.write_text(f"#!{sys.executable}\nimport sys\nopen({str(tmp_path / 'opened')!r}, 'w').write(sys.argv[1])\n")
    opener.chmod(opener.stat().st_mode | stat.S_IXUSR)
    with process(
        launched("server_port=0, inbrowser=True, prevent_thread_lock=True"), tmp_path, BROWSER=f"{opener} %s"
    ) as child:
        address = address_of(child)
        assert child.wait(30) == 0

    assert (tmp_path / "opened").read_text() == f"{address}/"


@pytest.fixture(scope="module")
def kernel() -> Any:
    """Return a function that runs a cell in a real notebook kernel and gives what it shows and prints."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel()

    def run(cell: str) -> tuple[list[dict[str, Any]], str]:
        shown: list[dict[str, Any]] = []
        printed = ""

        def hook(message: dict[str, Any]) -> None:
            nonlocal printed
            if message["msg_type"] == "display_data":
                shown.append(message["content"]["data"])
            elif message["msg_type"] == "stream":
                printed += message["content"]["text"]
            elif message["msg_type"] == "error":
                printed += "\n".join(message["content"]["traceback"])

        client.execute_interactive(cell, output_hook=hook, timeout=60)
        return shown, printed

    yield run
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_notebook_shows_a_frame_and_does_not_wait(kernel: Any) -> None:
    shown, printed = kernel(
        "import pegboard as pb\ndemo = pb.Interface(lambda x: x, 'textbox', 'textbox')\n"
        "_, url, _ = demo.launch(server_port=0, height=321, width='80%')\nprint('URL', url)"
    )

    address = printed.split("URL ")[1].strip()
    (frame,) = [data["text/html"] for data in shown if "<iframe" in data.get("text/html", "")]
    assert f'src="{address}"' in frame and 'height="321"' in frame and 'width="80%"' in frame
    policy = httpx.get(address).headers["content-security-policy"]
    assert "frame-ancestors *" in policy


def test_notebook_shows_no_frame_when_inline_is_off(kernel: Any) -> None:
    shown, printed = kernel(
        "import pegboard as pb\n"
        "_, url, _ = pb.Interface(lambda x: x, 'textbox', 'textbox').launch(server_port=0, inline=False)\nprint('URL', url)"
    )

    assert "URL http" in printed
    assert not [data for data in shown if "<iframe" in data.get("text/html", "")]


# -- small parameters --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("icon.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 20, "image/png"),
        ("icon.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        ("icon.ico", b"\0\0\1\0\0\0", "image/x-icon"),
        ("icon.gif", b"GIF89a\1\0\1\0", "image/gif"),
    ],
)
def test_favicon_is_served_with_its_type(start: Any, tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    (tmp_path / name).write_bytes(content)

    _, local, _ = start(page(), favicon_path=tmp_path / name)

    answer = httpx.get(f"{local}favicon.ico")
    assert (answer.content, answer.headers["content-type"]) == (content, kind)


@pytest.mark.parametrize(("show_error", "text"), [(True, "the reason"), (False, None)])
def test_text_of_an_unexpected_error_reaches_people_only_when_asked_for(
    start: Any, show_error: bool, text: str | None
) -> None:
    def fail(name: str) -> str:
        raise RuntimeError("the reason")

    _, local, _ = start(pb.Interface(fail, "textbox", "textbox"), show_error=show_error)

    answer = httpx.post(f"{local}gradio_api/run/fail", json={"data": ["x"]})
    assert answer.status_code == 500
    assert ("the reason" in answer.text) == (text is not None)


def test_author_error_reaches_people_in_any_case(start: Any) -> None:
    def fail(name: str) -> str:
        raise pb.Error("Too short")

    _, local, _ = start(pb.Interface(fail, "textbox", "textbox"))

    assert "Too short" in httpx.post(f"{local}gradio_api/run/fail", json={"data": ["x"]}).text


def test_file_over_the_limit_is_413_and_one_below_it_is_taken(start: Any) -> None:
    _, local, _ = start(pb.Interface(lambda f: f, "file", "file"), max_file_size="2 kb")

    def status(size: int) -> int:
        return httpx.post(f"{local}gradio_api/upload", files={"files": ("a.bin", b"x" * size)}).status_code

    assert (status(2049), status(2048)) == (413, 200)
    assert httpx.get(f"{local}config").json()["max_file_size"] == 2048


def test_sessions_beyond_the_capacity_lose_their_state_oldest_first(start: Any) -> None:
    with pb.Blocks() as demo:
        count = pb.State(0)
        shown = pb.Textbox()
        pb.Button().click(lambda n: (n + 1, str(n + 1)), count, [count, shown], api_name="count")
    _, local, _ = start(demo, state_session_capacity=2)

    def call(session: str) -> str:
        body = {"data": [None], "session_hash": session}
        return httpx.post(f"{local}gradio_api/run/count", json=body).json()["data"][-1]

    assert [call("a"), call("b"), call("a")] == ["1", "1", "2"]
    assert call("c") == "1"  # the third: "b", not used for longest, goes
    assert [call("a"), call("b")] == ["3", "1"]


def test_null_origin_may_call_only_when_cors_is_not_strict(start: Any) -> None:
    def status(local: str) -> int:
        return httpx.get(f"{local}config", headers={"origin": "null"}).status_code

    assert status(start(page())[1]) == 403
    assert status(start(page(), strict_cors=False)[1]) == 200


def test_listed_origin_may_call(start: Any) -> None:
    _, local, _ = start(page(), allowed_origins=["https://partner.example"])

    answer = httpx.get(f"{local}config", headers={"origin": "https://partner.example"})

    assert answer.headers["access-control-allow-origin"] == "https://partner.example"


def test_footer_links_reach_the_page_and_show_api_false_takes_the_api_away(start: Any) -> None:
    own = {"label": "Imprint", "url": "/imprint"}

    def links(**options: Any) -> Any:
        return httpx.get(f"{start(page(), **options)[1]}config").json()["footer_links"]

    assert links() == ["api", "gradio", "settings"]
    assert links(footer_links=["settings", own]) == ["settings", own]
    _, local, _ = start(page(), show_api=False)
    assert httpx.get(f"{local}config").json()["footer_links"] == ["gradio", "settings"]
    assert httpx.post(f"{local}gradio_api/run/greet", json={"data": ["x"]}).status_code == 200


def test_max_threads_bounds_what_runs_at_once(start: Any) -> None:
    import threading

    running, most, gate = 0, 0, threading.Lock()
    both = threading.Barrier(2)

    def work(name: str) -> str:
        nonlocal running, most
        with gate:
            running += 1
            most = max(most, running)
        both.wait(20)
        with gate:
            running -= 1
        return name

    demo = pb.Interface(work, "textbox", "textbox", concurrency_limit=None)
    _, local, _ = start(demo, max_threads=2)
    client = Client(local, verbose=False)

    jobs = [client.submit(str(n), api_name="/work") for n in range(4)]

    assert [job.result(30) for job in jobs] == ["0", "1", "2", "3"]
    assert most == 2


# -- the framework -----------------------------------------------------------------------------------


def test_app_kwargs_reach_the_framework(start: Any) -> None:
    from contextlib import asynccontextmanager

    from starlette.middleware import Middleware
    from starlette.middleware.base import BaseHTTPMiddleware

    told: list[str] = []

    @asynccontextmanager
    async def lifespan(app: Any) -> Any:
        told.append("start")
        yield
        told.append("stop")

    async def stamp(request: Any, call_next: Any) -> Any:
        answer = await call_next(request)
        answer.headers["x-stamp"] = "seen"
        return answer

    demo = page()
    kwargs = {
        "docs_url": "/docs",
        "lifespan": lifespan,
        "middleware": [Middleware(BaseHTTPMiddleware, dispatch=stamp)],
    }
    _, local, _ = start(demo, app_kwargs=kwargs)

    assert told == ["start"]
    assert "swagger" in httpx.get(f"{local}docs").text.lower()
    assert httpx.get(f"{local}openapi.json").json()["openapi"].startswith("3.")
    assert httpx.get(f"{local}config").headers["x-stamp"] == "seen"
    demo.close()
    assert told == ["start", "stop"]


def test_documents_of_the_framework_are_off(start: Any) -> None:
    _, local, _ = start(page())

    assert [httpx.get(f"{local}{path}").status_code for path in ("docs", "redoc")] == [404, 404]


def test_app_is_mounted_into_an_app_of_ones_own() -> None:
    import threading
    from contextlib import asynccontextmanager

    import uvicorn
    from fastapi import FastAPI

    told: list[str] = []

    @asynccontextmanager
    async def lifespan(app: Any) -> Any:
        told.append("outer")
        yield

    @asynccontextmanager
    async def inner(app: Any) -> Any:
        told.append("inner")
        yield
        told.append("inner ends")

    outer = FastAPI(lifespan=lifespan)

    @outer.get("/own")
    def own() -> str:
        return "mine"

    returned = pb.mount_gradio_app(
        outer, page(), "/demo", theme="soft", css=".x{color:red}", app_kwargs={"lifespan": inner}
    )
    pb.mount_pegboard_app(outer, page(title="Closed"), path="closed/", auth=("ada", "pw"), show_error=True)
    assert returned is outer
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(outer, port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        base = f"http://127.0.0.1:{port}"
        transport = httpx.HTTPTransport(retries=10)
        with httpx.Client(transport=transport, timeout=20) as http:
            while not server.started:
                thread.join(0.01)
            assert http.get(f"{base}/own").json() == "mine"
            assert http.get(f"{base}/demo/config").json()["root"] == f"{base}/demo"
            text = http.get(f"{base}/demo/").text
            assert "/demo/_pegboard/" in text and "pegboard.theme" in text and ".x{color:red}" in text
            assert Client(f"{base}/demo", verbose=False).predict("A", api_name="/greet") == "Hello A"
            assert http.get(f"{base}/closed/config").status_code == 401
            assert http.get(f"{base}/demo/config").status_code == 200
            client = Client(f"{base}/closed", verbose=False, auth=("ada", "pw"))
            assert client.predict("B", api_name="/greet") == "Hello B"
    finally:
        server.should_exit = True
        thread.join(20)
    assert told == ["outer", "inner", "inner ends"]


def test_mount_refuses_what_is_no_app_and_a_parameter_that_is_none_of_ours() -> None:
    from fastapi import FastAPI

    with pytest.raises(pb.PegboardError, match=r"mount_gradio_app\(app=\)"):
        pb.mount_gradio_app(object(), page(), "/demo")
    with pytest.raises(pb.PegboardError, match=r"mount_gradio_app\(no_such=\)"):
        pb.mount_gradio_app(FastAPI(), page(), "/demo", no_such=1)


# -- monitoring and installation -----------------------------------------------------------------------


def test_monitoring_counts_runs_success_and_times(start: Any, capsys: Any) -> None:
    def work(text: str) -> str:
        if text == "bad":
            raise pb.Error("no")
        return text

    demo = pb.Interface(work, "textbox", "textbox", api_name="work")
    _, local, _ = start(demo, enable_monitoring=True, quiet=False)
    address = next(line for line in capsys.readouterr().out.splitlines() if "Monitoring:" in line).split()[-1]
    client = Client(local, verbose=False)
    client.predict("a", api_name="/work")
    with pytest.raises(Exception, match="no"):
        client.predict("bad", api_name="/work")
    for text in ("b", "bad"):
        httpx.post(f"{local}gradio_api/run/work", json={"data": [text]})

    key = address.rsplit("/", 1)[1]
    summary = httpx.get(f"{local}monitoring/summary", params={"key": key}).json()
    dashboard = httpx.get(address)

    facts = summary["functions"]["work"]
    times = facts.pop("process_time_percentiles")
    assert facts == {"total_requests": 4, "succeeded": 2, "failed": 2, "cancelled": 0, "success_rate": 0.5}
    assert list(times) == ["50th", "90th", "99th"] and 0 < times["50th"] <= times["90th"] <= times["99th"]
    assert "/work" in dashboard.text and "50%" in dashboard.text and "<script" not in dashboard.text


def test_monitoring_needs_its_key_which_is_printed_when_someone_asks(start: Any, capsys: Any) -> None:
    _, local, _ = start(page())

    asked = httpx.get(f"{local}monitoring")
    printed = capsys.readouterr().out.strip()

    assert asked.status_code == 200
    key = printed.rsplit("/", 1)[1]
    assert key not in asked.text
    assert httpx.get(f"{local}monitoring/{key}").status_code == 200
    assert httpx.get(f"{local}monitoring/wrong").status_code == 403
    assert httpx.get(f"{local}monitoring/summary").status_code == 403
    httpx.get(f"{local}monitoring")
    assert capsys.readouterr().out == "", "asking again at once must not flood the log"


def test_monitoring_can_be_switched_off(start: Any, capsys: Any) -> None:
    demo = page()
    _, local, _ = start(demo, enable_monitoring=False)
    key = demo.app.site.monitor.key

    statuses = [
        httpx.get(f"{local}monitoring{path}").status_code for path in ("", f"/{key}", f"/summary?key={key}")
    ]

    assert statuses == [403, 403, 403] and capsys.readouterr().out == ""


def test_manifest_is_there_only_for_an_app_that_can_be_installed(start: Any) -> None:
    _, local, _ = start(page(title="Greeter"))
    assert [httpx.get(f"{local}{p}").status_code for p in ("manifest.json", "pwa_icon")] == [404, 404]
    assert "manifest" not in httpx.get(local).text.split("pegboard-config")[0]

    _, local, _ = start(page(title="Greeter"), pwa=True)
    answer = httpx.get(f"{local}manifest.json")

    assert answer.headers["content-type"] == "application/manifest+json"
    facts = json.loads(answer.text)
    assert (facts["name"], facts["display"], facts["start_url"]) == ("Greeter", "standalone", "/")
    (icon,) = facts["icons"]
    assert (icon["sizes"], icon["type"]) == ("any", "image/svg+xml")
    assert httpx.get(local.rstrip("/") + icon["src"]).headers["content-type"] == icon["type"]


def test_manifest_gives_the_own_icon_its_true_size(start: Any, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (512, 512)).save(tmp_path / "icon.png")
    _, local, _ = start(page(), pwa=True, favicon_path=str(tmp_path / "icon.png"))

    (icon,) = httpx.get(f"{local}manifest.json").json()["icons"]

    assert (icon["sizes"], icon["type"], icon["src"]) == ("512x512", "image/png", "/pwa_icon/512")
