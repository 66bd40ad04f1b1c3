"""What is heard and where the keyboard is when a part of the page changes."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, StorageState, expect

from omnistore.demo import people, staff
from tests.browser.counter import HELD, Tablet

pytestmark = pytest.mark.browser

# Written down as it comes, so that nothing said is missed, and nothing said twice.
LISTEN = """() => {
    window.heard = []
    new MutationObserver(() => {
        const words = document.querySelector("[data-announcer-target=region]").textContent
        if (words) window.heard.push(words)
    }).observe(document.querySelector("[data-announcer-target=region]"), { childList: true })
}"""


@pytest.fixture
def counter(new_tablet: Callable[..., Tablet], signed_in: StorageState) -> Tablet:
    tablet = new_tablet(storage_state=signed_in)
    tablet.go("/")
    tablet.started()
    return tablet


def said(tablet: Tablet) -> Locator:
    """The page's one live region."""
    return tablet.page.locator("[role=status][data-announcer-target=region]")


def heard(tablet: Tablet) -> list[str]:
    return list(tablet.page.evaluate("window.heard"))


def begin_return(tablet: Tablet) -> None:
    tablet.identify(people.HELENE.phones[0])
    tablet.page.locator(".receipt .line button[name=line]").first.click()
    expect(tablet.page.locator(".stepper__field").first).to_be_visible()


def test_has_one_live_region(counter: Tablet) -> None:
    begin_return(counter)

    live = counter.page.locator("main").locator("[aria-live], [role=status], [role=alert]")
    expect(live).to_have_count(0)
    expect(said(counter)).to_have_count(1)


def test_says_how_many_were_found_and_keeps_the_field(counter: Tablet) -> None:
    counter.type("01 99 00 02 02")

    expect(said(counter)).to_contain_text("3 ")
    expect(counter.page.locator(".find__input").first).to_be_focused()


def test_says_what_was_not_understood(counter: Tablet) -> None:
    counter.type("4006381333932")

    notice = counter.page.locator("#found .notice p").first
    expect(said(counter)).to_contain_text(notice.inner_text())


def test_says_that_a_pin_is_wrong_and_keeps_the_key(tablet: Tablet) -> None:
    tablet.open()
    tablet.page.locator(".tile", has_text=staff.CLERKS[0].name).click()
    tablet.press("00000")
    expect(said(tablet)).to_contain_text("5")
    tablet.page.locator("#pin-0").focus()

    tablet.page.keyboard.press("Enter")

    expect(tablet.page.locator(".pinpad--wrong")).to_be_visible()
    expect(said(tablet)).to_have_text(tablet.page.locator("#pin-words").inner_text())
    expect(tablet.page.locator("#pin-0")).to_be_focused()
    tablet.press(staff.CLERKS[0].pin)
    expect(tablet.page.locator(".find__input").first).to_be_visible()


def test_takes_a_pasted_pin(tablet: Tablet) -> None:
    tablet.open()
    tablet.page.locator(".tile", has_text=staff.CLERKS[0].name).click()
    expect(tablet.page.locator("#pin-0")).to_be_visible()

    tablet.page.evaluate(
        """pin => {
            const clipboardData = new DataTransfer()
            clipboardData.setData("text", pin)
            const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true })
            document.querySelector("#pin-field").dispatchEvent(paste)
        }""",
        staff.CLERKS[0].pin,
    )

    expect(tablet.page.locator(".find__input").first).to_be_visible()


def test_says_the_amount_once_and_keeps_the_answer_in_focus(counter: Tablet) -> None:
    begin_return(counter)
    page = counter.page
    page.evaluate(LISTEN)

    page.locator("input[id$='-TOO_SMALL']").focus()
    # Two keys within 50 ms are a scanner's, and press nothing: a person holds each for longer.
    page.keyboard.press("Space", delay=HELD)
    expect(page.locator("input[id$='-TOO_SMALL']")).to_be_checked()
    expect(page.locator("#return-lines:is(.is-reckoning, .htmx-request)")).to_have_count(0)
    page.locator("input[id$='-AS_NEW']").focus()
    page.keyboard.press("Space", delay=HELD)
    expect(page.locator("#return-settle")).to_be_enabled()

    expect(said(counter)).not_to_be_empty()
    expect(page.locator("input[id$='-AS_NEW']")).to_be_focused()
    amount = page.locator("#return-quote .money--big").inner_text()
    assert [words for words in heard(counter) if amount in words] == heard(counter)
    assert len(heard(counter)) == 1


def test_keeps_the_keyboard_on_plus_at_its_end(counter: Tablet) -> None:
    counter.identify(people.HELENE.phones[0])
    counter.page.locator(".receipt .line button[name=line]").first.click()
    more = counter.page.locator("[data-stepper-target=more]").first
    field = counter.page.locator(".stepper__field").first
    expect(field).to_be_visible()
    most = int(field.get_attribute("max") or 0)

    more.focus()
    for units in range(2, most + 2):
        counter.page.keyboard.press("Enter")
        expect(field).to_have_value(str(min(units, most)))

    expect(more).to_have_attribute("aria-disabled", "true")
    expect(more).to_be_focused()


def test_leads_to_the_first_wrong_field(counter: Tablet) -> None:
    counter.go("/sign-up/")
    page = counter.page

    page.locator("#sign_up .button--main").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".field__error").first).to_be_visible()

    focused = page.locator(":focus")
    expect(focused).to_have_attribute("aria-invalid", "true")
    described = focused.get_attribute("aria-describedby")
    group = page.locator("[aria-describedby$=_error]:has(:focus)")
    assert described or group.count()


def test_leads_to_what_is_wrong_when_a_page_comes_back(tablet: Tablet) -> None:
    tablet.go("/tablet/open/")

    tablet.log_in(staff.MANAGER_ACCOUNT[0], "wrong")

    expect(tablet.page.locator(".notice--stop")).to_be_focused()


def test_says_a_welcome_when_the_page_opens(counter: Tablet) -> None:
    counter.page.locator("form[action='/anonymous/'] button").click()

    expect(said(counter)).to_have_text(re.compile(r"\w{5}"))


def test_a_busy_button_says_so(counter: Tablet) -> None:
    begin_return(counter)
    counter.bring_back(1)
    page = counter.page
    page.route("**/settle/", lambda route: None)

    page.locator("#return-settle").click(no_wait_after=True)

    expect(page.locator("#return-settle")).to_have_attribute("aria-busy", "true")


def test_a_new_screen_is_entered_and_not_read_out(counter: Tablet) -> None:
    counter.page.evaluate(LISTEN)

    counter.identify(people.AMADOU.phones[0])

    expect(counter.page.locator("h1.who__name")).to_be_focused()
    expect(counter.page.locator("#crm_state .tag")).to_be_visible()
    assert [words for words in heard(counter) if not words.startswith("Compris")] == []
