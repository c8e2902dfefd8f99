"""The container: what it is made with, and what a person can do to it."""

from __future__ import annotations

from typing import Any

import pegboard as pb
from pydantic import Field


class {{ cookiecutter.class_name }}(pb.Container):
    """{{ cookiecutter.summary }}

    What is made inside ``with {{ cookiecutter.class_name }}():`` stands in it.

    Attributes:
        label: The heading.
        open: Whether its content shows at first.
    """

    label: str | None = Field(default=None, kw_only=False)
    open: bool = True

    expand: pb.Event[Any] = pb.Event(doc="The person opened it.")
    collapse: pb.Event[Any] = pb.Event(doc="The person closed it.")
