"""The component: {{ cookiecutter.base.partition(':')[2] }}, and what it does differently."""

from __future__ import annotations

from {{ cookiecutter.base.partition(':')[0] }} import {{ cookiecutter.base.partition(':')[2] }}


class {{ cookiecutter.class_name }}({{ cookiecutter.base.partition(':')[2] }}):
    """{{ cookiecutter.summary }}

    Options, events and values are those of {{ cookiecutter.base.partition(':')[2] }}, and one option more.

    Attributes:
        note: A line of text below it.
    """

    note: str = ""
