"""The templates and the npm packages that the kit carries: packed in the wheel, or the checkout's own."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path

PACKED = Path(__file__).parent / "_kit"
CHECKOUT = Path(__file__).resolve().parents[3]
NPM_PACKAGES = ("types", "svelte", "react", "vite")


def template_dir(name: str) -> Path:
    """Return the folder of a template: ``component`` or ``app``."""
    packed = PACKED / "templates" / name
    return packed if packed.is_dir() else CHECKOUT / "templates" / name


def npm_tarball(name: str) -> bytes:
    """Return ``@pegboard/NAME`` as `npm pack` makes it."""
    packed = PACKED / "npm" / f"pegboard-{name}.tgz"
    return packed.read_bytes() if packed.is_file() else pack_npm(CHECKOUT / "core" / "js" / name)


def pack_npm(folder: Path) -> bytes:
    """Pack a package that needs no build as npm does, with the same bytes each time, without Node.

    The format (npm's own documentation of `npm pack`): a gzipped tar of the files that ``files`` in
    package.json names, and package.json itself, below ``package/``.
    """
    wanted = json.loads((folder / "package.json").read_text(encoding="utf-8"))["files"]
    files = [folder / "package.json"]
    for name in wanted:
        path = folder / name
        files += sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for file in files:
            info = tarfile.TarInfo(f"package/{file.relative_to(folder).as_posix()}")
            content = file.read_bytes()
            info.size = len(content)
            info.mode = 0o755 if "bin" in file.relative_to(folder).parts else 0o644
            # npm's own date for everything in a package.
            info.mtime = 499_162_500
            archive.addfile(info, io.BytesIO(content))
    return gzip.compress(buffer.getvalue(), 9, mtime=0)
