"""Dependent inputs: what one dropdown offers follows from the other."""

import pegboard as pb

TREES = {
    "Conifers": ["Larch", "Pine", "Spruce"],
    "Fruit trees": ["Apple", "Cherry", "Plum", "Quince"],
    "Hardwoods": ["Ash", "Beech", "Oak"],
}


def offer(family: str) -> pb.Component:
    """Offer the trees of a family, and pick the first."""
    return pb.Dropdown(choices=TREES[family], value=TREES[family][0])


def describe(family: str, tree: str) -> str:
    """Say what was picked."""
    return f"**{tree}** is one of {len(TREES[family])} {family.lower()} here."


with pb.Blocks(title="Dependent inputs") as demo:
    pb.Markdown("## Pick a tree")
    with pb.Row():
        family = pb.Dropdown(list(TREES), value="Conifers", label="Family")
        tree = pb.Dropdown(TREES["Conifers"], label="Tree")
    told = pb.Markdown()
    family.change(offer, family, tree, api_name="offer")
    pb.on([tree.change, demo.load], describe, [family, tree], told, api_name="describe")

if __name__ == "__main__":
    demo.launch()
