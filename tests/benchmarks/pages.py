"""What a page costs a browser: requests, bytes on the wire, time until it can be used, click to output."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from pegboard.testing.stage import chromium_path
from tests.benchmarks.servers import Contender, serving

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


Figures = dict[str, float]


def page_of(app: str, *, clicks: bool = False, is_slow: bool = False) -> Callable[[Contender], Figures]:
    """Return a measure that opens an app's page with a cold cache, and may press Submit ten times.

    Args:
        is_slow: As on a phone: four times slower processor, Fast 4G.
    """

    def run(contender: Contender) -> Figures:
        with serving(contender, app) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
            try:
                address = f"http://127.0.0.1:{server.port}/"
                return _measure(browser, address, clicks, is_slow)
            finally:
                browser.close()

    return run


def _measure(browser: Browser, address: str, clicks: bool, is_slow: bool) -> Figures:
    page = browser.new_context().new_page()
    page.set_default_timeout(120_000)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    if is_slow:
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        session.send("Network.emulateNetworkConditions", FAST_4G)
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.add_init_script(SHIFTS)
    page.add_init_script(READY)
    page.goto(address, wait_until="commit")
    ready_ms = float(page.evaluate("window.benchmarkReady"))
    page.wait_for_load_state("networkidle")
    figures = {
        "requests": float(len(sizes)),
        "KB": sum(sizes) / 1024,
        "ready, ms": ready_ms,
        "layout shift": float(page.evaluate("window.benchmarkShift")),
    }
    if clicks:
        figures["click to output, ms"] = _click(page)
    return figures


FAST_4G = {
    "offline": False,
    "latency": 60,
    "downloadThroughput": 9_000_000 / 8,
    "uploadThroughput": 1_500_000 / 8,
}

SHIFTS = """window.benchmarkShift = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.benchmarkShift += entry.value;
}).observe({type: 'layout-shift', buffered: true});"""


# Milliseconds from the start of the navigation to the first frame that shows a text box and Submit.
# Timed inside the page, so that the test tool's own round trips do not count.
READY = """window.benchmarkReady = new Promise(resolve => {
  const isThere = node => Boolean(node && node.getClientRects().length);
  const look = () => {
    const isReady =
      isThere(document.querySelector('textarea, input[type=text], input:not([type])')) &&
      [...document.querySelectorAll('button')].some(b => isThere(b) && b.textContent.trim() === 'Submit');
    if (isReady) resolve(performance.now());
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
});"""


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
