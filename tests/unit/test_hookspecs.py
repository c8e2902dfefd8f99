"""Hook plugins: loaded from entry points, and none that fails stops another."""

from __future__ import annotations

import asyncio
import sys

import pytest

from pegboard.errors import PluginBroken
from pegboard.hookspecs import Hooks
from pegboard.plugins import scan

GOOD = """
from pegboard.hookspecs import Check, hookimpl

seen = []

@hookimpl
async def pegboard_startup(app):
    seen.append(("startup", app))

@hookimpl
def pegboard_doctor_checks():
    return [Check("disk", False, "free some")]
"""


def foreign(hooks: Hooks) -> list[str]:
    """The loaded plugins without those of this repository."""
    return [name for name in hooks.names() if not name.startswith("pegboard-")]


@pytest.fixture
def install_hooks(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)

    def install(distribution: str, source: str) -> str:
        package = distribution.replace("-", "_")
        (tmp_path / f"{package}.py").write_text(source)
        info = tmp_path / f"{package}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Name: {distribution}\nVersion: 1\n")
        (info / "entry_points.txt").write_text(f"[pegboard.plugins]\nmain = {package}\n")
        return package

    yield install
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_hooks_are_called_and_awaited(install_hooks):
    package = install_hooks("acme-good", GOOD)
    hooks = Hooks(scan().hook_points)

    asyncio.run(hooks.call_async("pegboard_startup", app="the app"))
    (checks,) = hooks.call("pegboard_doctor_checks")

    assert foreign(hooks) == ["acme-good:main"]
    assert sys.modules[package].seen == [("startup", "the app")]
    assert [check.title for check in checks] == ["disk"]
    assert hooks.problems == []


@pytest.mark.parametrize(
    "source",
    [
        "raise RuntimeError('boom')",
        "raise SystemExit(1)",
        "from pegboard.hookspecs import hookimpl\n@hookimpl\ndef pegboard_startup(no_such_argument): pass",
        "from pegboard.hookspecs import hookimpl\n@hookimpl\ndef pegboard_no_such_hook(): pass",
    ],
)
def test_plugin_that_cannot_be_loaded_is_noted_and_the_others_work(install_hooks, source):
    install_hooks("acme-bad", source)
    install_hooks("acme-good", GOOD)

    hooks = Hooks(scan().hook_points)

    assert foreign(hooks) == ["acme-good:main"]
    (problem,) = hooks.problems
    assert (problem.plugin, problem.where) == ("acme-bad:main", "loading")
    assert problem.traceback


def test_hook_that_raises_stops_no_other(install_hooks):
    install_hooks("acme-bad", GOOD.replace("return [", "raise OSError('full')  # ["))
    install_hooks("acme-good", GOOD)
    hooks = Hooks(scan().hook_points)

    found = hooks.call("pegboard_doctor_checks")

    assert len(found) == 1
    assert [(p.plugin, p.cause) for p in hooks.problems] == [("acme-bad:main", "OSError: full")]


def test_environment_chooses_the_plugins_and_makes_failures_errors(install_hooks, monkeypatch):
    install_hooks("acme-bad", "raise RuntimeError('boom')")
    install_hooks("acme-good", GOOD)
    points = scan().hook_points

    monkeypatch.setenv("PEGBOARD_PLUGINS", "acme-good")
    assert Hooks(points).problems == []
    monkeypatch.setenv("PEGBOARD_PLUGINS", "")
    assert Hooks(points).names() == []
    monkeypatch.setenv("PEGBOARD_PLUGINS", "acme-bad")
    monkeypatch.setenv("PEGBOARD_STRICT", "1")
    with pytest.raises(PluginBroken, match=r"acme-bad:main failed in loading: RuntimeError: boom"):
        Hooks(points)


def test_distribution_with_hooks_alone_needs_no_manifest(install_hooks):
    install_hooks("acme-good", GOOD)

    found = scan()

    assert [entry.name for entry in found.entries if entry.distribution == "acme-good"] == []
    assert [str(p) for p in found.problems if p.distribution == "acme-good"] == []
