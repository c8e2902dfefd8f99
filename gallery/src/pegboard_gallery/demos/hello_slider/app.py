"""Component objects beside string names: the object carries the options."""

import pegboard as pb


def greet(name: str, intensity: int) -> str:
    """Say hello, as loudly as asked."""
    return "Hello, " + name + "!" * int(intensity)


demo = pb.Interface(
    fn=greet,
    inputs=["text", pb.Slider(value=2, minimum=1, maximum=10, step=1)],
    outputs=[pb.Textbox(label="greeting", lines=3)],
)

if __name__ == "__main__":
    demo.launch()
