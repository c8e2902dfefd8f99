"""`pegboard component eject`: a class beside an app becomes a distribution of its own.

Its Python and its module are moved as they are, with the imports and helpers that they use; around them
come tests, CI, types and a build. The app stays as it is until its author changes one line.
"""

from __future__ import annotations

import ast
import inspect
import sys
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pegboard import tooling
from pegboard.component import Component
from pegboard_cli.console import Problem
from pegboard_cli.new import component_answers, render_component

_MODULE_NAMES = ("_esm", "_css")


@dataclass(frozen=True)
class Found:
    """A component class in an app's script."""

    name: str
    summary: str
    source: str
    esm: str
    css: str


class _Launched(BaseException):
    """The script has come to its launch: all that it defines is there."""


class _StopAtLaunch:
    """A tool under which launching ends the script."""

    @property
    def page(self) -> Mapping[str, Any]:
        return {}

    @property
    def parameters(self) -> Mapping[str, Any]:
        raise _Launched

    def assets(self, cls: type | None, assets: Any) -> Any:
        return assets

    def prepare(self, app: Any) -> None:
        """Nothing is served."""


def find_class(script: Path, wanted: str | None) -> Found:
    """Return the component class of an app's script.

    Raises:
        Problem: There is none of that name, or several and no name was given.
    """
    module = _run(script)
    text = script.read_text(encoding="utf-8")
    tree = ast.parse(text)
    classes = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Component) and value.__module__ == module.__name__
        and value._esm is not None
    }  # fmt: skip
    if wanted is None and len(classes) == 1:
        (wanted,) = classes
    if wanted not in classes:
        raise Problem(
            f"{script.name} has no such component.",
            got=wanted or "no name",
            expected=f"a class with an _esm: {', '.join(sorted(classes)) or 'none is there'}",
            fix=f"name it: pegboard component eject {script.name} NAME",
        )
    cls = classes[wanted]
    node = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == wanted)
    doc = inspect.getdoc(cls) if vars(cls).get("__doc__") else None
    return Found(
        name=wanted,
        summary=(doc or f"{wanted}.").partition("\n")[0].strip(),
        source=_source(text, tree, node),
        esm=_text_of(cls._esm, script.parent),
        css=_text_of(cls._css, script.parent) if cls._css is not None else "",
    )


def eject(found: Found, output: Path, *, frontend: str = "typescript", **options: Any) -> Path:
    """Make the distribution's project and return its folder."""
    kind = "vanilla" if frontend == "vanilla" else "svelte"
    answers = component_answers(found.name, frontend=kind, summary=found.summary, **options)
    folder = render_component(answers, output)
    (folder / "src" / answers["package"] / "component.py").write_text(found.source, encoding="utf-8")
    (folder / "tests" / "test_component.py").unlink()
    pyproject = folder / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    # What its values are is in its own code; nothing is claimed for the choice by annotation.
    text = text.replace('accepts = ["int"]', "accepts = []").replace('returns = ["int"]', "returns = []")
    browser = folder / "frontend"
    package = folder / "package.json"
    if package.is_file():
        # The Svelte project's checker warns where there is no Svelte.
        given = package.read_text(encoding="utf-8")
        plain = given.replace("svelte-check --tsconfig ./tsconfig.json --fail-on-warnings", "tsc --project ./tsconfig.json")
        package.write_text(plain, encoding="utf-8")
    (browser / "style.css").write_text(found.css, encoding="utf-8")
    if frontend == "vanilla":
        (browser / "index.js").write_text(found.esm, encoding="utf-8")
        if not found.css:
            (browser / "style.css").unlink()
    else:
        (browser / f"{found.name}.svelte").unlink()
        (browser / "widget.js").write_text(found.esm, encoding="utf-8")
        (browser / "widget.d.ts").write_text(
            'declare const widget: import("@pegboard/types").ComponentModule;\nexport default widget;\n',
            encoding="utf-8",
        )
        styled = 'import "./style.css";\n' if found.css else ""
        if not found.css:
            (browser / "style.css").unlink()
        (browser / "index.ts").write_text(
            f'{styled}import widget from "./widget.js";\n\nexport default widget;\n', encoding="utf-8"
        )
    pyproject.write_text(text, encoding="utf-8")
    return folder


