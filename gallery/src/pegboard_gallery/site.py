"""The static build: the same page and the same data as files, for any web server."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from pegboard_gallery.gallery import Gallery
from pegboard_gallery.packages import is_inside
from pegboard_gallery.server import FRONTEND


class SiteError(RuntimeError):
    """The site cannot be built; the message says why."""


def build_site(gallery: Gallery, folder: Path) -> dict[str, int]:
    """Write the site into a folder and say how much was written.

    Raises:
        SiteError: The page itself is not built, or the folder holds something else.
    """
    if not (FRONTEND / "index.html").is_file():
        raise SiteError("The gallery's page is not built. In a source checkout run `make build`.")
    mark = folder / "data" / "gallery.json"
    if folder.exists() and any(folder.iterdir()) and not mark.is_file():
        raise SiteError(f"{folder} is not empty and holds no gallery. Name a new folder, or empty it.")
    for old in ("assets", "data", "bundles"):
        shutil.rmtree(folder / old, ignore_errors=True)
    for path in sorted(FRONTEND.rglob("*")):
        name = path.relative_to(FRONTEND)
        if path.is_file() and not name.name.startswith("."):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / name)

    listing = gallery.listing()
    bundles = 0
    for item in listing.items:
        detail = listing.detail(item)
        _write(folder / "data" / "components" / f"{item.slug}.json", detail)
        for name in detail["bundle"]["files"]:
            content = item.package.read(name) if item.package is not None else None
            if content is None or not is_inside(name):
                continue
            target = folder / "bundles" / item.slug / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            bundles += 1
    for demo in listing.demos:
        _write(folder / "data" / "demos" / f"{demo.name}.json", demo.detail())
    _write(
        mark,
        {
            "mode": "static",
            "home": None,
            "components": listing.cards(),
            "demos": listing.demo_rows(),
            "problems": listing.problems,
        },
    )
    return {"components": len(listing.items), "demos": len(listing.demos), "bundle_files": bundles}


def _write(path: Path, data: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
