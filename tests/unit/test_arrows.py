"""Who may import whom inside the core: the directions of docs/architecture.md, read from the sources.

Imports inside functions count too; imports for type checkers do not.
"""

from __future__ import annotations

import ast
import json
from functools import lru_cache
from pathlib import Path

import pytest

import pegboard

ROOT = Path(pegboard.__file__).parent

DESCRIBING = {
    "blocks", "dataset", "description", "endpoint", "example_cache", "examples", "helpers", "inference",
    "integrations", "interface", "layout", "loading", "naming", "openapi", "pipelines", "prose", "remote", "talking",
    "state", "updates", "wiring",
}
RUNNING = {
    "call", "executor", "files", "media", "pump", "session", "queue.estimate", "queue.outbox",
    "queue.intake", "queue.scheduler", "queue.worker",
}
PURE = {
    "context", "errors", "manifest", "payload", "queue.estimate", "queue.job", "queue.messages",
    "queue.scheduler", "queue.slots", "spec",
}
# Each may import only these of ours.
FOUNDATIONS = {
    "errors": set(),
    "payload": {"errors"},
    "context": set(),
    "fetch": {"errors"},
    "manifest": set(),
    "events": {"context", "errors", "payload"},
    "component": {"context", "errors", "events", "payload"},
    "plugins": {"component", "errors", "events", "manifest", "payload"},
    "spec": {"component", "events", "payload"},
    "streaming": {"payload"},
    "queue.messages": {"payload"},
    "queue.slots": set(),
    "queue.job": {"queue.messages", "queue.slots"},
    "queue.estimate": set(),
    "queue.scheduler": {"errors", "queue.job", "queue.estimate", "queue.messages"},
}
WEB = {"fastapi", "starlette", "uvicorn"}
CONCURRENCY = {"asyncio", "threading", "concurrent", "multiprocessing", "anyio", "time", "socket"}


def is_server(module: str) -> bool:
    return module.partition(".")[0] == "server"


@lru_cache(maxsize=1)
def imports() -> dict[str, set[str]]:
    """Every module of the core with what it imports: ``"pegboard.x"`` for ours, else the full name."""
    found = {}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__") or "__init__"
        found[name] = _imported(path)
    return found


def _imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_checkers = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    names: set[str] = set()
    for node in ast.walk(tree):
        if node in for_checkers:
            continue
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where a name comes from"
            if node.module == "pegboard" or (node.module and (ROOT / _folder(node.module)).is_dir()):
                names.update(f"{node.module}.{alias.name}" for alias in node.names)
            elif node.module:
                names.add(node.module)
    return names


def _folder(module: str) -> str:
    return "/".join(module.split(".")[1:]) if module.startswith("pegboard.") else "-"


def ours(module: str) -> set[str]:
    known = imports()
    found = set()
    for name in imports()[module]:
        if name.startswith("pegboard."):
            rest = name.removeprefix("pegboard.")
            found.add(rest if rest in known else rest.rpartition(".")[0] or rest)
    return found


def foreign(module: str) -> set[str]:
    return {name.partition(".")[0] for name in imports()[module] if not name.startswith("pegboard")}


def test_every_named_module_exists():
    named = DESCRIBING | RUNNING | PURE | set(FOUNDATIONS)

    assert named - set(imports()) == set()


def test_describing_knows_nothing_of_running():
    wrong = {
        module: bad
        for module in DESCRIBING
        if (bad := {other for other in ours(module) if other in RUNNING or is_server(other)})
    }

    assert wrong == {}


def test_running_knows_nothing_of_describing():
    wrong = {
        module: bad
        for module in imports()
        if (module in RUNNING or is_server(module)) and (bad := ours(module) & DESCRIBING)
    }

    assert wrong == {}


def test_only_blocks_opens_the_door_of_launch():
    users = {module for module in imports() if "launch" in ours(module)}

    assert {module for module in users if not module.startswith("testing")} <= {"blocks"}


def test_nothing_imports_testing():
    users = {
        module
        for module in imports()
        if not module.startswith("testing") and any(o.startswith("testing") for o in ours(module))
    }

    assert users == set()


@pytest.mark.parametrize("module", sorted(FOUNDATIONS))
def test_foundation_imports_only_what_lies_below(module):
    assert ours(module) - FOUNDATIONS[module] == set()


def test_only_the_server_knows_the_web_framework():
    users = {module for module in imports() if foreign(module) & WEB}

    assert {module for module in users if not is_server(module)} <= {"launch", "hookspecs"}


def test_pure_modules_know_no_clock_no_thread_and_no_socket():
    wrong = {module: bad for module in PURE if (bad := foreign(module) & CONCURRENCY)}

    assert wrong == {}


def test_core_imports_no_heavy_library_and_no_component():
    heavy = {"numpy", "PIL", "pandas", "cookiecutter", "matplotlib", "click", "gradio", "gradio_client"}
    wrong = {
        module: bad
        for module in imports()
        if (bad := {n for n in foreign(module) if n in heavy or n.startswith("pegboard_")})
        # An extra that `load` asks for when it is called.
        - ({"gradio_client"} if module == "remote" else set())
    }

    assert wrong == {}


def test_core_names_no_component_outside_its_catalogue():
    names = set(json.loads((ROOT / "catalogue.json").read_text())) - {"text", "file", "files", "json", "label"}
    # Interface's own buttons, and Markdown of its title, are asked for by shortcut: that is its contract.
    allowed = {"button", "markdown", "textbox", "clearbutton"}
    wrong = {}
    for path in ROOT.rglob("*.py"):
        classes = {
            node.func.id
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        if bad := {name for name in classes if name.lower() in names - allowed and name[:1].isupper()}:
            wrong[path.name] = bad

    assert wrong == {}


def test_no_module_hides_a_public_name_of_the_package():
    # Importing a submodule sets its name on the package, so `pb.NAME` would become the module.
    assert set(pegboard.__all__) & set(imports()) == set()
