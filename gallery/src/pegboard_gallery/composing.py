"""Composed Interfaces that really run: picked components around a function that shows what it got.

Only components that are installed are used, with options that are data; no code comes from the page.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections import Counter, OrderedDict
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.applications import Starlette

from pegboard_gallery.gallery import Gallery
from pegboard_gallery.listing import Item
from pegboard_gallery.running import NoSuchApp, served

MAX_RECIPES = 200
MAX_PARTS = 20


class Part(BaseModel):
    """One picked component."""

    model_config = ConfigDict(extra="forbid")

    slug: str = Field(max_length=300)
    label: str = Field(default="", max_length=200)


class Recipe(BaseModel):
    """What an Interface is made of."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(default="", max_length=200)
    inputs: list[Part] = Field(default=[], max_length=MAX_PARTS)
    outputs: list[Part] = Field(default=[], max_length=MAX_PARTS)


class Composer:
    """Makes composed Interfaces, by a name that their recipe gives them."""

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._recipes: OrderedDict[str, Recipe] = OrderedDict()

    def accept(self, recipe: Recipe) -> str:
        """Keep a recipe and return the name that its app has.

        Raises:
            ValueError: It names a component that is not installed or cannot be used, or none at all.
        """
        if not recipe.inputs and not recipe.outputs:
            raise ValueError("Pick an input or an output first.")
        for part in (*recipe.inputs, *recipe.outputs):
            found = self._gallery.find(part.slug)
            if found is None or not found[1].installed or found[1].problem is not None:
                raise ValueError(f"{part.slug[:100]!r} is not installed here, or is broken.")
        name = hashlib.blake2b(recipe.model_dump_json().encode(), digest_size=10).hexdigest()
        self._recipes[name] = recipe
        self._recipes.move_to_end(name)
        while len(self._recipes) > MAX_RECIPES:
            self._recipes.popitem(last=False)
        return name

    def load(self, name: str) -> Starlette:
        """Make the app of an accepted recipe.

        Raises:
            NoSuchApp: None of that name was accepted, or a component of it has gone.
        """
        import pegboard as pb

        recipe = self._recipes.get(name)
        if recipe is None:
            raise NoSuchApp(name)
        inputs = [self._component(part) for part in recipe.inputs]
        outputs = [self._component(part) for part in recipe.outputs]
        page = pb.Interface(
            shown(inputs, outputs, parameter_names([self._name(part) for part in recipe.inputs])),
            inputs or None,
            outputs or None,
            title=recipe.title or None,
            flagging_mode="never",
            api_name="run",
        )
        return served(page)

    def _item(self, part: Part) -> Item:
        found = self._gallery.find(part.slug)
        if found is None:
            raise NoSuchApp(part.slug)
        return found[1]

    def _name(self, part: Part) -> str:
        return re.sub(r"\W", "_", self._item(part).name)

    def _component(self, part: Part) -> Any:
        from pegboard.plugins import index

        item = self._item(part)
        wanted = (item.distribution, item.class_name)
        entry = next((e for e in index().entries if (e.distribution, e.class_name) == wanted), None)
        if entry is None:
            raise NoSuchApp(part.slug)
        options: dict[str, Any] = {"label": part.label} if part.label else {}
        if "choices" in (item.raw.get("props") or {}):
            options["choices"] = ["Oak", "Ash", "Birch", "Maple"]
        return entry.load()(**options)


def parameter_names(names: Sequence[str]) -> list[str]:
    """Return a parameter's name for each component, as the script on the page has them: equal ones are numbered."""
    counts = Counter(names)
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if counts[name] == 1 else f"{name}_{seen[name]}")
    return found


def shown(inputs: Sequence[Any], outputs: Sequence[Any], names: Sequence[str]) -> Any:
    """Return the function of a composed Interface.

    An output that takes text tells what the function got; one of the same class as an input shows that
    input's value; any other shows its own example.
    """

    def run(*values: Any) -> Any:
        told = "\n".join(
            f"{getattr(component, 'label', None) or type(component).__name__}: {_short(value)}"
            for component, value in zip(inputs, values)
        )
        results = [_result(output, list(zip(inputs, values)), told) for output in outputs]
        return results[0] if len(results) == 1 else tuple(results) or None

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    run.__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in names])  # type: ignore[attr-defined]
    return run


def _result(output: Any, got: Sequence[tuple[Any, Any]], told: str) -> Any:
    from pegboard.payload import Ready

    if told and output.api_schema("output").get("type") == "string":
        return told
    for component, value in got:
        if type(component) is type(output) and value is not None:
            return value
    return Ready(output.example_payload())


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 500 else f"{text[:500]}… ({type(value).__name__})"


def read_recipe(body: bytes) -> Recipe:
    """Return the recipe that a page sent.

    Raises:
        ValueError: It is none; the message says what is wrong with it.
    """
    try:
        return Recipe.model_validate(json.loads(body))
    except ValueError as problem:
        reason = str(problem).splitlines()
        raise ValueError(" ".join(line.strip() for line in reason[:3])[:300]) from None
