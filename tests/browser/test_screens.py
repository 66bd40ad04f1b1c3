"""What holds on every screen: one filled button, nothing too small, nothing that sticks out."""

import pytest
from playwright.sync_api import Page

from tests.browser.counter import LANDSCAPE, PORTRAIT, Tablet
from tests.browser.walk import through_all

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
# The design page shows every button there is.
SHOWS_ALL = "design"

FILLED = """() => {
  const probe = document.body.appendChild(document.createElement("i"))
  probe.style.cssText = "background: var(--brand)"
  const brand = getComputedStyle(probe).backgroundColor
  probe.remove()
  return [...document.querySelectorAll("a, button, input[type=submit]")]
    .filter((it) => it.checkVisibility({ visibilityProperty: true }))
    .filter((it) => getComputedStyle(it).backgroundColor === brand)
    .map((it) => it.textContent.trim() || it.value)
}"""
SMALL_TEXT = """() => [...document.querySelectorAll("body *")]
  .filter((it) => it.checkVisibility({ visibilityProperty: true }))
  .filter((it) => [...it.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .filter((it) => parseFloat(getComputedStyle(it).fontSize) < 13)
  .map((it) => it.textContent.trim().slice(0, 40))"""
SMALL_TARGETS = """() => [
    ...document.querySelectorAll("button, a.button, summary, input:not([type=hidden])")]
  .filter((it) => it.checkVisibility({ visibilityProperty: true }))
  .map((it) => [it, (it.closest("label") ?? it).getBoundingClientRect()])
  .filter(([, box]) => box.width > 1 && box.height < 45.5)
  .map(([it, box]) => `${it.outerHTML.slice(0, 80)} ${box.height}`)"""


def test_every_screen_keeps_the_rules_of_the_house(tablet: Tablet) -> None:
    broken: list[str] = []

    def look(name: str) -> None:
        broken.extend(f"{name}: {problem}" for problem in _problems(tablet.page, name))

    through_all(tablet, look)

    assert not broken


def _problems(page: Page, name: str) -> list[str]:
    found = []
    for size in (LANDSCAPE, PORTRAIT, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        # Head office sits at a desk: its lists may scroll on what is held in the hand.
        if (size == LANDSCAPE or not name.startswith("admin")) and page.evaluate(
            "document.documentElement.scrollWidth > innerWidth"
        ):
            found.append(f"sticks out at {size['width']}")
    page.set_viewport_size(LANDSCAPE)  # type: ignore[arg-type]
    if name == SHOWS_ALL:
        return found
    if len(filled := page.evaluate(FILLED)) > 1:
        found.append(f"filled buttons: {filled}")
    if not name.startswith("admin"):
        found += [f"small text: {words}" for words in page.evaluate(SMALL_TEXT)]
        found += [f"small target: {it}" for it in page.evaluate(SMALL_TARGETS)]
    return found
