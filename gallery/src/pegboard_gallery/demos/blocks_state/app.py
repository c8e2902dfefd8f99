"""Blocks: a layout of one's own, events in a chain, state kept for each session."""

import pegboard as pb


def add(item: str, items: list[str]) -> tuple[list[str], str, str]:
    """Append to this session's list; also empty the box and show the list."""
    if not item.strip():
        raise pb.Error("Write something first.")
    items = [*items, item.strip()]
    return items, "", "\n".join(f"{number}. {text}" for number, text in enumerate(items, 1))


with pb.Blocks(title="Shopping list") as demo:
    pb.Markdown("## Shopping list\nEvery visitor has a list of their own.")
    state = pb.State([])
    with pb.Row():
        with pb.Column():
            item = pb.Textbox(label="Item", placeholder="Milk")
            with pb.Row():
                clear = pb.Button("Empty")
                button = pb.Button("Add", variant="primary")
        shown = pb.Markdown("*Nothing yet.*", label="List", container=True)
    pb.on([button.click, item.submit], add, [item, state], [state, item, shown], api_name="add")
    clear.click(lambda: ([], "*Nothing yet.*"), None, [state, shown], api_name="empty")

if __name__ == "__main__":
    demo.launch()
