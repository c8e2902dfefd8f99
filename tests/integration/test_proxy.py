"""Behind TLS and behind a reverse proxy: real certificates, a real nginx."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from gradio_client import Client

import pegboard as pb

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"

CONFIG = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    {locations}
  }}
}}
"""
HEADERS = """
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
"""


def page() -> pb.Interface:
    def greet(name: str) -> str:
        return f"Hello {name}"

    return pb.Interface(greet, "textbox", "textbox")


@pytest.fixture
def start() -> Iterator[Callable[..., tuple[Any, str, Any]]]:
    apps: list[Any] = []

    def launch(app: Any, **options: Any) -> tuple[Any, str, Any]:
        apps.append(app)
        return app.launch(server_port=0, quiet=True, prevent_thread_lock=True, **options)

    yield launch
    for app in apps:
        app.close()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[Callable[[str, int], None]]:
    """Return a function that starts nginx with locations on a port, and waits until it answers."""
    children: list[subprocess.Popen[bytes]] = []

    def run(locations: str, port: int) -> None:
        config = tmp_path / "nginx.conf"
        config.write_text(CONFIG.format(folder=tmp_path, port=port, locations=locations))
        child = subprocess.Popen([NGINX, "-p", str(tmp_path), "-c", str(config)])
        children.append(child)
        with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:
            client.get(f"http://127.0.0.1:{port}/")

    yield run
    for child in children:
        child.terminate()
        child.wait(10)


# -- TLS ---------------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path: Path) -> dict[str, Any]:
    """A certificate for 127.0.0.1, its key with a password, and the authority that signed it."""
    from cryptography.hazmat.primitives import serialization

    authority = trustme.CA()
    leaf = authority.issue_cert("127.0.0.1", "localhost")
    (tmp_path / "cert.pem").write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    key = serialization.load_pem_private_key(leaf.private_key_pem.bytes(), None)
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"key word"),
        )
    )
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    options = {
        "ssl_keyfile": str(tmp_path / "key.pem"),
        "ssl_certfile": str(tmp_path / "cert.pem"),
        "ssl_keyfile_password": "key word",
    }
    return {"options": options, "context": context, "ca": str(tmp_path / "ca.pem")}


def test_app_speaks_tls_and_marks_its_cookie_secure(start: Any, certificate: Any) -> None:
    _, local, _ = start(page(), ssl_verify=False, auth=("ada", "pw"), **certificate["options"])

    assert local.startswith("https://127.0.0.1:")
    with httpx.Client(verify=certificate["context"], base_url=local) as client:
        answer = client.post("login", data={"username": "ada", "password": "pw"})
        assert "; Secure" in answer.headers["set-cookie"]
        assert client.get("config").json()["root"] == local.rstrip("/")
        run = client.post("gradio_api/run/greet", json={"data": ["Ada"]})
        assert run.json()["data"] == ["Hello Ada"]
    with pytest.raises(httpx.HTTPError):
        httpx.get(local.replace("https:", "http:"))


def test_public_client_reaches_an_app_over_tls(start: Any, certificate: Any) -> None:
    _, local, _ = start(page(), ssl_verify=False, **certificate["options"])

    client = Client(local, verbose=False, ssl_verify=False)

    assert client.predict("Ada", api_name="/greet") == "Hello Ada"


def test_certificate_that_nobody_trusts_is_told_unless_that_is_on_purpose(start: Any, certificate: Any) -> None:
    with pytest.warns(UserWarning, match="Browsers will warn") as caught:
        start(page(), **certificate["options"])
    assert "ssl_verify=False" in str(caught[0].message)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        start(page(), ssl_verify=False, **certificate["options"])
        start(page(), _frontend=False, **certificate["options"])


