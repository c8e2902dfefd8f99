"""How long a keystroke takes in the search of a large gallery: ``python -m gallery.tests.typing_speed``.

A thousand entries, in a real browser. For each letter typed: script time until the new list is in the page,
and the time until the browser has painted it (two animation frames, so never less than some 16 ms).
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from gallery.tests.support import gallery_process, make_catalogue
from pegboard.testing.stage import launch_chromium

WORDS = ("far777", "what can show a pandas.DataFrame", "chart", "slider", "zzz nothing at all")
TYPE = """async (text) => {
  const box = document.querySelector("#search");
  const found = [];
  for (let end = 1; end <= text.length; end++) {
    const from = performance.now();
    box.value = text.slice(0, end);
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await Promise.resolve();
    document.querySelector("main").getBoundingClientRect();
    const drawn = performance.now();
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    found.push([drawn - from, performance.now() - from]);
  }
  box.value = "";
  box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await new Promise((done) => setTimeout(done, 300));
  return found;
}"""


def measure(page: Page, rounds: int) -> list[tuple[float, float]]:
    """Type all words; return script and paint time of each letter, in milliseconds."""
    found: list[tuple[float, float]] = []
    for _ in range(rounds):
        for word in WORDS:
            found += [tuple(pair) for pair in page.evaluate(TYPE, word)]
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, nargs="+", default=[100, 1000, 5000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slower", type=float, default=1, help="slow the processor down by this factor")
    given = parser.parse_args()
    print(f"{'entries':>8} {'script p50':>11} {'p95':>7} {'painted p50':>12} {'p95':>7}   (ms)")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        chromium = launch_chromium(playwright)
        for count in given.entries:
            catalogue = make_catalogue(Path(folder) / f"{count}.json", count)
            with gallery_process("--catalogue", str(catalogue)) as address:
                page = chromium.new_page(viewport={"width": 1280, "height": 860})
                page.goto(address)
                expect(page.get_by_role("status").first).to_contain_text(str(count // 100))
                page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": given.slower})
                columns = list(zip(*measure(page, given.rounds), strict=True))
                page.close()
            figures = [(statistics.median(column), sorted(column)[int(len(column) * 0.95)]) for column in columns]
            (script, script_95), (paint, paint_95) = figures
            print(f"{count:>8} {script:>11.1f} {script_95:>7.1f} {paint:>12.1f} {paint_95:>7.1f}")
        chromium.close()


if __name__ == "__main__":
    main()
