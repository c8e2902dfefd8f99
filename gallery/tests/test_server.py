"""The gallery's server: who may ask for what, over a real socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from gallery.tests.support import cli, make_wheel
from pegboard_gallery.gallery import Gallery
from pegboard_gallery.installing import Order, command_for, without_passwords
from pegboard_gallery.packages import entry_of_wheel
from pegboard_gallery.server import create_gallery


@contextmanager
def served(gallery: Gallery, **options: bool) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(create_gallery(gallery, **options), port=0, log_level="error"))
    started = threading.Event()
    plain = server.startup

    async def startup(sockets: object = None) -> None:
        await plain(sockets=sockets)
        started.set()

    server.startup = startup
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert started.wait(30)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    path = tmp_path / "catalogue.json"
    path.write_text(json.dumps([entry_of_wheel(make_wheel(tmp_path), relative_to=tmp_path)]))
    return Gallery([path])


def test_the_list_is_sent_once_and_then_only_when_it_changed(gallery: Gallery) -> None:
    with served(gallery) as address:
        first = httpx.get(f"{address}/data/gallery.json")
        second = httpx.get(f"{address}/data/gallery.json", headers={"if-none-match": first.headers["etag"]})

    assert "acme-bell/Bell" in [card["id"] for card in first.json()["components"]]
    assert (second.status_code, second.content) == (304, b"")


def test_bundles_go_out_as_text_that_no_page_runs(gallery: Gallery) -> None:
    with served(gallery) as address:
        answer = httpx.get(f"{address}/bundles/acme-bell--Bell/_frontend/bell/index.js")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox"


@pytest.mark.parametrize(
    "path", ["/bundles/acme-bell--Bell/__init__.py", "/bundles/none/_frontend/x.js", "/../pyproject.toml", "/.stamp", "/data/components/none.json", "/run/none/"]
)
def test_what_is_not_listed_is_not_there(gallery: Gallery, path: str) -> None:
    with served(gallery) as address:
        assert httpx.get(address + path).status_code == 404


def test_the_frame_has_no_origin_even_when_opened_by_itself(gallery: Gallery) -> None:
    with served(gallery) as address:
        assert httpx.get(f"{address}/frame.html").headers["content-security-policy"] == "sandbox allow-scripts"


def test_a_foreign_host_name_is_refused(gallery: Gallery) -> None:
    with served(gallery) as address:
        answer = httpx.get(address, headers={"host": "evil.example"})

    assert answer.status_code == 403


def test_installing_is_off_unless_asked_for(gallery: Gallery) -> None:
    with served(gallery) as address:
        session = httpx.get(f"{address}/api/session").json()
        answer = httpx.post(f"{address}/api/install", json={"distribution": "acme-bell"}, headers={"origin": address})

    assert session == {"allow_install": False, "token": None}
    assert answer.status_code == 403


def test_installing_is_off_when_the_gallery_is_not_on_loopback(gallery: Gallery) -> None:
    with served(gallery, allow_install=True, is_loopback=False) as address:
        assert httpx.get(f"{address}/api/session").json()["allow_install"] is False


@pytest.mark.parametrize("lacks", ["token", "origin", "right origin"])
def test_only_the_gallerys_own_page_may_install(gallery: Gallery, lacks: str) -> None:
    with served(gallery, allow_install=True) as address:
        headers = {"origin": address, "x-pegboard-token": httpx.get(f"{address}/api/session").json()["token"]}
        if lacks == "token":
            headers["x-pegboard-token"] = "guess"
        elif lacks == "origin":
            del headers["origin"]
        else:
            headers["origin"] = "http://127.0.0.1:1"
        answer = httpx.post(f"{address}/api/install", json={"distribution": "acme-bell"}, headers=headers)

    assert answer.status_code == 403


def test_only_what_the_catalogue_lists_can_be_installed(gallery: Gallery) -> None:
    with served(gallery, allow_install=True) as address:
        headers = {"origin": address, "x-pegboard-token": httpx.get(f"{address}/api/session").json()["token"]}
        foreign = httpx.post(f"{address}/api/install", json={"distribution": "requests"}, headers=headers)
        nonsense = httpx.post(f"{address}/api/install", content=b"[]", headers=headers)

    assert (foreign.status_code, nonsense.status_code) == (404, 400)


def test_the_flag_to_install_is_refused_on_another_address() -> None:
    done = cli("gallery", "--allow-install", "--host", "0.0.0.0", "--port", "0")

    assert done.returncode == 2
    assert "loopback" in done.stderr


def test_the_command_names_one_version_and_asks_nothing() -> None:
    command = command_for(Order("acme-bell", "1.2.0"))

    assert command is not None
    assert command[1:4] == ["-m", "pip", "install"]
    assert command[-2:] == ["--", "acme-bell==1.2.0"]


def test_passwords_of_an_index_do_not_reach_the_page() -> None:
    line = "Looking in indexes: https://ada:secret@index.example/simple"

    assert without_passwords(line) == "Looking in indexes: https://****@index.example/simple"
