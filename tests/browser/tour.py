"""Every screen of the demo shop, one after the other, as a clerk comes to it."""

from collections.abc import Iterator

from playwright.sync_api import expect

from omnistore.demo import people, staff
from tests.browser.counter import Tablet

MANAGER = next(clerk for clerk in staff.CLERKS if clerk.account)
# Leads to …
FOUND = {
    "household": "01 99 00 02 02",
    "namesakes": "marie martin",
    "nobody": "06 39 98 77 77",
    "no-receipt": "LYO-999999",
    "not-understood": "4006381333932",
}


def every_screen(tablet: Tablet) -> Iterator[str]:
    """Walk through the shop; yield each screen's name while the tablet shows it."""
    yield from opening(tablet)
    yield from recognising(tablet)
    yield from signing_up(tablet)
    yield from taking_back(tablet)
    yield from managing(tablet)
    yield from failing(tablet)
    yield from elsewhere(tablet)


def opening(tablet: Tablet) -> Iterator[str]:
    """Yield what comes before a clerk is signed in; afterwards one is."""
    page = tablet.page
    tablet.go("/tablet/open/")
    yield "open"
    tablet.log_in(staff.MANAGER_ACCOUNT[0], "wrong")
    expect(page.locator(".notice--stop")).to_be_visible()
    yield "open-refused"
    tablet.log_in(*staff.MANAGER_ACCOUNT)
    expect(page.locator("input[name=store]").first).to_be_attached()
    yield "store"
    tablet.choose_store()
    yield "clerks"
    page.locator(".tile", has_text=MANAGER.name).click()
    expect(page.locator(".pinpad__keys")).to_be_visible()
    yield "pin"
    tablet.press("000000")
    expect(page.locator(".pinpad--wrong")).to_be_visible()
    yield "pin-wrong"
    tablet.press(MANAGER.pin)
    expect(page.locator(".find__input").first).to_be_visible()
    yield "home"


def recognising(tablet: Tablet) -> Iterator[str]:
    """Yield the answers of the one field, and a customer's page with each of its lists."""
    page = tablet.page
    for name, text in FOUND.items():
        tablet.go("/")
        tablet.type(text)
        expect(page.locator("#found > :nth-child(2)")).to_be_visible()
        yield name
    tablet.go("/")
    tablet.type(people.ANONYMOUS_RECEIPT)
    page.wait_for_url("**/orders/**")
    yield "order"
    tablet.go("/")
    tablet.identify(people.HELENE.phones[0])
    yield "customer"
    page.locator(".tabs__tab").last.click()
    expect(page.locator(".tabs__tab").last).to_have_attribute("aria-current", "true")
    yield "customer-returns"


def signing_up(tablet: Tablet) -> Iterator[str]:
    """Yield the form of a new customer: empty, with errors, and with somebody's phone."""
    page = tablet.page
    tablet.go("/sign-up/")
    yield "sign-up"
    page.locator("#sign_up .button--main").click()
    expect(page.locator(".field__error").first).to_be_visible()
    yield "sign-up-wrong"
    page.fill("input[name=first_name]", "Ada")
    page.fill("input[name=last_name]", "Diallo")
    page.fill("input[name=phone]", people.HOUSEHOLD_PHONE)
    for no in page.locator("#sign_up label:has(input[value=no])").all():
        no.click()
    page.locator("#sign_up .button--main").click()
    expect(page.locator("#held_already")).to_be_visible()
    yield "sign-up-taken"


def taking_back(tablet: Tablet) -> Iterator[str]:
    """Yield a return from its first question to what became of it, and one that is refused."""
    page = tablet.page
    tablet.go("/")
    tablet.identify(people.THOMAS.phones[0])
    page.locator(".receipt .line button[name=line]").first.click()
    page.locator("label:has(input[id$='-CHANGED_MIND'])").click()
    page.locator("label:has(input[id$='-AS_NEW'])").click()
    expect(page.locator("#return-lines .notice--stop")).to_be_visible()
    yield "return-refused"
    tablet.go("/")
    tablet.identify(people.HELENE.phones[0])
    page.locator(".receipt .line button[name=line]").first.click()
    expect(page.locator(".chips").first).to_be_visible()
    yield "return-begun"
    tablet.bring_back(1)
    yield "return"
    tablet.settle()
    yield "taken"


def managing(tablet: Tablet) -> Iterator[str]:
    """Yield the manager's pages, and the sheet that covers them; the manager is signed in."""
    page = tablet.page
    tablet.go("/team/")
    yield "team"
    page.locator("[data-action='dialog#open']").first.click()
    expect(page.locator("dialog[open]")).to_be_visible()
    yield "team-dialog"
    page.keyboard.press("Escape")
    tablet.go("/tablet/")
    yield "this-tablet"
    tablet.go("/team/")
    page.get_by_role("link", name="PIN").first.click()
    expect(page.locator(".pinpad__keys")).to_be_visible()
    yield "set-pin"
    tablet.go("/")
    page.locator(".rail__me").click()
    expect(page.locator("#lock")).to_be_visible()
    yield "lock"
    tablet.press(MANAGER.pin)
    expect(page.locator("#lock")).to_be_hidden()


def failing(tablet: Tablet) -> Iterator[str]:
    """Yield the pages for what is not there or broken."""
    tablet.go("/nothing-here/")
    yield "not-found"


def elsewhere(tablet: Tablet) -> Iterator[str]:
    """Yield what is not the counter: the demo's CRM and head office."""
    page = tablet.page
    tablet.go("/demo/crm/")
    expect(page.locator("#messages .line").first).to_be_visible()
    yield "crm"
    tablet.go("/admin/")
    yield "admin-sign-in"
    page.fill("input[name=username]", staff.HEAD_OFFICE[0])
    page.fill("input[name=password]", staff.HEAD_OFFICE[1])
    page.locator("[type=submit]").first.click()
    page.wait_for_url("**/admin/")
    yield "admin"
    tablet.go("/admin/orders/order/")
    yield "admin-list"
    page.locator("#result_list tbody th a").first.click()
    page.wait_for_url("**/change/**")
    yield "admin-row"
    tablet.go("/admin/stores/clerk/add/")
    yield "admin-form"
