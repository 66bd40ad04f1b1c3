"""Head office watches the systems we tell: figures come by themselves and disturb nobody."""

import pytest
from playwright.sync_api import expect

from tests.browser.counter import Tablet
from tests.browser.tour import direct

pytestmark = pytest.mark.browser


def test_refreshes_the_cards_and_leaves_the_keyboard_where_it_was(tablet: Tablet) -> None:
    page = tablet.page
    direct(tablet)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    tablet.go("/admin/outbox/connection/")
    link = page.locator(".system__name a").first
    link.focus()
    seen = page.locator(".systems__seen").text_content() or ""

    expect(page.locator(".systems__seen")).not_to_have_text(seen)

    expect(link).to_be_focused()
    assert complaints == []


def test_asks_to_sign_in_when_the_session_has_ended_meanwhile(tablet: Tablet) -> None:
    page = tablet.page
    direct(tablet)
    tablet.go("/admin/outbox/connection/")
    page.context.clear_cookies()

    page.wait_for_url("**/admin/login/?next=/admin/outbox/connection/")


def test_says_when_the_figures_are_no_longer_fresh(tablet: Tablet) -> None:
    page = tablet.page
    direct(tablet)
    tablet.go("/admin/outbox/connection/")
    stale = page.get_by_role("alert")
    expect(stale).to_be_hidden()

    page.route("**/glance/", lambda asked: asked.abort())
    expect(stale).to_be_visible()

    page.unroute("**/glance/")
    expect(stale).to_be_hidden()
