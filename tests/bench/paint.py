"""
From Enter in the identify field to the customer's page painted, over a bare page's.

Chromium is slowed down four times. Both ways are the same: a form is posted, the answer leads on,
and what comes next is painted; only that the bare one is a page with a line of text without any
style. The clock is the browser's own, from the key to the paint of the last of what is looked at:
who it is, what was bought, what to do now.
"""

import statistics
from collections.abc import Iterator

from tests.bench import shop, tablet
from tests.bench.figures import Figure, Scale, percentile
from tests.browser.counter import Tablet

SLOWER = 4
BARE = ("p",)
CUSTOMER = (".who__name", "#purchases h2", "#next h2")
# Element Timing, as the customer's page may take the place of the screen before without a load.
CLOCK = """
const LOOKED_AT = "p, .who__name, #purchases h2, #next h2"
addEventListener("keydown", ({ key, timeStamp }) => {
  if (key === "Enter") sessionStorage.pressed = performance.timeOrigin + timeStamp
}, true)
window.painted = {}
new MutationObserver(() => {
  for (const it of document.querySelectorAll(LOOKED_AT)) it.setAttribute("elementtiming", "")
}).observe(document, { childList: true, subtree: true })
new PerformanceObserver((list) => {
  for (const { element, renderTime } of list.getEntries()) {
    const name = LOOKED_AT.split(", ").find((name) => element?.matches(name))
    if (name) window.painted[name] ??= performance.timeOrigin + renderTime
  }
}).observe({ type: "element", buffered: true })
"""
TOOK = """async (names) => {
  while (!names.every((name) => name in window.painted)) {
    await new Promise((done) => setTimeout(done, 20))
  }
  const last = Math.max(...names.map((name) => window.painted[name]))
  return last - Number(sessionStorage.pressed)
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
    return float(counter.page.evaluate(TOOK, BARE))


def _paint_customer(counter: Tablet, number: int) -> float:
    counter.go("/")
    field = counter.page.locator(".find__input")
    field.fill(shop.typed(number))
    # As for a clerk who types: what the number is taken for has been answered.
    counter.page.locator("#understood strong").wait_for()
    field.press("Enter")
    counter.page.wait_for_url("**/customers/**")
    return float(counter.page.evaluate(TOOK, CUSTOMER))
