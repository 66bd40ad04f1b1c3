"""
Every screen, on every device and display, for everybody: WCAG 2.2 AA and the rules of the house.

The walk through the shop is what takes time, so that each device makes it once and everything is
looked for at each of its stops. What is wrong is said with the screen and how it was looked at.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page

from tests.browser import looking, tour
from tests.browser.counter import DEVICES, LANDSCAPE, PHONE, PORTRAIT, Tablet

pytestmark = pytest.mark.browser

Look = Callable[[Page], list[str]]
# Head office sits at a desk, on Django's own pages.
HEAD_OFFICE = "admin"
# It shows every button there is, in every state: what is on one screen nowhere else.
SHOWS_ALL = "design"
DISPLAYS = ("dark", "bright")
# 1180 pixels enlarged to 200 %, and the width that 400 % of a laptop leaves.
ENLARGED = ({"width": 590, "height": 410}, {"width": 320, "height": 568})


def test_every_screen_is_for_everybody_on_a_tablet(new_tablet: Callable[..., Tablet]) -> None:
    tablet = new_tablet(**DEVICES["tablet"])

    wrong = [
        f"{screen}: {problem}"
        for screen in tour.every_screen(tablet)
        for look in looks_at(screen)
        for problem in look(tablet.page)
    ]

    assert not wrong, "\n".join(wrong)


def test_every_screen_is_for_everybody_on_a_phone(new_tablet: Callable[..., Tablet]) -> None:
    phone = new_tablet(**DEVICES["phone"])

    wrong = [
        f"{screen}: {problem}"
        for screen in tour.every_screen(phone)
        if screen != SHOWS_ALL
        for look in ((by_axe,) if is_at_head_office(screen) else (by_axe, by_finger))
        for problem in look(phone.page)
    ]

    assert not wrong, "\n".join(wrong)


def looks_at(screen: str) -> tuple[Look, ...]:
    """Return what is looked for on that screen of a tablet."""
    if screen == SHOWS_ALL:
        return (by_width,)
    if is_at_head_office(screen):
        return (by_axe, upright(by_axe), by_display, looking.too_wide, looking.main_buttons)
    return (
        by_axe,
        by_finger,
        upright(by_axe),
        upright(by_finger),
        by_display,
        by_width,
        looking.main_buttons,
        looking.low_buttons,
        looking.small_text,
        stilled,
        enlarged,
        spaced_out,
    )


def is_at_head_office(screen: str) -> bool:
    return screen.startswith(HEAD_OFFICE)


# --- what is looked for, and how the device is held -----------------------------------------------
def by_axe(page: Page) -> list[str]:
    return looking.violations(page)


def by_finger(page: Page) -> list[str]:
    return looking.small_targets(page)


def by_display(page: Page) -> list[str]:
    """Ask for the contrast of the other displays; what knows none follows the device."""
    found = []
    for display in DISPLAYS:
        with shown_as(page, display):
            contrast = looking.violations(page, only="color-contrast")
        found += [f"{display}: {problem}" for problem in contrast]
    return found


def by_width(page: Page) -> list[str]:
    """Find whether the page scrolls sideways on any device."""
    found = []
    for size in (LANDSCAPE, PORTRAIT, PHONE):
        with sized(page, size):
            found += [f"at {size['width']}: {problem}" for problem in looking.too_wide(page)]
    return found


def enlarged(page: Page) -> list[str]:
    found = []
    for size in ENLARGED:
        with sized(page, size):
            found += [f"at {size['width']}: {problem}" for problem in looking.overflow(page)]
    return found


def spaced_out(page: Page) -> list[str]:
    return [f"spaced out: {problem}" for problem in looking.overflow_spaced_out(page)]


def stilled(page: Page) -> list[str]:
    """Find what moves although the device asks for rest."""
    page.emulate_media(reduced_motion="reduce")
    found = [f"moves: {problem}" for problem in looking.motion(page)]
    page.emulate_media(reduced_motion="no-preference")
    return found


def upright(look: Look) -> Look:
    """Return that look at the tablet turned upright."""

    def turned(page: Page) -> list[str]:
        with sized(page, PORTRAIT):
            return [f"upright: {problem}" for problem in look(page)]

    return turned


@contextmanager
def sized(page: Page, size: dict[str, int]) -> Iterator[None]:
    before = page.viewport_size
    page.set_viewport_size(size)  # type: ignore[arg-type]
    yield
    page.set_viewport_size(before)  # type: ignore[arg-type]


@contextmanager
def shown_as(page: Page, display: str) -> Iterator[None]:
    before = page.evaluate("document.documentElement.dataset.display ?? ''")
    page.emulate_media(color_scheme="dark" if display == "dark" else "light")
    page.evaluate("it => document.documentElement.dataset.display = it", display)
    yield
    page.emulate_media(color_scheme="light")
    page.evaluate("it => document.documentElement.dataset.display = it", before)
