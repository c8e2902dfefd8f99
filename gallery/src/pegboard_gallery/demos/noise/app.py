"""A generator of pictures: frames of noise, then the final one."""

import time

import numpy as np

import pegboard as pb


def develop(steps: int):
    """Yield ``steps`` frames of noise, then a gradient."""
    random = np.random.default_rng(0)
    for _ in range(int(steps)):
        time.sleep(0.1)
        yield random.integers(0, 256, (600, 600, 3), dtype=np.uint8)
    across = np.linspace(0, 255, 600, dtype=np.uint8)
    yield np.dstack(
        [np.tile(across, (600, 1)), np.tile(across[:, None], (1, 600)), np.full((600, 600), 160, np.uint8)]
    )


demo = pb.Interface(
    fn=develop,
    inputs=pb.Slider(1, 10, value=3, step=1, label="Frames of noise"),
    outputs=pb.Image(label="Picture"),
    title="Streaming pictures",
    flagging_mode="never",
)

if __name__ == "__main__":
    demo.launch()
