"""A progress bar around an ordinary loop."""

import time

import pegboard as pb


def slowly_reverse(word: str, progress=pb.Progress()) -> str:
    """Reverse a word, letter by letter."""
    progress(0, desc="Starting")
    time.sleep(0.5)
    reversed_word = ""
    for letter in progress.tqdm(word, desc="Reversing"):
        time.sleep(0.25)
        reversed_word = letter + reversed_word
    return reversed_word


demo = pb.Interface(slowly_reverse, pb.Text(label="Word", value="pegboard"), pb.Text(label="Reversed"))

if __name__ == "__main__":
    demo.launch()
