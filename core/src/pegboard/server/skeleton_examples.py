"""The skeleton of a table of examples: what the shell's DatasetView draws first, in HTML.

Pictures are boxes of their size here: a page that is drawn for everybody names no file of anybody.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pegboard import wire

TEXT_LIMIT = 80
MINI_ROWS = 3
EMPTY_PICTURE = "data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E"


def draw_examples(props: Mapping[str, Any], head: str, say: Callable[[str], str]) -> str:
    """Return the first page of a table of examples.

    Args:
        props: The dataset's properties, as the page gets them.
        head: The attributes of its element.
        say: Translates a text, and escapes it for HTML.
    """
    size = max(1, int(props.get("samples_per_page") or 10))
    labels: Sequence[str] | None = props.get("sample_labels")
    rows: Sequence[Sequence[Mapping[str, Any]]] = props.get("cells") or ()
    total = int(props.get("total") or len(rows))
    parts = [f'<section {head}><h2 class="pb-label">{say(str(props.get("label") or "Examples"))}</h2>']
    if props.get("layout") == "gallery":
        captions = (
            [say(str(label)) for label in labels[:size]]
            if labels is not None
            else ["".join(_cell(cell) for cell in row) for row in rows]
        )
        buttons = "".join(f'<button type="button" disabled>{caption}</button>' for caption in captions)
        parts.append(f'<div class="pb-chips">{buttons}</div>')
    else:
        parts.append(_table([say(str(name)) for name in props.get("headers") or ()], rows))
    pages = -(-total // size)
    if pages > 1:
        parts.append(f'<nav class="pb-pager">{_pager(pages)}</nav>')
    return "".join([*parts, "</section>"])


def _table(headers: Sequence[str], rows: Sequence[Sequence[Mapping[str, Any]]]) -> str:
    captions = "".join(f'<th scope="col">{name}</th>' for name in headers)
    lines = []
    for row in rows:
        cells = [_cell(cell) for cell in row]
        first = [f'<td><button type="button" disabled>{cell}</button></td>' for cell in cells[:1]]
        lines.append(f"<tr>{''.join(first)}{''.join(f'<td>{cell}</td>' for cell in cells[1:])}</tr>")
    return (
        f'<div class="pb-table"><table><thead><tr>{captions}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _pager(pages: int) -> str:
    """Return the pager on the first page: its neighbours, a gap, the last."""
    numbers = [*range(1, min(pages, 3) + 1), *([pages] if pages > 3 else [])]
    buttons = [f'<button type="button" disabled>{number}</button>' for number in numbers]
    if pages > 4:
        buttons.insert(3, "<span>…</span>")
    return "".join(buttons)


def _cell(cell: Mapping[str, Any]) -> str:
    kind, value = cell.get("kind"), cell.get("value")
    if kind == "image" and value is not None:
        return f'<img alt="" src="{EMPTY_PICTURE}">'
    if kind == "table" and isinstance(value, list):
        lines = "".join(
            "<tr>" + "".join(f"<td>{_escape('' if v is None else v)}</td>" for v in row[:MINI_ROWS]) + "</tr>"
            for row in value[:MINI_ROWS]
            if isinstance(row, (list, tuple))
        )
        return f'<table class="pb-mini"><tbody>{lines}</tbody></table>'
    return f"<span>{_escape(_text(kind, value)) or '–'}</span>"


def _text(kind: object, value: object) -> str:
    if kind == "empty" or value is None:
        return ""
    if kind == "boolean":
        return "Yes" if value else "No"
    if kind == "files":
        return ", ".join(str(item) for item in (value if isinstance(value, list) else [value]))
    text = value if isinstance(value, str) else wire.dumps(value).decode()
    if kind == "html":
        text = html.unescape(re.sub(r"<[^>]*>", "", text))
    return text[:TEXT_LIMIT] + "…" * (len(text) > TEXT_LIMIT)


def _escape(text: object) -> str:
    return html.escape(str(text))
