"""What only {{ cookiecutter.class_name }} does."""

from {{ cookiecutter.base.partition(':')[0] }} import {{ cookiecutter.base.partition(':')[2] }}

from {{ cookiecutter.package }} import {{ cookiecutter.class_name }}


def test_its_own_option_goes_to_the_page_beside_the_inherited_ones() -> None:
    props = {{ cookiecutter.class_name }}(note="read me").props()

    assert props["note"] == "read me"
    assert set(props) > set({{ cookiecutter.base.partition(':')[2] }}().props())
