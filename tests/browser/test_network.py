"""The network goes, the server stops: the page says which, keeps what was typed, sends it once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from omnistore.demo import people, staff
from tests.browser.counter import Tablet
from tests.browser.running import demo_shop, free_port, stopped

pytestmark = pytest.mark.browser

# Longer than a page waits for an answer.
LONG = 45_000


def fill_sign_up(tablet: Tablet, last_name: str, phone: str) -> None:
    page = tablet.page
    tablet.go("/sign-up/")
    page.fill("input[name=first_name]", "Lou")
    page.fill("input[name=last_name]", last_name)
    page.fill("input[name=phone]", phone)
    for answer in page.locator(".choice:not(:has([name=customer_language]))").all():
        answer.locator("label").last.click()


def test_a_sign_up_survives_the_network_and_is_sent_once(counter: Tablet) -> None:
    page = counter.page
    fill_sign_up(counter, "Esnault", "06 39 98 77 01")

    page.context.set_offline(True)
    page.locator("#sign_up .button--main").click()
    expect(page.locator(".network__banner")).to_contain_text("réseau")
    expect(page.locator("input[name=last_name]")).to_have_value("Esnault")
    page.context.set_offline(False)
    expect(page.locator(".network__banner--back")).to_be_visible()
    # Nothing was sent by itself.
    assert page.url.endswith("/sign-up/")
    page.locator(".network__banner .button").click()

    page.wait_for_url("**/customers/**")
    counter.go("/")
    counter.identify("06 39 98 77 01")
    expect(page.locator("#who")).to_contain_text("Esnault")


def test_a_stopped_server_is_told_from_a_lost_network_and_signs_up_once(counter: Tablet) -> None:
    page = counter.page
    fill_sign_up(counter, "Fauvel", "06 39 98 77 02")

    with stopped(counter.address):
        page.locator("#sign_up .button--main").click()
        expect(page.locator(".waiting__words > p")).to_be_visible()
        expect(page.locator(".network__banner")).to_contain_text("omnistore", timeout=LONG)
        expect(page.locator("input[name=last_name]")).to_have_value("Fauvel")
    expect(page.locator(".network__banner .button")).to_be_visible(timeout=LONG)
    page.locator(".network__banner .button").click()

    # It may have arrived the first time: then the page says who has that phone already.
    expect(page.locator("#who, .held").first).to_be_visible()
    counter.go("/")
    counter.identify("06 39 98 77 02")
    expect(page.locator("#who")).to_contain_text("Fauvel")


def test_a_pin_survives_a_server_that_is_away(
    new_tablet: Callable[[], Tablet], tmp_path: Path
) -> None:
    tablet, port = new_tablet(), free_port()
    page, clerk = tablet.page, staff.CLERKS[0]
    with demo_shop(tmp_path, port) as tablet.address:
        tablet.open()
        page.locator(".tile", has_text=clerk.name).click()

    tablet.press(clerk.pin)
    expect(page.locator(".network__banner")).to_contain_text("omnistore")
    expect(page.locator(".pinpad__dot--full")).to_have_count(len(clerk.pin))

    with demo_shop(tmp_path, port):
        expect(page.locator(".network__banner--back")).to_be_visible(timeout=LONG)
        page.locator(".network__banner .button").click()
        expect(page.locator(".find__input").first).to_be_visible()


def test_a_gateway_that_finds_no_server_says_so(counter: Tablet) -> None:
    page = counter.page
    counter.identify(people.JULIEN.phones[0])
    page.locator(".receipt .line button[name=line]").first.click()
    counter.bring_back(1)

    def away(route: Route) -> None:
        route.fulfill(status=502, body="Bad Gateway")

    page.route("**/*", away)
    page.locator("#return-quote .button--main").click()
    expect(page.locator(".network__banner")).to_contain_text("omnistore")
    page.unroute("**/*", away)
    expect(page.locator(".network__banner--back")).to_be_visible()

    page.locator(".network__banner .button").click()
    expect(page.locator("#return-progress")).to_be_visible()