def test_certificate_that_this_machine_trusts_is_not_told(
    start: Any, certificate: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", certificate["ca"])

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        start(page(), **certificate["options"])


# -- reverse proxy -------------------------------------------------------------------------------------


@pytest.mark.parametrize("slash", ["/", ""], ids=["prefix is cut", "prefix is passed on"])
def test_app_works_below_a_path_of_a_proxy(start: Any, nginx: Any, slash: str) -> None:
    demo = page()
    _, local, _ = start(demo, root_path="/tools/greeter")
    port = free_port()
    target = f"http://127.0.0.1:{demo.server.port}{slash}"
    prefix = f"/tools/greeter{slash}"
    nginx(f"location {prefix} {{ proxy_pass {target}; {HEADERS} }}", port)
    base = f"http://127.0.0.1:{port}/tools/greeter"

    config = httpx.get(f"{base}/config").json()
    text = httpx.get(f"{base}/").text

    assert config["root"] == base
    assert 'href="/tools/greeter/favicon.ico"' in text
    entry = config["pegboard"]["plugins"]["pegboard-textbox/Textbox"]["entry"]
    assert f'pegboardParts={{"/tools/greeter{entry}":' in text
    later = httpx.get(f"{base}/", headers={"sec-fetch-site": "same-origin"}).text
    assert f'href="/tools/greeter{entry}"' in later and 'src="/tools/greeter/_pegboard/' in later
    assert httpx.get(base + entry).status_code == 200
    assert Client(base, verbose=False).predict("Ada", api_name="/greet") == "Hello Ada"


def test_full_public_address_is_used_for_links_and_its_host_is_answered(start: Any, nginx: Any) -> None:
    demo = page()
    _, local, _ = start(demo, root_path="https://app.example.org/greeter")
    port = free_port()
    nginx(f"location / {{ proxy_pass http://127.0.0.1:{demo.server.port}; {HEADERS} }}", port)

    def root(host: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{port}/config", headers={"host": host})

    assert root("app.example.org").json()["root"] == "https://app.example.org/greeter"
    assert root("other.example.org").status_code == 403


def test_forwarded_host_and_protocol_name_the_public_address(start: Any, nginx: Any) -> None:
    demo = page()
    start(demo, allowed_hosts=["app.example.org"], auth=("ada", "pw"))
    port = free_port()
    headers = HEADERS.replace("$scheme", "https").replace("$http_host", "app.example.org")
    nginx(f"location / {{ proxy_pass http://127.0.0.1:{demo.server.port}; {headers} }}", port)

    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        answer = client.post("/login", data={"username": "ada", "password": "pw"})
        cookie = answer.headers["set-cookie"]
        config = client.get("/config", headers={"cookie": cookie.split(";")[0]}).json()

    assert "; Secure" in cookie
    assert config["root"] == "https://app.example.org"


def test_attempts_are_counted_for_the_visitor_and_not_for_the_proxy(start: Any, nginx: Any) -> None:
    demo = page()
    start(demo, auth=("ada", "pw"))
    port = free_port()
    header = HEADERS.replace("$proxy_add_x_forwarded_for", "$http_x_visitor")
    nginx(f"location / {{ proxy_pass http://127.0.0.1:{demo.server.port}; {header} }}", port)

    def attempt(visitor: str, password: str) -> int:
        form = {"username": "ada", "password": password}
        return httpx.post(
            f"http://127.0.0.1:{port}/login", data=form, headers={"x-visitor": visitor}
        ).status_code

    assert [attempt("192.0.2.7", "wrong") for _ in range(11)] == [401] * 10 + [429]
    assert attempt("9.9.9.9, 192.0.2.7", "pw") == 429, "only the entry of the proxy itself counts"
    assert attempt("192.0.2.8", "pw") == 200


def test_steps_of_a_generator_pass_a_proxy_as_they_come(start: Any, nginx: Any) -> None:
    import threading

    go = threading.Event()

    def write(name: str) -> Any:
        yield "first"
        assert go.wait(30), "the first step was held back by the proxy"
        yield "second"

    demo = pb.Interface(write, "textbox", "textbox")
    start(demo)
    port = free_port()
    nginx(f"location / {{ proxy_pass http://127.0.0.1:{demo.server.port}; {HEADERS} }}", port)
    base = f"http://127.0.0.1:{port}/gradio_api/call/write"

    event_id = httpx.post(base, json={"data": ["x"]}).json()["event_id"]
    seen = []
    with httpx.stream("GET", f"{base}/{event_id}", timeout=40) as stream:
        for line in stream.iter_lines():
            seen.append(line)
            if "first" in line:
                go.set()

    assert any("second" in line for line in seen)
