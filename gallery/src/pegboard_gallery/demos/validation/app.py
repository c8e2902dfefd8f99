"""Validation: what is wrong is said at the field, before anything runs."""

import pegboard as pb


def check(name: str, seats: float) -> list[dict[str, object]]:
    """Say for each input whether it can be used."""
    return [
        {"is_valid": bool(name.strip()), "message": "A booking needs a name."},
        {"is_valid": 1 <= (seats or 0) <= 8, "message": "One to eight seats can be booked."},
    ]


def book(name: str, seats: float) -> str:
    """Confirm a booking."""
    return f"{int(seats)} seat{'s' if seats > 1 else ''} for {name.strip()}. See you there!"


demo = pb.Interface(
    book,
    [pb.Textbox(label="Name"), pb.Number(label="Seats", value=12)],
    pb.Textbox(label="Confirmation"),
    validator=check,
    title="Validation",
    flagging_mode="never",
)

if __name__ == "__main__":
    demo.launch()
