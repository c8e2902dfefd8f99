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
from gradio_client import Client

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
        answer = httpx.post(
            f"{address}/api/install", json={"distribution": "acme-bell"}, headers=own_page(address)
        )

    assert session["allow_install"] is False
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


# -- composed Interfaces ------------------------------------------------------------------------------


def own_page(address: str) -> dict[str, str]:
    """Return the headers that the gallery's own page sends."""
    token = httpx.get(f"{address}/api/session").json()["token"]
    return {"origin": address, "x-pegboard-token": token or ""}


TEXTBOX, LABEL = {"slug": "pegboard-textbox--Textbox"}, {"slug": "pegboard-label--Label"}


def test_a_composed_interface_runs_and_tells_what_its_function_got(gallery: Gallery) -> None:
    recipe = {
        "title": "Mine",
        "inputs": [{"slug": "pegboard-slider--Slider", "label": "Strength"}, {"slug": "pegboard-dropdown--Dropdown"}],
        "outputs": [TEXTBOX, LABEL, {"slug": "pegboard-slider--Slider"}],
    }
    with served(gallery) as address:
        made = httpx.post(f"{address}/api/compose", json=recipe, headers=own_page(address)).json()["address"]
        page = httpx.get(f"{address}/{made}")
        client = Client(f"{address}/{made}", verbose=False)
        told, label, same = client.predict(7, "Ash", api_name="/run")

    assert "Mine" in page.text
    assert told == "Strength: 7\ndropdown: 'Ash'"
    assert label["label"] and same == 7


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        ({}, "Pick an input or an output"),
        ({"inputs": [{"slug": "acme-bell--Bell"}]}, "not installed here"),
        ({"inputs": [{"slug": "nobody--Nothing"}]}, "not installed here"),
        ({"inputs": [{"slug": "pegboard-textbox--Textbox", "value": "__import__('os')"}]}, "value"),
        ({"inputs": [TEXTBOX] * 21}, "at most 20"),
        ([], "dictionary"),
    ],
)
def test_a_recipe_that_cannot_be_made_is_refused_with_the_reason(gallery: Gallery, recipe: object, words: str) -> None:
    with served(gallery) as address:
        answer = httpx.post(f"{address}/api/compose", json=recipe, headers=own_page(address))

    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_only_the_page_itself_composes_and_only_on_this_machine(gallery: Gallery) -> None:
    recipe = {"inputs": [TEXTBOX], "outputs": [TEXTBOX]}
    with served(gallery) as address:
        own = own_page(address)
        for headers in (
            {}, {"origin": address}, {"x-pegboard-token": own["x-pegboard-token"]},
            {**own, "origin": "http://evil.example"}, {**own, "x-pegboard-token": "guess"},
        ):  # fmt: skip
            assert httpx.post(f"{address}/api/compose", json=recipe, headers=headers).status_code == 403
        assert httpx.post(f"{address}/api/compose", content=b"[" * 20_000, headers=own).status_code == 413
        assert httpx.get(f"{address}/composed/0000/").status_code == 404
    with served(gallery, is_loopback=False) as address:
        assert httpx.get(f"{address}/api/session").json() == {
            "allow_install": False, "allow_compose": False, "token": None,
        }  # fmt: skip
        assert httpx.post(f"{address}/api/compose", json=recipe, headers=own_page(address)).status_code == 403


def test_the_interface_not_used_for_longest_makes_room_for_another(gallery: Gallery) -> None:
    with served(gallery) as address:
        own = own_page(address)
        made = [
            httpx.post(
                f"{address}/api/compose", json={"title": str(number), "outputs": [TEXTBOX]}, headers=own
            ).json()["address"]
            for number in range(10)
        ]
        assert [httpx.get(f"{address}/{place}").status_code for place in made] == [200] * 10
        # Stopped or not, each is there again when it is asked for.
        assert "<title>0</title>" in httpx.get(f"{address}/{made[0]}").text
