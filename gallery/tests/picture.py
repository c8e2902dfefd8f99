"""Takes the picture of the gallery that the README shows: ``python -m gallery.tests.picture``."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from gallery.tests.support import gallery_process
from pegboard.testing.stage import launch_chromium

TARGET = Path(__file__).resolve().parents[2] / "docs" / "images" / "gallery.png"
SIZE = {"width": 1280, "height": 860}


def take(page: Page, address: str, path: Path) -> None:
    """Open the gallery, wait until every card in sight is alive, and store a small PNG."""
    page.goto(address)
    expect(page.get_by_role("link", name="Slider", exact=True)).to_be_visible()
    for card in page.get_by_role("listitem").all()[:6]:
        expect(card.locator(".initial")).to_have_count(0)
    raw = path.with_suffix(".raw.png")
    page.screenshot(path=raw, animations="disabled")
    with Image.open(raw) as picture:
        # Few colours, and no pattern of dots between them: a third of the size, and as sharp.
        small = picture.convert("RGB").quantize(128, dither=Image.Dither.NONE)
        small.save(path, optimize=True)
    raw.unlink()


def main() -> None:
    """Take it anew."""
    with gallery_process() as address, sync_playwright() as playwright:
        chromium = launch_chromium(playwright)
        page = chromium.new_page(viewport=SIZE)
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        take(page, address, TARGET)
        chromium.close()
    print(f"{TARGET}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
