"""What a component's source says of itself, read as text: no module is imported."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ClassDoc:
    """A class's words: the paragraph below the summary, its options, its two conversions."""

    text: str = ""
    options: dict[str, str] = field(default_factory=dict)
    value_in: str = ""
    value_out: str = ""
    type_in: str = ""
    type_out: str = ""


def class_doc(sources: Iterable[str], class_name: str) -> ClassDoc:
    """Return the words of the class of that name, empty ones if no source has it."""
    for source in sources:
        if f"class {class_name}" not in source:
            continue
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            continue
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name == class_name:
                return _read(node, _aliases(tree))
    return ClassDoc()


def sections_of(text: str) -> tuple[str, dict[str, str]]:
    """Split a Google-style docstring into its prose and its ``Args`` or ``Attributes`` (by name)."""
    prose: list[str] = []
    options: dict[str, str] = {}
    section, current = "", ""
    for line in text.splitlines():
        heading = re.match(r"^(Args|Attributes|Returns|Raises|Example|Examples|Source|Note|Yields):\s*$", line)
        if heading:
            section, current = heading[1], ""
        elif section == "":
            prose.append(line)
        elif section in ("Args", "Attributes"):
            item = re.match(r"^    (\*{0,2}\w+)(?: \([^)]*\))?: ?(.*)$", line)
            if item:
                current = item[1].lstrip("*")
                options[current] = item[2].strip()
            elif line.startswith("        ") and current:
                options[current] = f"{options[current]} {line.strip()}".strip()
        if line and not line.startswith(" ") and not heading:
            section = ""
    return "\n".join(prose).strip(), options


class _Spelled(ast.NodeTransformer):
    """Puts what a module's short name for a type stands for in its place."""

    def __init__(self, aliases: Mapping[str, ast.expr]) -> None:
        self._aliases = aliases

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Replace one name."""
        return self._aliases.get(node.id, node)


def _aliases(tree: ast.Module) -> dict[str, ast.expr]:
    """Return the unions that a module gives names to, such as ``Real = int | float``."""
    return {
        item.targets[0].id: item.value
        for item in tree.body
        if isinstance(item, ast.Assign)
        and len(item.targets) == 1
        and isinstance(item.targets[0], ast.Name)
        and isinstance(item.value, ast.BinOp)
        and isinstance(item.value.op, ast.BitOr)
    }


def _read(node: ast.ClassDef, aliases: Mapping[str, ast.expr]) -> ClassDoc:
    prose, options = sections_of(inspect.cleandoc(ast.get_docstring(node) or ""))
    summary, _, rest = prose.partition("\n")
    del summary  # the manifest has it
    methods = {item.name: item for item in node.body if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef))}
    before, after = methods.get("preprocess"), methods.get("postprocess")
    return ClassDoc(
        text=rest.strip(),
        options=options,
        value_in=_first_line(before),
        value_out=_first_line(after),
        type_in=_annotation(before.returns, aliases) if before else "",
        type_out=_annotation(after.args.args[1].annotation, aliases) if after and len(after.args.args) > 1 else "",
    )


def _first_line(method: ast.FunctionDef | ast.AsyncFunctionDef | None) -> str:
    if method is None:
        return ""
    return (ast.get_docstring(method) or "").split("\n\n")[0].replace("\n", " ").strip()


def _annotation(node: ast.expr | None, aliases: Mapping[str, ast.expr]) -> str:
    if node is None:
        return ""
    text = ast.unparse(_Spelled(aliases).visit(node))
    return "" if text in ("Any", "object") else text.strip("'\"")
