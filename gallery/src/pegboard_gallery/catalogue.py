"""The catalogue: distributions that could be installed, one entry each, as a validated JSON file.

The models here are the format; ``catalogue.schema.json`` beside this file is made from them, so that an
editor or another program can check a catalogue too. Unknown keys are ignored: a newer catalogue stays
readable.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

SCHEMA_FILE = Path(__file__).with_name("catalogue.schema.json")

# Names as packaging standards define them; both end up in commands and in addresses.
DistributionName = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", max_length=128)]
VersionText = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.!+_-]*$", max_length=64)]


class CatalogueError(ValueError):
    """A catalogue cannot be used; the message says where and why."""


class CatalogueFrontend(BaseModel):
    """What the manifest must say of a component's browser code; the rest is kept as it is."""

    model_config = ConfigDict(extra="allow")

    entry: str = Field(description="path of the module inside the package")
    css: str | None = None


class CatalogueComponent(BaseModel):
    """What the manifest must say of a component; the rest is kept as it is."""

    model_config = ConfigDict(extra="allow")

    name: str = Field(min_length=1, max_length=128, description="entry-point name")
    object: str = Field(
        pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_][\w.]*$", description="module:Class; never imported here"
    )
    frontend: CatalogueFrontend | None = None


class CatalogueManifest(BaseModel):
    """The distribution's pegboard.json."""

    model_config = ConfigDict(extra="allow")

    distribution: DistributionName
    protocol: str = Field(description="range of the component contract, for example >=1.0,<2")
    components: list[CatalogueComponent]


class CatalogueVersion(BaseModel):
    """One version of a distribution, in short."""

    version: VersionText
    protocol: str = Field(default="", description="range of the component contract")
    requires_pegboard: str = Field(default="", description="range of pegboard-core it needs")
    size_bytes: int | None = Field(default=None, ge=0, description="size of the wheel")


class CatalogueEntry(BaseModel):
    """One distribution, in the newest version that the catalogue knows."""

    distribution: DistributionName
    version: VersionText
    summary: str = ""
    author: str = ""
    license: str = ""
    homepage: str = Field(default="", description="an http or https address, or empty")
    requires_pegboard: str = Field(default="", description="range of pegboard-core it needs")
    size_bytes: int | None = Field(default=None, ge=0, description="size of the wheel")
    wheel: str | None = Field(
        default=None,
        description="the wheel's file, relative to the catalogue; with it, examples are shown live",
    )
    versions: list[CatalogueVersion] = Field(
        default_factory=list, description="every version that the catalogue knows, the newest first"
    )
    manifest: CatalogueManifest

    def in_short(self) -> CatalogueVersion:
        """Return what the list of versions says of this one."""
        return CatalogueVersion(
            version=self.version,
            protocol=self.manifest.protocol,
            requires_pegboard=self.requires_pegboard,
            size_bytes=self.size_bytes,
        )

    @field_validator("homepage")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        if value and not re.match(r"^https?://", value):
            raise ValueError("must begin with http:// or https://")
        return value


class Catalogue(BaseModel):
    """The whole file."""

    model_config = ConfigDict(title="Pegboard catalogue")

    catalogue_version: int = Field(default=1, ge=1, le=1)
    entries: list[CatalogueEntry]


def parse_catalogue(text: str | bytes, name: str = "catalogue") -> Catalogue:
    """Read a catalogue; a list of entries, or one entry alone, is taken too.

    Raises:
        CatalogueError: It is not JSON, or does not fit the schema.
    """
    try:
        data: Any = json.loads(text)
    except ValueError as problem:
        raise CatalogueError(f"{name} is not JSON: {problem}") from None
    if isinstance(data, list):
        data = {"entries": data}
    elif isinstance(data, dict) and "entries" not in data and "distribution" in data:
        data = {"entries": [data]}
    try:
        return Catalogue.model_validate(data)
    except ValidationError as problem:
        found = [
            f"  {'.'.join(str(part) for part in error['loc']) or 'the file'}: {error['msg']}"
            for error in problem.errors()[:5]
        ]
        raise CatalogueError(
            f"{name} does not fit the catalogue's schema:\n" + "\n".join(found)
        ) from None


def load_catalogue(path: Path) -> Catalogue:
    """Read a catalogue file.

    Raises:
        CatalogueError: It cannot be read, or does not fit the schema.
    """
    try:
        text = path.read_bytes()
    except OSError as problem:
        raise CatalogueError(f"{path} cannot be read: {problem.strerror}") from None
    return parse_catalogue(text, str(path))


def merge_entries(entries: Iterable[CatalogueEntry]) -> list[CatalogueEntry]:
    """Return one entry a distribution, in its newest version, with all versions that were met.

    Names that packaging takes for the same are the same; the order is that of the names.
    """
    found: dict[NormalizedName, dict[str, CatalogueEntry]] = {}
    listed: dict[NormalizedName, dict[str, CatalogueVersion]] = {}
    for entry in entries:
        key = canonicalize_name(entry.distribution)
        found.setdefault(key, {})[entry.version] = entry
        known = listed.setdefault(key, {})
        known.update({short.version: short for short in [*entry.versions, entry.in_short()]})
    merged = []
    for key in sorted(found):
        newest = found[key][max(found[key], key=order_of)]
        order = sorted(listed[key], key=order_of, reverse=True)
        merged.append(newest.model_copy(update={"versions": [listed[key][version] for version in order]}))
    return merged


def order_of(version: str) -> tuple[int, Version, str]:
    """Return what versions are sorted by; nonsense comes before every real version."""
    try:
        return (1, Version(version), version)
    except InvalidVersion:
        return (0, Version("0"), version)


def schema_text() -> str:
    """Return the JSON Schema of a catalogue file, as ``catalogue.schema.json`` holds it."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Catalogue.model_json_schema(),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write_schema() -> None:
    """Write ``catalogue.schema.json`` anew, after the models changed."""
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    write_schema()
