"""Radio in a real browser."""

from pegboard.testing.browser import FrontendConformance, Stage
from pegboard_radio import Radio


class TestRadioInABrowser(FrontendConformance):
    component = Radio
    options = {"choices": [("One", 1), ("Yes", True), ("Text", "1")]}

    def test_picking_sends_the_typed_value_and_says_which(self, stage: Stage) -> None:
        number = stage.mount(value=None)

        stage.page.get_by_role("radio", name="Yes").check()

        assert stage.report(number)["writes"] == [{"value": True}]
        assert events(stage, number) == [
            ("input", None),
            ("select", {"index": 1, "value": True, "selected": True}),
        ]

    def test_arrow_keys_move_the_choice(self, stage: Stage) -> None:
        number = stage.mount(value=1)

        stage.page.get_by_role("radio", name="One").press("ArrowDown")

        assert stage.report(number)["writes"] == [{"value": True}]

    def test_only_the_choice_of_the_same_type_is_marked(self, stage: Stage) -> None:
        stage.mount(value="1")

        marked = [radio.is_checked() for radio in stage.page.get_by_role("radio").all()]
        assert marked == [False, False, True]


def events(stage: Stage, number: int) -> list[tuple[str, object]]:
    return [(name, data) for name, data in stage.report(number)["events"]]
