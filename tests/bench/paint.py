"""
From Enter in the identify field to the customer's page painted, over a bare page's.

Chromium is slowed down four times. Both ways are the same: a form is posted, the answer leads on,
and the next page is painted; only that the bare one is a line of text without any style. The clock
is the browser's own, from the key to the largest paint, with every font in it.
"""

import statistics
from collections.abc import Iterator

from tests.bench import shop, tablet
from tests.bench.figures import Figure, Scale, percentile
from tests.browser.counter import Tablet

SLOWER = 4
CLOCK = """
addEventListener("keydown", (event) => {
  if (event.key === "Enter") sessionStorage.pressed = performance.timeOrigin + event.timeStamp
}, true)
window.painted = 0
new PerformanceObserver((list) => {
  for (const paint of list.getEntries()) window.painted = performance.timeOrigin + paint.startTime
}).observe({ type: "largest-contentful-paint", buffered: true })
"""
# Two frames after the fonts are there, nothing larger is painted.
TOOK = """async () => {
  await document.fonts.ready
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
  while (!window.painted) await new Promise((done) => setTimeout(done, 20))
  return window.painted - Number(sessionStorage.pressed)
}"""


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield the medians of both, and `paint_ms_over_bare`."""
    with tablet.opened(scale.large) as counter:
        counter.page.add_init_script(CLOCK)
        slow = counter.page.context.new_cdp_session(counter.page)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        _paint_bare(counter)
        _paint_customer(counter, 0)
        bare, painted = [], []
        for number in list(shop.regulars(scale.large))[: scale.paints]:
            bare.append(_paint_bare(counter))
            painted.append(_paint_customer(counter, number))
    yield Figure("bare_paint_p50", statistics.median(bare), "ms")
    yield Figure("paint_p50", statistics.median(painted), "ms")
    yield Figure("paint_p95", percentile(painted, 0.95), "ms")
    yield Figure("paint_ms_over_bare", statistics.median(painted) - statistics.median(bare), "ms")


def _paint_bare(counter: Tablet) -> float:
    counter.go("/bench/form/")
    counter.page.locator("input[name=text]").press("Enter")
    counter.page.wait_for_url("**/bench/page/")
    return float(counter.page.evaluate(TOOK))


def _paint_customer(counter: Tablet, number: int) -> float:
    counter.go("/")
    field = counter.page.locator(".find__input")
    field.fill(shop.typed(number))
    # As for a clerk who types: what the number is taken for has been answered.
    counter.page.locator("#understood strong").wait_for()
    field.press("Enter")
    counter.page.wait_for_url("**/customers/**")
    return float(counter.page.evaluate(TOOK))
