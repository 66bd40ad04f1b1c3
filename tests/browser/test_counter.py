"""The whole job on a tablet: recognise, see, take back, and the CRM knows."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from omnistore.demo import people, staff
from tests.browser.counter import PORTRAIT, Tablet

pytestmark = pytest.mark.browser

CAMILLES_PHONE = "06 39 98 01 01"
# The register looks every two seconds, and the bell may be lost once.
SOON = 30_000


def three_of_one(tablet: Tablet) -> Locator:
    """The article of which Camille bought three on the web."""
    lines = tablet.page.locator(".receipt .line:has(button[name=line])")
    return lines.filter(has_text=re.compile(r"(?<!\d)3 unit[sé]")).first


def test_takes_two_of_three_back_and_the_crm_hears_of_it(counter: Tablet) -> None:
    page = counter.page

    counter.identify(CAMILLES_PHONE)
    expect(page.get_by_text(str(people.CAMILLE.last_name)).first).to_be_visible()
    expect(page.locator("article[id^=cart_] .line").first).to_be_visible()
    three_of_one(counter).locator("button[name=line]").click()
    counter.bring_back(2)
    counter.settle()

    expect(page.locator("#return-progress .pairs__pair .tag--ok").first).to_be_visible(timeout=SOON)
    expect(page.locator("#return-progress .state .tag--ok")).to_be_visible(timeout=SOON)
    # On the screen no line ends in the middle of a number.
    said = page.locator("main").inner_text().replace("\N{NON-BREAKING HYPHEN}", "-")
    number = re.findall(r"LYO-R\d{6}", said)[0]
    counter.go("/demo/crm/")
    for fact in ("orders.return.accepted", "orders.refund.paid", "orders.return.settled"):
        expect(page.locator("#messages")).to_contain_text(fact, timeout=SOON)
    assert number in page.content()


def test_of_two_tablets_one_gets_the_last_unit(new_tablet: Callable[[], Tablet]) -> None:
    tablets = [new_tablet(), new_tablet()]
    for tablet, clerk in zip(tablets, staff.CLERKS, strict=False):
        tablet.open()
        tablet.sign_in(clerk)
        tablet.identify("06 39 98 01 08")
        # Amadou brought one of two back already: one is left, and both tablets show it.
        line = tablet.page.locator(".receipt .line", has_text="Dolly cabinet 3 drawers").first
        line.locator("button[name=line]").click()
        tablet.bring_back(1)

    tablets[0].settle()
    tablets[1].page.locator("#return-quote .button--main").click()

    expect(tablets[1].page.locator("#return-quote .notice--stop")).to_be_visible()
    expect(tablets[1].page.locator("#return-progress")).to_have_count(0)


def test_a_covered_page_asks_nothing(counter: Tablet) -> None:
    answers: list[int] = []
    counter.page.on("response", lambda response: answers.append(response.status))
    counter.go("/returns/waiting/")
    counter.started()

    counter.page.locator(".rail__me").click()

    # How many returns wait for a person is asked a second after the page has come.
    counter.page.wait_for_timeout(2000)
    assert 401 not in answers


def test_keeps_a_half_made_return_under_the_lock(counter: Tablet) -> None:
    page = counter.page
    counter.identify("06 39 98 01 09")
    page.locator(".receipt .line button[name=line]").first.click()
    counter.bring_back(1, reason="STYLE")

    page.locator(".rail__me").click()
    expect(page.locator("#lock")).to_be_visible()
    counter.press(staff.CLERKS[0].pin)

    expect(page.locator("#lock")).to_be_hidden()
    expect(page.locator("input[id$='-STYLE']")).to_be_checked()
    expect(page.locator("#return-quote .button--main")).to_be_enabled()


def test_a_household_is_a_short_list_and_never_a_silent_pick(counter: Tablet) -> None:
    counter.type("01 99 00 02 02")

    for first_name in ("Awa", "Moussa", "Ibrahima"):
        expect(counter.page.get_by_text(first_name).first).to_be_visible()
    assert "/customers/" not in counter.page.url


@pytest.mark.parametrize("viewport", [None, PORTRAIT], ids=["landscape", "portrait"])
def test_nothing_sticks_out_and_every_target_is_big_enough(
    counter: Tablet, viewport: dict[str, int] | None
) -> None:
    page = counter.page
    if viewport:
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
    counter.identify(CAMILLES_PHONE)

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    small = page.evaluate(
        "[...document.querySelectorAll('button, a.button, input:not([type=hidden])')]"
        ".filter(it => it.checkVisibility())"
        ".map(it => (it.closest('label') ?? it).getBoundingClientRect())"
        ".filter(box => box.width > 1 && box.height < 43.5).length"
    )
    assert small == 0


def test_keeps_the_page_without_a_network_and_settles_when_it_is_back(counter: Tablet) -> None:
    page = counter.page
    counter.identify("06 39 98 01 03")
    page.locator(".receipt .line button[name=line]").first.click()
    counter.bring_back(1)
    address = page.url

    page.context.set_offline(True)
    page.locator("#return-quote .button--main").click()
    expect(page.locator(".network__banner")).to_be_visible()
    page.locator("#return-who a").click()
    assert page.url == address

    page.context.set_offline(False)
    counter.settle()
