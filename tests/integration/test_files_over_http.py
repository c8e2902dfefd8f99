"""Files in and out over HTTP, with the real Python client and by hand."""

from __future__ import annotations

import http.server
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

import pegboard as pb
from pegboard import fetch
from pegboard.testing.fakes import Anything, Echo, Parcel

from .support import AppBuilder

CONTENT = bytes(range(256)) * 40


def parcels() -> AppBuilder:
    app = AppBuilder()
    app.on(lambda path: path, [app.add(Parcel())], [app.add(Parcel())], "echo")
    return app


def upload(base: str, name: str, content: bytes = CONTENT, **options: Any) -> httpx.Response:
    return httpx.post(f"{base}upload", files={"files": (name, content)}, **options)


@pytest.fixture
def base(serve: Any) -> str:
    return f"{serve(parcels().spec()).local_url}gradio_api/"


@pytest.mark.parametrize("name", ["a b#c%d.png", "Grüße 世界.txt", "plain.csv", "x" * 180 + ".bin"])
def test_file_comes_back_whole_whatever_its_name(serve: Any, tmp_path: Path, name: str) -> None:
    client = Client(serve(parcels().spec()).local_url, verbose=False)
    sent = tmp_path / name
    sent.write_bytes(CONTENT)

    got = client.predict(handle_file(sent), api_name="/echo")

    assert Path(got).read_bytes() == CONTENT
    assert Path(got).suffix == sent.suffix


def test_function_sees_a_path_with_the_files_ending_and_the_client_an_address(serve: Any) -> None:
    seen: list[Path] = []

    def look(path: str) -> str:
        seen.append(Path(path))
        return path

    app = AppBuilder()
    app.on(look, [app.add(Parcel())], [app.add(Parcel())], "look")
    server = serve(app.spec())
    base = f"{server.local_url}gradio_api/"
    (path,) = upload(base, "photo.png").json()
    data = {"path": path, "meta": {"_type": "gradio.FileData"}}

    output = httpx.post(f"{base}run/look", json={"data": [data]}).json()["data"][0]

    assert seen[0].suffix == ".png" and seen[0].stat().st_mode & 0o777 == 0o600
    assert (output["orig_name"], output["size"]) == ("photo.png", len(CONTENT))
    assert output["meta"] == {"_type": "gradio.FileData"}
    assert output["url"] == f"{base}file={output['path']}"
    assert str(seen[0].parent.parent) not in str(output)
    assert httpx.get(output["url"]).content == CONTENT


def test_file_that_was_not_uploaded_is_refused(base: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")

    for path in (str(secret), "../../etc/passwd", "/etc/passwd", "x/y", "", "file:///etc/passwd"):
        data = {"path": path, "meta": {"_type": "gradio.FileData"}}
        answer = httpx.post(f"{base}run/echo", json={"data": [data]})
        assert answer.status_code == 500
        assert "is not known here" in answer.json()["error"]


def test_same_content_twice_gets_two_handles_and_is_stored_once(serve: Any) -> None:
    server = serve(parcels().spec())
    base = f"{server.local_url}gradio_api/"

    one, two = upload(base, "a.bin").json(), upload(base, "b.bin").json()

    assert one != two
    folder = server.app.site.files.folder
    assert len(list((folder / "content").iterdir())) == 1
    assert list((folder / "incoming").iterdir()) == []
    assert folder.stat().st_mode & 0o777 == 0o700


def test_several_files_come_back_in_order_and_other_parts_are_ignored(base: str) -> None:
    parts = [("files", ("a.txt", b"a")), ("other", ("b.txt", b"b")), ("files", ("c.txt", b"c"))]

    paths = httpx.post(f"{base}upload", files=parts).json()

    assert [path.rpartition("/")[2] for path in paths] == ["a.txt", "c.txt"]


@pytest.mark.parametrize(
    "name", ["../../../evil.sh", "/etc/passwd", "C:\\windows\\x.dll", "..", "a\0b", ".bashrc", "con\r\nx"]
)
def test_names_from_outside_never_become_paths(base: str, name: str) -> None:
    (path,) = upload(base, name).json()

    handle, _, last = path.partition("/")
    assert "/" not in last and ".." not in last and not last.startswith(".")
    assert len(handle) >= 22
    assert httpx.get(f"{base}file={path}").content == CONTENT


def test_upload_over_the_limit_is_refused_and_leaves_nothing(serve: Any, tmp_path: Path) -> None:
    server = serve(parcels().spec(), max_file_size="1 kb")
    base = f"{server.local_url}gradio_api/"

    assert upload(base, "big.bin").status_code == 413
    folder = server.app.site.files.folder
    assert list((folder / "incoming").iterdir()) == []
    assert list((folder / "files").iterdir()) == []

    sent = tmp_path / "big.bin"
    sent.write_bytes(CONTENT)
    with pytest.raises(ValueError):
        Client(server.local_url, verbose=False).predict(handle_file(sent), api_name="/echo")


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"content-type": "application/json"}, b"{}", 400),
        ({"content-type": "multipart/form-data"}, b"", 400),
        ({"content-type": "multipart/form-data; boundary=x"}, b"", 400),
        ({"content-type": "multipart/form-data; boundary=x"}, b"garbage", 400),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--x\r\nbad header\r\n\r\nx", 400),
        (
            {"content-type": "multipart/form-data; boundary=x"},
            b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\ncut',
            400,
        ),
        (
            {"content-type": "multipart/form-data; boundary=x"},
            b"--x\r\nX-Long: " + b"a" * 40_000 + b"\r\n\r\nx\r\n--x--\r\n",
            400,
        ),
    ],
)
def test_malformed_form_is_refused_and_leaves_nothing(
    serve: Any, headers: Any, body: bytes, status: int
) -> None:
    server = serve(parcels().spec())

    answer = httpx.post(f"{server.local_url}gradio_api/upload", headers=headers, content=body)

    assert answer.status_code == status
    assert answer.json()["detail"]
    assert list((server.app.site.files.folder / "files").iterdir()) == []


