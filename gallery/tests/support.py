"""Wheels made by hand, catalogues of any size, and a gallery in a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MODULE = """
import { mark } from "./mark.js";
export default {
  render({ model, el, pegboard }) {
    const button = document.createElement("button");
    const draw = () => { button.textContent = `${model.get("prefix") ?? "Rings"}: ${model.get("value") ?? 0}${mark}`; };
    button.onclick = () => {
      model.set("value", (model.get("value") ?? 0) + 1);
      model.save_changes();
      pegboard?.emit("ring", { loud: true });
    };
    model.on("change:value", draw);
    model.on("change:prefix", draw);
    draw();
    el.append(button);
  },
};
"""

SOURCE = '''
"""A bell."""

import pegboard as pb

raise RuntimeError("nobody may import this to look at it")


class {name}(pb.Component):
    """A bell that counts its rings.

    Args:
        prefix: What stands before the number.
    """

    def preprocess(self, payload: object) -> int:
        """Return how often it was rung."""
        return payload or 0
'''


def component(name: str, class_name: str, package: str, **more: Any) -> dict[str, Any]:
    """Return a manifest's entry."""
    return {
        "name": name,
        "object": f"{package}:{class_name}",
        "kind": "io",
        "category": "toy",
        "title": class_name,
        "summary": f"{class_name} of a third party.",
        "keywords": ["sound"],
        "accepts": ["acme.Bell", "int"],
        "returns": ["acme.Bell"],
        "aliases": [],
        "frontend": {"entry": f"_frontend/{name}/index.js", "styles": "scoped", "handles": []},
        "props": {
            "prefix": {"python_type": "str", "type": "string", "default": "Rings"},
            "loud": {"python_type": "bool", "type": "boolean", "default": False},
        },
        "payload": {"type": "integer", "minimum": 0, "maximum": 10},
        "events": {"ring": {"doc": "It was rung.", "data": "RingData"}, "change": {"doc": "The count changed."}},
        "examples": [{"title": "Three", "payload": 3}],
        **more,
    }


def make_wheel(
    folder: Path,
    distribution: str = "acme-bell",
    version: str = "1.2.0",
    *,
    name: str = "bell",
    class_name: str = "Bell",
    protocol: str = ">=1.0,<2",
    source: str | None = None,
    needs: Sequence[str] = ("pegboard-core>=0.1,<1",),
    **more: Any,
) -> Path:
    """Write the wheel of a plugin in plain JavaScript, whose Python must not be run by looking."""
    package = distribution.replace("-", "_")
    manifest = {
        "manifest_version": 1,
        "protocol": protocol,
        "distribution": distribution,
        "components": [component(name, class_name, package, **more)],
    }
    info = f"{package}-{version}.dist-info"
    files = {
        f"{package}/__init__.py": source if source is not None else SOURCE.format(name=class_name),
        f"{package}/pegboard.json": json.dumps(manifest),
        f"{package}/_frontend/{name}/index.js": MODULE,
        f"{package}/_frontend/{name}/mark.js": 'export const mark = "!";\n',
        f"{info}/METADATA": (
            f"Metadata-Version: 2.4\nName: {distribution}\nVersion: {version}\nSummary: A bell to ring\n"
            "Author: Acme Works\nLicense-Expression: MIT\nProject-URL: Homepage, https://acme.example/bell\n"
            + "".join(f"Requires-Dist: {need}\n" for need in needs)
            + "Requires-Python: >=3.10\n\nA bell.\n"
        ),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": (
            f"[pegboard.components]\n{name} = {package}:{class_name}\n\n"
            f"[pegboard.manifest]\n{distribution} = {package}:pegboard.json\n"
        ),
        f"{info}/extra_metadata/pegboard.json": json.dumps(manifest),
    }
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    path = folder / f"{package}-{version}-py3-none-any.whl"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as wheel:
        for member, text in files.items():
            wheel.writestr(member, text)
    return path


def unpack(wheel: Path, folder: Path) -> None:
    """Install a wheel without running anything: its files, and nothing else."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)


def make_catalogue(path: Path, count: int) -> Path:
    """Write a catalogue of many distributions, none of which exists."""
    kinds = ["chart", "map", "table", "player"]
    entries = []
    for number in range(count):
        package = f"far_{number}"
        entries.append(
            {
                "distribution": f"far-{number}",
                "version": f"1.{number % 7}.0",
                "summary": f"Made-up component number {number}",
                "author": f"Author {number % 9}",
                "license": ["MIT", "Apache-2.0", "BSD-3-Clause"][number % 3],
                "size_bytes": 1000 + number,
                "manifest": {
                    "manifest_version": 1,
                    "protocol": ">=1.0,<2",
                    "distribution": f"far-{number}",
                    "components": [
                        component(
                            f"far{number}", f"Far{number}", package,
                            category=kinds[number % 4],
                            returns=["pandas.DataFrame"] if number % 100 == 0 else ["list"],
                            accepts=["list"],
                        )
                    ],
                },
            }
        )
    path.write_text(json.dumps({"catalogue_version": 1, "entries": entries}))
    return path


@contextmanager
def gallery_process(
    *arguments: str, site: Path | None = None, environment: dict[str, str] | None = None
) -> Iterator[str]:
    """Run ``pegboard gallery`` on a free port and give its address.

    Args:
        arguments: Further arguments.
        site: A folder of plugins on the process's path.
        environment: Further variables.
    """
    variables = {**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})}
    if site is not None:
        site.mkdir(exist_ok=True)
        variables["PYTHONPATH"] = str(site)
    process = subprocess.Popen(
        [sys.executable, "-m", "pegboard_cli", "gallery", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=variables,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, f"the gallery did not start: {line!r}"
        yield found[0]
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


def cli(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command of ``pegboard``."""
    return subprocess.run(
        [sys.executable, "-m", "pegboard_cli", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def names_of(rows: Sequence[dict[str, Any]], key: str = "id") -> list[str]:
    """Return one key of each row."""
    return [row[key] for row in rows]
