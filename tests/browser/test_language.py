"""The clerk's language changes in the middle of the work, and the work stays."""

import pytest
from playwright.sync_api import expect

from omnistore.demo import staff
from tests.browser.counter import Tablet

pytestmark = pytest.mark.browser


def test_a_half_made_sign_up_goes_on_in_the_other_language(tablet: Tablet) -> None:
    page = tablet.page
    tablet.open()
    # The clerk keeps his language: not the one whom the other tests know in French.
    tablet.sign_in(staff.CLERKS[1])
    tablet.go("/sign-up/")
    page.fill("input[name=first_name]", "Zoé")
    page.fill("input[name=phone]", "06 39 98 70 70")
    page.locator("#sign_up label:has(input[value=yes])").first.click()

    page.get_by_role("button", name="English").click()

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name="Français")).to_be_visible()
    expect(page.locator("input[name=first_name]")).to_have_value("Zoé")
    expect(page.locator("input[name=phone]")).to_have_value("06 39 98 70 70")
    expect(page.locator("#sign_up input[value=yes]").first).to_be_checked()
    assert "06" not in page.url
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
