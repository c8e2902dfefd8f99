"""The scripts of a page, in two forms: fetched from addresses of their own, or inside the document.

A visitor who comes from elsewhere has nothing of ours yet. For them one answer holds the page, the shell
and the components, so that it can be drawn after one round trip. Who goes from one page of this
origin to the next fetches files that the browser then keeps.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pegboard.server.bundles import Bundles, PluginAssets, verified
from pegboard.spec import AppSpec

INLINE_LIMIT = 96 * 1024
"""Characters of components' code in one document; what goes beyond it is fetched beside it."""

# Lets V8 compile all functions with the script instead of parsing each twice: every page runs most of them.
_EAGER = "//# allFunctionsCalledOnLoad\n"
_DATASET = "pegboard/DatasetView"


@dataclass(frozen=True, slots=True)
class Scripts:
    """What a page's head says of scripts. Addresses are without what stands before all of ours.

    Attributes:
        imports: The import map.
        loads: Modules to fetch at once.
        entry: Address of the script that draws the page, if it is fetched.
        source: The text of that script, if it is in the document.
        parts: Component modules in the document, as functions, by address.
    """

    imports: Mapping[str, str] = field(default_factory=dict)
    loads: Sequence[str] = ()
    entry: str | None = None
    source: str | None = None
    parts: Mapping[str, str] = field(default_factory=dict)

    def import_map(self, root_path: str) -> str:
        """Return the import map's text, or nothing."""
        if not self.imports:
            return ""
        imports = {name: f"{root_path}{address}" for name, address in self.imports.items()}
        return _json({"imports": imports})

    def inline(self, root_path: str) -> str:
        """Return the text of the script in the document, or nothing."""
        if self.source is None:
            return ""
        parts = (f"{_json(root_path + address)}:{text}" for address, text in self.parts.items())
        return f'{_EAGER}"use strict";globalThis.pegboardParts={{{",".join(parts)}}};{self.source}'


def linked(bundles: Bundles, plugins: Mapping[str, PluginAssets], entry: str | None = None) -> Scripts:
    """Return the scripts of a page that fetches all of them.

    Args:
        entry: Address of the script that draws the page, when it is not the shell's.
    """
    if not bundles.shell:
        return Scripts()
    imports = _addresses(bundles, bundles.shell.get("imports", {}))
    entries = [assets.entry for assets in plugins.values() if assets.entry]
    return Scripts(
        imports,
        [*dict.fromkeys(imports.values()), *entries],
        entry or bundles.shell_address(bundles.shell["shell"]["entry"]),
    )


def inlined(bundles: Bundles, plugins: Mapping[str, PluginAssets], spec: AppSpec) -> Scripts | None:
    """Return the scripts of a page whose document holds them; ``None`` when that cannot be.

    It cannot when a component takes something of Svelte that the document's script does not hand out, or
    when a file is not as it was built: one broken script would take the others in its element along.
    """
    inline = bundles.shell.get("inline") if bundles.shell else None
    if not isinstance(inline, dict):
        return None
    source = verified(bundles.shell_folder / inline["page"], bundles.shell["files"][inline["page"]]["sha256"])
    provided = {name: set(names) for name, names in inline["provides"].items()}
    shared = [assets for assets in plugins.values() if assets.entry and assets.is_shared]
    if source is None or not all(_is_served(assets.takes, provided) for assets in shared):
        return None
    imports = _addresses(bundles, inline["imports"])
    parts: dict[str, str] = {}
    loads: list[str] = []
    room = INLINE_LIMIT
    for assets in plugins.values():
        if assets.entry is None:
            continue
        if assets.inline is not None and len(assets.inline) <= room:
            parts[assets.entry] = assets.inline
            room -= len(assets.inline)
        else:
            loads.append(assets.entry)
            loads += [imports[name] for name in assets.takes]
    if any(block.type == "dataset" for block in spec.blocks.values()):
        loads += [imports[_DATASET], *(imports[name] for name in provided)]
    return Scripts(imports, [*dict.fromkeys(loads)], None, source, parts)


def _is_served(takes: Mapping[str, Sequence[str]], provided: Mapping[str, set[str]]) -> bool:
    return bool(takes) and all(
        name in provided and set(names) <= provided[name] for name, names in takes.items()
    )


def _addresses(bundles: Bundles, files: Mapping[str, str]) -> dict[str, str]:
    return {name: bundles.shell_address(file) for name, file in files.items()}


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")
