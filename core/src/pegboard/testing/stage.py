"""Stage: one component's real bundle on a real page, in a real browser, served by a real server.

The page is the app's own: its styles, its import map, its Content-Security-Policy. Only its script is
another one (``core/frontend/src/stage``), which mounts the component as often as a test asks and
writes down what it does.
"""

from __future__ import annotations

import difflib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, Request

from pegboard import wire
from pegboard.blocks import Blocks
from pegboard.component import Component
from pegboard.launch import serve
from pegboard.server.bundles import PREFIX, PluginAssets, digest_of, locate
from pegboard.server.pages import PageMaker
from pegboard.testing.axe import axe_source

WATCH = Path(__file__).parent / "watch.js"
LIMIT_MS = 15_000
SETTLE_ROUNDS = 20

# A camera that shows a moving picture, and a person who allows it: tests need no device.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)

UNSET: Any = object()
"""Stands for an argument that was not given, where ``None`` is a value."""


class NotBuilt(AssertionError):
    """There is no browser code to test; the message says how to get it."""


@dataclass(frozen=True)
class Setting:
    """One way in which a component can be met.

    Attributes:
        bundle: ``"own"`` carries its runtime, ``"shared"`` uses the page's.
        host: ``"foreign"`` knows the contract's core alone: no ``pegboard``, no ``$`` keys.
    """

    bundle: Literal["own", "shared"] = "own"
    host: Literal["pegboard", "foreign"] = "pegboard"
    theme: Literal["light", "dark"] = "light"
    interactive: bool = True

    def __str__(self) -> str:
        kind = "interactive" if self.interactive else "static"
        return f"{self.bundle} bundle, {self.host} host, {self.theme}, {kind}"


