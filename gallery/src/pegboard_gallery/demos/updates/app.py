"""Updates: a listener changes what components look like, not only what they hold."""

import pegboard as pb


def adapt(kind: str) -> tuple[object, object]:
    """Show the fields that a kind of message needs."""
    if kind == "Letter":
        return pb.update(visible=True, label="Dear"), pb.update(lines=6, label="Letter")
    if kind == "Note":
        return pb.update(visible=False), pb.update(lines=2, label="Note")
    return pb.update(visible=True, label="To"), pb.update(lines=1, label="Subject line")


def write(kind: str, name: str, text: str) -> str:
    """Put the message together."""
    return text if kind == "Note" else f"{'Dear' if kind == 'Letter' else 'To'} {name},\n{text}"


with pb.Blocks(title="Updates") as demo:
    kind = pb.Radio(["Note", "Letter", "Mail"], value="Letter", label="Kind")
    name = pb.Textbox(label="Dear", value="Ada")
    text = pb.Textbox(label="Letter", lines=6)
    send = pb.Button("Write", variant="primary")
    written = pb.Textbox(label="Written", lines=3)
    kind.change(adapt, kind, [name, text], api_name=False)
    send.click(write, [kind, name, text], written, api_name="write")

if __name__ == "__main__":
    demo.launch()