# -- serving -----------------------------------------------------------------------------------------


def test_range_head_and_etag_work(base: str) -> None:
    (path,) = upload(base, "film.mp4").json()
    address = f"{base}file={path}"

    whole = httpx.get(address)
    part = httpx.get(address, headers={"range": "bytes=10-19"})
    tail = httpx.get(address, headers={"range": "bytes=-5"})
    beyond = httpx.get(address, headers={"range": "bytes=999999-"})
    head = httpx.head(address)
    again = httpx.get(address, headers={"if-none-match": whole.headers["etag"]})

    assert (whole.status_code, whole.content) == (200, CONTENT)
    assert whole.headers["accept-ranges"] == "bytes"
    assert (part.status_code, part.content) == (206, CONTENT[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(CONTENT)}"
    assert tail.content == CONTENT[-5:]
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(CONTENT)}")
    assert (head.content, head.headers["content-length"]) == (b"", str(len(CONTENT)))
    assert again.status_code == 304


@pytest.mark.parametrize("text", ["bytes=", "bytes=a-b", "bytes=5-2", "lines=1-2", "bytes=0-1,3-4", "-"])
def test_range_that_is_malformed_is_ignored(base: str, text: str) -> None:
    (path,) = upload(base, "a.bin").json()

    answer = httpx.get(f"{base}file={path}", headers={"range": text})

    assert (answer.status_code, answer.content) == (200, CONTENT)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.png", "inline"), ("a.mp3", "inline"), ("a.txt", "inline"), ("a.html", "attachment"),
        ("a.svg", "attachment"), ("a.xml", "attachment"), ("a", "attachment"), ("a.js", "attachment"),
    ],
)  # fmt: skip
def test_active_content_is_downloaded_and_never_rendered(base: str, name: str, kind: str) -> None:
    parts = {"files": (name, b"<script>1</script>")}
    (path,) = httpx.post(f"{base}upload", files=parts).json()

    answer = httpx.get(f"{base}file={path}")

    assert answer.headers["content-disposition"].startswith(kind)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    if kind == "attachment":
        assert answer.headers["content-type"] == "application/octet-stream"


def test_client_cannot_declare_active_content_safe(base: str) -> None:
    parts = {"files": ("a.html", b"<script>1</script>", "image/png")}
    (path,) = httpx.post(f"{base}upload", files=parts).json()

    answer = httpx.get(f"{base}file={path}")

    assert "html" not in answer.headers["content-type"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "nothing", "x/..%2f..%2fetc/passwd", "%00", "C:/x"]
)
def test_missing_and_forbidden_files_get_the_same_answer(base: str, path: str) -> None:
    for address in (f"{base}file={path}", f"{base}file/{path}"):
        answer = httpx.get(address)
        assert answer.status_code == 403
        assert answer.json()["detail"].startswith("File not allowed")


def test_wrong_name_behind_a_right_handle_is_refused(base: str) -> None:
    (path,) = upload(base, "a.bin").json()

    assert httpx.get(f"{base}file={path.partition('/')[0]}/b.bin").status_code == 403


def test_allowed_paths_are_served_by_path_and_blocked_paths_win(serve: Any, tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "page.html").write_text("<b>hi</b>")
    (tmp_path / "open" / "secret.txt").write_text("secret")
    (tmp_path / "outside.txt").write_text("secret")
    os.symlink(tmp_path / "outside.txt", tmp_path / "open" / "link.txt")
    server = serve(
        parcels().spec(),
        allowed_paths=[str(tmp_path / "open")],
        blocked_paths=[str(tmp_path / "open" / "SECRET.txt")],
    )

    def status(name: str) -> int:
        return httpx.get(f"{server.local_url}gradio_api/file={tmp_path}/{name}").status_code

    assert status("open/page.html") == 200
    assert status("open/secret.txt") == 403
    assert status("open/link.txt") == 403
    assert status("outside.txt") == 403
    assert status("open/../outside.txt") == 403


