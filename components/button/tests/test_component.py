"""What only buttons do: captions, links and icons; and emptying other components."""

import pytest

import pegboard
from pegboard import Blocks, FileRef, PayloadError, State
from pegboard.testing.fakes import Counter, Echo
from pegboard_button import Button, ClearButton


def test_button_says_run_and_can_be_pressed():
    button = Button()

    assert (button.initial_value(), button.interactive, button.min_width) == ("Run", True, None)


@pytest.mark.parametrize(("value", "caption"), [("Go", "Go"), (3, "3"), (None, "")])
def test_button_makes_any_value_its_caption(value, caption):
    assert Button().postprocess(value) == caption


def test_button_gives_the_function_its_caption():
    assert Button().preprocess("Run") == "Run"


@pytest.mark.parametrize("payload", [1, [], {}])
def test_button_refuses_a_caption_that_is_no_text(payload):
    with pytest.raises(PayloadError, match="caption"):
        Button().preprocess(payload)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("variant", "tertiary"),
        ("size", "xl"),
        ("link_target", "_new"),
        ("link", "javascript:alert(1)"),
        ("link", " JavaScript:alert(1)"),
        ("icon", "no/such/file.png"),
    ],
)
def test_button_refuses_bad_options(name, value):
    with pytest.raises(ValueError, match=rf"Button\({name}=\)"):
        Button(**{name: value})


@pytest.mark.parametrize("link", ["https://example.org", "/docs", "#top", "mailto:a@example.org"])
def test_button_links_to_pages(link):
    assert Button(link=link).props()["link"] == link


def test_button_hands_its_icon_to_the_server_as_a_file(tmp_path):
    icon = tmp_path / "star.svg"
    icon.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")

    assert Button(icon=icon).props()["icon"] == FileRef.from_path(icon)
    assert Button(icon=str(icon)).props()["icon"] == FileRef.from_path(icon)


def test_button_takes_an_icon_by_address():
    assert Button(icon="https://example.org/a.png").props()["icon"] == FileRef.from_url(
        "https://example.org/a.png"
    )


def test_clear_button_empties_its_components_in_the_browser():
    with Blocks() as page:
        text, number = Echo(), Counter()
        button = ClearButton([text, number])

    [listener] = page.describe().listeners
    assert [target.block_id for target in listener.targets] == [button._id]
    assert listener.outputs == (text._id, number._id)
    assert listener.set_values == (None, None)
    assert listener.fn is None


def test_clear_button_takes_more_components_later_and_returns_itself():
    with Blocks() as page:
        text = Echo()
        button = ClearButton()

        assert button.add(text) is button

    assert page.describe().listeners[0].outputs == (text._id,)


def test_clear_button_gives_state_a_fresh_copy_of_its_initial_value():
    with Blocks() as page:
        history = State([])
        button = ClearButton(history)

    [listener] = [
        listener
        for listener in page.describe().listeners
        if listener.fn is not None and button._id in [target.block_id for target in listener.targets]
    ]
    fresh = listener.fn()
    assert (fresh, listener.outputs) == ([], (history._id,))
    assert fresh is not history.value


def test_clear_button_registers_nothing_again_when_it_is_updated():
    with Blocks() as page:
        button = ClearButton(Echo())
    before = len(page.describe().listeners)

    changed = button.with_options({"value": "Reset"})

    assert changed.initial_value() == "Reset"
    assert len(page.describe().listeners) == before
    assert button.options()["components"] is not None


@pytest.mark.parametrize("components", ["text", 3, [1]])
def test_clear_button_refuses_what_is_no_component(components):
    with pytest.raises(ValueError, match=r"ClearButton\(components=\)"), pegboard.Blocks():
        ClearButton(components)


def test_clear_button_takes_the_older_show_api():
    with pytest.warns(DeprecationWarning, match="show_api"):
        button = ClearButton(show_api=False)

    assert button.api_visibility == "undocumented"
