"""The suite that every component passes."""

from pegboard.testing.conformance import ComponentConformance

from {{ cookiecutter.package }} import {{ cookiecutter.class_name }}


class Test{{ cookiecutter.class_name }}(ComponentConformance):
    component = {{ cookiecutter.class_name }}
