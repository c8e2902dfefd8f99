"""What only {{ cookiecutter.class_name }} does."""

import pegboard as pb
import pytest

from {{ cookiecutter.package }} import {{ cookiecutter.class_name }}


@pytest.mark.parametrize("payload", [0, 6, 2.5, "3", True])
def test_anything_but_a_whole_number_in_range_is_refused(payload: object) -> None:
    with pytest.raises(pb.PayloadError, match="whole number from 1 to 5"):
        {{ cookiecutter.class_name }}().preprocess(payload)


def test_function_gets_the_number_that_the_person_chose() -> None:
    assert {{ cookiecutter.class_name }}(maximum=10).preprocess(7) == 7


def test_value_is_a_row_of_stars_in_a_table_of_examples() -> None:
    assert {{ cookiecutter.class_name }}().example(3) == pb.ExampleCell("text", "★★★")
