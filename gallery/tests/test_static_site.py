"""The static build: complete, light, and alive without a server behind it, below any address."""

from __future__ import annotations

import functools
import gzip
import http.server
import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from gallery.tests.support import cli, make_wheel

Open = Callable[..., Page]
KB = 1000


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A web server's folder with the gallery somewhere inside."""
    folder = tmp_path_factory.mktemp("www")
    wheel = make_wheel(folder / "wheels")
    assert cli("gallery", "index", str(wheel), "-o", str(folder / "catalogue.json")).returncode == 0
    done = cli("gallery", "build", str(folder / "some" / "where"), "--catalogue", str(folder / "catalogue.json"))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def site(root: Path) -> Path:
    return root / "some" / "where"


@pytest.fixture(scope="module")
def address(root: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(root)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/some/where/"
    server.shutdown()
    thread.join()
    server.server_close()


def read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def test_every_file_that_the_site_names_is_there(site: Path) -> None:
    missing = []
    for page in ("index.html", "frame.html"):
        for name in re.findall(r'(?:src|href)="([^"#]+)"', (site / page).read_text()):
            if not (site / name).is_file():
                missing.append(f"{page}: {name}")
    data = read(site / "data" / "gallery.json")
    for card in data["components"]:
        detail = read(site / "data" / "components" / f"{card['slug']}.json")
        missing += [
            f"{card['id']}: {name}"
            for name in detail["bundle"]["files"]
            if not (site / detail["bundle"]["base"] / name).is_file()
        ]
    for demo in data["demos"]:
        missing += [] if (site / "data" / "demos" / f"{demo['name']}.json").is_file() else [demo["name"]]

    assert missing == []


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    texts = {
        path: path.read_text(encoding="utf-8") for path in site.rglob("*") if path.suffix in (".html", ".css", ".js")
    }
    fetching = re.compile(r"""(?:src|href)=["']?(?:https?:)?//|url\(["']?(?:https?:)?//|@import|from ?["']https?:|import\(["']https?:""")

    own = {path: text for path, text in texts.items() if "bundles" not in path.parts}
    assert [str(path) for path, text in own.items() if fetching.search(text)] == []
    policies = re.findall(r'content="(default-src[^"]+)"', texts[site / "index.html"] + texts[site / "frame.html"])
    assert len(policies) == 2
    assert not any(word in policy for policy in policies for word in ("http:", "https:", "*", "unsafe-eval"))


def test_the_page_is_light(site: Path) -> None:
    """A budget for what a first visit loads, compressed."""

    def weight(*paths: Path) -> int:
        return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)

    page = weight(site / "index.html", *(site / "assets").iterdir())
    frame = weight(site / "frame.html", site / "frame.js", site / "frame.css")

    assert page < 64 * KB
    assert frame < 44 * KB
    cards = len(read(site / "data" / "gallery.json")["components"])
    assert weight(site / "data" / "gallery.json") < 6 * KB + 0.5 * KB * cards


def test_a_first_visit_loads_little_and_nothing_jumps(address: str, open_page: Open) -> None:
    page = open_page("about:blank")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.add_init_script(
        "window.shifts = 0; new PerformanceObserver((list) => {"
        " for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;"
        "}).observe({ type: 'layout-shift', buffered: true });"
    )
    page.goto(address)
    expect(page.get_by_role("link", name="Slider", exact=True)).to_be_visible()
    expect(page.frame_locator("li iframe").first.locator(".pb-block")).to_be_visible()

    # Page, script, styles, icon and data; everything else belongs to the examples in sight.
    own = [url for url in requests if not re.search(r"/frame\.|/bundles/|/data/components/|^blob:", url)]
    assert len(set(own)) <= 6
    assert page.evaluate("window.shifts") < 0.1
    assert page.evaluate("document.querySelectorAll('*').length") < 2500
    assert page.evaluate("document.documentElement.lang") == "en"


def test_examples_are_alive_without_a_server(address: str, open_page: Open) -> None:
    page = open_page(f"{address}#/c/acme-bell--Bell")

    bell = page.frame_locator('iframe[title="Bell, live example"]').get_by_role("button")
    bell.click()

    expect(bell).to_have_text("Rings: 4!")
    expect(page.get_by_label("Playground").get_by_role("listitem").filter(has_text="ring").first).to_contain_text("loud")


def test_a_bundle_of_several_modules_loads_its_later_parts(address: str, open_page: Open) -> None:
    page = open_page(f"{address}#/c/pegboard-markdown--Markdown")
    frame = page.frame_locator('iframe[title="Markdown, live example"]')

    expect(frame.get_by_role("heading")).to_be_visible()


def test_a_static_site_offers_no_running_and_no_installing(address: str, open_page: Open) -> None:
    page = open_page(f"{address}#/d/streaming")
    expect(page.get_by_role("region", name="Source")).to_be_visible()
    expect(page.get_by_role("region", name="Command")).to_contain_text("python -m pegboard_gallery.demos.streaming.app")
    expect(page.get_by_role("button", name="Run")).to_have_count(0)

    page.goto(f"{address}#/c/acme-bell--Bell")
    expect(page.get_by_role("region", name="Install command")).to_be_visible()
    expect(page.get_by_role("button", name="Install", exact=True)).to_have_count(0)


def test_no_link_leads_nowhere(address: str, site: Path, open_page: Open) -> None:
    page = open_page(address)
    data = read(site / "data" / "gallery.json")
    places = ["#/", "#/demos", "#/compose"]
    places += [f"#/c/{card['slug']}" for card in data["components"]][:6]
    places += [f"#/d/{demo['name']}" for demo in data["demos"]][:6]
    links: set[str] = set()
    for place in places:
        page.goto(address + place)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        links |= set(page.eval_on_selector_all("a[href]", "found => found.map((link) => link.getAttribute('href'))"))

    slugs = {card["slug"] for card in data["components"]}
    names = {demo["name"] for demo in data["demos"]}
    dead = [
        link
        for link in links
        if not (
            re.match(r"^#/(\?.*|demos(\?.*)?|compose)?$", link)
            or (link.startswith("#/c/") and unquote(link[4:]) in slugs)
            or (link.startswith("#/d/") and unquote(link[4:]) in names)
            or link.startswith("https://acme.example/")
        )
    ]
    assert dead == []


def test_a_folder_with_other_things_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    done = cli("gallery", "build", str(tmp_path))

    assert done.returncode == 1
    assert "is not empty" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_building_again_leaves_nothing_old(site: Path) -> None:
    (site / "data" / "components" / "gone--Gone.json").write_text("{}")

    assert cli("gallery", "build", str(site)).returncode == 0

    assert not (site / "data" / "components" / "gone--Gone.json").exists()
    assert not (site / "bundles" / "acme-bell--Bell").exists()
