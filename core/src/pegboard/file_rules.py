"""Which files of this machine may leave it: the allowed and the blocked paths."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pegboard.errors import FileRefused


class FileRules:
    """The rules of one app.

    Args:
        allowed_paths: Files and folders that may be served and returned besides the usual ones.
        blocked_paths: Never served or returned; wins over everything, whatever the letters' case.
    """

    def __init__(self, allowed_paths: Sequence[str | Path], blocked_paths: Sequence[str | Path]) -> None:
        self._allowed = {Path(path).expanduser().resolve() for path in allowed_paths}
        self._blocked = [str(Path(path).expanduser().resolve()).casefold() for path in blocked_paths]

    def check_returned(self, path: str | Path, own_folder: Path | None) -> Path:
        """Return the real path of a local file that a function may hand out.

        Args:
            own_folder: Where the server keeps its own files.

        Raises:
            FileRefused: It is missing, no plain file, blocked, or outside the allowed folders.
        """
        real = Path(path).expanduser().resolve()
        if not real.is_file():
            raise FileRefused(
                FileRefused.three_parts(
                    "A file that was to be shown does not exist.",
                    got=str(path),
                    expected="the path of an existing file",
                    fix="return the path of a file that was written",
                )
            )
        if self._is_blocked(real) or not self._may_return(real, own_folder):
            raise FileRefused(
                FileRefused.three_parts(
                    "A file that was to be shown may not be served.",
                    got=str(path),
                    expected="a file in the working folder, the temporary folder or allowed_paths",
                    fix=f"launch(allowed_paths=[{str(real.parent)!r}]), or copy the file first",
                )
            )
        return real

    def check_served(self, wire_path: str) -> Path:
        """Return the real path of a file of ``allowed_paths``, for a path in a URL.

        Raises:
            FileRefused: It is none; nothing is said of whether it exists.
        """
        if "\0" in wire_path or not self._allowed:
            raise FileRefused("File not allowed")
        local = Path(wire_path)
        if not local.is_absolute():
            local = Path.cwd() / local
        try:
            real = local.resolve()
            if self._is_blocked(real) or not self._is_allowed(real) or not real.is_file():
                raise FileRefused("File not allowed")
        except OSError:
            raise FileRefused("File not allowed") from None
        return real

    def _is_blocked(self, real: Path) -> bool:
        text = str(real).casefold()
        return any(text == block or text.startswith(block + os.sep) for block in self._blocked)

    def _is_allowed(self, real: Path) -> bool:
        return real in self._allowed or any(path in self._allowed for path in real.parents)

    def _may_return(self, real: Path, own_folder: Path | None) -> bool:
        if self._is_allowed(real) or (own_folder is not None and own_folder in real.parents):
            return True
        cwd = Path.cwd().resolve()
        if cwd in real.parents:
            return not any(part.startswith(".") for part in real.relative_to(cwd).parts)
        return Path(tempfile.gettempdir()).resolve() in real.parents
