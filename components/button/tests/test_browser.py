"""Buttons in a real browser."""

from pegboard.testing.browser import FrontendConformance, Stage
from pegboard_button import Button, ClearButton


class TestButtonInABrowser(FrontendConformance):
    component = Button
    options = {"variant": "primary"}

    def test_a_press_by_mouse_or_keyboard_is_one_click(self, stage: Stage) -> None:
        number = stage.mount(value="Go")
        button = stage.page.get_by_role("button", name="Go")

        button.click()
        button.press("Enter")
        button.press("Space")

        assert [name for name, _ in events(stage, number)] == ["click"] * 3

    def test_a_static_button_cannot_be_pressed(self, stage: Stage) -> None:
        stage.mount(value="Go", interactive=False)

        assert stage.page.get_by_role("button", name="Go").is_disabled()

    def test_a_button_with_a_link_is_a_link(self, stage: Stage) -> None:
        stage.mount(value="Docs", link="/docs", link_target="_blank")
        link = stage.page.get_by_role("link", name="Docs")

        assert (link.get_attribute("href"), link.get_attribute("rel")) == ("/docs", "noopener")


class TestStopButtonInABrowser(FrontendConformance):
    component = Button
    options = {"variant": "stop", "size": "sm"}


class TestHuggingFaceButtonInABrowser(FrontendConformance):
    component = Button
    options = {"variant": "huggingface", "size": "md"}


class TestClearButtonInABrowser(FrontendConformance):
    component = ClearButton


def events(stage: Stage, number: int) -> list[tuple[str, object]]:
    return [(name, data) for name, data in stage.report(number)["events"]]
