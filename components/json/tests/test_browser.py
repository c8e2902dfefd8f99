"""JSON in a real browser."""

from pegboard.testing.browser import FrontendConformance, Stage
from pegboard_json import JSON


class TestJSONInABrowser(FrontendConformance):
    component = JSON

    def test_a_branch_opens_and_closes_by_keyboard(self, stage: Stage) -> None:
        stage.mount(value={"inner": {"deep": 1}})
        branch = stage.page.get_by_role("button", name="inner")

        branch.press("Enter")

        assert branch.get_attribute("aria-expanded") == "false"
        assert stage.page.get_by_text('"deep"').count() == 0

    def test_a_long_list_is_drawn_in_parts(self, stage: Stage) -> None:
        stage.mount(value=list(range(250)))
        rows = stage.page.get_by_role("listitem")
        assert rows.count() == 100

        stage.page.get_by_role("button", name="100 more of 150").click()

        assert rows.count() == 200

    def test_open_shows_every_level(self, stage: Stage) -> None:
        stage.mount(value=[[[[[["deepest"]]]]]], open=True)

        assert stage.page.get_by_text("deepest").is_visible()

    def test_no_copy_button_when_it_was_taken_away(self, stage: Stage) -> None:
        stage.mount(buttons=[])

        assert stage.page.get_by_role("button", name="Copy").count() == 0
