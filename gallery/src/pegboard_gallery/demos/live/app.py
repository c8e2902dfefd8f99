"""Live: the function runs at each change, so there is no button to press."""

import pegboard as pb

VOWELS = set("aeiouyAEIOUY")


def measure(text: str) -> tuple[int, int, str]:
    """Count words and letters, and take the vowels out."""
    without = "".join(letter for letter in text if letter not in VOWELS)
    return len(text.split()), len(text), without


demo = pb.Interface(
    measure,
    pb.Textbox(label="Text", value="Hang a hook where you need one", lines=3),
    [pb.Number(label="Words"), pb.Number(label="Characters"), pb.Textbox(label="Without vowels")],
    live=True,
    title="Live",
    flagging_mode="never",
)

if __name__ == "__main__":
    demo.launch()
