"""An answer is on its way: calm at first, then shown, and what is sent is sent once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from omnistore.demo import people
from tests.browser.counter import Tablet
from tests.browser.held import ALIVE, Hold, Watch

pytestmark = pytest.mark.browser

# Set every motion of the page to so many milliseconds after it began.
SET_TIME = """time => {
    for (const motion of document.getAnimations()) {
        motion.pause()
        motion.currentTime = time
    }
}"""
# Whether the mark under the words and the bar along the upper edge can be seen.
SHOWN = """button => {
    const [mark, bar] = [[button, "::after"], [document.querySelector(".waiting"), "::before"]]
        .map(([it, part]) => getComputedStyle(it, part))
    const drawn = style => style.content === '""'
    return [drawn(mark) && mark.opacity === "1", drawn(bar) && new DOMMatrix(bar.transform).a > 0]
}"""
FACE = """it => {
    const { color, backgroundColor, opacity, filter } = getComputedStyle(it)
    return [color, backgroundColor, opacity, filter]
}"""


@dataclass(frozen=True)
class Way:
    """Something that is sent: from which screen, to which address, by which button."""

    start: Callable[[Tablet], None]
    address: str
    button: str


def at_home(tablet: Tablet) -> None:
    tablet.go("/")


def asking(tablet: Tablet) -> None:
    tablet.page.fill(".find__input", "zzz")
    expect(tablet.page.locator("#understood")).not_to_be_empty()


def choosing(tablet: Tablet) -> None:
    tablet.type("01 99 00 02 02")
    expect(tablet.page.locator("#found .pick").first).to_be_visible()


def signing_up(tablet: Tablet) -> None:
    tablet.go("/sign-up/")


def settling(tablet: Tablet) -> None:
    tablet.identify(people.HELENE.phones[0])
    tablet.page.locator(".receipt .line button[name=line]").first.tap()
    tablet.bring_back(1)
    expect(tablet.page.locator(".is-reckoning, .htmx-request")).to_have_count(0)


def setting(tablet: Tablet) -> None:
    tablet.go("/tablet/")


# A page of its own answers, or htmx changes a part of this one.
PLAIN = {
    "anonymous": Way(at_home, "/anonymous/", ".way:not([href])"),
    "language": Way(signing_up, "/language/", ".rail__language button"),
    "display": Way(setting, "/tablet/display/", "[name=display]"),
}
BY_HTMX = {
    "choose": Way(choosing, "/choose/", "#found .pick"),
    "find": Way(asking, "/identify/", ".find .button--main"),
    "sign-up": Way(signing_up, "/sign-up/", "#sign_up .button--main"),
    "settle": Way(settling, "/settle/", "#return-settle"),
}
WAYS = PLAIN | BY_HTMX


def start(tablet: Tablet, way: Way) -> Locator:
    """Go where the button is that sends."""
    tablet.go("/")
    way.start(tablet)
    return tablet.page.locator(way.button).first


def first(way: Way) -> str:
    """Return the address that is asked first."""
    return ALIVE if way in PLAIN.values() else way.address


def tap_at(page: Page, box: FloatRect | None) -> None:
    """Tap where the button is, whatever became of it."""
    assert box
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def words(page: Page) -> Locator:
    return page.locator(".waiting__words > p")


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_shows_nothing_for_300_ms_and_then_what_is_busy(
    touched: Tablet, hold: Hold, way: Way, motion: Any
) -> None:
    page = touched.page
    page.emulate_media(reduced_motion=motion)
    button = start(touched, way)
    held = hold(touched.page, first(way))
    at_rest = button.evaluate(FACE)

    button.tap()
    held.wait()

    expect(button).to_have_attribute("aria-busy", "true")
    # The finger has left it.
    expect(page.locator(":active")).to_have_count(0)
    page.evaluate(SET_TIME, 299)
    assert button.evaluate(SHOWN) == [False, False]
    assert button.evaluate(FACE) == at_rest
    page.evaluate(SET_TIME, 320)
    assert button.evaluate(SHOWN) == [True, True]


@pytest.mark.parametrize("way", BY_HTMX.values(), ids=BY_HTMX)
def test_says_that_an_answer_takes_long(touched: Tablet, hold: Hold, way: Way) -> None:
    button = start(touched, way)
    held = hold(touched.page, first(way))

    button.tap()
    held.wait()

    expect(words(touched.page)).to_be_visible()


def test_says_that_a_page_takes_long(touched: Tablet, hold: Hold) -> None:
    button = start(touched, WAYS["anonymous"])
    held, watch = hold(touched.page, "/anonymous/"), Watch(button)

    button.tap()
    held.wait()

    watch.hears("busy true, words")


@pytest.mark.parametrize("way", PLAIN.values(), ids=PLAIN)
def test_is_busy_until_the_next_page_is_there(touched: Tablet, hold: Hold, way: Way) -> None:
    button = start(touched, way)
    held = hold(touched.page, way.address)
    watch = Watch(button)

    button.tap()
    held.wait()
    watch.hears("busy true")

    assert watch.said in (["busy true"], ["busy null", "busy true"])


@pytest.mark.parametrize("way", BY_HTMX.values(), ids=BY_HTMX)
def test_a_second_tap_changes_no_part_twice(touched: Tablet, hold: Hold, way: Way) -> None:
    button = start(touched, way)
    held = hold(touched.page, way.address)

    button.tap()
    held.wait()
    tap_at(touched.page, button.bounding_box())
    held.let_go()

    expect(touched.page.locator("[aria-busy=true]")).to_have_count(0)
    assert len(held.sent) == 1


@pytest.mark.parametrize("way", PLAIN.values(), ids=PLAIN)
def test_a_second_tap_asks_for_no_page_twice(touched: Tablet, hold: Hold, way: Way) -> None:
    page = touched.page
    button = start(touched, way)
    asked, held, watch = hold(page, ALIVE), hold(page, way.address), Watch(button)
    box = button.bounding_box()

    button.tap()
    asked.wait()
    tap_at(page, box)
    asked.let_go()
    held.wait()
    tap_at(page, box)
    watch.hears("busy true")

    assert watch.said in (["busy true"], ["busy null", "busy true"])
    assert [len(asked.sent), len(held.sent)] == [1, 1]


def test_an_impatient_finger_counts_one_visit(touched: Tablet, hold: Hold) -> None:
    page = touched.page
    button = start(touched, WAYS["anonymous"])
    without = page.locator(".today__figure").last
    before = int(without.inner_text()) if without.count() else 0
    held = hold(page, "/anonymous/")
    box = button.bounding_box()

    button.tap()
    held.wait()
    tap_at(page, box)
    held.let_go()

    expect(page.locator(".toast")).to_be_visible()
    touched.go("/")
    expect(without).to_have_text(str(before + 1))
