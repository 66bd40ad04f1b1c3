"""Who types faster than the answer comes loses no key."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from omnistore.demo import staff
from tests.browser.counter import Tablet
from tests.browser.held import ALIVE, Hold

pytestmark = pytest.mark.browser

CLERK = staff.CLERKS[0]
WRONG = "111111"
# No person is as quick as a scanner, whose digits are not taken for a PIN.
PACE = 80


@pytest.fixture
def at_the_pad(new_tablet: Callable[..., Tablet]) -> Page:
    """A tablet of its own: whoever signs in ends the sign-in before."""
    tablet = new_tablet(has_touch=True, service_workers="block")
    tablet.open()
    tablet.page.locator(".tile", has_text=CLERK.name).tap()
    expect(tablet.page.locator(".pinpad__keys")).to_be_visible()
    return tablet.page


def tap_digits(page: Page, pin: str) -> None:
    for digit in pin:
        page.locator(f"#pin-{digit}").tap()


def signed_in_again(page: Page) -> None:
    expect(page.locator(".find__input").first).to_be_visible()


@pytest.mark.parametrize("by", ["finger", "keys"])
def test_a_right_pin_typed_while_the_wrong_one_is_checked_signs_in(
    at_the_pad: Page, hold: Hold, by: str
) -> None:
    page, held = at_the_pad, hold(at_the_pad, r"/clerks/\d+/")

    def give(pin: str) -> None:
        tap_digits(page, pin) if by == "finger" else page.keyboard.type(pin, delay=PACE)

    give(WRONG)
    held.wait()
    give(CLERK.pin)
    held.let_go()

    signed_in_again(page)
    assert [body.rpartition("=")[2] for body in held.sent] == [WRONG, CLERK.pin]


def test_a_pin_typed_anew_while_the_server_is_away_is_the_one_that_counts(
    at_the_pad: Page, hold: Hold
) -> None:
    page = at_the_pad
    held = hold(page, rf"/clerks/\d+/|{ALIVE}")
    tap_digits(page, WRONG)
    held.wait()
    held.lose_all()
    expect(page.locator(".network__banner")).to_be_visible()

    page.keyboard.type(CLERK.pin[:5], delay=PACE)
    expect(page.locator(".pinpad__dot--full")).to_have_count(5)
    held.let_go()
    page.keyboard.type(CLERK.pin[5:])

    signed_in_again(page)


def test_keys_typed_after_a_link_that_leads_nowhere_are_a_pin(at_the_pad: Page, hold: Hold) -> None:
    page = at_the_pad
    held = hold(page, ALIVE)
    held.lose_all()
    page.evaluate("dispatchEvent(new Event('offline'))")
    expect(page.locator(".network__banner")).to_be_visible()

    page.locator(".sheet a.button").first.tap()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    page.keyboard.type(CLERK.pin, delay=PACE)

    signed_in_again(page)


def test_letters_typed_while_the_answer_comes_are_not_lost(touched: Tablet, hold: Hold) -> None:
    page = touched.page
    field, held = page.locator(".find__input").first, hold(page, "/identify/")
    field.tap()
    page.keyboard.type("marie")
    page.keyboard.press("Enter")
    held.wait()

    page.keyboard.type(" mar")
    held.let_one_go()
    expect(page.locator("#found .pick").first).to_be_visible()
    page.keyboard.type("tin")

    expect(field).to_have_value("marie martin")
    expect(field).to_be_focused()


def test_another_question_replaces_the_one_on_its_way(touched: Tablet, hold: Hold) -> None:
    page = touched.page
    field, held = page.locator(".find__input").first, hold(page, "/identify/")
    field.fill("zzz")
    field.press("Enter")
    held.wait()

    field.press("Enter")
    field.fill("marie martin")
    field.press("Enter")
    held.wait(2)
    held.let_go()

    expect(page.locator("#found .pick").first).to_be_visible()
    assert len(held.sent) == 2
