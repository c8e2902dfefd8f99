"""Chained events: each step shows its result before the next begins."""

import time

import pegboard as pb


def clean(text: str) -> str:
    """Take away what is too much."""
    if not text.strip():
        raise pb.Error("There is nothing to clean.", title="Empty")
    time.sleep(0.4)
    return " ".join(text.split())


def count(text: str) -> dict[str, int]:
    """Count each word."""
    time.sleep(0.4)
    words = text.lower().split()
    return {word: words.count(word) for word in dict.fromkeys(words)}


def conclude(counts: dict[str, int] | None) -> str:
    """Name the most frequent word."""
    if not counts:
        return "The chain stopped early."
    word = max(counts, key=lambda each: counts[each])
    return f"Most often: **{word}** ({counts[word]} times)"


with pb.Blocks(title="Chain") as demo:
    text = pb.Textbox("the  hook   and the board and the wall", label="Text")
    button = pb.Button("Start", variant="primary")
    with pb.Row():
        cleaned = pb.Textbox(label="1. Cleaned")
        counts = pb.JSON(label="2. Counted")
    told = pb.Markdown("*Not yet.*")
    first = button.click(clean, text, cleaned, api_name="clean")
    second = first.success(count, cleaned, counts, api_name="count")
    second.then(conclude, counts, told, api_name="conclude")

if __name__ == "__main__":
    demo.launch()
