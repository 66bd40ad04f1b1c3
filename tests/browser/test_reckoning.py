"""A sum that is being reckoned rests, the last answer wins, and nothing moves under the finger."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from omnistore.demo import people
from tests.browser.counter import Tablet
from tests.browser.held import Hold

pytestmark = pytest.mark.browser

CHOOSE, SETTLE = "/choices/", "/settle/"
# Hélène bought eight of these, at 14,95 €; with the first that leaves a promotion is lost.
ARTICLE, EACH = "Bread bin diner style red", 1495
LINE = f"#return-lines li:has-text('{ARTICLE}')"
PLACES = """() => [...document.querySelectorAll("#return-lines label, #return-lines button")]
    .map(it => it.getBoundingClientRect())
    .map(({ x, y, width }) => [x, y, width].map(Math.round))"""


@pytest.fixture
def returning(touched: Tablet) -> Tablet:
    """Hélène brings one of eight back; why and in which condition is said."""
    page = touched.page
    touched.identify(people.HELENE.phones[0])
    page.locator(".receipt .line", has_text=ARTICLE).first.locator("button[name=line]").tap()
    expect(page.locator(LINE).locator(".stepper__field")).to_have_value("1")
    tap_chip(page, "TOO_SMALL")
    tap_chip(page, "AS_NEW")
    rested(page)
    return touched


def tap_chip(page: Page, answer: str) -> None:
    page.locator(f"label:has(input[id$='-{answer}'])").first.tap()


def rested(page: Page) -> None:
    expect(page.locator("#return-lines:is(.is-reckoning, .htmx-request)")).to_have_count(0)


def main_button(page: Page) -> Locator:
    return page.locator("#return-settle")


def cents(page: Page) -> int:
    """Return the sum on the screen, in cents."""
    text = page.locator("#return-quote .money--big").inner_text()
    return int("".join(sign for sign in text if sign.isdigit()))


def test_steps_while_the_first_answer_is_on_its_way_end_on_the_right_sum(
    returning: Tablet, hold: Hold
) -> None:
    page = returning.page
    one, held = cents(page), hold(page, CHOOSE)
    more = page.locator(LINE).locator("[data-stepper-target=more]")

    more.tap()
    held.wait()
    more.tap()
    expect(page.locator(LINE).locator(".stepper__field")).to_have_value("3")
    held.let_one_go()
    held.wait()
    # The answer about two has come; what was tapped since stays.
    expect(page.locator(LINE).locator(".stepper__field")).to_have_value("3")
    expect(page.locator(".is-reckoning")).to_be_attached()
    held.let_go()
    rested(page)

    expect(page.locator(LINE).locator(".stepper__field")).to_have_value("3")
    assert cents(page) == one + 2 * EACH
    assert len(held.sent) == 2


def test_a_sum_that_is_being_reckoned_rests_and_cannot_be_paid(
    returning: Tablet, hold: Hold
) -> None:
    page = returning.page
    held, settling = hold(page, CHOOSE), hold(page, SETTLE)

    page.locator(LINE).locator("[data-stepper-target=more]").tap()
    held.wait()
    expect(page.locator("#return-quote .money--big")).to_have_css("opacity", "0.45")
    main_button(page).tap()
    held.let_go()
    rested(page)

    expect(page.locator("#return-quote .money--big")).to_have_css("opacity", "1")
    assert settling.sent == []
    main_button(page).tap()
    settling.wait()


def test_a_lost_answer_keeps_what_was_tapped_and_reckons_it_again(
    returning: Tablet, hold: Hold
) -> None:
    page = returning.page
    one, held = cents(page), hold(page, CHOOSE)
    page.locator(LINE).locator("[data-stepper-target=more]").tap()
    held.wait()

    held.lose()
    expect(page.locator(".network__banner")).to_be_visible()
    expect(page.locator(LINE).locator(".stepper__field")).to_have_value("2")
    expect(page.locator(".is-reckoning")).to_be_attached()
    page.locator(".network__banner .button").tap()
    rested(page)

    assert cents(page) == one + EACH


def test_chips_and_what_was_scrolled_keep_their_place(returning: Tablet, hold: Hold) -> None:
    page = returning.page
    held = hold(page, CHOOSE)
    chip = page.locator("input[id$='-DEFECTIVE']").first
    chip.evaluate("it => it.closest('label').scrollIntoView({ block: 'center' })")
    before = page.evaluate(PLACES)

    tap_chip(page, "DEFECTIVE")
    held.wait()
    assert page.evaluate(PLACES) == before
    held.let_go()
    rested(page)

    assert page.evaluate(PLACES) == before
    expect(chip).to_be_focused()
    expect(chip).to_be_checked()


def test_a_photograph_is_no_reason_to_reckon_anew(returning: Tablet, tmp_path: Path) -> None:
    Image.new("RGB", (40, 30), "red").save(tmp_path / "torn.jpg")

    returning.page.locator("input[name=photo]").set_input_files(tmp_path / "torn.jpg")

    expect(returning.page.locator(".photos__one")).to_have_count(1)
    rested(returning.page)
