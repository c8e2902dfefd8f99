"""Every row of the pipeline tables, with stubs of the right class names and shapes."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image as Picture
from pydantic import Field

import pegboard as pb
from pegboard import naming, pipelines
from pegboard.errors import ComponentNotFound, OptionError
from pegboard.testing.fakes import Anything


class Stand(Anything):
    """In the place of a component that does not exist yet; keeps what it is given."""

    type: Any = None
    sources: Any = None
    value: Any = Field(default=None, kw_only=False)

    def postprocess(self, value: Any) -> Any:
        return value


WAITING = ("audio", "dataframe", "highlightedtext", "annotatedimage", "video")


@pytest.fixture
def stands(monkeypatch: pytest.MonkeyPatch) -> None:
    known = naming.class_named
    made = {name: type(name.title(), (Stand,), {"__module__": __name__}) for name in WAITING}

    def named(name: str) -> Any:
        try:
            return known(name)
        except ComponentNotFound:
            return made[name]

    monkeypatch.setattr(naming, "class_named", named)


def stub(class_name: str, answer: Any, **facts: Any) -> Any:
    """Return a pipeline of a class of this name, which remembers how it was called."""

    def call(self: Any, *given: Any, **named: Any) -> Any:
        self.calls.append((given, named))
        return answer

    base = type(class_name, (), {"__call__": call})
    # A subclass, as people write them: the base's name must do.
    made = type(f"My{class_name}", (base,), {})()
    made.calls = []
    made.__dict__.update(facts)
    return made


def shapes(demo: Any, which: str) -> list[tuple[str, str]]:
    return [(type(item).__name__.lower(), str(item.label)) for item in getattr(demo, which)]


CATS = [{"label": "cat", "score": 0.75}, {"label": "dog", "score": 0.25}]
CONFIDENT = {"cat": 0.75, "dog": 0.25}
BOX = {"label": "cat", "score": 0.9, "box": {"xmin": 1, "ymin": 2, "xmax": 3, "ymax": 4}}
PICTURE = Picture.new("RGB", (4, 2))

ROWS: list[tuple[str, Any, list[str], list[str], tuple[Any, ...], Any, Any]] = [
    # class, answer, inputs, outputs, values, call (positional, named), result
    ("AudioClassificationPipeline", CATS, ["audio Input"], ["label Class"], ("a.wav",), ((), {"inputs": "a.wav"}), CONFIDENT),
    ("AutomaticSpeechRecognitionPipeline", {"text": "hi"}, ["audio Input"], ["textbox Output"], ("a.wav",), ((), {"inputs": "a.wav"}), "hi"),
    ("FeatureExtractionPipeline", [[[1.0, 2.0]]], ["textbox Input"], ["dataframe Output"], ("t",), ((), {"inputs": "t"}), [[1.0, 2.0]]),
    ("FillMaskPipeline", [{"token_str": "x", "score": 1}], ["textbox Input"], ["label Label"], ("t",), ((), {"inputs": "t"}), {"x": 1.0}),
    ("ImageClassificationPipeline", CATS, ["image Input Image"], ["label Classification"], ("i.png",), ((), {"images": "i.png"}), CONFIDENT),
    ("QuestionAnsweringPipeline", {"answer": "42", "score": 0.5}, ["textbox Context", "textbox Question"], ["textbox Answer", "label Score"], ("c", "q"), ((), {"context": "c", "question": "q"}), ("42", {"42": 0.5})),
    ("SummarizationPipeline", [{"summary_text": "short"}], ["textbox Input"], ["textbox Summary"], ("long",), ((), {"inputs": "long"}), "short"),
    ("TextClassificationPipeline", [CATS], ["textbox Input"], ["label Classification"], ("t",), (("t",), {}), CONFIDENT),
    ("TokenClassificationPipeline", [{"entity": "PER", "start": 0, "end": 3, "score": 1, "word": "Ada"}], ["textbox Input"], ["highlightedtext Entities"], ("Ada!",), (("Ada!",), {}), {"text": "Ada!", "entities": [{"entity": "PER", "start": 0, "end": 3, "score": 1}]}),
    ("TextGenerationPipeline", [{"generated_text": "more"}], ["textbox Input"], ["textbox Output"], ("t",), ((), {"text_inputs": "t"}), "more"),
    ("TranslationPipeline", [{"translation_text": "hallo"}], ["textbox Input"], ["textbox Translation"], ("hello",), (("hello",), {}), "hallo"),
    ("Text2TextGenerationPipeline", [{"generated_text": "g"}], ["textbox Input"], ["textbox Generated Text"], ("t",), (("t",), {}), "g"),
    ("ZeroShotClassificationPipeline", {"labels": ["a", "b"], "scores": [0.6, 0.4]}, ["textbox Input", "textbox Possible class names", "checkbox Allow multiple true classes"], ["label Classification"], ("t", "a, b,", True), ((), {"sequences": "t", "candidate_labels": ["a", "b"], "multi_label": True}), {"a": 0.6, "b": 0.4}),
    ("DocumentQuestionAnsweringPipeline", [{"answer": "x", "score": 0.5}], ["image Input Document", "textbox Question"], ["label Label"], ("d.png", "q"), ((), {"image": "d.png", "question": "q"}), {"x": 0.5}),
    ("VisualQuestionAnsweringPipeline", [{"answer": "x", "score": 0.5}], ["image Input Image", "textbox Question"], ["label Label"], ("i.png", "q"), ((), {"image": "i.png", "question": "q"}), {"x": 0.5}),
    ("ImageToTextPipeline", [{"generated_text": "a cat"}], ["image Input Image"], ["textbox Text"], ("i.png",), ((), {"images": "i.png"}), "a cat"),
    ("ObjectDetectionPipeline", [BOX], ["image Input Image"], ["annotatedimage Objects Detected"], ("i.png",), ((), {"inputs": "i.png"}), ("i.png", [((1, 2, 3, 4), "cat")])),
    ("ImageTextToTextPipeline", [{"generated_text": "a"}], ["image Input Image", "textbox Input"], ["textbox Output"], ("i.png", "t"), ((), {"images": "i.png", "text": "t"}), "a"),
    ("ZeroShotImageClassificationPipeline", CATS, ["image Input Image", "textbox Possible class names"], ["label Classification"], ("i.png", "cat,dog"), (("i.png",), {"candidate_labels": ["cat", "dog"]}), CONFIDENT),
    ("ZeroShotObjectDetectionPipeline", [BOX], ["image Input Image", "textbox Possible class names"], ["annotatedimage Objects Detected"], ("i.png", "cat"), (("i.png",), {"candidate_labels": ["cat"]}), ("i.png", [((1, 2, 3, 4), "cat")])),
    ("DepthEstimationPipeline", {"depth": PICTURE}, ["image Input Image"], ["image Depth"], ("i.png",), (("i.png",), {}), PICTURE),
    ("VideoClassificationPipeline", CATS, ["video Input Video"], ["label Classification"], ("v.mp4",), (("v.mp4",), {}), CONFIDENT),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "answer", "inputs", "outputs", "values", "call", "result"), ROWS, ids=[r[0] for r in ROWS]
)
def test_transformers_pipeline_has_its_inputs_call_and_outputs(
    stands: None, name: str, answer: Any, inputs: list[str], outputs: list[str],
    values: tuple[Any, ...], call: Any, result: Any,
) -> None:  # fmt: skip
    model = SimpleNamespace(config=SimpleNamespace(name_or_path="org/small"))
    pipeline = stub(name, answer, model=model)

    demo = pb.Interface.from_pipeline(pipeline)

    assert [" ".join(pair) for pair in shapes(demo, "input_components")] == inputs
    assert [" ".join(pair) for pair in shapes(demo, "output_components")] == outputs
    assert demo.fn(*values) == result
    assert pipeline.calls == [call]
    assert demo.title == "org/small"


def test_spoken_text_is_rate_and_numbers(stands: None) -> None:
    pipeline = stub("TextToAudioPipeline", {"audio": np.zeros((1, 5)), "sampling_rate": 16000})

    rate, sound = pb.Interface.from_pipeline(pipeline).fn("hi")

    assert (rate, sound.shape, pipeline.calls) == (16000, (5,), [(("hi",), {})])


def test_segments_are_masks_from_0_to_1(stands: None) -> None:
    mask = Picture.new("L", (2, 1))
    mask.putpixel((0, 0), 255)
    pipeline = stub("ImageSegmentationPipeline", [{"label": "sky", "mask": mask}])

    image, ((numbers, label),) = pb.Interface.from_pipeline(pipeline).fn("i.png")

    assert (image, label, numbers.tolist()) == ("i.png", "sky", [[1.0, 0.0]])


STEPS = "slider Number of inference steps"
GUIDANCE = "slider Guidance scale"
DRAWN: list[tuple[str, list[str], tuple[Any, ...], dict[str, Any]]] = [
    ("StableDiffusionPipeline", ["P", "N", STEPS, GUIDANCE], ("p", "n", 10, 7), {"prompt": "p", "negative_prompt": "n", "num_inference_steps": 10, "guidance_scale": 7}),
    ("StableDiffusionImg2ImgPipeline", ["P", "N", "image Image", "slider Strength", STEPS, GUIDANCE], ("p", "n", "PATH", 0.5, 10, 7), {"prompt": "p", "negative_prompt": "n", "image": (768, 768), "strength": 0.5, "num_inference_steps": 10, "guidance_scale": 7}),
    ("StableDiffusionInpaintPipeline", ["P", "N", "image Image", "image Mask Image", "slider Strength", STEPS, GUIDANCE], ("p", "n", "PATH", "PATH", 0.5, 10, 7), {"prompt": "p", "negative_prompt": "n", "image": (768, 768), "mask_image": (768, 768), "strength": 0.5, "num_inference_steps": 10, "guidance_scale": 7}),
    ("StableDiffusionDepth2ImgPipeline", ["P", "N", "image Image", "slider Strength", STEPS, GUIDANCE], ("p", "n", "PATH", 0.5, 10, 7), {"prompt": "p", "negative_prompt": "n", "image": (768, 768), "strength": 0.5, "num_inference_steps": 10, "guidance_scale": 7}),
    ("StableDiffusionImageVariationPipeline", ["image Image", STEPS, GUIDANCE], ("PATH", 10, 7), {"image": (4, 2), "num_inference_steps": 10, "guidance_scale": 7}),
    ("StableDiffusionInstructPix2PixPipeline", ["P", "N", "image Image", STEPS, GUIDANCE, "slider Image guidance scale"], ("p", "n", "PATH", 10, 7, 2), {"prompt": "p", "negative_prompt": "n", "image": (4, 2), "num_inference_steps": 10, "guidance_scale": 7, "image_guidance_scale": 2}),
    ("StableDiffusionUpscalePipeline", ["P", "N", "image Image", STEPS, GUIDANCE, "slider Noise level"], ("p", "n", "PATH", 10, 7, 30), {"prompt": "p", "negative_prompt": "n", "image": (4, 2), "num_inference_steps": 10, "guidance_scale": 7, "noise_level": 30}),
]  # fmt: skip
RANGES = {
    "Number of inference steps": (1, 500, 50, 1), "Guidance scale": (1, 20, 7.5, 0.5),
    "Strength": (0, 1, 0.8, 0.1), "Image guidance scale": (1, 5, 1.5, 0.5), "Noise level": (1, 100, 20, 1),
}  # fmt: skip


@pytest.mark.parametrize(("name", "inputs", "values", "call"), DRAWN, ids=[r[0] for r in DRAWN])
def test_diffusers_pipeline_has_its_inputs_call_and_picture(
    tmp_path: Path, name: str, inputs: list[str], values: tuple[Any, ...], call: dict[str, Any]
) -> None:
    PICTURE.save(tmp_path / "i.png")
    drawn = Picture.new("RGB", (1, 1))
    pipeline = stub(name, SimpleNamespace(images=[drawn]))
    words = {"P": "textbox Prompt", "N": "textbox Negative prompt"}

    demo = pb.Interface.from_pipeline(pipeline)
    result = demo.fn(*(str(tmp_path / "i.png") if value == "PATH" else value for value in values))

    assert [" ".join(pair) for pair in shapes(demo, "input_components")] == [
        words.get(one, one) for one in inputs
    ]
    assert shapes(demo, "output_components") == [("image", "Generated Image")]
    assert result is drawn
    ((positional, named),) = pipeline.calls
    seen = {key: value.size if isinstance(value, Picture.Image) else value for key, value in named.items()}
    assert (positional, seen) == ((), call)
    assert demo.title == f"My{name}"
    for item in demo.input_components:
        if str(item.label) in RANGES:
            assert (item.minimum, item.maximum, item.value, item.step) == RANGES[str(item.label)]


def test_arguments_given_replace_those_chosen() -> None:
    pipeline = stub("TextClassificationPipeline", [CATS])

    demo = pb.Interface.from_pipeline(pipeline, title="Mine", inputs=pb.Textbox(label="Say"), live=True)

    assert (demo.title, demo.live, shapes(demo, "input_components")) == (
        "Mine", True, [("textbox", "Say")],
    )  # fmt: skip


def test_component_that_is_not_installed_is_named() -> None:
    from pegboard.naming import is_installed

    if is_installed("audio"):
        pytest.fail("audio exists now: remove this test, and Stand from this file")
    with pytest.raises(ComponentNotFound, match="audio"):
        pb.Interface.from_pipeline(stub("AutomaticSpeechRecognitionPipeline", {"text": "x"}))


def test_recipe_can_be_registered_and_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipelines, "_registered", {})

    @pb.pipelines.register("PoemPipeline")
    def poem(pipeline: Any) -> dict[str, Any]:
        return {"fn": lambda text: pipeline(text), "inputs": ["textbox"], "outputs": ["textbox"]}

    pb.pipelines.register("TranslationPipeline", poem)

    assert pb.Interface.from_pipeline(stub("PoemPipeline", "roses")).fn("x") == "roses"
    assert pb.Interface.from_pipeline(stub("TranslationPipeline", "raw")).fn("x") == "raw"


def test_recipe_of_an_installed_distribution_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "verse.py").write_text(
        "def recipe(pipeline):\n"
        "    return {'fn': lambda x: pipeline(x), 'inputs': 'textbox', 'outputs': 'textbox'}\n"
    )
    info = tmp_path / "verse-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: verse\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[pegboard.pipelines]\nVersePipeline = verse:recipe\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    assert pb.Interface.from_pipeline(stub("VersePipeline", "rhyme")).fn("x") == "rhyme"


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (lambda: pb.Interface.from_pipeline(object()), "got:      'object'"),
        (lambda: pb.Interface.from_pipeline("text-generation"), "pip install transformers"),
        (lambda: pb.pipelines.register("not a name", lambda p: {}), "class_name="),
        (lambda: pb.pipelines.register("Name", 5), "recipe="),
    ],
)
def test_bad_value_is_refused_in_three_parts(work: Any, words: str) -> None:
    with pytest.raises(OptionError) as caught:
        work()

    text = str(caught.value)
    assert words in text
    assert all(part in text for part in ("got:", "expected:", "fix:"))