def _run(script: Path) -> types.ModuleType:
    """Run the script up to its launch and return its names."""
    module = types.ModuleType(script.stem)
    module.__file__ = str(script)
    sys.modules[script.stem] = module
    sys.path.insert(0, str(script.parent))
    tooling.use(_StopAtLaunch())
    try:
        exec(compile(script.read_text(encoding="utf-8"), str(script), "exec"), module.__dict__)
    except _Launched:
        pass
    except Exception as problem:
        raise Problem(
            f"{script.name} cannot be run.", got=f"{type(problem).__name__}: {problem}", fix="mend it first"
        ) from None
    finally:
        tooling.use(None)
    return module


def _text_of(given: object, folder: Path) -> str:
    """Return the text of ``_esm`` or ``_css``: code, or a path to it."""
    text = str(given)
    if isinstance(given, Path) or ("{" not in text and len(text) < 250):
        file = folder / text
        if file.is_file():
            return file.read_text(encoding="utf-8")
    return inspect.cleandoc(str(given)) + "\n"


def _source(text: str, tree: ast.Module, node: ast.ClassDef) -> str:
    """Return the class without its browser code, after everything of the script that it uses."""
    kept: list[ast.stmt] = []
    wanted = _names_in(node, skip=_MODULE_NAMES)
    others = [other for other in tree.body if other is not node]
    for other in reversed(others):
        if _binds(other) & wanted and not isinstance(other, ast.Expr):
            kept.insert(0, other)
            wanted |= _names_in(other)
    future = "from __future__ import annotations\n\n"
    has_future = any(isinstance(n, ast.ImportFrom) and n.module == "__future__" for n in others)
    parts = [f'"""{_summary(node)}"""\n\n', future if has_future else ""]
    imports = [n for n in kept if isinstance(n, (ast.Import, ast.ImportFrom)) and not _is_future(n)]
    helpers = [n for n in kept if n not in imports and not _is_future(n)]
    parts += [f"{_segment(text, n)}\n" for n in imports]
    parts += [f"\n\n{_segment(text, n)}\n" for n in helpers]
    parts.append(f"\n\n{_class_text(text, node)}\n")
    return "".join(parts)


def _summary(node: ast.ClassDef) -> str:
    return (ast.get_docstring(node) or f"{node.name}, a component.").partition("\n")[0]


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _names_in(node: ast.stmt, skip: tuple[str, ...] = ()) -> set[str]:
    body: list[ast.AST] = [node]
    if isinstance(node, ast.ClassDef):
        inner = [item for item in node.body if not _binds(item) & set(skip)]
        body = [*node.bases, *node.decorator_list, *inner]
    return {n.id for part in body for n in ast.walk(part) if isinstance(n, ast.Name)}


def _binds(node: ast.stmt) -> set[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    return {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}


def _segment(text: str, node: ast.stmt) -> str:
    lines = text.splitlines()
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(item.lineno for item in decorators)])
    return "\n".join(lines[first - 1 : node.end_lineno])


def _class_text(text: str, node: ast.ClassDef) -> str:
    """Return the class's own lines, but for those that assign its browser code."""
    lines = text.splitlines()
    gone = {line for item in node.body if _binds(item) & set(_MODULE_NAMES) for line in _lines_of(item)}
    first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
    kept = [lines[n - 1] for n in range(first, (node.end_lineno or first) + 1) if n not in gone]
    if all(_binds(item) & set(_MODULE_NAMES) for item in node.body):
        kept.append("    pass")
    return "\n".join(kept).rstrip()


def _lines_of(node: ast.stmt) -> Iterator[int]:
    yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)
