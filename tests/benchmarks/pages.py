"""What a page costs a browser: requests, bytes on the wire, time until it can be used, click to output."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from pegboard.testing.stage import chromium_path
from tests.benchmarks.chromium import Chromium, Event, running
from tests.benchmarks.servers import Contender, serving

Figures = dict[str, float]

READY_LIMIT_S = 120.0
OPENED_S = 2.0
"""A window that has just opened still loads parts of the browser's own interface for about so long."""


def page_of(app: str, *, clicks: bool = False, is_slow: bool = False) -> Callable[[Contender], Figures]:
    """Return a measure that opens an app's page with a cold cache, and may press Submit ten times.

    Args:
        is_slow: As on a phone: four times slower processor, Fast 4G.
    """

    def run(contender: Contender) -> Figures:
        path = chromium_path()
        if path is None:
            raise RuntimeError("Chromium is not installed")
        with serving(contender, app) as server, running(path) as browser:
            return _measure(browser, f"http://127.0.0.1:{server.port}/", clicks, is_slow)

    return run


def _measure(browser: Chromium, address: str, clicks: bool, is_slow: bool) -> Figures:
    context = browser.send("Target.createBrowserContext")["browserContextId"]
    target = browser.send("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
    session = browser.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def command(method: str, **parameters: Any) -> dict[str, Any]:
        return browser.send(method, session, **parameters)

    def value(script: str) -> Any:
        answer = command("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"in the page: {answer['exceptionDetails']}"[:300])
        return answer["result"].get("value")

    # Not the "Runtime" domain: where it is on, the engine keeps what a debugger may ask for.
    for domain in ("Page", "Network"):
        command(f"{domain}.enable")
    if is_slow:
        command("Emulation.setCPUThrottlingRate", rate=4)
        command("Network.emulateNetworkConditions", **FAST_4G)
    time.sleep(OPENED_S)
    for script in (SHIFTS, READY):
        command("Page.addScriptToEvaluateOnNewDocument", source=script)
    command("Page.navigate", url=address)
    ready = browser.wait_for(_is_ready, READY_LIMIT_S)
    browser.listen(quiet_s=0.7, limit_s=20.0)
    sizes = [
        float(event["params"]["encodedDataLength"])
        for event in browser.events
        if event.get("method") == "Network.loadingFinished"
        and event["params"]["requestId"] != ready["params"]["requestId"]
    ]
    figures = {
        "requests": float(len(sizes)),
        "KB": sum(sizes) / 1024,
        "ready, ms": float(ready["params"]["request"]["url"].rpartition("=")[2]),
        "layout shift": float(value("window.benchmarkShift")),
    }
    if clicks:
        times = [float(value(f"({CLICK})({json.dumps(f'visitor {number}')})")) for number in range(10)]
        figures["click to output, ms"] = median(times[1:])
    return figures


def _is_ready(event: Event) -> bool:
    is_request = event.get("method") == "Network.requestWillBeSent"
    return is_request and MARK in event["params"]["request"]["url"]


MARK = "?benchmark-ready="

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
# Timed inside the page, and told by a request that does not count.
READY = """{
  const isThere = node => Boolean(node && node.checkVisibility({opacityProperty: true, visibilityProperty: true}));
  const look = () => {
    const isReady =
      isThere(document.querySelector('textarea, input[type=text], input:not([type])')) &&
      [...document.querySelectorAll('button')].some(b => isThere(b) && b.textContent.trim() === 'Submit');
    if (isReady) new Image().src = '/favicon.ico?benchmark-ready=' + performance.now();
    else requestAnimationFrame(look);
  };
  if (location.protocol === 'http:') requestAnimationFrame(look);
}"""


# From the click until the last text box holds what the function gave, looked at in every frame.
CLICK = """async name => {
  const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
  const boxes = [...document.querySelectorAll('textarea, input[type=text], input:not([type])')];
  const [input, output] = [boxes[0], boxes[boxes.length - 1]];
  const button = [...document.querySelectorAll('button')].find(b => b.textContent.trim() === 'Submit');
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), 'value').set.call(input, name);
  input.dispatchEvent(new InputEvent('input', {bubbles: true}));
  await pause(300);
  const begin = performance.now();
  button.click();
  while (!output.value.includes(name)) {
    if (performance.now() - begin > 10000) throw new Error('no output');
    await new Promise(resolve => requestAnimationFrame(resolve));
  }
  return performance.now() - begin;
}"""
