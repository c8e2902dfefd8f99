"""`pegboard environment`: what a bug report needs, and nothing that is private."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from typing import Any

import importlib_metadata

_OTHERS = ("fastapi", "starlette", "uvicorn", "uvloop", "pydantic", "orjson", "pluggy", "gradio-client", "numpy", "pillow")


def environment() -> dict[str, Any]:
    """Return versions of what matters; of settings in the environment, the names only."""
    names = {str(dist.metadata["Name"]): dist.version for dist in importlib_metadata.distributions()}
    plain = {name.lower().replace("_", "-"): version for name, version in names.items()}
    ours = {name: plain[name] for name in sorted(plain) if name.startswith(("pegboard", "hatch-pegboard"))}
    return {
        "pegboard": ours,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "platform": platform.platform(),
        "packages": {name: plain[name] for name in _OTHERS if name in plain},
        "node": _version("node"),
        "npm": _version("npm"),
        "browser": next((name for name in ("chromium", "google-chrome") if shutil.which(name)), None),
        "settings": sorted(name for name in os.environ if name.startswith(("PEGBOARD_", "GRADIO_"))),
        "in_virtual_environment": sys.prefix != sys.base_prefix,
    }


def as_text(found: dict[str, Any]) -> str:
    """Return it for people, one thing a line."""
    lines = []
    for key, value in found.items():
        if isinstance(value, dict):
            lines += [f"{key}:", *(f"  {name} {version}" for name, version in value.items())]
        else:
            shown = ", ".join(value) if isinstance(value, list) else value
            lines.append(f"{key}: {shown if shown not in (None, '') else 'none'}")
    return "\n".join(lines)


def _version(program: str) -> str | None:
    if shutil.which(program) is None:
        return None
    done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False)
    return done.stdout.strip() or None