def test_returned_file_must_be_where_files_may_be_returned_from(serve: Any) -> None:
    app = AppBuilder()
    app.on(lambda: "/etc/hostname", [], [app.add(Parcel())], "leak")
    server = serve(app.spec(), show_error=True)

    answer = httpx.post(f"{server.local_url}gradio_api/run/leak", json={"data": []})

    assert answer.status_code == 500
    assert "allowed_paths" in answer.json()["error"]


def test_later_change_of_a_returned_file_does_not_change_what_was_returned(
    serve: Any, tmp_path: Path
) -> None:
    file = tmp_path / "out.txt"

    def write(text: str) -> str:
        file.write_text(text)
        return str(file)

    app = AppBuilder()
    app.on(write, [app.add(Echo())], [app.add(Parcel())], "write")
    client = Client(serve(app.spec()).local_url, verbose=False, download_files=False)

    one = client.predict("one", api_name="/write")
    two = client.predict("two!", api_name="/write")

    assert (httpx.get(one["url"]).text, httpx.get(two["url"]).text) == ("one", "two!")


def test_json_that_looks_like_a_file_stays_data_for_a_component_without_files(serve: Any) -> None:
    app = AppBuilder()
    value = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}
    app.on(lambda given: repr(given), [app.add(Anything())], [app.add(Echo())], "show")
    server = serve(app.spec())

    answer = httpx.post(f"{server.local_url}gradio_api/run/show", json={"data": [value]})

    assert answer.json()["data"] == [repr(value)]


def test_upload_progress_ends_with_done(base: str) -> None:
    seen: list[str] = []
    with httpx.Client() as client:

        def watch() -> None:
            with client.stream("GET", f"{base}upload_progress?upload_id=u1") as stream:
                seen.extend(line for line in stream.iter_lines() if line)

        watcher = threading.Thread(target=watch)
        watcher.start()
        upload(f"{base}", "a.bin", params={"upload_id": "u1"})
        watcher.join(10)

    assert seen[-1] == 'data: {"msg":"done"}'
    assert httpx.get(f"{base}upload_progress?upload_id=never").status_code == 404


# -- ages --------------------------------------------------------------------------------------------


def test_delete_cache_removes_unused_files_and_closing_removes_all(serve: Any, tmp_path: Path) -> None:
    (tmp_path / "first.bin").write_bytes(b"first")
    with pb.Blocks(delete_cache=(0.2, 0.6)) as demo:
        parcel = Parcel(value=str(tmp_path / "first.bin"))
        parcel.change(lambda path: path, parcel, parcel, api_name="echo")
    server = serve(demo.describe(), allowed_paths=[str(tmp_path)])
    config = httpx.get(f"{server.local_url}config").json()
    first = next(block["props"]["value"] for block in config["components"] if block["props"].get("value"))
    [sent] = upload(f"{server.local_url}gradio_api/", "a.bin").json()
    address = f"{server.local_url}gradio_api/file={sent}"
    assert httpx.get(address).content == CONTENT
    folder = server.app.site.files.folder

    def left() -> set[bytes]:
        return {path.read_bytes() for path in folder.rglob("*.bin") if path.is_file()}

    for _ in range(100):
        if CONTENT not in left():
            break
        time.sleep(0.1)

    assert httpx.get(address).status_code in (403, 404)
    assert httpx.get(first["url"]).content == b"first"
    server.close()
    assert not folder.exists()


# -- addresses ---------------------------------------------------------------------------------------


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/away":
            self.send_response(302)
            self.send_header("location", "http://169.254.169.254/latest/meta-data")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("content-type", "image/png")
        self.end_headers()
        self.wfile.write(CONTENT)

    def log_message(self, *_: Any) -> None:
        """Stay quiet."""


@pytest.fixture
def web() -> Iterator[str]:
    server = http.server.HTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/x", "http://localhost/x", "http://[::1]/x", "http://169.254.169.254/x",
        "http://10.0.0.1/x", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/", "http://2130706433/",
        "https://user:secret-token@127.0.0.1/x",
    ],
)  # fmt: skip
def test_private_address_is_refused(serve: Any, address: str) -> None:
    client = Client(serve(parcels().spec()).local_url, verbose=False)

    with pytest.raises(AppError, match="could not be fetched") as caught:
        client.predict(
            {"path": address, "meta": {"_type": "gradio.FileData"}}, api_name="/echo"
        )
    assert "secret-token" not in str(caught.value)


def test_address_is_fetched_and_each_redirect_is_checked(web: str, tmp_path: Path) -> None:
    def only_the_test_server(address: str) -> bool:
        return address == "127.0.0.1"

    got = fetch.fetch(f"{web}/pic.png", tmp_path / "x", 1 << 20, only_the_test_server)
    assert (got.name, got.mime_type, got.path.read_bytes()) == ("pic.png", "image/png", CONTENT)

    with pytest.raises(fetch.FileRefused, match="public address"):
        fetch.fetch(f"{web}/away", tmp_path / "y", 1 << 20, only_the_test_server)
    with pytest.raises(fetch.FileRefused, match="at most 10 bytes"):
        fetch.fetch(f"{web}/pic.png", tmp_path / "z", 10, only_the_test_server)
