"""What only Textbox does: types, limits, buttons and attributes."""

from __future__ import annotations

from typing import Any

import pytest

import pegboard as pb
from pegboard.errors import OptionError
from pegboard_textbox import InputHTMLAttributes, Textbox


@pytest.mark.parametrize(
    ("payload", "text"),
    [("", ""), ("a\nb", "a\nb"), (None, None), (5, "5"), (2.5, "2.5"), (True, "True")],
)
def test_textbox_hands_text_to_the_function(payload: object, text: str | None) -> None:
    assert Textbox().preprocess(payload) == text


@pytest.mark.parametrize("payload", [["a"], {"text": "a"}])
def test_textbox_refuses_a_payload_that_is_not_text(payload: object) -> None:
    with pytest.raises(pb.PayloadError, match="Textbox 'name' could not use"):
        Textbox(label="name").preprocess(payload)


@pytest.mark.parametrize(
    ("value", "shown"), [("hi", "hi"), (None, None), (3, "3"), ([1], "[1]"), (False, "False")]
)
def test_textbox_shows_anything_as_text(value: object, shown: str | None) -> None:
    assert Textbox().postprocess(value) == shown


def test_textbox_refuses_text_that_is_longer_than_max_length() -> None:
    box = Textbox(max_length=3)

    assert box.preprocess("añ€") == "añ€"
    with pytest.raises(pb.PayloadError, match="at most 3 characters, not 4"):
        box.preprocess("abcd")


def test_textbox_shows_a_long_result_whole_despite_max_length() -> None:
    assert Textbox(max_length=3).postprocess("abcdef") == "abcdef"


@pytest.mark.parametrize("address", ["", "ada@example.org", "a.b+c@mail.example.co.uk", "root@localhost"])
def test_email_textbox_accepts_what_a_browser_accepts(address: str) -> None:
    assert Textbox(type="email").preprocess(address) == address


@pytest.mark.parametrize(
    "address", ["ada", "ada@", "@example.org", "a b@example.org", "a@b@c.org", "a@-x.org", "a@x.org\n"]
)
def test_email_textbox_refuses_what_is_no_address(address: str) -> None:
    with pytest.raises(pb.PayloadError, match="one email address"):
        Textbox(type="email").preprocess(address)


def test_password_textbox_stays_on_one_line_and_says_so() -> None:
    with pytest.warns(UserWarning, match="has one line"):
        box = Textbox(type="password", lines=4)

    assert (box.lines, box.max_lines) == (1, 1)


@pytest.mark.parametrize(
    ("option", "bad"),
    [
        ("type", "tel"),
        ("lines", 0),
        ("max_lines", 0),
        ("max_length", -1),
        ("text_align", "center"),
        ("buttons", ["reset"]),
        ("html_attributes", {"onclick": "alert(1)"}),
        ("html_attributes", {"tabindex": "first"}),
    ],
)
def test_textbox_names_the_option_whose_value_is_bad(option: str, bad: Any) -> None:
    with pytest.raises(OptionError, match=rf"Textbox\({option}=\)"):
        Textbox(**{option: bad})


def test_textbox_takes_the_value_by_position_and_nothing_else() -> None:
    assert Textbox("hi").value == "hi"
    with pytest.raises(OptionError, match="at most 1 positional"):
        Textbox("hi", "text")


def test_textbox_accepts_the_older_name_of_the_copy_button() -> None:
    with pytest.warns(DeprecationWarning, match="show_copy_button"):
        shown = Textbox(show_copy_button=True)

    assert shown.buttons == ["copy"]
    assert Textbox(show_copy_button=False).buttons == []


def test_textbox_leaves_a_button_component_where_it_was_placed() -> None:
    with pytest.warns(UserWarning, match="stays where it was placed"):
        box = Textbox(buttons=["copy", Textbox()])

    assert box.props()["buttons"] == ["copy"]


@pytest.mark.parametrize(
    "attributes",
    [InputHTMLAttributes(spellcheck=False, autocomplete="off"), {"spellcheck": False, "autocomplete": "off"}],
)
def test_textbox_sends_html_attributes_as_html_writes_them(attributes: Any) -> None:
    box = Textbox(html_attributes=attributes)

    assert box.props()["html_attributes"] == {"spellcheck": "false", "autocomplete": "off"}


def test_textbox_schema_limits_what_comes_in_but_not_what_goes_out() -> None:
    box = Textbox(type="email", max_length=40)

    assert box.api_schema("input") == {"type": "string", "maxLength": 40, "format": "email"}
    assert box.api_schema("output") == {"type": "string"}


@pytest.mark.parametrize("options", [{}, {"type": "email"}, {"max_length": 3}, {"type": "email", "max_length": 3}])
def test_textbox_example_payload_passes_its_own_checks(options: dict[str, Any]) -> None:
    box = Textbox(**options)

    assert box.preprocess(box.example_payload()) == box.example_payload()


def test_textbox_asks_its_function_for_the_text_at_each_visit() -> None:
    visits = iter(["first", "second"])
    box = Textbox(lambda: next(visits))

    assert [box.initial_value(), box.initial_value()] == ["first", "second"]


def test_textbox_declares_the_events_that_people_listen_to() -> None:
    events = Textbox.get_events()

    assert list(events) == ["change", "input", "select", "submit", "focus", "blur", "stop", "copy"]
    assert events["select"].data is pb.SelectData
    assert events["copy"].data is pb.CopyData
    assert all(event.doc for event in events.values())
