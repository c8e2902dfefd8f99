"""Plugins installed by hand into a folder: what pip leaves behind, without the wait for pip."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CLASS = '''
from pegboard import Component, Event


class {name}(Component):
    """{name} for a test."""

    change = Event(doc="the value changed")
'''


def install(
    folder: Path,
    distribution: str,
    components: dict[str, str],
    *,
    source: str | None = None,
    manifest: dict[str, Any] | str | None = None,
    version: str = "1.0",
    protocol: str = ">=1.0,<2",
    entries: dict[str, dict[str, Any]] | None = None,
) -> str:
    """Put a distribution into a folder of ``sys.path`` and return its package's name.

    Args:
        folder: The folder.
        distribution: Its name; the package is the same with underscores.
        components: Entry-point names and class names.
        source: Text of the package's ``__init__.py``.
        manifest: The whole pegboard.json, instead of one made from ``components`` and ``entries``.
        version: Its version.
        protocol: The contract range in its manifest.
        entries: Further keys of each component's manifest entry, by entry-point name.
    """
    package = distribution.replace("-", "_")
    code = folder / package
    code.mkdir(parents=True)
    text = source if source is not None else "".join(CLASS.format(name=n) for n in components.values())
    (code / "__init__.py").write_text(text)

    info = folder / f"{package}-{version}.dist-info"
    (info / "extra_metadata").mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.3\nName: {distribution}\nVersion: {version}\n\nText: none\n"
    )
    points = "".join(f"{name} = {package}:{cls}\n" for name, cls in components.items())
    (info / "entry_points.txt").write_text(
        f"[pegboard.components]\n{points}\n[pegboard.manifest]\n{distribution} = {package}:pegboard.json\n"
    )
    if manifest is None:
        manifest = {
            "manifest_version": 1,
            "protocol": protocol,
            "distribution": distribution,
            "components": [
                {
                    "name": name,
                    "object": f"{package}:{cls}",
                    "events": {"change": {}},
                    **(entries or {}).get(name, {}),
                }
                for name, cls in components.items()
            ],
        }
    content = manifest if isinstance(manifest, str) else json.dumps(manifest)
    if content:
        (info / "extra_metadata" / "pegboard.json").write_text(content)
        (code / "pegboard.json").write_text(content)
    return package
