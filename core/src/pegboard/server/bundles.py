"""Browser code on its way to the page: component bundles, the shell, and the authors' own modules.

Every file gets an address that holds the hash of its content and may be cached for ever. Only files
that a manifest (or the build's own list beside it) names are served, never a folder.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.metadata
import json
import mimetypes
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from pegboard import tooling
from pegboard.component import Component
from pegboard.manifest import ComponentManifest, Manifest, ManifestError, parse_manifest
from pegboard.spec import AppSpec

PREFIX = "/_pegboard"
MIN_GZIP_BYTES = 600

# The standard library's table depends on the machine's files, and a module must not be text/plain.
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".webp": "image/webp",
    ".map": "application/json",
}


@dataclass(slots=True)
class Asset:
    """One file for the browser, in memory, with the encodings it was asked for in."""

    content: bytes
    media_type: str
    digest: str
    encodings: dict[str, bytes] = field(default_factory=dict)

    def encoded(self, accepted: str) -> tuple[bytes, str | None]:
        """Return the smallest form a browser accepts, and the name of its encoding."""
        if "br" in accepted and "br" in self.encodings:
            return self.encodings["br"], "br"
        if "gzip" in accepted and len(self.content) >= MIN_GZIP_BYTES:
            if "gzip" not in self.encodings:
                self.encodings["gzip"] = gzip.compress(self.content, 9, mtime=0)
            return self.encodings["gzip"], "gzip"
        return self.content, None


@dataclass(frozen=True, slots=True)
class PluginAssets:
    """What the page must know of one component class.

    Attributes:
        takes: What a shared bundle takes of Svelte, by the names of its modules.
        inline: The bundle as a function that can stand inside a document.
    """

    key: str
    entry: str | None
    css: str
    styles: str
    handles: tuple[str, ...]
    events: tuple[str, ...]
    min_height_px: int | None
    problem: str | None
    is_shared: bool = False
    takes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    inline: str | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return the entry of the config's ``pegboard.plugins``."""
        return {
            "entry": self.entry,
            "css": self.css,
            "styles": self.styles,
            "handles": self.handles,
            "events": self.events,
            "min_height_px": self.min_height_px,
            "problem": self.problem,
        }


def digest_of(content: bytes) -> str:
    """Return the short content hash used in addresses."""
    return hashlib.blake2b(content, digest_size=10).hexdigest()


class Bundles:
    """All assets of one app, by address."""

    def __init__(self) -> None:
        self._assets: dict[str, Asset] = {}
        self.shell: Mapping[str, Any] = {}
        self._shell_base = ""
        self.shell_folder = Path(__file__).resolve().parents[1] / "_frontend"

    def find(self, address: str) -> Asset | None:
        """Return the asset at an address below ``/_pegboard/``."""
        return self._assets.get(address)

    def add(self, address: str, content: bytes, *, name: str = "", folder: Path | None = None) -> Asset:
        """Publish content at an address; precompressed twins beside the file are used."""
        known = self._assets.get(address)
        if known is not None:
            return known
        suffix = Path(name or address).suffix
        media = _TYPES.get(suffix) or mimetypes.guess_type(name or address)[0] or "application/octet-stream"
        asset = Asset(content, media, digest_of(content))
        if folder is not None:
            for ending, encoding in ((".br", "br"), (".gz", "gzip")):
                twin = folder / f"{name}{ending}"
                if twin.is_file():
                    asset.encodings[encoding] = twin.read_bytes()
        self._assets[address] = asset
        return asset

    def add_module(self, folder: str, source: str) -> str:
        """Publish a script from a string under its hash and return its address."""
        content = source.encode()
        address = f"{PREFIX}/{folder}/{digest_of(content)}.js"
        self.add(address, content)
        return address

    def add_file(self, folder: str, name: str, content: bytes) -> str:
        """Publish a file under its hash and return its address."""
        address = f"{PREFIX}/{folder}/{digest_of(content)}{Path(name).suffix}"
        self.add(address, content, name=name)
        return address

    # -- components --------------------------------------------------------------------------------

    def plugins_of(self, spec: AppSpec, svelte: str | None) -> dict[str, PluginAssets]:
        """Publish what an app's components need, by plugin key."""
        found: dict[str, PluginAssets] = {}
        for block in spec.blocks.values():
            if block.plugin is None or block.plugin in found:
                continue
            component = spec.components.get(block.id)
            cls = type(component) if component is not None else None
            made = self.plugin_assets(block.plugin, cls, svelte, block.problem)
            tool = tooling.active()
            found[block.plugin] = made if tool is None else tool.assets(cls, made)
        return found

    def plugin_assets(
        self,
        key: str,
        cls: type[Component[Any, Any, Any]] | None,
        svelte: str | None,
        problem: str | None = None,
    ) -> PluginAssets:
        """Publish one component class's bundle; ``svelte`` is the exact version the shell shares."""
        events = tuple(cls.get_events()) if cls is not None else ()
        if problem is not None or cls is None:
            return PluginAssets(key, None, "", "scoped", (), events, None, problem)
        if cls._esm is not None:
            entry = self.add_module("c/app", _source(cls._esm, cls))
            css = _source(cls._css, cls) if cls._css is not None else ""
            return PluginAssets(key, entry, css, "scoped", (), events, None, None)
        located = locate(cls)  # type: ignore[arg-type]  # a class is hashable, whatever its __eq__
        if located is None:
            text = f"{cls.__name__} has no browser code: give the class an _esm, or install its package."
            return PluginAssets(key, None, "", "scoped", (), events, None, text)
        return self._packaged(key, located, svelte, events)

    def _packaged(
        self, key: str, located: Located, svelte: str | None, events: tuple[str, ...]
    ) -> PluginAssets:
        frontend = located.entry.frontend
        assert frontend is not None
        is_shared = (
            frontend.shared_entry is not None
            and svelte is not None
            and dict(frontend.shared_needs) == {"svelte": svelte}
            and (located.package / frontend.shared_entry).is_file()
        )
        chosen = frontend.shared_entry if is_shared else frontend.entry
        file = located.package / (chosen or "")
        height = frontend.min_height_px
        if not file.is_file():
            text = (
                f"The browser code of {located.manifest.distribution} is not built. "
                "Run `pegboard build`, or install the package from a wheel."
            )
            return PluginAssets(
                key, None, "", frontend.styles, frontend.handles, events, height, text
            )
        listing = _listing_of(file.parent)
        names = _files_of(listing, file.parent)
        contents = {name: (file.parent / name).read_bytes() for name in names | {file.name}}
        # One hash for the folder, so that chunks find each other by relative address.
        whole = digest_of(b"\0".join(name.encode() + contents[name] for name in sorted(contents)))
        base = f"{PREFIX}/c/{located.manifest.distribution}@{located.version}/{whole}"
        for name, content in contents.items():
            self.add(f"{base}/{name}", content, name=name, folder=file.parent)
        css = ""
        if frontend.css is not None and (located.package / frontend.css).is_file():
            css = (located.package / frontend.css).read_text("utf-8")
        return PluginAssets(
            key, f"{base}/{file.name}", css, frontend.styles, frontend.handles, events, height, None,
            is_shared,
            takes=listing.get("names") or {} if is_shared else {},
            inline=_inline_of(listing, file.parent) if is_shared else None,
        )

    # -- the shell ---------------------------------------------------------------------------------

    def load_shell(self) -> bool:
        """Publish the files that the shell's build lists; ``False`` when it was not built."""
        try:
            listing = _listing_of(self.shell_folder)
            names = [name for name in listing["files"] if _is_inside(name)]
            contents = {name: (self.shell_folder / name).read_bytes() for name in names}
        except (OSError, ValueError, KeyError, TypeError):
            return False
        if not isinstance(listing.get("shell"), dict):
            return False
        # One hash for all, so that the files find each other by relative address.
        whole = digest_of(b"\0".join(name.encode() + contents[name] for name in sorted(contents)))
        self._shell_base = f"{PREFIX}/shell/{whole}"
        for name, content in contents.items():
            self.add(self.shell_address(name), content, name=name, folder=self.shell_folder)
        self.shell = listing
        return True

    def shell_address(self, name: str) -> str:
        """Return the address of one file of the shell."""
        return f"{self._shell_base}/{name}"


