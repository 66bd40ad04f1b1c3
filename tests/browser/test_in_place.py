"""A screen takes the place of the last: without a load, and with all that a load would give."""

import pytest
from playwright.sync_api import Page, Route, expect

from omnistore.demo import people, staff
from tests.browser.counter import Tablet

pytestmark = pytest.mark.browser

PHONE = people.HELENE.phones[0]


@pytest.fixture
def at_home(counter: Tablet) -> Tablet:
    """A tablet that shows the first screen; its page carries a mark that a load would wipe out."""
    _mark(counter.page)
    return counter


def _mark(page: Page) -> None:
    page.evaluate("window.stillHere = true")


def _is_the_same_page(page: Page) -> bool:
    return bool(page.evaluate("'stillHere' in window"))


def test_the_next_screen_is_entered_at_its_heading(at_home: Tablet) -> None:
    page = at_home.page

    at_home.identify(PHONE)

    expect(page.locator("h1.who__name")).to_be_focused()
    expect(page).to_have_title("Client · omnistore")
    assert _is_the_same_page(page)


def test_the_whole_job_is_done_without_a_load(at_home: Tablet) -> None:
    page = at_home.page

    at_home.identify(PHONE)
    page.locator("#next .button--main").click()
    expect(page.locator("#return-lines")).to_be_visible()
    page.locator(".rail__mark").click()

    expect(page.locator(".find__input")).to_be_focused()
    assert page.url == at_home.address + "/"
    assert _is_the_same_page(page)


def test_going_back_asks_the_server_again(at_home: Tablet) -> None:
    page = at_home.page
    at_home.identify(PHONE)

    with page.expect_request(at_home.address + "/"):
        page.go_back()

    expect(page.locator(".welcome")).to_be_visible()
    page.go_forward()
    expect(page.locator("h1.who__name")).to_be_visible()


def test_a_reload_shows_the_same_screen(at_home: Tablet) -> None:
    at_home.identify(PHONE)

    at_home.page.reload()

    expect(at_home.page.locator("h1.who__name")).to_be_visible()
    assert not _is_the_same_page(at_home.page)


def test_a_screen_that_comes_under_the_sheet_stays_under_it(at_home: Tablet) -> None:
    page = at_home.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/identify/", hold)
    # The server has not heard yet that the tablet is locked.
    page.route("**/lock/", lambda route: route.abort())
    with page.expect_request("**/identify/"):
        at_home.type(PHONE)
    page.locator(".rail__me").click()
    expect(page.locator("#lock")).to_be_visible()

    held[0].continue_()

    expect(page.locator("h1.who__name")).to_be_attached()
    assert page.evaluate("document.querySelector('#counter').inert")
    expect(page.locator("#lock")).to_be_visible()
    at_home.press(staff.CLERKS[0].pin)
    expect(page.locator("#lock")).to_be_hidden()
    assert not page.evaluate("document.querySelector('#counter').inert")
