"""One app, served by whichever library is named: `python app.py pegboard|gradio PORT`."""

from __future__ import annotations

import importlib
import sys
import time
from typing import Any


def build(gr: Any) -> Any:
    """Describe the app with either library; nothing here knows which one it is."""

    def greet(name: str, times: float = 2) -> str:
        return f"Hello {name}" * int(times)

    def both(text: str, is_loud: bool) -> tuple[str, float]:
        return (text.upper() if is_loud else text), len(text)

    def count(step: float, total: float) -> tuple[float, float]:
        return total + step, total + step

    def write(length: float) -> Any:
        text = ""
        for number in range(int(length)):
            text += f"word{number} "
            yield text

    def grow() -> Any:
        yield {"a": [1, [2, 3]], "b": None}
        yield {"a": [1, [2]], "b": True, "c": 1}
        yield {"a": [], "c": 1.5}

    def trim(texts: list[str], lengths: list[float]) -> list[list[str]]:
        return [[text[: int(length)] for text, length in zip(texts, lengths)]]

    def refuse(text: str) -> str:
        raise gr.Error(f"not {text}", duration=4, title="Sorry")

    def speak() -> str:
        gr.Info("looking")
        gr.Warning("nearly")
        time.sleep(0.05)
        return "done"

    def classify(picture: Any) -> dict[str, float]:
        return {"width": picture.shape[1] / 100, "height": picture.shape[0] / 100}

    with gr.Blocks() as demo:
        total = gr.State(0)
        name, times = gr.Textbox(label="name"), gr.Slider(1, 5, value=3, step=1, label="times")
        number, text = gr.Number(label="number"), gr.Textbox(label="text")
        flag, tree = gr.Checkbox(label="flag"), gr.JSON(label="tree")
        choice = gr.Radio(["a", "b"], label="choice", value="a")
        picture, label = gr.Image(label="picture"), gr.Label(label="label")
        file = gr.File(label="file")
        button = gr.Button("go")
        button.click(greet, [name, times], text, api_name="greet")
        button.click(both, [name, flag], [text, number], api_name="both")
        button.click(count, [number, total], [number, total], api_name="count")
        button.click(write, number, text, api_name="write")
        button.click(grow, None, tree, api_name="grow")
        button.click(trim, [name, number], text, api_name="trim", batch=True, max_batch_size=4)
        button.click(refuse, name, text, api_name="refuse")
        button.click(speak, None, text, api_name="speak")
        button.click(lambda value: value, choice, text, api_name="choose")
        button.click(lambda value: value, file, file, api_name="keep")
        button.click(classify, picture, label, api_name="classify")
        button.click(lambda: None, None, None, api_name="nothing")
        button.click(lambda text: text, name, text, api_name="fast", queue=False)
    return demo


if __name__ == "__main__":
    build(importlib.import_module(sys.argv[1])).launch(server_port=int(sys.argv[2]), quiet=True)
