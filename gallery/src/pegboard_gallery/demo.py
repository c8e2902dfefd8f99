"""All example apps on one page: ``python -m pegboard_gallery.demo``."""

from __future__ import annotations

import argparse
import importlib

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


def build() -> pb.TabbedInterface:
    """Import every example app and put each in a tab of its own."""
    apps = []
    for title, name in APPS.items():
        print(f"  preparing {title} …", flush=True)
        apps.append(importlib.import_module(f"pegboard_gallery.demos.{name}.app").demo)
    return pb.TabbedInterface(apps, list(APPS), title="Pegboard")


def main() -> None:
    """Serve the page until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=None, help="port (default: first free from 7860)")
    parser.add_argument("--inbrowser", action="store_true", help="open the page in a browser")
    arguments = parser.parse_args()
    build().launch(server_port=arguments.port, inbrowser=arguments.inbrowser)


if __name__ == "__main__":
    main()
