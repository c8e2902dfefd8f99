"""Dropdown in a real browser."""

from playwright.sync_api import expect

from pegboard.testing.browser import FrontendConformance, Stage
from pegboard_dropdown import Dropdown


class TestDropdownInABrowser(FrontendConformance):
    component = Dropdown
    options = {"choices": [("Apple", 1), ("Banana", 2), ("Cherry", True)]}

    def test_typing_filters_and_enter_picks_the_typed_value(self, stage: Stage) -> None:
        number = stage.mount(value=1)
        field = stage.page.get_by_role("combobox")

        field.click()
        stage.page.keyboard.type("che")
        expect(stage.page.get_by_role("option")).to_have_text(["Cherry"])
        stage.page.keyboard.press("Enter")

        assert stage.report(number)["writes"] == [{"value": True}]
        assert ("select", {"index": 2, "value": True, "selected": True}) in events(stage, number)
        expect(field).to_have_value("Cherry")
        expect(stage.page.get_by_role("listbox")).to_have_count(0)

    def test_arrows_home_and_end_move_through_the_open_list(self, stage: Stage) -> None:
        number = stage.mount(value=None)
        field = stage.page.get_by_role("combobox")

        for key in ("ArrowDown", "End", "Home", "ArrowDown", "Enter"):
            field.press(key)

        assert stage.report(number)["writes"] == [{"value": 2}]

    def test_escape_closes_and_gives_the_old_text_back(self, stage: Stage) -> None:
        number = stage.mount(value=1)
        field = stage.page.get_by_role("combobox")

        field.fill("ban")
        field.press("Escape")

        expect(field).to_have_value("Apple")
        assert stage.report(number)["writes"] == []

    def test_the_clear_button_empties_it(self, stage: Stage) -> None:
        number = stage.mount(value=1)

        stage.page.get_by_role("button", name="Clear").click()

        assert stage.report(number)["writes"] == [{"value": None}]

    def test_a_click_on_a_row_picks_it(self, stage: Stage) -> None:
        number = stage.mount(value=1)

        stage.page.get_by_role("combobox").click()
        stage.page.get_by_role("option", name="Banana").click()

        assert stage.report(number)["writes"] == [{"value": 2}]

    def test_a_key_that_is_released_is_told_with_the_text(self, stage: Stage) -> None:
        number = stage.mount(value=None)

        stage.page.get_by_role("combobox").press("b")

        assert ("key_up", {"key": "b", "input_value": "b"}) in events(stage, number)

    def test_no_more_rows_than_asked_for_are_drawn(self, stage: Stage) -> None:
        stage.mount(value=None, num_choices_shown=2)

        stage.page.get_by_role("combobox").click()

        expect(stage.page.get_by_role("option")).to_have_count(2)
        expect(stage.page.get_by_role("status")).to_have_text("1 more; type to find them")

    def test_a_value_goes_when_its_choice_goes(self, stage: Stage) -> None:
        number = stage.mount(value=1)

        stage.update(number, {"choices": [["Banana", 2]]})

        expect(stage.page.get_by_role("combobox")).to_have_value("")
        assert stage.report(number)["writes"] == [{"value": None}]

    def test_a_value_stays_when_its_choice_stays(self, stage: Stage) -> None:
        number = stage.mount(value=1)

        stage.update(number, {"choices": [["Pear", 1]]})

        expect(stage.page.get_by_role("combobox")).to_have_value("Pear")
        assert stage.report(number)["writes"] == []

    def test_the_open_list_is_accessible_and_inside_the_window(self, stage: Stage) -> None:
        stage.mount(value=1)
        stage.page.get_by_role("combobox").click()
        box = stage.page.get_by_role("listbox").bounding_box()
        size = stage.page.viewport_size

        assert stage.violations() == []
        assert box is not None and size is not None
        assert 0 <= box["y"] and box["y"] + box["height"] <= size["height"]


class TestDropdownOfSeveralInABrowser(FrontendConformance):
    component = Dropdown
    options = {"choices": ["a", "b", "c"], "multiselect": True, "max_choices": 2}

    def test_rows_are_added_and_taken_away_again(self, stage: Stage) -> None:
        number = stage.mount(value=["a"])

        stage.page.get_by_role("combobox").click()
        stage.page.get_by_role("option", name="b").click()
        stage.page.get_by_role("option", name="a").click()

        assert stage.report(number)["writes"] == [{"value": ["a", "b"]}, {"value": ["b"]}]
        assert ("select", {"index": 0, "value": "a", "selected": False}) in events(stage, number)

    def test_no_more_than_max_choices_can_be_picked(self, stage: Stage) -> None:
        number = stage.mount(value=["a", "b"])

        stage.page.get_by_role("combobox").click()
        stage.page.get_by_role("option", name="c").click(force=True)

        assert stage.report(number)["writes"] == []
        expect(stage.page.get_by_role("status")).to_have_text("At most 2 can be picked")

    def test_tokens_go_by_their_button_and_by_backspace(self, stage: Stage) -> None:
        number = stage.mount(value=["a", "b"])

        stage.page.get_by_role("button", name="Remove a", exact=True).click()
        stage.page.get_by_role("combobox").press("Backspace")

        assert stage.report(number)["writes"] == [{"value": ["b"]}, {"value": []}]


class TestDropdownWithCustomValuesInABrowser(FrontendConformance):
    component = Dropdown
    options = {"choices": ["a", "b"], "allow_custom_value": True}

    def test_enter_takes_the_text_that_was_typed(self, stage: Stage) -> None:
        number = stage.mount(value=None)
        field = stage.page.get_by_role("combobox")

        field.fill("my own")
        field.press("Enter")

        assert stage.report(number)["writes"] == [{"value": "my own"}]
        expect(field).to_have_value("my own")

    def test_leaving_the_field_takes_the_text_that_was_typed(self, stage: Stage) -> None:
        number = stage.mount(value=None)

        stage.page.get_by_role("combobox").fill("my own")
        stage.page.get_by_role("button", name="Outside").focus()

        assert stage.report(number)["writes"] == [{"value": "my own"}]
        assert events(stage, number)[-1] == ("blur", None)


def events(stage: Stage, number: int) -> list[tuple[str, object]]:
    return [(name, data) for name, data in stage.report(number)["events"]]
