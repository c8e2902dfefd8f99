"""What a docstring says of a function and of its arguments."""

from __future__ import annotations

from pegboard.docstring import Docstring, read_docstring


def test_text_arguments_and_returns_are_told_apart() -> None:
    given = """Greet somebody.

    At length.

    Args:
        name: Who is greeted,
            in full.
        count (int): How often.

    Returns:
        The greeting.
    """
    assert read_docstring(given) == Docstring(
        "Greet somebody.\n\nAt length.",
        {"name": "Who is greeted, in full.", "count": "How often."},
        "The greeting.",
    )


def test_text_without_sections_is_text() -> None:
    assert read_docstring("Note: see below.\nArgs are none") == Docstring("Note: see below.\nArgs are none")


def test_nothing_gives_nothing() -> None:
    assert read_docstring("") == Docstring()
