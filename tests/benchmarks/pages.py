"""What a page costs a browser: requests, bytes on the wire, time until it can be used, click to output."""

from __future__ import annotations

import os
import shutil
import time
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks.servers import Contender, serving

CHROMIUM = os.environ.get("PEGBOARD_CHROMIUM") or shutil.which("chromium") or "chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def hello_page(contender: Contender) -> dict[str, float]:
    """Open hello world with a cold cache, then press Submit ten times."""
    with serving(contender, "hello") as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            return _measure(browser, f"http://127.0.0.1:{server.port}/", contender.library is not None)
        finally:
            browser.close()


def _measure(browser: Browser, address: str, has_form: bool) -> dict[str, float]:
    page = browser.new_context().new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    begin = time.perf_counter()
    page.goto(address, wait_until="commit")
    if has_form:
        page.get_by_role("textbox").first.wait_for()
        page.get_by_role("button", name="Submit").wait_for()
    else:
        page.get_by_text("Hello").wait_for()
    ready = time.perf_counter() - begin
    page.wait_for_load_state("networkidle")
    figures = {"requests": float(len(sizes)), "KB": sum(sizes) / 1024, "ready, ms": ready * 1000}
    if has_form:
        figures["click to output, ms"] = _click(page)
    return figures


# Timed inside the page, so that the test tool's own round trips do not count.
CLICK = """async ([name]) => {
  const boxes = [...document.querySelectorAll('textarea, input[type=text], input:not([type])')];
  const output = boxes[boxes.length - 1];
  const button = [...document.querySelectorAll('button')].find(b => b.textContent.trim() === 'Submit');
  const begin = performance.now();
  button.click();
  while (!output.value.includes(name)) {
    if (performance.now() - begin > 10000) throw new Error('no output');
    await new Promise(resolve => requestAnimationFrame(resolve));
  }
  return performance.now() - begin;
}"""


def _click(page: Page) -> float:
    times = []
    for number in range(10):
        page.get_by_role("textbox").first.fill(f"visitor {number}")
        times.append(float(page.evaluate(CLICK, [f"visitor {number}"])))
        page.wait_for_timeout(300)
    return median(times[1:])
