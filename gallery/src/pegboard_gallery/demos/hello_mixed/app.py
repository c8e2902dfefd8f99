"""Several inputs and several outputs: one argument and one return value for each."""

import pegboard as pb


def greet(name: str, is_morning: bool, temperature: float) -> tuple[str, float]:
    """Greet by the time of day, and give the temperature in Celsius."""
    salutation = "Good morning" if is_morning else "Good evening"
    celsius = (temperature - 32) * 5 / 9
    return f"{salutation} {name}. It is {temperature:g} degrees today", round(celsius, 2)


demo = pb.Interface(
    fn=greet,
    inputs=["text", "checkbox", pb.Slider(0, 100)],
    outputs=["text", "number"],
)

if __name__ == "__main__":
    demo.launch()
