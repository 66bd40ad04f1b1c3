"""How the counter feels: nothing jumps."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.browser.counter import LANDSCAPE, PORTRAIT, Tablet

pytestmark = pytest.mark.browser

CAMILLE = "06 39 98 01 01"
LINES, MORE = ".return-line:has(.return-line__more > *)", "[data-stepper-target=more]"
SUM, MAIN = "#return-quote .money--big", "#return-quote .button--main"

# Shifts that follow a tap count as well: what is tapped must not move.
SHIFTS = """
  window.shifted = 0
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) window.shifted += shift.value
  }).observe({ type: "layout-shift", buffered: true })
"""
# Where everything is that a finger may be on its way to.
PLACES = """() => Object.fromEntries([...document.querySelectorAll("button, a, input, h1, h2")]
  .filter((it) => it.checkVisibility() && !it.closest("#return-quote .stack > .next > a"))
  .map((it, at) => [`${at} ${it.id || it.className}`, it.getBoundingClientRect()])
  .map(([name, box]) => [name, [box.x, box.y, box.width].map(Math.round).join(" ")]))"""


@pytest.fixture(params=[LANDSCAPE, PORTRAIT], ids=["landscape", "portrait"])
def in_hand(request: Any, browser: Browser, shop: str, opened: StorageState) -> Iterator[Tablet]:
    """A tablet that is touched, in both positions, with Nadia signed in."""
    context = browser.new_context(
        viewport=request.param, has_touch=True, locale="fr-FR", storage_state=opened
    )
    context.add_init_script(SHIFTS)
    page = context.new_page()
    page.set_default_timeout(15_000)
    tablet = Tablet(page, shop)
    tablet.sign_in()
    yield tablet
    context.close()


def reckoned(page: Page) -> None:
    expect(page.locator("#return-lines:is(.is-reckoning, .htmx-request)")).to_have_count(0)


def shifted(page: Page) -> float:
    page.wait_for_load_state("networkidle")
    return float(page.evaluate("window.shifted"))


def test_nothing_moves_over_the_whole_job(in_hand: Tablet) -> None:
    page = in_hand.page
    moved = {"home": shifted(page)}

    in_hand.identify(CAMILLE)
    moved["customer"] = shifted(page)
    page.locator(".receipt .line button[name=line]").first.tap()
    expect(page.locator(LINES).first).to_be_visible()
    moved["return"] = shifted(page)
    before = page.evaluate(PLACES)
    for answer in ("TOO_SMALL", "AS_NEW"):
        page.locator(f"label:has(input[id$='-{answer}'])").tap()
        reckoned(page)
        assert page.evaluate(PLACES) == before
    expect(page.locator(SUM)).to_be_visible()
    moved["chosen"] = float(page.evaluate("window.shifted"))
    page.locator(MAIN).tap()
    expect(page.locator("#return-progress .pairs__pair .tag--ok").first).to_be_visible(
        timeout=30_000
    )
    moved["taken"] = float(page.evaluate("window.shifted"))

    assert max(moved.values()) < 0.01, moved


def test_a_return_of_several_lines_scrolls_beneath_what_stays(touched: Tablet) -> None:
    page = touched.page
    touched.identify(CAMILLE)
    page.locator(".receipt .line button[name=line]").first.tap()
    page.locator(".fold__head").tap()
    for article in range(1, 3):
        page.locator(MORE).nth(article).tap()
        expect(page.locator(LINES)).to_have_count(article + 1)
    for line in page.locator(LINES).all():
        for answer in ("TOO_SMALL", "AS_NEW"):
            line.locator(f"label:has(input[id$='-{answer}'])").tap()
            reckoned(page)
    expect(page.locator(SUM)).to_be_visible()

    # In landscape the page is one screen: scrolled as a whole it would show an empty one.
    if page.viewport_size == LANDSCAPE:
        assert page.evaluate("document.documentElement.scrollHeight") == LANDSCAPE["height"]
        assert page.locator(".counter--columns").evaluate("(it) => it.scrollTop") == 0
    expect(page.locator(MAIN)).to_be_in_viewport(ratio=1)
    bar = page.locator("#return-quote .next").bounding_box()
    assert bar and bar["height"] < LANDSCAPE["height"] / 2
    sums = page.locator(".next__lines")
    assert sums.evaluate("(it) => it.scrollWidth <= it.clientWidth"), "an amount is cut off"
