"""The author's ``head``: HTML that goes into the page as it is, and what its policy must allow for it.

The policy stays strict. A script or a style written into the head is the author's own, so its hash is
allowed; one of this origin is allowed anyway. One of another origin is not: a page of ours loads
nothing from elsewhere, and a warning says how to serve it from here.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from html.parser import HTMLParser

_INERT_SCRIPTS = ("application/json", "application/ld+json", "text/template", "text/plain")


@dataclass(frozen=True, slots=True)
class Head:
    """The author's HTML, with the hashes of its scripts and styles, and what will not load."""

    html: str
    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


def read_head(text: str) -> Head:
    """Read what an author's head needs of the policy."""
    if not text.strip():
        return Head("")
    reader = _Reader()
    # A browser hashes what it has read, and it reads one kind of line end.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    reader.feed(text)
    reader.close()
    return Head(text, tuple(reader.scripts), tuple(reader.styles), tuple(reader.foreign))


def hash_of(text: str) -> str:
    """Return a source expression for one inline script or style. Source: CSP Level 3, 2.3.1."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class _Reader(HTMLParser):
    """Collects inline scripts and styles, and addresses of other origins."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.foreign: list[str] = []
        self._target: list[str] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a script, style or link needs."""
        given = {name: value or "" for name, value in attrs}
        address = given.get("src") if tag == "script" else None
        if tag == "link" and "stylesheet" in given.get("rel", ""):
            address = given.get("href")
        if address is not None:
            if address.strip().lower().startswith(("http:", "https:", "//")):
                self.foreign.append(address.strip())
            return
        if tag == "script" and given.get("type", "").lower() not in _INERT_SCRIPTS:
            self._target, self._text = self.scripts, ""
        elif tag == "style":
            self._target, self._text = self.styles, ""

    def handle_data(self, data: str) -> None:
        """Gather the text of a script or style."""
        if self._target is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        """A script or style is complete."""
        if self._target is not None and tag in ("script", "style"):
            self._target.append(hash_of(self._text))
            self._target = None
