"""API only: endpoints by type hints, beside a page that only explains them."""

from statistics import fmean, pstdev

import pegboard as pb


def summarise(numbers: list[float]) -> dict[str, float]:
    """Return mean, spread and range of some numbers."""
    if not numbers:
        raise pb.Error("Send at least one number.")
    return {
        "mean": fmean(numbers),
        "deviation": pstdev(numbers),
        "lowest": min(numbers),
        "highest": max(numbers),
    }


def repeat(text: str, times: int = 2) -> str:
    """Repeat a text."""
    return text * times


with pb.Blocks(title="API only") as demo:
    pb.Markdown(
        "## Two endpoints\n\n`/summarise` takes a list of numbers, `/repeat` a text. "
        "Nothing here is for clicking: follow *Use via API* below."
    )
    pb.api(summarise)
    pb.api(repeat)

if __name__ == "__main__":
    demo.launch()
