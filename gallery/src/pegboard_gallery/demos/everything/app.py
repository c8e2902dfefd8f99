"""Nearly all that an Interface can do, in one page."""

import time
from collections.abc import Iterator
from tempfile import gettempdir
from typing import Any

from PIL import Image, ImageDraw

import pegboard as pb

say = pb.I18n(
    en={"title": "Title", "ink": "Ink", "size": "Size", "poster": "Poster", "share": "Ink and paper"},
    de={"title": "Titel", "ink": "Farbe", "size": "Größe", "poster": "Plakat", "share": "Farbe und Papier"},
    fr={"title": "Titre", "ink": "Encre", "size": "Taille", "poster": "Affiche", "share": "Encre et papier"},
)
INKS = {"Indigo": "#4338ca", "Brick": "#b4472e", "Forest": "#2f6b4f"}


def has_title(title: str, *rest: Any) -> dict[str, Any]:
    """Refuse a poster that says nothing, before it waits in the queue."""
    return pb.validate(bool(title.strip()), "Give the poster a title.")


def print_poster(
    title: str, ink: str, size: float, paper: str, is_slow: bool, progress: Any = pb.Progress()
) -> Iterator[tuple[Image.Image, Any, Any]]:
    """Print a poster strip by strip; each strip is shown as soon as it is there."""
    side, color = int(size), INKS[ink]
    poster = Image.new("RGB", (side, side), paper)
    draw = ImageDraw.Draw(poster)
    if len(title) > 24:
        pb.Info("A long title is printed small.", duration=4)
    for strip in progress.tqdm(range(8), desc="Printing", unit="strips"):
        top = side * (strip + 1) // 11
        draw.rectangle((0, top, side * (strip + 2) // 11, top + side // 16), fill=color)
        time.sleep(0.15 if is_slow else 0)
        yield poster, pb.skip(), pb.skip()
    words = title.strip()
    draw.text((side // 20, side * 0.84), words, fill=color, font_size=max(12, min(side // 12, side * 3 // 2 // len(words))))
    covered = sum(pixel != poster.getpixel((side - 1, 0)) for pixel in poster.getdata()) / side**2
    facts = {"side": side, "ink": color, "letters": len(words)}
    yield poster, {"ink": covered, "paper": 1 - covered}, facts


demo = pb.Interface(
    print_poster,
    inputs=[
        pb.Textbox(label=say("title"), placeholder="Hook, line and board", max_length=40, lines=1),
        pb.Radio(list(INKS), value="Indigo", label=say("ink")),
        pb.Slider(128, 512, value=256, step=64, label=say("size"), info="Pixels along each side"),
    ],
    outputs=[
        pb.Image(label=say("poster"), height=320),
        pb.Label(label=say("share"), show_heading=False),
        pb.JSON(label="Facts"),
    ],
    additional_inputs=[
        pb.Dropdown([("White", "#ffffff"), ("Cream", "#f5ecd7")], value="#f5ecd7", label="Paper"),
        pb.Checkbox(True, label="Take one's time"),
    ],
    additional_inputs_accordion="Paper and pace",
    examples=[
        ["Open air", "Forest", 256, "#f5ecd7", False],
        ["Night market", "Indigo", 320, "#ffffff", False],
        ["Pottery fair", "Brick", 256, "#f5ecd7", False],
    ],
    example_labels=["Open air", "Night market", "Pottery fair"],
    cache_examples="lazy",
    validator=has_title,
    title="Poster press",
    description="Type a title and **print**. Everything on this page is one `Interface`.",
    article="Posters are kept nowhere unless you flag one.",
    submit_btn="Print",
    stop_btn="Stop the press",
    clear_btn="Start over",
    flagging_mode="manual",
    flagging_options=[("Keep it", "keep"), ("Misprint", "misprint")],
    flagging_dir=f"{gettempdir()}/pegboard-demo-posters",
    flagging_callback="csv",
    api_name="poster",
    api_description="Print a poster; each step is one strip more.",
    concurrency_limit=2,
    concurrency_id="press",
    time_limit=60,
    show_progress="full",
    delete_cache=(3600, 86400),
    theme=pb.themes.Citrus(primary_hue="indigo", font=[pb.themes.GoogleFont("Montserrat"), "sans-serif"]),
    css=".pb-description { max-inline-size: 60ch; margin-inline: auto; text-align: center }",
    analytics_enabled=False,
).queue(max_size=50, status_update_rate="auto", default_concurrency_limit=2)

LAUNCH = {"i18n": say, "ssr_mode": True, "footer_links": ["api", "settings"], "show_error": True}

if __name__ == "__main__":
    demo.launch(**LAUNCH)
