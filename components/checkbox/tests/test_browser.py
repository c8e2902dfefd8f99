"""Checkbox in a real browser: its own label, keys, and the static view."""

from __future__ import annotations

from pegboard.testing.browser import FrontendConformance, Stage
from pegboard_checkbox import Checkbox


class TestCheckboxInABrowser(FrontendConformance):
    component = Checkbox
    options = {"label": "Loud", "info": "In capitals"}

    def test_a_press_on_the_label_ticks_the_box_and_says_so(self, stage: Stage) -> None:
        number = stage.mount(value=False)

        stage.page.get_by_text("Loud", exact=True).click()

        assert stage.page.get_by_role("checkbox", name="Loud").is_checked()
        assert [(name, data) for name, data in stage.report(number)["events"]] == [
            ("input", None),
            ("select", {"index": 0, "value": True, "selected": True}),
        ]

    def test_space_unticks_a_ticked_box(self, stage: Stage) -> None:
        stage.mount(value=True)
        box = stage.page.get_by_role("checkbox", name="Loud")

        box.press("Space")

        assert not box.is_checked()

    def test_a_static_box_can_be_read_but_not_changed(self, stage: Stage) -> None:
        number = stage.mount(value=True, interactive=False)
        box = stage.page.get_by_role("checkbox", name="Loud")

        box.click()
        box.press("Space")

        assert box.is_checked()
        assert stage.report(number)["events"] == []
