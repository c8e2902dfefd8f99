"""Tabs: two tools side by side that write to one log."""

import pegboard as pb


def lengths(metres: float, log: str) -> tuple[float, str]:
    """Convert metres to feet."""
    feet = round(metres / 0.3048, 3)
    return feet, f"{metres:g} m = {feet:g} ft\n{log}"


def weights(kilograms: float, log: str) -> tuple[float, str]:
    """Convert kilograms to pounds."""
    pounds = round(kilograms / 0.45359237, 3)
    return pounds, f"{kilograms:g} kg = {pounds:g} lb\n{log}"


with pb.Blocks(title="Tabs") as demo:
    pb.Markdown("## Converter")
    with pb.Tabs():
        with pb.Tab("Length"):
            with pb.Row():
                metres = pb.Number(1, label="Metres")
                feet = pb.Number(label="Feet")
            to_feet = pb.Button("To feet")
        with pb.Tab("Weight"):
            with pb.Row():
                kilograms = pb.Number(1, label="Kilograms")
                pounds = pb.Number(label="Pounds")
            to_pounds = pb.Button("To pounds")
    with pb.Accordion("What was converted", open=True):
        log = pb.Textbox(label="Log", lines=4, interactive=False)
    to_feet.click(lengths, [metres, log], [feet, log], api_name="lengths")
    to_pounds.click(weights, [kilograms, log], [pounds, log], api_name="weights")

if __name__ == "__main__":
    demo.launch()
