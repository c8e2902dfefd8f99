"""Typed: an Interface from a signature, with nothing else said."""

from typing import Literal

import pegboard as pb

PRICES = {"small": 2.5, "medium": 3.2, "large": 3.9}


def order(size: Literal["small", "medium", "large"], name: str, with_milk: bool = False) -> dict[str, object]:
    """Take an order for a coffee."""
    return {"for": name, "price": PRICES[size] + 0.4 * with_milk, "milk": with_milk, "size": size}


demo = pb.Interface(order, title="From annotations alone", flagging_mode="never")

if __name__ == "__main__":
    demo.launch()
