"""A generator streams its result: each yield replaces what the page shows."""

import time

import pegboard as pb

TEXT = (
    "A pegboard is a board with a regular grid of holes. You hang a hook wherever you need one, "
    "and move it when you change your mind. "
)


def tell(sentences: int, progress=pb.Progress()):
    """Write word by word."""
    words = (TEXT * int(sentences)).split()
    written = ""
    for number, word in enumerate(words):
        time.sleep(0.03)
        progress((number + 1, len(words)), unit="words")
        written += word + " "
        yield written


demo = pb.Interface(
    fn=tell,
    inputs=pb.Slider(1, 5, value=2, step=1, label="Sentences"),
    outputs=pb.Textbox(label="Story", lines=6),
    title="Streaming text",
    flagging_mode="never",
)

if __name__ == "__main__":
    demo.launch()