class Theatre:
    """A server for the tests of one component class, and the browser to visit it with.

    Args:
        browser: Left open at the end: it is shared.
        component: The class whose bundle is served.
        options: Constructor arguments of every mounted component, unless a test gives others.
        payload: What a component holds unless a test says otherwise; ``example_payload()`` if unset.
    """

    def __init__(
        self,
        browser: Browser,
        component: type[Component[Any, Any, Any]],
        options: Mapping[str, Any],
        payload: Any = UNSET,
    ) -> None:
        self.component = component
        self._options = options
        self._payload = payload
        self._browser = browser
        self._serve()

    def _serve(self) -> None:
        with Blocks() as demo:
            self.component(**self._options)
        self._server = serve(demo.describe(), server_port=0, quiet=True, prevent_thread_lock=True)
        site = self._server.app.site
        self.assets = next(iter(site.config.plugins.values()))
        self.address = self._server.local_url
        script = site.bundles.shell_folder / "stage" / "stage.js"
        if not script.is_file():
            raise NotBuilt(
                "The stage of pegboard.testing is not built: run `npm run build:core` in the checkout, "
                "or install pegboard-core from a wheel."
            )
        content = script.read_bytes()
        entry = f"{PREFIX}/stage/{digest_of(content)}/stage.js"
        site.bundles.add(entry, content)
        site.pages = PageMaker(site.spec, site.bundles, site.config.plugins, entry=entry)

    def close(self) -> None:
        """Close the server."""
        self._server.close()

    @property
    def bundles(self) -> tuple[Literal["own", "shared"], ...]:
        """The variants that were built."""
        return ("own", "shared") if self.assets.is_shared else ("own",)

    def entry(self, bundle: str) -> str:
        """Return the address of one variant's script.

        Raises:
            NotBuilt: There is none.
        """
        assets: PluginAssets = self.assets
        if assets.entry is None:
            raise NotBuilt(assets.problem or "The component has no browser code.")
        if not assets.is_shared or bundle == "shared":
            return assets.entry
        plain: type = self.component  # a bare type is what the checker takes for hashable
        located = locate(plain)
        assert located is not None and located.entry.frontend is not None
        return f"{assets.entry.rpartition('/')[0]}/{Path(located.entry.frontend.entry).name}"

    def wire_form(self, payload: Any) -> Any:
        """Return a payload as the page gets it: files are published on the server."""
        published = self._server.app.site.files.publish(payload, self.address.rstrip("/"))
        return wire.loads(wire.dumps(published))

    def props(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the props of a component made from the suite's options and a test's own."""
        options = {name: item for name, item in given.items() if name != "value"}
        made: Any = self.component(**{**self._options, **options})
        if "value" in given:
            payload = given["value"]
        else:
            payload = made.example_payload() if self._payload is UNSET else self._payload
        return {**wire.loads(wire.dumps(made.props())), "value": self.wire_form(payload)}

    def open(self, *, is_strict: bool, **options: Any) -> Stage:
        """Open a page.

        Args:
            is_strict: Enforce the app's policy. Without it a test may evaluate text in the page.
            options: Further options of Playwright's ``new_context``.
        """
        context = self._browser.new_context(
            base_url=self.address,
            bypass_csp=not is_strict,
            reduced_motion="reduce",
            permissions=["clipboard-read", "clipboard-write"],
            **options,
        )
        return Stage(self, context)


class Stage:
    """A page on which the component is mounted.

    Attributes:
        page: Playwright's page. It also holds a button ``Outside``, to move the focus to.
    """

    def __init__(self, theatre: Theatre, context: BrowserContext) -> None:
        self.theatre = theatre
        self._context = context
        self.page: Page = context.new_page()
        self.page.set_default_timeout(LIMIT_MS)
        self.page.add_init_script(path=WATCH)
        self._requests: list[str] = []
        self._loading: set[Request] = set()
        self.page.on("request", self._requested)
        self._loaded_count = 0
        self.page.on("requestfinished", self._answered)
        self.page.on("requestfailed", self._answered)
        # Without a listener the browser would wait for a person at its dialog.
        self.page.on("filechooser", lambda chooser: None)
        self.page.goto(theatre.address)

    def mount(self, *, setting: Setting | None = None, **props: Any) -> int:
        """Mount a component and return its number.

        Args:
            setting: The host, the bundle, the theme; by default this host, interactive, light.
            props: Options of the component, as in Python; ``value`` is a payload. ``interactive=False``
                makes it static.
        """
        setting = setting or Setting(interactive=props.get("interactive") is not False)
        wire_props = {**self.theatre.props(props), "interactive": setting.interactive}
        if setting.host == "foreign":
            # Whether it may be changed is this host's word; on others a component is interactive.
            del wire_props["interactive"]
        wish = {
            "props": wire_props,
            "host": setting.host,
            "entry": self.theatre.entry(setting.bundle),
            "theme": setting.theme,
        }
        loaded = self._loaded_count
        number: int = self.page.evaluate("wish => conformance.mount(wish)", wish)
        if self._loading or self._loaded_count > loaded:
            self.settle()
        return number

    def update(self, number: int, props: Mapping[str, Any]) -> None:
        """Change props of a component, as a function on the server does."""
        changes = self.theatre.wire_form(dict(props))
        self.page.evaluate("([n, changes]) => conformance.update(n, changes)", [number, changes])

    def destroy(self, number: int) -> int:
        """Take a component away; return how many nodes were left in its element."""
        left: int = self.page.evaluate("n => conformance.destroy(n)", number)
        return left

    def report(self, number: int) -> dict[str, Any]:
        """Return what the component did: ``events``, as name and data, and ``writes``, as objects."""
        report: dict[str, Any] = self.page.evaluate("n => conformance.report(n)", number)
        report["events"] = [(name, data) for name, data in report["events"]]
        return report

    def settle(self) -> bool:
        """Wait until the page stands still and has the scripts it asked for; ``False`` when it never does."""
        for _ in range(SETTLE_ROUNDS):
            before = self._loaded_count
            quiet: bool = self.page.evaluate("() => conformance.settle()")
            # What a script that came meanwhile draws is waited for as well.
            if not self._loading and self._loaded_count == before:
                return quiet
        return False

    def _requested(self, request: Request) -> None:
        self._requests.append(request.url)
        if request.resource_type == "script":
            self._loading.add(request)

    def _answered(self, request: Request) -> None:
        if request in self._loading:
            self._loading.remove(request)
            self._loaded_count += 1

    def appearance(self, number: int) -> str:
        """Return what a component shows, as text that does not depend on its number."""
        text: str = self.page.evaluate("n => conformance.appearance(n)", number)
        return text

    def differences(self, one: int, other: int) -> list[str]:
        """Wait until two components look alike; return the lines that differ when they never do."""
        looks: list[str] | None = self.page.evaluate("([a, b]) => conformance.alike(a, b)", [one, other])
        first, second = looks or ("", "")
        return list(difflib.unified_diff(first.splitlines(), second.splitlines(), lineterm="", n=0))

    def problems(self) -> list[str]:
        """Return what went wrong on the page: script errors, refusals by its policy, foreign requests."""
        found: list[str] = self.page.evaluate("() => pegboardWatch.problems")
        own = (self.theatre.address, "data:", "blob:")
        return found + [f"request to {url}" for url in self._requests if not url.startswith(own)]

    def left(self) -> dict[str, int]:
        """Return what lives outside of any component: listeners, timers, tags, sheets."""
        counts: dict[str, int] = self.page.evaluate("() => pegboardWatch.left()")
        return counts

    def violations(self) -> list[str]:
        """Return what axe finds in the mounted components, a line each."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(axe_source())
        found: list[str] = self.page.evaluate(
            """async () => {
                const mounted = [...document.querySelectorAll("[data-stage]")];
                const { violations } = await axe.run({ include: mounted });
                return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html} ${node.failureSummary}`));
            }"""
        )
        return found

    def close(self) -> None:
        """Close the page."""
        self._context.close()


def chromium_path() -> str | None:
    """Return this machine's Chromium: ``PEGBOARD_CHROMIUM``, or the first one on the path."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("PEGBOARD_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def launch_chromium(playwright: Playwright) -> Browser:
    """Start the Chromium of this machine, with a camera that needs no device.

    Raises:
        RuntimeError: There is none; the message says how to get it.
    """
    try:
        # Without a path Playwright takes the browser that `playwright install chromium` left.
        return playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
    except Error as problem:
        raise RuntimeError(
            "No Chromium could be started. Install it (Debian: apt-get install chromium; anywhere: "
            f"playwright install chromium), or name it in PEGBOARD_CHROMIUM. {problem.message}"
        ) from None
