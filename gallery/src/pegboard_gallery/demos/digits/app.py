"""A classifier of handwritten digits, trained in a second when the app starts.

Data: the 1,797 scanned digits (8 x 8 pixels, 16 grey levels) that ship inside scikit-learn, from the
UCI archive's "Optical Recognition of Handwritten Digits" (CC BY 4.0).
"""

from pathlib import Path
from tempfile import mkdtemp

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

import pegboard as pb

digits = load_digits()
train_x, test_x, train_y, test_y = train_test_split(
    digits.data, digits.target, test_size=0.2, random_state=0
)
model = SVC(gamma=0.001, probability=True, random_state=0).fit(train_x, train_y)
accuracy = model.score(test_x, test_y)


def classify(picture: Image.Image | None) -> dict[str, float]:
    """Tell which digit a picture shows.

    Args:
        picture: A dark-on-light or light-on-dark digit; any size.
    """
    if picture is None:
        raise pb.Error("Choose a picture of a digit first.", title="No picture")
    grey = np.asarray(picture.convert("L").resize((8, 8), Image.Resampling.BOX), dtype=float)
    if grey.mean() > 127:  # the data set is light on dark
        grey = 255 - grey
    confidences = model.predict_proba((grey / 255 * 16).reshape(1, -1))[0]
    return {str(digit): float(confidence) for digit, confidence in enumerate(confidences)}


def save_examples() -> list[list[str]]:
    """Write six digits that the model never saw, enlarged, and return their paths."""
    folder = Path(mkdtemp(prefix="pegboard-digits-"))
    rows = []
    for number in range(6):
        pixels = (255 - test_x[number].reshape(8, 8) / 16 * 255).astype(np.uint8)
        path = folder / f"digit-{number + 1}.png"
        Image.fromarray(pixels).resize((160, 160), Image.Resampling.NEAREST).save(path)
        rows.append([str(path)])
    return rows


demo = pb.Interface(
    fn=classify,
    inputs=pb.Image(type="pil", label="Digit", height=280),
    outputs=pb.Label(num_top_classes=4, label="Which digit is it?"),
    examples=save_examples(),
    title="Handwritten digits",
    description=f"A support vector machine, right on {accuracy:.1%} of digits it has not seen.",
)

if __name__ == "__main__":
    demo.launch()
