"""Small things that app authors call by name: `FileData`, `set_static_paths`, `validate`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pegboard.errors import OptionTypeError
from pegboard.payload import FILE_MARKER

_static_paths: list[Path] = []


class FileData(dict[str, Any]):
    """A file as clients send and receive it: a JSON object with the marker that tells it from others.

    Args:
        path: What an upload returned, or a path on this machine in a value for the page.
        orig_name: Name to show to people.
    """

    def __init__(
        self,
        path: str,
        url: str | None = None,
        size: int | None = None,
        orig_name: str | None = None,
        mime_type: str | None = None,
        is_stream: bool = False,
        meta: dict[str, str] | None = None,
    ) -> None:
        super().__init__(
            path=path,
            url=url,
            size=size,
            orig_name=orig_name,
            mime_type=mime_type,
            is_stream=is_stream,
            meta=meta or {"_type": FILE_MARKER},
        )


def set_static_paths(paths: str | Path | Sequence[str | Path]) -> None:
    """Let every app of this process serve these files and folders.

    Anyone who can open an app can then read them: name nothing that is secret.
    """
    given = [paths] if isinstance(paths, (str, Path)) else paths
    _static_paths.extend(Path(path).expanduser().resolve() for path in given)


def static_paths() -> tuple[str, ...]:
    """Return what `set_static_paths` was given."""
    return tuple(str(path) for path in _static_paths)


def validate(is_valid: bool, message: str) -> dict[str, Any]:
    """Return what a validator says of one input; ``message`` is shown beside it when it is not valid."""
    if not isinstance(is_valid, bool) or not isinstance(message, str):
        raise OptionTypeError(
            "validate(is_valid=, message=)", got=(is_valid, message), expected="True or False, and text"
        )
    return {"__type__": "validate", "is_valid": is_valid, "message": message}