@dataclass(frozen=True, slots=True)
class Located:
    """Where an installed component class's package and manifest are."""

    package: Path
    manifest: Manifest
    entry: ComponentManifest
    version: str


@lru_cache(maxsize=512)
def locate(cls: type) -> Located | None:
    """Find the manifest entry that describes a class (or the class it derives from)."""
    for base in cls.__mro__:
        package = sys.modules.get(base.__module__.partition(".")[0])
        folders = list(getattr(package, "__path__", ()))
        if not folders or base.__module__.partition(".")[0] == "pegboard":
            continue
        manifest = _manifest_in(Path(folders[0]))
        if manifest is None:
            continue
        for entry in manifest.components:
            name = entry.object_ref.rpartition(":")[2]
            if name == base.__qualname__ and entry.frontend is not None:
                return Located(Path(folders[0]), manifest, entry, _version_of(manifest.distribution))
    return None


@lru_cache(maxsize=512)
def _manifest_in(package: Path) -> Manifest | None:
    try:
        return parse_manifest((package / "pegboard.json").read_bytes())
    except (OSError, ManifestError):
        return None


def _version_of(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "0"


def _listing_of(folder: Path) -> Mapping[str, Any]:
    """Return what a build says of its files; empty when there is no such list."""
    try:
        listing = json.loads((folder / "build.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return listing if isinstance(listing, dict) else {}


def _files_of(listing: Mapping[str, Any], folder: Path) -> set[str]:
    """Return the further files that a build lists beside an entry (chunks, workers, fonts)."""
    return {
        name
        for name in listing.get("files", {})
        if _is_inside(name) and (folder / name).is_file()
    }


def _inline_of(listing: Mapping[str, Any], folder: Path) -> str | None:
    """Return the form of a bundle that can stand inside a document, if it was built and is as it was built."""
    inline = listing.get("inline")
    if not isinstance(inline, dict) or not _is_inside(inline.get("file")):
        return None
    return verified(folder / inline["file"], inline.get("sha256"))


def verified(path: Path, sha256: object) -> str | None:
    """Return the text of a script that is to be part of a document; ``None`` if it is not as it was built."""
    try:
        content = path.read_bytes()
        text = content.decode()
    except (OSError, UnicodeDecodeError):
        return None
    is_same = hashlib.sha256(content).hexdigest() == sha256
    # An HTML parser would end the script there, or read another line end than the one it is hashed with.
    return text if is_same and "\r" not in text and "</script" not in text.lower() else None


def _is_inside(name: object) -> bool:
    return isinstance(name, str) and ".." not in name and not name.startswith("/")


def _source(given: Any, cls: type) -> str:
    """Return the text of ``_esm`` or ``_css``: a string of code, or a path (also as a string)."""
    if isinstance(given, Path) or (isinstance(given, str) and "{" not in given and len(given) < 250):
        path = Path(given)
        if not path.is_absolute():
            module = sys.modules.get(cls.__module__)
            path = Path(getattr(module, "__file__", None) or ".").parent / path
        if isinstance(given, Path) or path.is_file():
            return path.read_text("utf-8")
    return str(given)
