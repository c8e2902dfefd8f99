"""share=True: a tunnel through whatever provider is installed, and going on without one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import importlib_metadata
import pytest

import pegboard as pb
from pegboard.tunnels import GROUP

FAKE = """
from pegboard.tunnels import TunnelError

wishes = []
closed = []

class Tunnel:
    def __init__(self, wish):
        self.url = type(self).url_of(wish)
    def url_of(wish):
        return f"http://shared.localhost:{wish.port}"
    url_of = staticmethod(url_of)
    def close(self):
        closed.append(self.url)

def provide(wish):
    wishes.append(wish)
    return Tunnel(wish)

def refuse(wish):
    raise TunnelError("The relay is full; try again tomorrow.")

def crash(wish):
    raise RuntimeError("bug in the provider")
"""


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A distribution that provides tunnels, found by its entry points."""
    (tmp_path / "fake_tunnels.py").write_text(FAKE)
    info = tmp_path / "fake_tunnels-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: fake-tunnels\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        f"[{GROUP}]\nfake = fake_tunnels:provide\nfull = fake_tunnels:refuse\n"
        "broken = fake_tunnels:crash\ngone = fake_tunnels:nothing_of_that_name\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(__import__("sys").modules, "fake_tunnels", raising=False)
    import importlib

    return importlib.import_module("fake_tunnels")


@pytest.fixture
def share() -> Iterator[Callable[..., Any]]:
    apps: list[Any] = []

    def launch(**options: Any) -> Any:
        demo = pb.Interface(lambda name: name, "textbox", "textbox")
        apps.append(demo)
        options = {"server_port": 0, "prevent_thread_lock": True, **options}
        return demo, demo.launch(share=True, **options)

    yield launch
    for demo in apps:
        demo.close()


def test_provider_of_a_plugin_gets_the_wish_and_gives_the_address(
    provider: Any, share: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEGBOARD_TUNNEL", "fake")
    proof = tmp_path / "proof.pem"
    proof.write_text("x")

    demo, (_, local, public) = share(
        share_server_address="relay.example:7000",
        share_server_protocol="https",
        share_server_tls_certificate=str(proof),
    )

    (wish,) = provider.wishes
    assert (wish.port, wish.scheme) == (demo.server.port, "http")
    assert (wish.address, wish.protocol, wish.certificate) == ("relay.example:7000", "https", str(proof))
    assert public == f"http://shared.localhost:{wish.port}/" == demo.share_url
    demo.close()
    assert provider.closed == [public.rstrip("/")]


def test_scheme_of_the_address_chooses_the_provider(provider: Any, share: Any) -> None:
    _, (_, _, public) = share(share_server_address="fake://relay.example")

    assert public.startswith("http://shared.localhost:")


def test_visitors_of_the_public_name_are_answered(provider: Any, share: Any) -> None:
    provider.Tunnel.url_of = lambda wish: "http://app.relay.example"
    _, (_, local, public) = share(share_server_address="fake://relay")

    def status(host: str) -> int:
        return httpx.get(f"{local}config", headers={"host": host}).status_code

    assert public == "http://app.relay.example/"
    assert (status("app.relay.example"), status("other.relay.example")) == (200, 403)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("full://relay", "try again tomorrow"),
        ("broken://relay", "bug in the provider"),
        ("gone://relay", "nothing_of_that_name"),
        ("unknown://relay", "through 'unknown'"),
    ],
)
def test_failure_is_explained_and_the_app_keeps_running(
    provider: Any, share: Any, capsys: Any, address: str, words: str
) -> None:
    _, (_, local, public) = share(share_server_address=address)

    printed = capsys.readouterr().out
    assert public is None
    assert words in printed and f"keeps running at {local}" in printed
    assert httpx.get(local).status_code == 200


def test_advice_without_any_provider_names_one(share: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib_metadata, "entry_points", lambda **wanted: [])

    _, (_, _, public) = share()

    printed = capsys.readouterr().out
    assert public is None and "no tunnel provider installed" in printed and "pegboard-tunnel-ssh" in printed


def test_app_that_is_not_shared_asks_no_provider(provider: Any) -> None:
    demo = pb.Interface(lambda name: name, "textbox", "textbox")
    _, _, public = demo.launch(server_port=0, prevent_thread_lock=True, quiet=True)
    demo.close()

    assert public is None and provider.wishes == []
