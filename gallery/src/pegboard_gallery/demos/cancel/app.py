"""Cancel: one button starts a countdown, the other one stops it."""

import time

import pegboard as pb


def count_down(start: float):
    """Count from a number to zero, once every half second."""
    for left in range(int(start), 0, -1):
        yield f"{left} …"
        time.sleep(0.5)
    yield "Lift-off"


with pb.Blocks(title="Cancel") as demo:
    start = pb.Slider(3, 60, value=20, step=1, label="Count down from")
    shown = pb.Textbox(label="Countdown")
    with pb.Row():
        go = pb.Button("Start", variant="primary")
        stop = pb.Button("Stop", variant="stop")
    running = go.click(count_down, start, shown, api_name="count_down")
    stop.click(lambda: "Stopped", None, shown, cancels=[running], api_name=False)

if __name__ == "__main__":
    demo.launch()
