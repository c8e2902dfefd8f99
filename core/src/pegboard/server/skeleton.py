"""The skeleton: a page's layout, labels and reserved boxes as HTML, drawn in Python.

With ``ssr_mode`` the server puts it where the shell will draw the page, in the same elements and
classes, so that people see the page before a script has run and nothing moves when the shell takes
over. It must draw what the shell's BlockView, ComponentView, TabsView, Accordion and Sidebar draw at
first; values are the components' own and come with their scripts.

Sizes go into a style sheet by element id, because the page's policy allows no style attributes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence

from pegboard.server.bundles import PluginAssets
from pegboard.server.skeleton_examples import draw_examples
from pegboard.spec import AppSpec, BlockSpec, LayoutNode

INFO_PX = 20
_LEAST_PX = 160
_OWN_LEAST_PX = 80
_PLAIN = ("row", "column", "group", "form", "draggable", "blocks", "interface")
_LENGTH = re.compile(r"\d+(\.\d+)?(px|%|em|rem|ch|vh|vw|dvh|svh|lvh)?|auto|(calc|min|max)\([\w\s.%+*/,()-]+\)")


class Skeleton:
    """Draws one app.

    Args:
        say: Translates a text that may hold markers of `i18n`.
        footer: The footer's links: caption and address.
    """

    def __init__(
        self,
        spec: AppSpec,
        plugins: Mapping[str, PluginAssets],
        say: Callable[[str], str],
        footer: Sequence[tuple[str, str]],
    ) -> None:
        self._spec = spec
        self._plugins = plugins
        self._say = say
        self._footer = footer
        self._rules: list[str] = []

    def draw(self) -> tuple[str, str]:
        """Return the HTML and its style sheet."""
        children = self._spec.layout.children
        sidebars = [node for node in children if self._type(node) == "sidebar"]
        others = [node for node in children if self._type(node) != "sidebar"]
        names = ["pb-page"]
        names += ["pb-wide"] * self._spec.fill_width + ["pb-tall"] * self._spec.fill_height
        links = '<span aria-hidden="true">·</span>'.join(
            f'<a href="{_escape(address)}">{_escape(caption)}</a>' if address else f"<span>{caption}</span>"
            for caption, address in self._footer
        )
        body = (
            f'<div class="{" ".join(names)}" aria-busy="true">'
            + "".join(self._node(node) for node in sidebars)
            + '<main class="pb-main">'
            + "".join(self._node(node) for node in others)
            + f'</main><footer class="pb-footer">{links}</footer></div>'
        )
        return body, "".join(self._rules)

    def _type(self, node: LayoutNode) -> str:
        block = self._spec.blocks.get(node.id)
        return block.type if block is not None else ""

    def _node(self, node: LayoutNode, is_form_field: bool = False) -> str:
        block = self._spec.blocks.get(node.id)
        if block is None or block.props.get("visible") is False or block.type == "state":
            return ""
        if block.plugin is not None or block.problem is not None:
            return self._component(block, node, is_form_field)
        kind = block.type
        if kind == "accordion":
            return self._accordion(block, node)
        if kind in ("tabs", "walkthrough"):
            return self._tabs(block, node)
        if kind == "sidebar":
            return self._sidebar(block, node)
        if kind == "prose":
            return self._prose(block)
        if kind == "dataset":
            return draw_examples(block.props, self._head(block, ["pb-dataset"]), self._text)
        return self._box(block, node, is_form_field)

    def _box(self, block: BlockSpec, node: LayoutNode, is_form_field: bool) -> str:
        props = block.props
        names = ["pb-box", f"pb-{block.type if block.type in _PLAIN else 'column'}"]
        names += ["pb-panel"] * (props.get("variant") == "panel")
        names += ["pb-compact"] * (props.get("variant") == "compact")
        names += ["pb-equal"] * (props.get("equal_height") is True)
        self._sizes(block, 0)
        in_form = block.type == "form" or (is_form_field and block.type != "column")
        inside = "".join(self._node(child, in_form) for child in node.children)
        return f"<div {self._head(block, names)}>{inside}</div>"

    def _component(self, block: BlockSpec, node: LayoutNode, is_form_field: bool) -> str:
        props = block.props
        assets = self._plugins.get(block.plugin or "")
        handles = assets.handles if assets is not None else ()
        height = assets.min_height_px if assets is not None else None
        owns_label = "label" in handles
        label = props.get("label") if isinstance(props.get("label"), str) and not owns_label else ""
        info = props.get("info") if isinstance(props.get("info"), str) and not owns_label else ""
        is_framed = (
            props.get("container") is not False
            and not is_form_field
            and not owns_label
            and (bool(label) or height is not None)
        )
        names = ["pb-block"] + ["pb-framed"] * is_framed + ["pb-bare"] * (height == 0)
        reserved = height + INFO_PX * bool(info) if height else None
        self._sizes(block, _OWN_LEAST_PX if owns_label else _LEAST_PX, reserved)
        unseen = " pb-unseen" if props.get("show_label") is False else ""
        parts = [f"<div {self._head(block, names)}>"]
        if label:
            parts.append(f'<span class="pb-label{unseen}">{self._text(label)}</span>')
        if info:
            parts.append(f'<p class="pb-info">{self._text(info)}</p>')
        parts.append('<div class="pb-mount"></div>')
        parts += [f"<div>{self._node(child)}</div>" for child in node.children]
        return "".join([*parts, "</div>"])

    def _accordion(self, block: BlockSpec, node: LayoutNode) -> str:
        is_open = block.props.get("open") is not False
        inside = "".join(self._node(child) for child in node.children) if is_open else ""
        hidden = "" if is_open else " hidden"
        return (
            f'<section {self._head(block, ["pb-accordion"])}>'
            f'<button type="button" aria-expanded="{str(is_open).lower()}" disabled>'
            f"<span>{self._text(block.props.get('label') or 'More')}</span>"
            '<svg class="pb-chevron" viewBox="0 0 16 16" aria-hidden="true"><path d="m4 6 4 4 4-4"/></svg>'
            f'</button><div class="pb-accordion-panel"{hidden}>{inside}</div></section>'
        )

    def _tabs(self, block: BlockSpec, node: LayoutNode) -> str:
        tabs = []
        for child in node.children:
            tab = self._spec.blocks.get(child.id)
            if tab is not None and tab.props.get("visible") not in (False, "hidden"):
                tabs.append((child, tab))
        wanted = block.props.get("selected")
        chosen = next(
            (pair for pair in tabs if wanted is not None and pair[1].props.get("id", pair[0].id) == wanted),
            next((pair for pair in tabs if pair[1].props.get("interactive") is not False), None),
        )
        buttons = "".join(
            f'<button type="button" role="tab" aria-selected="{str((child, tab) == chosen).lower()}" '
            f"disabled>{self._text(tab.props.get('label') or f'Tab {at + 1}')}</button>"
            for at, (child, tab) in enumerate(tabs)
        )
        wrap = " pb-wrap" if block.props.get("overflow_behavior") == "wrap" else ""
        inside = "".join(self._node(child) for child in chosen[0].children) if chosen else ""
        return (
            f'<div {self._head(block, ["pb-tabs"])}><div class="pb-tablist{wrap}" role="tablist">{buttons}'
            f'</div><div class="pb-tabpanel" role="tabpanel">{inside}</div></div>'
        )

    def _sidebar(self, block: BlockSpec, node: LayoutNode) -> str:
        is_open = block.props.get("open") is not False
        label = self._text(block.props.get("label") or "")
        names = ["pb-sidebar"] + ["pb-closed"] * (not is_open)
        names += ["pb-end"] * (block.props.get("position") == "right")
        self._rule(block, {"--pb-width": _length(block.props.get("width") or 320)})
        inside = "".join(self._node(child) for child in node.children)
        hidden = "" if is_open else " hidden"
        heading = f"<h2>{label}</h2>" if label else ""
        return (
            f"<aside {self._head(block, names)}>"
            f'<div class="pb-sidebar-body"{hidden}>{heading}{inside}</div></aside>'
        )

    def _prose(self, block: BlockSpec) -> str:
        value = self._say(str(block.props.get("value") or ""))
        level = int(block.props.get("level") or 0)
        if level > 0:
            inside = f"<h{level}>{_escape(value)}</h{level}>"
        else:
            inside = "".join(f"<p>{_escape(part)}</p>" for part in re.split(r"\n{2,}", value))
        return f'<div {self._head(block, ["pb-prose"])}>{inside}</div>'

    # -- small parts -------------------------------------------------------------------------------

    def _text(self, text: object) -> str:
        return _escape(self._say(str(text)))

    def _id(self, block: BlockSpec) -> str:
        return _escape(str(block.props.get("elem_id") or f"pb-{block.id}"))

    def _head(self, block: BlockSpec, names: list[str]) -> str:
        classes = block.props.get("elem_classes") or []
        given = [classes] if isinstance(classes, str) else list(classes)
        hidden = " hidden" if block.props.get("visible") == "hidden" else ""
        # The id is the shell's; a class of the skeleton's own carries the sizes.
        names = [*names, *(str(name) for name in given), f"pb-at-{block.id}"]
        return f'class="{_escape(" ".join(names))}" id="{self._id(block)}"{hidden}'

    def _sizes(self, block: BlockSpec, min_width: int, height: int | None = None) -> None:
        props = block.props
        scale = props.get("scale")
        given = props.get("min_width")
        self._rule(
            block,
            {
                "--pb-grow": str(1 if scale is None else scale),
                "--pb-min": _length(min_width if given is None else given),
                "block-size": _length(props.get("height")) if height is None else None,
                "min-block-size": _length(height if height is not None else props.get("min_height")),
                "max-block-size": _length(props.get("max_height")) if height is None else None,
            },
        )

    def _rule(self, block: BlockSpec, sizes: Mapping[str, str | None]) -> None:
        lines = ";".join(f"{name}:{size}" for name, size in sizes.items() if size is not None)
        if lines:
            self._rules.append(f".pb-at-{block.id}{{{lines}}}")


def _length(size: object) -> str | None:
    """Return a CSS length; what is none is left out, since it comes from a page's author as text."""
    if isinstance(size, bool) or size is None or size == "":
        return None
    if isinstance(size, (int, float)):
        return f"{size}px"
    text = str(size).strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return f"{text}px"
    return text if _LENGTH.fullmatch(text) else None


def _escape(text: str) -> str:
    return html.escape(text, quote=True)
