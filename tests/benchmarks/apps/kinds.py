"""A page with twelve component types; the same source for every library (``BENCH_LIBRARY``)."""

import importlib
import os

gr = importlib.import_module(os.environ["BENCH_LIBRARY"])

with gr.Blocks() as demo:
    box = gr.Textbox(label="text")
    gr.Number(label="number", value=3)
    gr.Slider(0, 10, label="slider")
    gr.Checkbox(label="checkbox")
    gr.Radio(["a", "b"], label="radio")
    gr.Dropdown(["a", "b"], label="dropdown")
    gr.Markdown("# Heading")
    gr.JSON({"a": [1, 2]}, label="json")
    gr.Label({"cat": 0.7, "dog": 0.3}, label="label")
    gr.Image(label="image")
    gr.File(label="file")
    gr.Button("Submit").click(lambda text: text, box, gr.Textbox(label="out"))

if __name__ == "__main__":
    demo.launch(server_port=int(os.environ["BENCH_PORT"]), quiet=True)
