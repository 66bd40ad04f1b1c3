"""The whole job by keyboard alone: in sight at each step, in order, and out of every dialog."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from omnistore.demo import people, staff
from tests.browser.counter import HELD, PORTRAIT, Tablet
from tests.browser.tour import MANAGER

pytestmark = pytest.mark.browser

# So many steps lead anywhere on a page; beyond them the keyboard is in a trap.
STEPS = 120

# The element with the focus, whether a ring shows it, and whether it lies free.
FOCUSED = """() => {
    const it = document.activeElement
    const shown = it.closest("label, .find") ?? (it.id === "pin-field"
        ? document.querySelector(".pinpad__dots") : it)
    const ring = element => {
        const style = getComputedStyle(element)
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0
    }
    const box = shown.getBoundingClientRect()
    const middle = [box.x + box.width / 2, box.y + Math.min(box.height / 2, 40)]
    const at = document.elementFromPoint(...middle)
    return {
        words: it.outerHTML.slice(0, 100),
        isRinged: ring(it) || ring(shown),
        isFree: at !== null && (shown.contains(at) || at.contains(shown)),
        isAnywhere: it !== document.body,
    }
}"""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until it is reached; every stop on the way is in sight."""
    for _step in range(STEPS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["isAnywhere"]:
            assert focused["isRinged"], f"no ring: {focused['words']}"
            assert focused["isFree"], f"obscured: {focused['words']}"
        if page.evaluate("it => document.activeElement.matches(it)", selector):
            return
    raise AssertionError(f"{selector} was not reached; the focus is on {focused['words']}")


def open_by_keys(tablet: Tablet, clerk: staff.DemoClerk) -> None:
    """Open the tablet and sign the clerk in, by keys."""
    page = tablet.page
    tablet.go("/tablet/open/")
    page.keyboard.type(staff.MANAGER_ACCOUNT[0])
    tab_to(page, "input[name=password]")
    page.keyboard.type(staff.MANAGER_ACCOUNT[1])
    page.keyboard.press("Enter")
    expect(page.locator("input[name=store]").first).to_be_attached()
    tab_to(page, "input[name=store]")
    page.keyboard.press("Space", delay=HELD)
    tab_to(page, ".button--main")
    page.keyboard.press("Enter")
    expect(page.locator(".tile").first).to_be_visible()
    tab_to(page, f".tile[href*='/{_tile(page, clerk)}/']")
    page.keyboard.press("Enter")
    expect(page.locator(".pinpad__keys")).to_be_visible()
    # No person is as quick as a scanner, whose digits are not taken for a PIN.
    page.keyboard.type(clerk.pin, delay=80)
    expect(page.locator(".find__input").first).to_be_focused()


def _tile(page: Page, clerk: staff.DemoClerk) -> str:
    address = page.locator(".tile", has_text=clerk.name).get_attribute("href") or ""
    return address.strip("/").split("/")[1]


@pytest.mark.parametrize("viewport", [None, PORTRAIT], ids=["landscape", "portrait"])
def test_does_the_whole_job_without_a_finger(
    new_tablet: Callable[..., Tablet], viewport: dict[str, int] | None
) -> None:
    tablet = new_tablet(**({"viewport": viewport} if viewport else {}))
    page = tablet.page
    open_by_keys(tablet, staff.CLERKS[0])

    page.keyboard.type(people.HELENE.phones[0])
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/**")
    tab_to(page, ".receipt .line button[name=line]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/returns/**")
    tab_to(page, "input[id$='-TOO_SMALL']")
    page.keyboard.press("Space", delay=HELD)
    expect(page.locator("input[id$='-TOO_SMALL']")).to_be_checked()
    tab_to(page, "input[id$='-AS_NEW']")
    page.keyboard.press("Space", delay=HELD)
    expect(page.locator("#return-settle")).to_be_enabled()
    tab_to(page, "#return-settle")
    page.keyboard.press("Enter")
    expect(page.locator("#return-progress")).to_be_visible()
    tab_to(page, "a.button--main")
    page.keyboard.press("Enter")

    expect(page.locator(".find__input").first).to_be_focused()


def test_skips_past_the_doors_to_the_work(counter: Tablet) -> None:
    counter.identify(people.HELENE.phones[0])
    page = counter.page
    # A page that takes the place of the last is entered at its heading; one that opens is not.
    page.reload()

    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")

    expect(page.locator("#work")).to_be_focused()


def test_leaves_a_dialog_by_escape_to_where_it_was_opened(tablet: Tablet) -> None:
    tablet.open()
    tablet.sign_in(MANAGER)
    tablet.go("/team/")
    page = tablet.page
    opener = page.locator("[data-action='dialog#open']").first
    opener.focus()

    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(opener).to_be_focused()


def test_single_keys_count_only_where_the_keyboard_is_for_who_wants_it(
    counter: Tablet,
) -> None:
    tablet, page, hugo = counter, counter.page, staff.CLERKS[1]
    tablet.sign_in(hugo)
    tablet.go("/tablet/")
    page.locator("#tablet_keys button[value=here]").click()
    expect(page.locator("#tablet_keys button[value=here]")).to_have_attribute(
        "aria-pressed", "true"
    )

    page.keyboard.type("marie")
    expect(page.locator(".find__input")).to_have_value("")
    tablet.go("/clerks/")
    page.locator(".tile", has_text=hugo.name).click()
    page.keyboard.type(hugo.pin, delay=80)
    expect(page.locator(".pinpad__dot--full")).to_have_count(0)
    page.locator("#pin-1").focus()
    page.keyboard.type(hugo.pin, delay=80)
    expect(page.locator(".find__input").first).to_be_visible()

    tablet.go("/tablet/")
    page.locator("#tablet_keys button[value=anywhere]").click()
    page.locator("#work h1").click()
    page.keyboard.type("marie")
    expect(page.locator(".find__input")).to_have_value("marie")
