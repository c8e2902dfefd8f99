"""The gallery's state: the discovered plugins, the catalogues on disk, the demos. No HTTP.

Discovery is repeated for every listing, so what is installed or removed while the gallery runs shows up
without a restart; a catalogue is read again when its file changes.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from pegboard import plugins
from pegboard_gallery.catalogue import Catalogue, CatalogueError, load_catalogue
from pegboard_gallery.demo_index import read_demos
from pegboard_gallery.installing import Order
from pegboard_gallery.listing import Item, Listing, make_listing, wheel_of

log = logging.getLogger(__name__)


class Gallery:
    """What can be shown.

    Args:
        catalogues: Catalogue files.

    Raises:
        CatalogueError: One of them cannot be used.
    """

    def __init__(self, catalogues: Sequence[Path] = ()) -> None:
        self._paths = list(catalogues)
        self._read: dict[Path, tuple[int, Catalogue]] = {}
        self._last: Listing | None = None
        self._seen: list[object] = []
        for path in self._paths:
            self._read[path] = (path.stat().st_mtime_ns if path.exists() else 0, load_catalogue(path))

    def listing(self) -> Listing:
        """Return everything as it is now; the same object as before when nothing has changed."""
        index = plugins.rescan()
        catalogues = self._catalogues()
        seen: list[object] = [_traces(entry) for entry in index.entries]
        seen += [(problem.distribution, problem.cause) for problem in index.problems]
        seen += [id(catalogue) for catalogue, _ in catalogues]
        if self._last is not None and seen == self._seen:
            return self._last
        self._seen = seen
        names = {
            word: entry.class_name
            for entry in index.entries
            for word in (
                entry.name,
                entry.class_name,
                *(entry.manifest.aliases if entry.manifest else ()),
                *(entry.manifest.templates if entry.manifest else ()),
            )
        }
        # An alias is a shortcut and, with a capital, a class: "text" and pb.Text.
        names |= {word[:1].upper() + word[1:]: found for word, found in names.items()}
        self._last = make_listing(index, catalogues, read_demos(names))
        return self._last

    def last_listing(self) -> Listing:
        """Return what the last listing was; pages ask for many parts of one."""
        return self._last or self.listing()

    def find(self, slug: str) -> tuple[Listing, Item] | None:
        """Return a component with the listing it is in; looks again before it says there is none."""
        for listing in (self.last_listing, self.listing):
            found = listing()
            item = found.find(slug)
            if item is not None:
                return found, item
        return None

    def order(self, distribution: str) -> Order | None:
        """Return what installing a distribution means; ``None`` when no catalogue lists it."""
        for catalogue, folder in self._catalogues():
            for entry in catalogue.entries:
                if entry.distribution == distribution:
                    return Order(entry.distribution, entry.version, wheel_of(entry, folder))
        return None

    def packages_of(self, distribution: str) -> set[str]:
        """Return the import packages a catalogue says a distribution has."""
        return {
            component.object.partition(":")[0].partition(".")[0]
            for catalogue, _ in self._catalogues()
            for entry in catalogue.entries
            if entry.distribution == distribution
            for component in entry.manifest.components
        }

    def file(self, slug: str, path: str) -> bytes | None:
        """Return a file of a component's bundle; only those that its page lists."""
        from pegboard_gallery.packages import bundle_files

        found = self.find(slug)
        if found is None or found[1].package is None:
            return None
        item, package = found[1], found[1].package
        if path not in bundle_files(package, item.raw.get("frontend") or {}):
            return None
        return package.read(path)

    def _catalogues(self) -> list[tuple[Catalogue, Path | None]]:
        found: list[tuple[Catalogue, Path | None]] = []
        for path in self._paths:
            stamp, catalogue = self._read[path]
            try:
                now = path.stat().st_mtime_ns
                if now != stamp:
                    catalogue = load_catalogue(path)
                    self._read[path] = (now, catalogue)
            except (OSError, CatalogueError) as problem:
                log.warning("pegboard gallery: %s; the last readable version is shown", problem)
            found.append((catalogue, path.parent))
        return found


def _traces(entry: plugins.Entry) -> tuple[object, ...]:
    """Return what changes whenever the card or the page of an installed component does."""
    raw = entry.manifest.raw if entry.manifest is not None else {}
    problem = entry.problem.cause if entry.problem is not None else ""
    bundle = str((raw.get("frontend") or {}).get("entry") or "")
    stamp = 0
    if bundle and entry.package_dir is not None:
        try:
            stamp = (entry.package_dir / bundle).stat().st_mtime_ns
        except OSError:
            stamp = -1
    return (entry.id, entry.name, entry.version, problem, raw, stamp)
