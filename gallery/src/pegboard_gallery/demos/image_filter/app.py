"""Numpy arrays in and out: four filters on any picture."""

import numpy as np

import pegboard as pb

SEPIA = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]])


def apply_filter(picture: np.ndarray | None, name: str, strength: float) -> np.ndarray:
    """Blend a picture with a filtered copy of itself.

    Args:
        picture: uint8, shape (height, width, 3), RGB.
        name: Which filter.
        strength: 0 leaves the picture as it is, 1 shows the filter alone.
    """
    if picture is None:
        raise pb.Error("Choose a picture first.", title="No picture")
    pixels = picture.astype(float)
    if name == "Sepia":
        filtered = pixels @ SEPIA.T
    elif name == "Invert":
        filtered = 255 - pixels
    elif name == "Mirror":
        filtered = pixels[:, ::-1]
    else:
        filtered = np.repeat(pixels.mean(axis=2, keepdims=True), 3, axis=2)
    return np.clip(pixels + strength * (filtered - pixels), 0, 255).astype(np.uint8)


demo = pb.Interface(
    fn=apply_filter,
    inputs=[
        pb.Image(label="Picture"),
        pb.Radio(["Sepia", "Invert", "Mirror", "Grey"], value="Sepia", label="Filter"),
        pb.Slider(0, 1, value=1, label="Strength"),
    ],
    outputs=pb.Image(label="Result"),
    title="Image filter",
    flagging_mode="never",
)

if __name__ == "__main__":
    demo.launch()
