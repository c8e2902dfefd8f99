"""Cached examples: a slow function whose example answers are kept."""

import time

import pegboard as pb


def factors(number: float) -> str:
    """Take a second to find the prime factors of a number."""
    time.sleep(1)
    rest, found, divisor = int(number), [], 2
    if not 2 <= rest <= 10**12:
        raise pb.Error("Choose a number from 2 to a million million.")
    while divisor * divisor <= rest:
        while rest % divisor == 0:
            found.append(divisor)
            rest //= divisor
        divisor += 1
    return " × ".join(str(factor) for factor in [*found, *([rest] if rest > 1 else [])])


demo = pb.Interface(
    factors,
    pb.Number(label="Number", precision=0),
    pb.Textbox(label="Prime factors"),
    examples=[[360], [1001], [65536], [999999]],
    cache_examples="lazy",
    title="Prime factors",
    flagging_mode="never",
)

if __name__ == "__main__":
    demo.launch()
