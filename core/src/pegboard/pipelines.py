"""From a model pipeline to an Interface: which inputs, which call, which outputs.

A recipe is chosen by the name of the pipeline's class, or of one of its bases, so no model library is
ever imported here. A recipe is a function of the pipeline that returns the arguments of an Interface:
``fn``, ``inputs``, ``outputs``, and whatever else. Others are added by `register`, or by an installed
distribution through the entry-point group ``pegboard.pipelines`` (class name = recipe); those come before
the ones below.

Source of the rows: the public behaviour of transformers 4 and 5, and of diffusers; and Gradio's
``Interface.from_pipeline``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pegboard.errors import OptionError, OptionTypeError

Recipe = Callable[[Any], dict[str, Any]]
GROUP = "pegboard.pipelines"

_registered: dict[str, Recipe] = {}


def register(class_name: str, recipe: Recipe | None = None) -> Any:
    """Say how pipelines of a class become an Interface; also a decorator.

    Args:
        class_name: Name of the pipeline's class, or of one of its bases.
        recipe: A function of the pipeline that returns arguments of Interface: ``fn``, ``inputs``,
            ``outputs`` and any others.

    Raises:
        OptionError: It is no name, or no function.
    """
    if not isinstance(class_name, str) or not class_name.isidentifier():
        raise OptionTypeError(
            "pipelines.register(class_name=)", got=class_name, expected="the name of a class"
        )
    if recipe is None:

        def keep(fn: Recipe) -> Recipe:
            register(class_name, fn)
            return fn

        return keep
    if not callable(recipe):
        raise OptionTypeError(
            "pipelines.register(recipe=)", got=recipe, expected="a function of the pipeline"
        )
    _registered[class_name] = recipe
    return recipe


def arguments_for(pipeline: Any) -> dict[str, Any]:
    """Return the arguments of the Interface that fits a pipeline.

    Raises:
        OptionError: No recipe fits; the message names those there are.
        ImportError: It is the name of a task, not a pipeline.
    """
    if isinstance(pipeline, str):
        raise OptionTypeError(
            "Interface.from_pipeline(pipeline=)",
            got=pipeline,
            expected="a pipeline object",
            fix=f"install a model library, then pass transformers.pipeline({pipeline!r}) "
            "(pip install transformers torch)",
        )
    names = [cls.__name__ for cls in type(pipeline).__mro__]
    installed = _installed()
    for table in (_registered, installed, _TRANSFORMERS, _DIFFUSERS):
        for name in names:
            if name in table:
                recipe = table[name]
                return {"title": _title(pipeline, table is _DIFFUSERS), **recipe(pipeline)}
    known = sorted({*_registered, *installed, *_TRANSFORMERS, *_DIFFUSERS})
    raise OptionError(
        "Interface.from_pipeline(pipeline=)",
        got=type(pipeline).__name__,
        expected=f"a pipeline of a known class: {', '.join(known)}",
        fix=(
            f"pb.pipelines.register({type(pipeline).__name__!r}, recipe), or "
            "pb.Interface(fn, inputs, outputs) with a function that calls it"
        ),
    )


def _installed() -> dict[str, Recipe]:
    from importlib_metadata import entry_points

    def lazily(point: Any) -> Recipe:
        def recipe(pipeline: Any) -> dict[str, Any]:
            found: dict[str, Any] = point.load()(pipeline)
            return found

        return recipe

    return {point.name: lazily(point) for point in entry_points(group=GROUP)}


def _title(pipeline: Any, is_diffusers: bool) -> str:
    if is_diffusers:
        return type(pipeline).__name__
    model = getattr(pipeline, "model", None)
    config = getattr(model, "config", None)
    name = getattr(config, "name_or_path", None) or getattr(model, "name_or_path", None)
    return str(name) if name else type(pipeline).__name__


# -- what recipes are made of ----------------------------------------------------------------------------


def _box(label: str, lines: int = 1, **more: Any) -> dict[str, Any]:
    return {"name": "textbox", "label": label, **({"lines": lines} if lines > 1 else {}), **more}


def _picture(label: str) -> dict[str, Any]:
    return {"name": "image", "label": label, "type": "filepath"}


def _sound(label: str) -> dict[str, Any]:
    return {"name": "audio", "label": label, "type": "filepath", "sources": ["microphone", "upload"]}


def _classes(label: str) -> dict[str, Any]:
    return {"name": "label", "label": label}


def _first(result: Any) -> Any:
    """Return the first item of a list, however deep: pipelines nest by batch."""
    while isinstance(result, (list, tuple)) and result:
        result = result[0]
    return result


def _scores(result: Any, key: str = "label") -> dict[str, float]:
    """Return ``{label: score}`` of a list of such (or of a list of one such list)."""
    if isinstance(result, Sequence) and result and isinstance(result[0], (list, tuple)):
        result = result[0]
    items = [result] if isinstance(result, Mapping) else result
    return {str(item[key]): float(item["score"]) for item in items}


def _names_of(text: str) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _simple(inputs: list[Any], outputs: list[Any], run: Callable[..., Any]) -> Recipe:
    """A recipe whose function is ``run(pipeline, *values)``."""

    def recipe(pipeline: Any) -> dict[str, Any]:
        def predict(*values: Any) -> Any:
            return run(pipeline, *values)

        return {
            "fn": predict,
            "inputs": [dict(item) for item in inputs],
            "outputs": [dict(item) for item in outputs],
        }

    return recipe


# -- transformers ----------------------------------------------------------------------------------------


def _entities(pipeline: Any, text: str) -> dict[str, Any]:
    found = [
        {
            "entity": item.get("entity") or item.get("entity_group"),
            "start": item["start"],
            "end": item["end"],
            "score": item.get("score"),
        }
        for item in pipeline(text)
    ]
    return {"text": text, "entities": found}


def _zero_shot(pipeline: Any, text: str, classes: str, is_multi: bool) -> dict[str, float]:
    result = pipeline(
        sequences=text, candidate_labels=_names_of(classes), multi_label=is_multi
    )
    return dict(zip(result["labels"], map(float, result["scores"])))


def _boxes(pipeline: Any, image: str) -> tuple[str, list[tuple[tuple[int, int, int, int], str]]]:
    return image, [_boxed(item) for item in pipeline(inputs=image)]


def _boxed(item: Mapping[str, Any]) -> tuple[tuple[int, int, int, int], str]:
    box = item["box"]
    return (box["xmin"], box["ymin"], box["xmax"], box["ymax"]), str(item["label"])


def _answer(pipeline: Any, context: str, question: str) -> tuple[str, dict[str, float]]:
    result = _first(pipeline(context=context, question=question))
    return result["answer"], {result["answer"]: float(result["score"])}


def _named_boxes(
    pipeline: Any, image: str, classes: str
) -> tuple[str, list[tuple[tuple[int, int, int, int], str]]]:
    return image, [_boxed(item) for item in pipeline(image, candidate_labels=_names_of(classes))]


def _segments(pipeline: Any, image: str) -> tuple[str, list[tuple[Any, str]]]:
    # A mask as the component wants it: numbers from 0 to 1.
    found = [(_mask(item["mask"]), str(item["label"])) for item in pipeline(inputs=image)]
    return image, found


def _mask(picture: Any) -> Any:
    import importlib

    numbers = importlib.import_module("numpy")
    return numbers.asarray(picture, dtype="float32") / 255


def _spoken(pipeline: Any, text: str) -> tuple[int, Any]:
    result = _first(pipeline(text))
    sound = result["audio"]
    squeeze = getattr(sound, "squeeze", None)
    return int(result["sampling_rate"]), squeeze() if squeeze is not None else sound


def _seen_text(pipeline: Any, image: str, text: str) -> str:
    result = _first(pipeline(images=image, text=text))
    return str(result["generated_text"])


def _rows(result: Any) -> Any:
    """Return the first item of a batch: one row of numbers per token."""
    return result[0] if isinstance(result, (list, tuple)) else result


_GENERATED = _box("Output")

_TRANSFORMERS: dict[str, Recipe] = {
    "AudioClassificationPipeline": _simple(
        [_sound("Input")], [_classes("Class")], lambda p, sound: _scores(p(inputs=sound))
    ),
    "AutomaticSpeechRecognitionPipeline": _simple(
        [_sound("Input")], [_box("Output")], lambda p, sound: p(inputs=sound)["text"]
    ),
    "FeatureExtractionPipeline": _simple(
        [_box("Input")],
        [{"name": "dataframe", "label": "Output"}],
        lambda p, text: _rows(p(inputs=text)),
    ),
    "FillMaskPipeline": _simple(
        [_box("Input")], [_classes("Label")], lambda p, text: _scores(p(inputs=text), "token_str")
    ),
    "ImageClassificationPipeline": _simple(
        [_picture("Input Image")],
        [_classes("Classification")],
        lambda p, image: _scores(p(images=image)),
    ),
    "QuestionAnsweringPipeline": _simple(
        [_box("Context", 7), _box("Question")], [_box("Answer"), _classes("Score")], _answer
    ),
    "SummarizationPipeline": _simple(
        [_box("Input", 7)], [_box("Summary")], lambda p, text: _first(p(inputs=text))["summary_text"]
    ),
    "TextClassificationPipeline": _simple(
        [_box("Input")], [_classes("Classification")], lambda p, text: _scores(p(text))
    ),
    "TokenClassificationPipeline": _simple(
        [_box("Input")], [{"name": "highlightedtext", "label": "Entities"}], _entities
    ),
    "TextGenerationPipeline": _simple(
        [_box("Input")],
        [_GENERATED],
        lambda p, text: _first(p(text_inputs=text))["generated_text"],
    ),
    "TranslationPipeline": _simple(
        [_box("Input")], [_box("Translation")], lambda p, text: _first(p(text))["translation_text"]
    ),
    "Text2TextGenerationPipeline": _simple(
        [_box("Input")], [_box("Generated Text")], lambda p, text: _first(p(text))["generated_text"]
    ),
    "ZeroShotClassificationPipeline": _simple(
        [
            _box("Input"),
            _box("Possible class names", info="separated by commas"),
            {"name": "checkbox", "label": "Allow multiple true classes"},
        ],
        [_classes("Classification")],
        _zero_shot,
    ),
    "DocumentQuestionAnsweringPipeline": _simple(
        [_picture("Input Document"), _box("Question")],
        [_classes("Label")],
        lambda p, image, question: _scores(p(image=image, question=question), "answer"),
    ),
    "VisualQuestionAnsweringPipeline": _simple(
        [_picture("Input Image"), _box("Question")],
        [_classes("Label")],
        lambda p, image, question: _scores(p(image=image, question=question), "answer"),
    ),
    "ImageToTextPipeline": _simple(
        [_picture("Input Image")],
        [_box("Text")],
        lambda p, image: _first(p(images=image))["generated_text"],
    ),
    "ObjectDetectionPipeline": _simple(
        [_picture("Input Image")],
        [{"name": "annotatedimage", "label": "Objects Detected"}],
        _boxes,
    ),
    # Newer classes, which Gradio's own table does not have.
    "ImageTextToTextPipeline": _simple(
        [_picture("Input Image"), _box("Input")], [_box("Output")], _seen_text
    ),
    "TextToAudioPipeline": _simple(
        [_box("Input")], [{"name": "audio", "label": "Output"}], _spoken
    ),
    "ImageSegmentationPipeline": _simple(
        [_picture("Input Image")], [{"name": "annotatedimage", "label": "Segments"}], _segments
    ),
    "DepthEstimationPipeline": _simple(
        [_picture("Input Image")],
        [{"name": "image", "label": "Depth"}],
        lambda p, image: _first(p(image))["depth"],
    ),
    "ZeroShotImageClassificationPipeline": _simple(
        [_picture("Input Image"), _box("Possible class names", info="separated by commas")],
        [_classes("Classification")],
        lambda p, image, classes: _scores(p(image, candidate_labels=_names_of(classes))),
    ),
    "ZeroShotObjectDetectionPipeline": _simple(
        [_picture("Input Image"), _box("Possible class names", info="separated by commas")],
        [{"name": "annotatedimage", "label": "Objects Detected"}],
        _named_boxes,
    ),
    "VideoClassificationPipeline": _simple(
        [{"name": "video", "label": "Input Video"}],
        [_classes("Classification")],
        lambda p, video: _scores(p(video)),
    ),
}


# -- diffusers -------------------------------------------------------------------------------------------


def _slider(label: str, low: float, high: float, value: float, step: float) -> dict[str, Any]:
    return {
        "name": "slider", "label": label, "minimum": low, "maximum": high, "value": value, "step": step,
    }  # fmt: skip


_PROMPTS = [_box("Prompt"), _box("Negative prompt")]
_STEPS = _slider("Number of inference steps", 1, 500, 50, 1)
_GUIDANCE = _slider("Guidance scale", 1, 20, 7.5, 0.5)
_STRENGTH = _slider("Strength", 0, 1, 0.8, 0.1)
SIDE_PX = 768


def _drawn(inputs: list[dict[str, Any]], names: Sequence[str], sized: bool = True) -> Recipe:
    """A recipe that passes its inputs by name and shows the first picture.

    Args:
        sized: Bring pictures to the models' usual size, which a picture and its mask must share.
    """

    def run(pipeline: Any, *values: Any) -> Any:
        given = dict(zip(names, values))
        for name in ("image", "mask_image"):
            if name in given:
                given[name] = _opened(given[name], sized)
        return pipeline(**given).images[0]

    return _simple(inputs, [{"name": "image", "label": "Generated Image", "type": "pil"}], run)


def _opened(path: Any, sized: bool) -> Any:
    """Return a picture file as the models want it: RGB, a square of fixed size."""
    import importlib

    if not isinstance(path, str):
        return path
    with importlib.import_module("PIL.Image").open(path) as picture:
        picture = picture.convert("RGB")
        return picture.resize((SIDE_PX, SIDE_PX)) if sized else picture.copy()


_BY_PROMPT = ("prompt", "negative_prompt")
_DIFFUSERS: dict[str, Recipe] = {
    "StableDiffusionPipeline": _drawn(
        [*_PROMPTS, _STEPS, _GUIDANCE], (*_BY_PROMPT, "num_inference_steps", "guidance_scale")
    ),
    "StableDiffusionImg2ImgPipeline": _drawn(
        [*_PROMPTS, _picture("Image"), _STRENGTH, _STEPS, _GUIDANCE],
        (*_BY_PROMPT, "image", "strength", "num_inference_steps", "guidance_scale"),
    ),
    "StableDiffusionInpaintPipeline": _drawn(
        [*_PROMPTS, _picture("Image"), _picture("Mask Image"), _STRENGTH, _STEPS, _GUIDANCE],
        (*_BY_PROMPT, "image", "mask_image", "strength", "num_inference_steps", "guidance_scale"),
    ),
    "StableDiffusionDepth2ImgPipeline": _drawn(
        [*_PROMPTS, _picture("Image"), _STRENGTH, _STEPS, _GUIDANCE],
        (*_BY_PROMPT, "image", "strength", "num_inference_steps", "guidance_scale"),
    ),
    "StableDiffusionImageVariationPipeline": _drawn(
        [_picture("Image"), _STEPS, _GUIDANCE],
        ("image", "num_inference_steps", "guidance_scale"),
        sized=False,
    ),
    "StableDiffusionInstructPix2PixPipeline": _drawn(
        [
            *_PROMPTS, _picture("Image"), _STEPS, _GUIDANCE,
            _slider("Image guidance scale", 1, 5, 1.5, 0.5),
        ],
        (*_BY_PROMPT, "image", "num_inference_steps", "guidance_scale", "image_guidance_scale"),
        sized=False,
    ),
    "StableDiffusionUpscalePipeline": _drawn(
        [*_PROMPTS, _picture("Image"), _STEPS, _GUIDANCE, _slider("Noise level", 1, 100, 20, 1)],
        (*_BY_PROMPT, "image", "num_inference_steps", "guidance_scale", "noise_level"),
        sized=False,
    ),
}  # fmt: skip


__all__ = ["GROUP", "Recipe", "arguments_for", "register"]
