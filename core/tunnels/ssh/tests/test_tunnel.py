"""Sharing through a real SSH server on loopback, its key checked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import httpx
import pytest
from gradio_client import Client

import pegboard as pb
from pegboard.tunnels import TunnelError, TunnelWish
from pegboard_tunnel_ssh import open_tunnel
from pegboard_tunnel_ssh.target import Target, read_target


@dataclass
class Relay:
    """A running SSH server and what is needed to use it."""

    port: int
    key: Path
    known_hosts: Path
    child: subprocess.Popen[str]
    children: list[subprocess.Popen[str]]

    def restart(self) -> None:
        """End the server, and start one with the same key at the same port."""
        self.child.kill()
        self.child.wait()
        folder = self.key.parent
        again = [
            sys.executable, str(Path(__file__).with_name("server.py")),
            str(folder / "host"), str(folder / "authorized"), "allow", str(self.port),
        ]  # fmt: skip
        self.children.append(subprocess.Popen(again, stdout=subprocess.PIPE, text=True))
        assert self.children[-1].stdout is not None
        assert self.children[-1].stdout.readline()

    def address(self, **query: str) -> str:
        parts = {"listen": "127.0.0.1:0", "key": str(self.key), **query}
        return f"ssh://tester@127.0.0.1:{self.port}?" + "&".join(f"{k}={v}" for k, v in parts.items())


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Callable[..., Relay]]:
    """Return a function that starts an SSH server; all are ended after the test."""
    children: list[subprocess.Popen[str]] = []

    def start(mode: str = "allow") -> Relay:
        host, user = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
        folder = tmp_path / f"ssh{len(children)}"
        folder.mkdir()
        host.write_private_key(folder / "host")
        user.write_private_key(folder / "user")
        (folder / "user").chmod(0o600)
        user.write_public_key(folder / "authorized")
        child = subprocess.Popen(
            [
                sys.executable, str(Path(__file__).with_name("server.py")),
                str(folder / "host"), str(folder / "authorized"), mode,
            ],
            stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        children.append(child)
        assert child.stdout is not None
        port = int(child.stdout.readline())
        public = host.export_public_key().decode().strip()
        (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {public}\n")
        return Relay(port, folder / "user", folder / "known_hosts", child, children)

    yield start
    for child in children:
        child.kill()
        child.wait()
        assert child.stdout is not None
        child.stdout.close()


@pytest.fixture
def start() -> Iterator[Callable[..., Any]]:
    apps: list[Any] = []

    def launch(**options: Any) -> Any:
        def greet(name: str) -> str:
            return f"Hello {name}"

        demo = pb.Interface(greet, "textbox", "textbox")
        apps.append(demo)
        return demo, demo.launch(server_port=0, prevent_thread_lock=True, share=True, **options)

    yield launch
    for demo in apps:
        demo.close()


def test_shared_app_is_used_through_the_ssh_server(relay: Any, start: Any, capsys: Any) -> None:
    server = relay()

    demo, (_, local, public) = start(
        share_server_address=server.address(), share_server_tls_certificate=str(server.known_hosts)
    )

    assert public is not None and public != local and demo.share_url == public
    assert Client(public, verbose=False).predict("Ada", api_name="/greet") == "Hello Ada"
    assert httpx.get(f"{public}config").json()["root"] == public.rstrip("/")
    printed = capsys.readouterr().out
    assert f"public URL: {public.rstrip('/')}" in printed and "it has no login" in printed


def test_public_address_is_printed_by_a_quiet_app_too(relay: Any, start: Any, capsys: Any) -> None:
    server = relay()

    _, (_, _, public) = start(
        quiet=True, share_server_address=server.address(), share_server_tls_certificate=str(server.known_hosts)
    )

    assert public.rstrip("/") in capsys.readouterr().out


def test_closing_the_app_closes_the_tunnel(relay: Any, start: Any) -> None:
    server = relay()
    demo, (_, _, public) = start(
        share_server_address=server.address(), share_server_tls_certificate=str(server.known_hosts)
    )
    assert httpx.get(public).status_code == 200

    demo.close()

    with pytest.raises(httpx.TransportError):
        httpx.get(public)


def test_server_with_an_unknown_key_is_refused_and_the_app_keeps_running(
    relay: Any, start: Any, capsys: Any
) -> None:
    server, other = relay(), relay()

    _, (_, local, public) = start(
        share_server_address=server.address(), share_server_tls_certificate=str(other.known_hosts)
    )

    printed = capsys.readouterr().out
    assert public is None
    assert "HostKeyNotVerifiable" in printed and "ssh-keyscan" in printed and local in printed
    assert httpx.get(local).status_code == 200


def test_key_that_may_not_log_in_gets_advice(relay: Any) -> None:
    server, other = relay(), relay()
    wish = TunnelWish(1, address=server.address(key=str(other.key)), certificate=str(server.known_hosts))

    with pytest.raises(TunnelError, match="ssh-copy-id"):
        open_tunnel(wish)


def test_server_that_does_not_forward_gets_advice(relay: Any) -> None:
    server = relay("deny")

    with pytest.raises(TunnelError, match="GatewayPorts"):
        open_tunnel(TunnelWish(1, address=server.address(), certificate=str(server.known_hosts)))


def test_server_that_cannot_be_reached_gets_advice(relay: Any) -> None:
    server = relay()
    server.child.kill()
    server.child.wait()

    with pytest.raises(TunnelError, match="check the name, the port and the network"):
        open_tunnel(TunnelWish(1, address=server.address(), certificate=str(server.known_hosts)))


def test_broken_tunnel_is_opened_again_at_the_same_address(relay: Any, start: Any) -> None:
    server = relay()
    _, (_, _, public) = start(
        share_server_address=server.address(), share_server_tls_certificate=str(server.known_hosts)
    )

    server.restart()

    with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:
        assert client.get(f"{public}config").status_code == 200


def test_public_address_can_be_that_of_a_web_server_in_front(relay: Any) -> None:
    server = relay()
    wish = TunnelWish(
        1, address=server.address(url="https://{port}.apps.example"), certificate=str(server.known_hosts)
    )

    tunnel = open_tunnel(wish)
    tunnel.close()
    tunnel.close()

    assert tunnel.url.startswith("https://") and tunnel.url.endswith(".apps.example")
    assert tunnel.url.removeprefix("https://").split(".")[0].isdigit()


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("relay.example", Target("relay.example")),
        ("me@relay.example:2222", Target("relay.example", 2222, "me")),
        (
            "ssh://me@relay.example?listen=0.0.0.0:8080&url=https://app.example",
            Target("relay.example", 22, "me", "0.0.0.0", 8080, "https://app.example"),
        ),
    ],
)
def test_address_is_read(address: str, target: Target) -> None:
    assert read_target(address) == target


@pytest.mark.parametrize(
    "address",
    [
        None, "", "https://relay.example", "ssh://", "ssh://me:secret@relay.example", "ssh://h:99999",
        "ssh://h?listen=8080x", "ssh://h?url=app.example", "ssh://h?key=/no/such/key", "ssh://h?other=1",
    ],
)  # fmt: skip
def test_address_that_is_wrong_is_refused_without_repeating_a_password(address: str | None) -> None:
    with pytest.raises(TunnelError, match="fix:") as refused:
        read_target(address)

    assert "secret" not in str(refused.value)
