"""Every screen, on every device and display, for everybody: WCAG 2.2 AA."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser import looking, tour
from tests.browser.counter import DEVICES, Tablet

pytestmark = pytest.mark.browser

# What colours look like does not hang on the size of the screen: asked for on one device.
DISPLAYS = ("dark", "bright")
HEAD_OFFICE = "admin"
# 1180 pixels enlarged to 200 %, and the width that 400 % of a laptop leaves.
ENLARGED = ({"width": 590, "height": 410}, {"width": 320, "height": 568})


def show(page: Page, display: str) -> None:
    """Give the page the colours of that display; what knows no displays follows the device."""
    page.emulate_media(color_scheme="dark" if display == "dark" else "light")
    page.evaluate("it => document.documentElement.dataset.display = it", display)


@pytest.mark.parametrize("device", DEVICES)
def test_every_screen_is_for_everybody(new_tablet: Callable[..., Tablet], device: str) -> None:
    tablet = new_tablet(**DEVICES[device])
    wrong: list[str] = []

    for screen in tour.every_screen(tablet):
        found = looking.violations(tablet.page)
        if not screen.startswith(HEAD_OFFICE):
            found += looking.small_targets(tablet.page)
        for display in DISPLAYS if device == "landscape" else ():
            show(tablet.page, display)
            found += looking.violations(tablet.page, only="color-contrast")
        show(tablet.page, "light")
        wrong += [f"{screen}: {problem}" for problem in found]

    assert not wrong, "\n".join(wrong)


def test_every_screen_may_be_enlarged_spaced_out_and_stilled(
    new_tablet: Callable[..., Tablet],
) -> None:
    tablet = new_tablet(reduced_motion="reduce")
    page = tablet.page
    wrong: list[str] = []

    for screen in tour.every_screen(tablet):
        if screen.startswith(HEAD_OFFICE):
            continue
        found = looking.motion(page)
        before = page.viewport_size
        for size in ENLARGED:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            found += looking.overflow(page)
        page.set_viewport_size(before)  # type: ignore[arg-type]
        looking.space_text_out(page)
        found += looking.overflow(page)
        wrong += [f"{screen}: {problem}" for problem in found]
        page.evaluate("document.adoptedStyleSheets = []")

    assert not wrong, "\n".join(wrong)
