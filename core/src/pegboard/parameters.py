"""Checks of plain parameters: what a value must be, and how that is said."""

from __future__ import annotations

import numbers
import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pegboard.errors import OptionTypeError


class Rule(NamedTuple):
    """What a parameter accepts: a test, and words for it."""

    accepts: Callable[[Any], bool]
    expected: str


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _is_pair_of_seconds(value: Any) -> bool:
    return (
        isinstance(value, (list, tuple))
        and len(value) == 2
        and all(_is_number(item) and item > 0 for item in value)
    )


TRUTH = Rule(lambda value: isinstance(value, bool), "True or False")
CHOICE = Rule(lambda value: value is None or isinstance(value, bool), "True, False or None")
TEXT = Rule(lambda value: value is None or isinstance(value, str), "text, or None")
PATH = Rule(lambda value: isinstance(value, (str, os.PathLike)) and bool(str(value)), "the path of a folder")
LIMIT = Rule(lambda value: value is None or (_is_number(value) and value > 0), "seconds above 0, or None")
SECONDS = Rule(lambda value: _is_number(value) and value > 0, "seconds above 0")
AGES = Rule(
    lambda value: value is None or _is_pair_of_seconds(value),
    "(how often, how old), both in seconds above 0, or None",
)


def check(where: str, given: Mapping[str, Any], rules: Mapping[str, Rule]) -> None:
    """Check the parameters that have a rule.

    Raises:
        OptionTypeError: One is not what its rule says.
    """
    for name, rule in rules.items():
        if not rule.accepts(given[name]):
            raise OptionTypeError(f"{where}({name}=)", got=given[name], expected=rule.expected)
