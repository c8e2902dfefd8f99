"""Concurrent calls answered together: the function gets lists and returns lists."""

import time

import pegboard as pb


def trim_words(words: list[str], lengths: list[float]) -> tuple[list[str]]:
    """Cut each word to its length; a run takes five seconds, however many words there are."""
    time.sleep(5)
    return ([word[: int(length)] for word, length in zip(words, lengths)],)


demo = pb.Interface(
    fn=trim_words,
    inputs=["textbox", "number"],
    outputs=["textbox"],
    batch=True,
    max_batch_size=16,
)

if __name__ == "__main__":
    demo.launch()
