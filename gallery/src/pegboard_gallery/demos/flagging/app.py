"""Flagging: people say which answers were right, and a table remembers."""

from tempfile import gettempdir

import pegboard as pb

GOOD = {"bright", "calm", "clear", "fine", "good", "great", "kind", "love", "nice", "warm"}
BAD = {"awful", "bad", "cold", "dull", "hate", "loud", "poor", "sad", "slow", "wrong"}


def judge(text: str) -> dict[str, float]:
    """Guess the mood of a text from a few words."""
    words = [word.strip(".,!?") for word in text.lower().split()]
    good, bad = (sum(word in known for word in words) + 1 for known in (GOOD, BAD))
    return {"friendly": good / (good + bad), "unfriendly": bad / (good + bad)}


demo = pb.Interface(
    judge,
    pb.Textbox(label="Review", value="Great board, warm colours, slow delivery.", lines=2),
    pb.Label(label="Mood"),
    flagging_mode="manual",
    flagging_options=[("That is right", "right"), ("That is wrong", "wrong")],
    flagging_dir=f"{gettempdir()}/pegboard-demo-flags",
    title="Flagging",
)

if __name__ == "__main__":
    demo.launch()
