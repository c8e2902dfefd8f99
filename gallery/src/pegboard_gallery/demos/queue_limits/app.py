"""Queues: what is slow waits in a lane of its own."""

import time

import pegboard as pb


def slow(text: str) -> str:
    """Take two seconds; only one at a time."""
    time.sleep(2)
    return text[::-1]


def quick(text: str) -> str:
    """Answer at once; twenty at a time."""
    return text.upper()


with pb.Blocks(title="Two queues") as demo:
    text = pb.Textbox("pegboard", label="Text")
    with pb.Row():
        with pb.Column():
            first = pb.Button("Slow")
            reversed_text = pb.Textbox(label="Backwards")
        with pb.Column():
            second = pb.Button("Quick")
            loud = pb.Textbox(label="Upper case")
    first.click(slow, text, reversed_text, api_name="slow", concurrency_limit=1)
    second.click(quick, text, loud, api_name="quick", concurrency_limit=20)

if __name__ == "__main__":
    demo.launch()
