"""The example apps that people start from, as functions that build a fresh app each."""

from __future__ import annotations

import importlib
import time
from typing import Any

import numpy as np

import pegboard as pb


def gallery(name: str) -> Any:
    """Return the app of a gallery example, built anew."""
    module = importlib.import_module(f"pegboard_gallery.demos.{name}.app")
    return importlib.reload(module).demo


def cat_or_dog() -> Any:
    """A picture in, confidences out."""

    def classify(picture: np.ndarray) -> dict[str, float]:
        assert picture.ndim == 3
        return {"cat": 0.3, "dog": 0.7}

    return pb.Interface(fn=classify, inputs="image", outputs="label")


def trim_words() -> Any:
    """A batched function that remembers how often it ran; quick, unlike the gallery's."""
    sizes: list[int] = []

    def trim(words: list[str], lengths: list[float]) -> tuple[list[str]]:
        sizes.append(len(words))
        time.sleep(0.3)
        return ([word[: int(length)] for word, length in zip(words, lengths)],)

    demo = pb.Interface(
        fn=trim,
        inputs=["textbox", "number"],
        outputs=["textbox"],
        batch=True,
        max_batch_size=16,
        api_name="trim_words",
    )
    demo.sizes = sizes
    return demo
