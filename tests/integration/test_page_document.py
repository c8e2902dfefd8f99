"""The page's document: its scripts inside it for who comes from elsewhere, at addresses for who goes on."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import pegboard as pb
from pegboard.server.bundles import Bundles, PluginAssets, verified
from pegboard.server.config import svelte_of
from pegboard.server.scripts import inlined, linked
from pegboard.spec import AppSpec

FROM_HERE = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def start() -> Iterator[Callable[..., str]]:
    apps: list[pb.Blocks] = []

    def launch(demo: pb.Blocks, **options: Any) -> str:
        apps.append(demo)
        demo.launch(prevent_thread_lock=True, quiet=True, server_port=0, **options)
        return str(demo.local_url)

    yield launch
    for demo in apps:
        demo.close()


def hello() -> pb.Interface:
    return pb.Interface(lambda name: f"Hello {name}", "textbox", "textbox")


def fetched(text: str) -> list[str]:
    """Return the addresses that a page asks for at once."""
    return re.findall(r'<(?:link rel="modulepreload" href|script type="module" src)="([^"]*)"', text)


def assets_of(spec: AppSpec, bundles: Bundles) -> dict[str, PluginAssets]:
    assert bundles.load_shell()
    return bundles.plugins_of(spec, svelte_of(bundles))


def test_first_page_holds_its_scripts_and_the_next_one_fetches_them(start: Callable[..., str]) -> None:
    base = start(hello())

    first = httpx.get(base)
    later = httpx.get(base, headers=FROM_HERE)

    assert fetched(first.text) == [] and "globalThis.pegboardParts={" in first.text
    assert "pegboardParts={" not in later.text
    assert any("pegboard-textbox@" in address for address in fetched(later.text))
    for address in fetched(later.text):
        assert httpx.get(base.rstrip("/") + address).status_code == 200
    assert "sec-fetch-site" in first.headers["vary"]


def test_page_that_has_not_changed_is_not_sent_again(start: Callable[..., str]) -> None:
    base = start(hello())
    tag = httpx.get(base).headers["etag"]

    again = httpx.get(base, headers={"if-none-match": tag})
    other = httpx.get(base, headers={"if-none-match": tag, **FROM_HERE})
    dark = httpx.get(base, params={"__theme": "dark"}, headers={"if-none-match": tag})

    assert again.status_code == 304 and again.content == b"" and again.headers["etag"] == tag
    assert again.headers["content-security-policy"]
    assert other.status_code == dark.status_code == 200


def test_page_of_a_person_is_never_kept(start: Callable[..., str]) -> None:
    base = start(hello(), auth=("ada", "pw"))
    with httpx.Client(base_url=base) as client:
        client.post("/login", data={"username": "ada", "password": "pw"})
        page = client.get("/")

    assert "pegboardParts={" in page.text
    assert page.headers["cache-control"] == "no-store" and "etag" not in page.headers


def test_plain_and_gzipped_page_are_the_same(start: Callable[..., str]) -> None:
    base = start(hello())

    packed = httpx.get(base, headers={"accept-encoding": "gzip"})
    plain = httpx.get(base, headers={"accept-encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert packed.text == plain.text and plain.text.endswith("</script></body></html>")


def test_large_bundle_is_fetched_beside_the_document_with_the_documents_svelte(start: Callable[..., str]) -> None:
    with pb.Blocks() as demo:
        pb.Textbox()
        pb.Markdown("# Heading")
    base = start(demo)

    addresses = fetched(httpx.get(base).text)

    assert [address.rpartition("/")[2] for address in addresses] == ["index.shared.js", "svelte.js"]
    assert "pegboard-markdown@" in addresses[0] and "/inline/" in addresses[1]
    bridge = httpx.get(base.rstrip("/") + addresses[1]).text
    assert "pegboardSvelte" in bridge and len(bridge) < 10_000


def test_component_that_takes_more_of_svelte_makes_the_page_fetch_all_of_it() -> None:
    spec, bundles = hello().describe(), Bundles()
    plugins = assets_of(spec, bundles)
    assert inlined(bundles, plugins, spec) is not None
    textbox = plugins["pegboard-textbox/Textbox"]

    for takes in ({}, {"svelte@0": ["mount"]}, {"svelte@5.57.3": ["*"]}, {**textbox.takes, "svelte@0": []}):
        textbox_of_another = type(textbox)(
            textbox.key, textbox.entry, textbox.css, textbox.styles, (), (), None, None, True, takes, textbox.inline
        )
        given = {**plugins, textbox.key: textbox_of_another}
        assert inlined(bundles, given, spec) is None


def test_scripts_that_are_not_as_they_were_built_are_not_put_into_a_document(tmp_path: Path) -> None:
    spec, bundles = hello().describe(), Bundles()
    shutil.copytree(bundles.shell_folder, tmp_path / "shell")
    bundles.shell_folder = tmp_path / "shell"
    plugins = assets_of(spec, bundles)
    assert inlined(bundles, plugins, spec) is not None

    (tmp_path / "shell" / "inline" / "page.js").write_text("broken(")

    assert inlined(bundles, plugins, spec) is None
    assert linked(bundles, plugins).entry is not None


@pytest.mark.parametrize("text", ["const a = 1;\r\n", "'</SCRIPT>'", "\ud83d"], ids=["lines", "end", "encoding"])
def test_text_that_a_document_would_read_differently_stays_outside(tmp_path: Path, text: str) -> None:
    content = text.encode("utf-8", "surrogatepass")
    (tmp_path / "a.js").write_bytes(content)

    assert verified(tmp_path / "a.js", hashlib.sha256(content).hexdigest()) is None
    (tmp_path / "a.js").write_bytes(b"fine()")
    assert verified(tmp_path / "a.js", hashlib.sha256(b"fine()").hexdigest()) == "fine()"
    assert verified(tmp_path / "a.js", "0" * 64) is None
    assert verified(tmp_path / "b.js", "0" * 64) is None


def test_every_component_of_ours_can_be_part_of_a_document() -> None:
    with pb.Blocks() as demo:
        for name in ("Textbox", "Number", "Slider", "Checkbox", "Radio", "Dropdown", "Markdown", "JSON", "Label"):
            getattr(pb, name)()
        for name in ("Image", "File", "Button", "ClearButton"):
            getattr(pb, name)()
    spec, bundles = demo.describe(), Bundles()
    plugins = assets_of(spec, bundles)

    scripts = inlined(bundles, plugins, spec)

    assert scripts is not None and len(plugins) == 13
    assert {key for key, assets in plugins.items() if assets.entry not in scripts.parts} == {
        "pegboard-markdown/Markdown"
    }
