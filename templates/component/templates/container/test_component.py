"""What only {{ cookiecutter.class_name }} does."""

import pegboard as pb

from {{ cookiecutter.package }} import {{ cookiecutter.class_name }}


def test_what_is_made_inside_belongs_to_it() -> None:
    with pb.Blocks():
        with {{ cookiecutter.class_name }}("More") as made:
            inside = pb.Prose("text")
        outside = pb.Prose("text")

    assert made.children == [inside]
    assert outside not in made.children
