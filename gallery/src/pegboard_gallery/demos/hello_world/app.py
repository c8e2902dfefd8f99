"""The smallest app: a function of one text, with components named by strings."""

import pegboard as pb


def greet(name: str) -> str:
    """Say hello to somebody."""
    return f"Hello {name}!"


demo = pb.Interface(fn=greet, inputs="textbox", outputs="textbox")

if __name__ == "__main__":
    demo.launch()
