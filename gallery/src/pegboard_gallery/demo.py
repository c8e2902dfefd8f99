"""The page of ``make demo``: a handful of apps in tabs, and the whole gallery below ``/gallery/``."""

from __future__ import annotations

import argparse
import importlib
from typing import Any

import pegboard as pb

APPS = {
    "Digits": "digits",
    "Image filter": "image_filter",
    "Streaming": "streaming",
    "Hello world": "hello_world",
    "Hello slider": "hello_slider",
    "Hello mixed": "hello_mixed",
    "Progress": "progress",
    "Messages": "messages",
    "Shopping list": "blocks_state",
}
WELCOME = """# Pegboard

A few apps to begin with. **[The gallery](gallery/)** has all components, to try and to take, and
[more demos](gallery/#/demos), each with its source.
"""


def build() -> pb.Blocks:
    """Import a handful of example apps and put each in a tab of its own."""
    apps = {}
    for title, name in APPS.items():
        print(f"  preparing {title} …", flush=True)
        apps[title] = importlib.import_module(f"pegboard_gallery.demos.{name}.app").demo
    with pb.Blocks(title="Pegboard") as page:
        pb.Markdown(WELCOME)
        with pb.Tabs():
            for title, demo in apps.items():
                with pb.Tab(title):
                    demo.render()
    return page


def serve(page: pb.Blocks, **options: Any) -> str:
    """Serve a page with the gallery below ``/gallery/``, and return its address.

    Args:
        page: The page.
        options: Parameters of ``launch``.
    """
    from pegboard_gallery.gallery import Gallery
    from pegboard_gallery.server import create_gallery

    app, address, _ = page.launch(prevent_thread_lock=True, **options)
    app.mount("/gallery", create_gallery(Gallery(), home="../"))
    return address.rstrip("/") + "/"


def main() -> None:
    """Serve the page until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=None, help="port (default: first free from 7860)")
    parser.add_argument("--inbrowser", action="store_true", help="open the page in a browser")
    arguments = parser.parse_args()
    page = build()
    address = serve(page, server_port=arguments.port, inbrowser=arguments.inbrowser)
    print(f"* The gallery: {address}gallery/", flush=True)
    page.block_thread()


if __name__ == "__main__":
    main()
