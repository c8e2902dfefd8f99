"""`pegboard stubs`: tells editors and type checkers which components are installed.

``pb.Textbox`` is found at run time, from whatever is installed, so no file of the core can name it. The
stub beside the package does: the core's own names as they are, and one import for each component.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pegboard
from pegboard.plugins import index

_HEAD = '''"""Made by `pegboard stubs` from what is installed. Run it again after installing components."""
'''


def stub_text() -> str:
    """Return the stub of the package ``pegboard``."""
    source = Path(str(pegboard.__file__)).read_text(encoding="utf-8")
    lines = [_HEAD, *_own_names(source), "", *_components(), "", "__version__: str", "__all__: list[str]", ""]
    return "\n".join(lines)


def default_path() -> Path:
    """Return where checkers look: beside the package's own file."""
    return Path(str(pegboard.__file__)).with_name("__init__.pyi")


def _own_names(source: str) -> Iterator[str]:
    """Yield the imports that the package makes for type checkers."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for statement in node.body:
                yield ast.unparse(statement)


def _components() -> Iterator[str]:
    claimed: set[str] = set(pegboard.__all__)
    for entry in sorted(index().entries, key=lambda entry: entry.class_name):
        module, _, name = entry.object_ref.partition(":")
        if entry.problem is not None or name in claimed or "." in name:
            continue
        claimed.add(name)
        yield f"from {module} import {name} as {name}"
        for template in entry.manifest.templates if entry.manifest else ():
            if template.isidentifier() and template not in claimed:
                claimed.add(template)
                yield f"class {template}({name}): ..."
