"""Label in a real browser."""

from pegboard.testing.browser import FrontendConformance, Stage
from pegboard_label import Label


class TestLabelInABrowser(FrontendConformance):
    component = Label

    def test_each_class_can_be_picked_by_keyboard(self, stage: Stage) -> None:
        number = stage.mount()

        stage.page.get_by_role("button", name="dog 10%").press("Enter")

        assert events(stage, number) == [("select", {"index": 1, "value": "dog"})]

    def test_a_bare_label_is_shown_even_without_a_heading(self, stage: Stage) -> None:
        stage.mount(value={"label": "cat", "confidences": None}, show_heading=False)

        assert stage.page.get_by_text("cat").is_visible()

    def test_small_confidences_are_not_shown_as_nothing(self, stage: Stage) -> None:
        stage.mount(value={"label": "a", "confidences": [{"label": "a", "confidence": 0.004}]})

        assert stage.page.get_by_role("button", name="0.4%").is_visible()


def events(stage: Stage, number: int) -> list[tuple[str, object]]:
    return [(name, data) for name, data in stage.report(number)["events"]]
