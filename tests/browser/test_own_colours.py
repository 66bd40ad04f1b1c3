"""What stays told apart where the device chooses the colours; and where Django draws the page."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.counter import Tablet

pytestmark = pytest.mark.browser


def look(it: Locator, what: str) -> str:
    return str(it.evaluate("(it, what) => getComputedStyle(it)[what]", what))


def test_the_main_button_and_the_choices_are_seen_in_the_devices_own_colours(
    tablet: Tablet,
) -> None:
    tablet.open()
    tablet.sign_in()
    page = tablet.page
    page.emulate_media(forced_colors="active")

    tablet.go("/tablet/")
    chosen = page.locator("#tablet_display [aria-pressed=true]")
    assert look(chosen, "color") != look(chosen, "backgroundColor")
    assert look(chosen.locator("small"), "color") == look(chosen, "color")

    tablet.go("/")
    page.locator(".find__scan").click()
    expect(page.locator(".scanner__message")).not_to_be_empty()
    for part in (".scanner__view", ".scanner__message"):
        assert look(page.locator(part), "borderTopStyle") == "solid"
    page.keyboard.press("Escape")

    tablet.identify("06 39 98 01 02")
    main, other = page.locator("#next .button--main"), page.locator(".receipt .button").first
    assert look(main, "backgroundColor") != look(other, "backgroundColor")
    assert look(main, "color") != look(main, "backgroundColor")


def test_head_offices_door_has_the_filled_button(tablet: Tablet) -> None:
    tablet.go("/admin/")
    button = tablet.page.locator(".login .submit-row input")

    assert look(button, "backgroundColor") != look(
        tablet.page.locator("#container"), "backgroundColor"
    )
