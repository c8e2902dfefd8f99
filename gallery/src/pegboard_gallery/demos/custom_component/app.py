"""A component beside the app: stars to click, in plain JavaScript."""

import pegboard as pb


class Stars(pb.Component):
    """A rating from one to five."""

    change = pb.Event(doc="the rating changed")

    _esm = """
    export default {
      render({ model, el }) {
        const draw = () => el.replaceChildren(...[1, 2, 3, 4, 5].map((star) => {
          const button = document.createElement("button");
          button.type = "button";
          button.textContent = star <= (model.get("value") ?? 0) ? "\u2605" : "\u2606";
          button.ariaLabel = `${star} of 5`;
          button.onclick = () => { model.set("value", star); model.save_changes(); };
          return button;
        }));
        model.on("change:value", draw);
        draw();
      },
    };
    """
    _css = "button { border: 0; background: none; color: #d97706; font-size: 2rem; cursor: pointer; }"

    def preprocess(self, payload: object) -> int:
        """Return the stars; nothing chosen is zero."""
        if payload is None:
            return 0
        if payload in (1, 2, 3, 4, 5):
            return int(payload)
        raise pb.PayloadError(self, got=payload, expected="1 to 5, or null")


def thank(stars: int, words: str) -> str:
    """Answer to a rating."""
    if stars == 0:
        raise pb.Error("Click a star first.")
    return f"{'Thank you!' if stars > 3 else 'We will do better.'} ({stars} of 5) {words}".strip()


demo = pb.Interface(
    thank,
    [Stars(label="Your rating"), pb.Textbox(label="In words")],
    pb.Textbox(label="Answer"),
    title="A component of your own",
    flagging_mode="never",
)

if __name__ == "__main__":
    demo.launch()
