"""A page with 1,000 components; the same source for every library (``BENCH_LIBRARY``)."""

import importlib
import os

gr = importlib.import_module(os.environ["BENCH_LIBRARY"])

with gr.Blocks() as demo:
    box = gr.Textbox(label="first")
    for number in range(998):
        gr.Number(label=f"number {number}") if number % 2 else gr.Textbox(label=f"text {number}")
    gr.Button("Submit").click(lambda text: text, box, gr.Textbox(label="out"))

if __name__ == "__main__":
    demo.launch(server_port=int(os.environ["BENCH_PORT"]), quiet=True)
