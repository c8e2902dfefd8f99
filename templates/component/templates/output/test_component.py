"""What only {{ cookiecutter.class_name }} does."""

import pegboard as pb
import pytest

from {{ cookiecutter.package }} import {{ cookiecutter.class_name }}


@pytest.mark.parametrize("value", ["0.5", True, [0.5]])
def test_anything_but_a_number_is_refused(value: object) -> None:
    with pytest.raises(pb.ValueTypeError, match="an int or a float"):
        {{ cookiecutter.class_name }}().postprocess(value)


def test_whole_numbers_are_shown_too() -> None:
    assert {{ cookiecutter.class_name }}(maximum=10).postprocess(3) == 3.0
