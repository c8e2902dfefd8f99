"""The frontend's suite: what a component promises in a real browser. Subclass it in five lines.

    from pegboard.testing.browser import FrontendConformance, Stage
    from pegboard_slider import Slider

    class TestSliderInABrowser(FrontendConformance):
        component = Slider

        def test_arrow_keys_move_by_a_step(self, stage: Stage) -> None:
            number = stage.mount(value=3)
            ...

The suite's own tests run under the app's Content-Security-Policy; the ``stage`` of your tests does not,
so that Playwright may evaluate text in the page. Needs pytest, Playwright, a Chromium and axe-core
(``pip install pegboard-core[testing]``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from pegboard.component import Component
from pegboard.container import Container
from pegboard.testing.stage import UNSET, Setting, Stage, Theatre, launch_chromium

__all__ = ["FrontendConformance", "Setting", "Stage"]

THEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
NARROW = {"width": 390, "height": 800}
LONG = "A label that goes on and on, far beyond the width of the page that it is on, and then some more"
CONTROLS = (
    "button, input:not([type=hidden]), select, textarea, summary, a[href], [tabindex], [contenteditable=true]"
)
KEYS = ("ArrowDown", "ArrowRight", "Home", "a", "Space", "Enter", "Escape")
MAX_TABS = 60

# Sizes and colours of plain elements beside the component, which its styles must not touch.
BYSTANDERS = """() => {
    const kinds = ["button", "input", "textarea", "select", "p", "h1", "h2", "label", "a", "img", "table",
        "ul", "li", "div", "span", "code", "progress"];
    let box = document.getElementById("bystanders");
    if (!box) {
        box = document.body.appendChild(document.createElement("section"));
        box.id = "bystanders";
        for (const kind of kinds) box.append(document.createElement(kind));
    }
    // What depends on how much is on the page is no style.
    const measured = /size|width|height|origin|inset|^(top|right|bottom|left)$/;
    const names = [...getComputedStyle(box)].filter((name) => !measured.test(name));
    return [document.documentElement, document.body, ...box.children].flatMap((element) => {
        const look = getComputedStyle(element);
        return names.map((name) => `${element.localName} ${name}: ${look.getPropertyValue(name)}`);
    });
}"""

# What Tab must reach: native controls and whatever else takes part in the order of focus. Parts of a
# composite (a row of a list, a tab) are reached with arrows; of a group of radios, Tab reaches one.
MARK_CONTROLS = """([n, controls]) => {
    const root = document.querySelector(`[data-stage="${n}"]`);
    const parts = ["option", "tab", "menuitem", "treeitem", "gridcell", "row", "radio"];
    const isSeen = (element) => {
        const { width, height } = element.getBoundingClientRect();
        return width > 2 && height > 2 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    };
    const groups = new Set();
    const names = [];
    for (const element of root.querySelectorAll(controls)) {
        if (element.disabled || element.closest("[inert]") || !isSeen(element)) continue;
        if (element.tabIndex < 0 && (parts.includes(element.getAttribute("role")) || !element.matches("button, input, select, textarea, summary, a[href]"))) continue;
        if (element.type === "radio" && element.name) {
            if (groups.has(element.name)) continue;
            groups.add(element.name);
            for (const radio of root.querySelectorAll("input[type=radio]")) if (radio.name === element.name) radio.dataset.control = names.length;
        } else element.dataset.control = names.length;
        names.push(element.outerHTML.slice(0, 200));
    }
    return names;
}"""


class FrontendConformance:
    """What a component's browser code promises, as tests.

    Attributes:
        component: The class under test.
        options: Constructor arguments for every mounted component.
        payload: What it holds, instead of ``example_payload()``.
        other_payload: What the host changes it to, instead of the payload of ``None``.
    """

    component: ClassVar[type[Component[Any, Any, Any]]]
    options: ClassVar[Mapping[str, Any]] = {}
    payload: ClassVar[Any] = UNSET
    other_payload: ClassVar[Any] = UNSET

    _theatre: ClassVar[Theatre | None] = None

    # -- the stage -----------------------------------------------------------------------------------

    @pytest.fixture
    def theatre(self, request: pytest.FixtureRequest) -> Theatre:
        """The server of one class; the browser is the module's."""
        cls = type(self)
        if cls.__dict__.get("_theatre") is None:
            module, suite = request.node.getparent(pytest.Module), request.node.getparent(pytest.Class)
            cls._theatre = Theatre(chromium(module), cls.component, cls.options, cls.payload)
            suite.addfinalizer(self._close)
        assert cls._theatre is not None
        return cls._theatre

    @classmethod
    def _close(cls) -> None:
        if cls._theatre is not None:
            cls._theatre.close()
            cls._theatre = None

    @pytest.fixture
    def stage(self, theatre: Theatre) -> Iterator[Stage]:
        """A page for the subclass's own tests."""
        opened = theatre.open(is_strict=False)
        yield opened
        opened.close()

    @pytest.fixture
    def strict_stage(self, theatre: Theatre) -> Iterator[Stage]:
        """A page under the app's policy."""
        opened = theatre.open(is_strict=True)
        yield opened
        opened.close()

    @pytest.fixture
    def settings(self, theatre: Theatre) -> list[Setting]:
        """Every way in which the component can be met."""
        here = [
            Setting(bundle, "pegboard", theme, interactive)
            for bundle in theatre.bundles
            for theme in THEMES
            for interactive in (True, False)
        ]
        return here + [Setting(bundle, "foreign") for bundle in theatre.bundles]

    def other(self) -> Any:
        """Return a payload that differs from the one that is mounted."""
        if self.other_payload is not UNSET:
            return self.other_payload
        made: Any = self.component(**self.options)
        return made.postprocess(None)

    def named(self, label: str) -> dict[str, str]:
        """Return the label as an option, unless the value is what the component is called."""
        return {} if self.component.value_is_caption else {"label": label}

    # -- being there ---------------------------------------------------------------------------------

    def test_it_mounts_everywhere_without_an_error(
        self, strict_stage: Stage, settings: list[Setting]
    ) -> None:
        """Both bundles, both themes, interactive or not, on this host and on a bare one."""
        failed = {}
        for setting in settings:
            try:
                strict_stage.destroy(strict_stage.mount(setting=setting))
            except Error as problem:
                failed[str(setting)] = problem.message

        assert failed == {}
        assert strict_stage.problems() == []

    def test_it_draws_something(
        self, strict_stage: Stage, settings: list[Setting]
    ) -> None:
        """Wherever it is mounted, a person sees it; unless its manifest reserves no height."""
        is_bare = strict_stage.theatre.assets.min_height_px == 0
        unseen = []
        for setting in settings:
            number = strict_stage.mount(setting=setting)
            box = strict_stage.page.locator(f'[data-stage="{number}"]').bounding_box()
            if box is None or box["height"] < 4:
                unseen.append(str(setting))
            strict_stage.destroy(number)

        assert unseen == [] or is_bare

    def test_it_stands_still_when_nothing_happens(
        self, strict_stage: Stage, settings: list[Setting]
    ) -> None:
        """After it has drawn itself it draws no more."""
        for setting in settings:
            number = strict_stage.mount(setting=setting)
            assert strict_stage.settle(), f"{setting}: it draws without end"
            strict_stage.destroy(number)

    # -- values --------------------------------------------------------------------------------------

    def test_mounting_writes_nothing(
        self, strict_stage: Stage, settings: list[Setting]
    ) -> None:
        """A value is the host's until a person changes it."""
        wrote = {}
        for setting in settings:
            number = strict_stage.mount(setting=setting)
            strict_stage.settle()
            report = strict_stage.report(number)
            if report["writes"] or report["events"]:
                wrote[str(setting)] = report
            strict_stage.destroy(number)

        assert wrote == {}

    def test_a_value_from_the_host_is_shown_and_not_sent_back(
        self, strict_stage: Stage, settings: list[Setting]
    ) -> None:
        """After an update it looks as if it had been mounted with that value."""
        other = strict_stage.theatre.wire_form(self.other())
        for setting in settings:
            number = strict_stage.mount(setting=setting)
            before = strict_stage.appearance(number)
            expected = strict_stage.mount(setting=setting, value=other)

            strict_stage.update(number, {"value": other})

            assert strict_stage.differences(number, expected) == [], str(setting)
            is_same_value = other == strict_stage.theatre.props({})["value"]
            assert is_same_value or strict_stage.appearance(number) != before, f"{setting}: not shown"
            assert strict_stage.report(number) == {"events": [], "writes": []}, str(setting)
            strict_stage.destroy(number)
            strict_stage.destroy(expected)
        assert strict_stage.problems() == []

    def test_two_on_one_page_share_no_id_and_no_value(self, strict_stage: Stage) -> None:
        """Instances are strangers to each other, also of different bundles."""
        other = strict_stage.theatre.wire_form(self.other())
        for bundle in strict_stage.theatre.bundles:
            first = strict_stage.mount(setting=Setting(bundle))
            second = strict_stage.mount(setting=Setting())
            before = strict_stage.appearance(second)

            strict_stage.update(first, {"value": other})
            strict_stage.settle()

            repeated = strict_stage.page.evaluate(
                """() => {
                    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
                    return ids.filter((id, index) => ids.indexOf(id) !== index);
                }"""
            )
            assert repeated == []
            assert strict_stage.appearance(second) == before
            strict_stage.destroy(first)
            strict_stage.destroy(second)

    # -- using it ------------------------------------------------------------------------------------

    def test_it_fires_only_events_of_its_manifest(self, strict_stage: Stage) -> None:
        """Whatever a person presses; and `change` is the host's alone to fire."""
        allowed = set(strict_stage.theatre.assets.events) - {"change"}
        number = strict_stage.mount()

        press_everything(strict_stage, number)

        fired = {name for name, _ in strict_stage.report(number)["events"]}
        assert fired <= allowed

    def test_pressing_everything_breaks_nothing(self, strict_stage: Stage) -> None:
        """No script error, no eval, nothing that the app's policy forbids, no other origin."""
        for setting in (Setting(), Setting(theme="dark", interactive=False), Setting(host="foreign")):
            press_everything(strict_stage, strict_stage.mount(setting=setting))

        assert strict_stage.problems() == []

    def test_a_static_one_cannot_be_changed(self, strict_stage: Stage) -> None:
        """When it is not interactive, a person changes no value; a container may still be opened and shut."""
        number = strict_stage.mount(setting=Setting(interactive=False))

        press_everything(strict_stage, number)

        writes = strict_stage.report(number)["writes"]
        if issubclass(self.component, Container):
            writes = [write for write in writes if "value" in write]
        assert writes == []

    def test_every_control_is_reached_by_tab_and_shows_it(self, strict_stage: Stage) -> None:
        """The keyboard gets everywhere, and a person sees where it is."""
        number = strict_stage.mount()
        page = strict_stage.page
        names = page.evaluate(MARK_CONTROLS, [number, CONTROLS])
        block = page.locator(f'[data-stage="{number}"]')
        outside = page.get_by_role("button", name="Outside")

        outside.focus()
        before = block.screenshot(animations="disabled")
        reached: set[int] = set()
        unseen: set[int] = set()
        for _ in range(MAX_TABS):
            page.keyboard.press("Tab")
            control = page.evaluate("() => document.activeElement?.dataset.control ?? null")
            if control is None:
                if page.evaluate(
                    "n => !document.querySelector(`[data-stage='${n}']`).contains(document.activeElement)", number
                ):
                    break
                continue
            reached.add(int(control))
            if block.screenshot(animations="disabled") == before:
                unseen.add(int(control))

        assert [name for index, name in enumerate(names) if index not in reached] == []
        assert [names[index] for index in sorted(unseen)] == []

    # -- how it looks --------------------------------------------------------------------------------

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_it_is_accessible(self, strict_stage: Stage, theme: Any) -> None:
        """No finding of axe, with a value and without, interactive or not."""
        for interactive in (True, False):
            setting = Setting(theme=theme, interactive=interactive)
            strict_stage.mount(setting=setting, **self.named("Example"))
            # A button without a text has no name, and cannot have one.
            if not self.component.value_is_caption:
                strict_stage.mount(setting=setting, value=self.other(), **self.named("Example"))

        assert strict_stage.violations() == []

    @pytest.mark.parametrize("direction", ["ltr", "rtl"])
    def test_it_fits_a_narrow_page(self, theatre: Theatre, direction: str) -> None:
        """390 px wide, in both directions of writing, under a long label: nothing sticks out."""
        stage = theatre.open(is_strict=True, viewport=NARROW)
        stage.page.evaluate("dir => { document.documentElement.dir = dir }", direction)

        for interactive in (True, False):
            stage.mount(setting=Setting(interactive=interactive), **self.named(LONG))

        widths = stage.page.evaluate(
            "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        stage.close()
        assert widths[0] <= widths[1]

    def test_its_styles_stay_inside(self, strict_stage: Stage) -> None:
        """What stands beside it on the page looks as before."""
        before = strict_stage.page.evaluate(BYSTANDERS)

        strict_stage.mount()

        after = strict_stage.page.evaluate(BYSTANDERS)
        assert [line for line in after if line not in before] == []

    # -- going away ----------------------------------------------------------------------------------

    def test_going_away_leaves_nothing(self, strict_stage: Stage) -> None:
        """No node, listener, timer, camera, tag or sheet stays, on this host or on a bare one."""
        kinds = [*(Setting(bundle) for bundle in strict_stage.theatre.bundles), Setting(host="foreign")]
        for setting in kinds:
            # The first one brings what all share: the style sheet, the runtime's own listeners.
            for is_first in (True, False):
                number = strict_stage.mount(setting=setting)
                press_everything(strict_stage, number)
                assert strict_stage.destroy(number) == 0, f"{setting}: nodes are left"
                strict_stage.settle()
                if is_first:
                    before = strict_stage.left()

            assert strict_stage.left() == before, str(setting)


_browsers: dict[pytest.Module, Browser] = {}


def chromium(module: pytest.Module) -> Browser:
    """Return the browser of a test module; it is closed with the module.

    Not with the session: while Playwright runs, its event loop is the thread's, and no other test could
    call ``asyncio.run``.
    """
    if module not in _browsers:
        playwright = sync_playwright().start()
        try:
            browser = _browsers[module] = launch_chromium(playwright)
        except RuntimeError:
            playwright.stop()  # else the next test is told of a loop that runs, not of the browser
            raise
        module.addfinalizer(playwright.stop)
        module.addfinalizer(browser.close)
        module.addfinalizer(lambda: _browsers.pop(module))
    return _browsers[module]


def press_everything(stage: Stage, number: int) -> None:
    """Click every control of a component and press keys on it, as a curious person would."""
    page = stage.page
    controls = page.locator(f'[data-stage="{number}"]').locator(CONTROLS)
    for index in range(controls.count()):
        control = controls.nth(index)
        # Pressing may have taken it away; a link would leave the page.
        if control.count() == 0 or not control.is_visible() or control.evaluate("e => e.matches('a')"):
            continue
        try:
            control.click(timeout=300)
        except Error:
            # Covered, moving or disabled: a person could not click it either.
            continue
        for key in KEYS:
            page.keyboard.press(key)
    stage.settle()
