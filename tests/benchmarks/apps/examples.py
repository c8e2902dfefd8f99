"""Hello world with 1,000 examples; the same source for every library (``BENCH_LIBRARY``)."""

import importlib
import os

gr = importlib.import_module(os.environ["BENCH_LIBRARY"])


def greet(name):
    """Say hello."""
    return "Hello " + name + "!"


demo = gr.Interface(
    fn=greet, inputs="textbox", outputs="textbox", examples=[[f"person {n}"] for n in range(1000)]
)

if __name__ == "__main__":
    demo.launch(server_port=int(os.environ["BENCH_PORT"]), quiet=True)
