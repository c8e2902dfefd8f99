"""Serves an app on loopback for one test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Return a function that launches an app and gives its address; all are closed at the end."""
    apps: list[Any] = []

    def start(demo: Any, **options: Any) -> str:
        apps.append(demo)
        _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, **options)
        return str(address)

    yield start
    for demo in apps:
        demo.close()
