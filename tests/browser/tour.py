"""Every screen of the demo shop, one after the other, as people come to it."""

from collections.abc import Iterator
from itertools import chain

from playwright.sync_api import Page, expect

from omnistore.demo import people, staff
from tests.browser.counter import Tablet

CLERK = staff.CLERKS[0]
MANAGER = next(clerk for clerk in staff.CLERKS if clerk.account)
# What is typed into the one field, by the name of what it leads to.
FOUND = {
    "household": "01 99 00 02 02",
    "namesakes": "marie martin",
    "nobody": "06 39 98 77 77",
    "check-digit": "4006381333932",
    "no-receipt": "LYO-999999",
}
# What makes a screen that screen: it is there when this is seen, and not before.
SIGNS = {
    "open": "input[name=username]",
    "open-refused": ".notice--stop",
    "store": "form:has(input[name=store]) .button--main",
    "clerks": ".tile",
    "pin": ".pinpad__keys",
    "pin-wrong": ".pinpad--wrong .pinpad__keys",
    "home": "main.welcome",
    **dict.fromkeys(FOUND, "#found > :nth-child(2)"),
    "receipt": "#order_facts",
    "vip": "main:has(#who) #crm_state .tag",
    "customer": "main:has(#who) #crm_state .tag",
    "customer-returns": ".tabs__tab[aria-current]:last-child",
    "sign-up": "#sign_up .button--main",
    "sign-up-refused": "#sign_up .field__error",
    "sign-up-taken": "#held_already",
    "return-refused": "#return-lines .notice--stop",
    "return-begun": "main:has(#return-lines .chips) #return-quote",
    "return": "main:has(#return-lines:not(.is-reckoning, .htmx-request)) #return-settle:enabled",
    # The register has paid, and the CRM was told.
    "taken": "#return-progress .state .tag--ok",
    "exchange": "main:has(#return-lines:not(.is-reckoning, .htmx-request)) #return-settle:enabled",
    "exchanged": "#return-progress .state .tag--ok",
    "slip": "#slip-next",
    "goods": "main .line",
    "unproven": "main .next .button--main",
    "review": "main a[href$='/approvers/']",
    "tablet": "main form[action$='/tablet/display/']",
    "locked": "#lock",
    "team": "[id^=team_clerk_]",
    "team-dialog": "dialog[open]",
    "new-pin": "form[action$='/pin/'] .pinpad__keys",
    "not-found": "main .button--main",
    "crm": "#messages .line",
    "decision": "main form[action$='/decide/']",
    "admin-sign-in": "#login-form",
    "admin": "#content-main .module",
    "admin-systems": "#systems .system",
    "admin-system": "#figures .numbers",
    "admin-connect": ".sorts__one",
    "admin-events": ".wishes__noun",
    **dict.fromkeys(
        ["admin-orders", "admin-deliveries", "admin-returns", "admin-clerks"], "#changelist"
    ),
    **dict.fromkeys(
        ["admin-order", "admin-new-clerk", "admin-policy", "admin-journal-entry"],
        "#content-main form",
    ),
    "design": "main.design",
    # Both languages stand there, one of them hidden.
    "offline": "body > [lang]:not([hidden]) h1",
}
# What a customer takes instead.
ANOTHER = "heart trinket box"
# The register looks every two seconds, and a busy machine is slow.
SOON = 30_000


def every_screen(tablet: Tablet, language: str = "fr") -> Iterator[str]:
    """Walk through the shop in that language; yield each screen's name while it is shown."""
    tablet.prefer(language)
    parts = (
        opening(tablet, language),
        recognising(tablet),
        signing_up(tablet),
        taking_back(tablet),
        locking(tablet),
        managing(tablet, language),
        telling(tablet),
        directing(tablet),
        being_offline(tablet),
    )
    for screen in chain.from_iterable(parts):
        wait_for(tablet.page, SIGNS[screen])
        yield screen


def wait_for(page: Page, sign: str) -> None:
    """Wait until the sign is seen and all of its page has come."""
    expect(page.locator(sign).first).to_be_visible(timeout=SOON)
    page.wait_for_load_state()


def opening(tablet: Tablet, language: str) -> Iterator[str]:
    """Open the tablet and sign in, each after a mistake."""
    tablet.go("/tablet/open/")
    yield "open"
    tablet.log_in(staff.MANAGER_ACCOUNT[0], "wrong")
    yield "open-refused"
    tablet.log_in(*staff.MANAGER_ACCOUNT)
    yield "store"
    tablet.choose_store()
    yield "clerks"
    tablet.page.locator(".tile", has_text=CLERK.name).click()
    yield "pin"
    tablet.press("000000")
    yield "pin-wrong"
    tablet.press(CLERK.pin)
    tablet.speak(language)
    yield "home"


def recognising(tablet: Tablet) -> Iterator[str]:
    """Ask the one field, and look at a customer's page with each of its lists."""
    page = tablet.page
    for name, text in FOUND.items():
        tablet.go("/")
        tablet.type(text)
        yield name
    tablet.go("/")
    tablet.type(people.ANONYMOUS_RECEIPT)
    yield "receipt"
    for name, person in (("vip", people.HELENE), ("customer", people.CAMILLE)):
        tablet.go("/")
        tablet.identify(person.phones[0])
        yield name
    page.locator(".tabs__tab").last.click()
    yield "customer-returns"


def signing_up(tablet: Tablet) -> Iterator[str]:
    """Send the form of a new customer empty, and with somebody's phone."""
    page = tablet.page
    tablet.go("/sign-up/")
    yield "sign-up"
    page.locator("#sign_up .button--main").click()
    yield "sign-up-refused"
    page.fill("input[name=first_name]", "Ada")
    page.fill("input[name=last_name]", "Diallo")
    page.fill("input[name=phone]", people.HOUSEHOLD_PHONE)
    for no in page.locator("#sign_up label:has(input[value=no])").all():
        no.click()
    page.locator("#sign_up .button--main").click()
    yield "sign-up-taken"


def taking_back(tablet: Tablet) -> Iterator[str]:
    """Ask for a return that is refused, and make one."""
    page = tablet.page
    begin_return(tablet, people.THOMAS)
    page.locator("label:has(input[id$='-CHANGED_MIND'])").click()
    page.locator("label:has(input[id$='-AS_NEW'])").click()
    yield "return-refused"
    begin_return(tablet, people.CAMILLE)
    yield "return-begun"
    tablet.bring_back(1)
    yield "return"
    tablet.settle()
    yield "taken"
    yield from exchanging(tablet)


def exchanging(tablet: Tablet) -> Iterator[str]:
    """Exchange an article for another, hand its slip over, see where the goods went."""
    page = tablet.page
    begin_return(tablet, people.CAMILLE)
    tablet.bring_back(1)
    page.locator("label:has(input[id$='-EXCHANGE'])").click()
    expect(page.locator(".return-line__which .choice")).to_be_visible()
    tablet.type(ANOTHER)
    page.locator("#found button", has_text=ANOTHER).first.click()
    yield "exchange"
    tablet.settle()
    yield "exchanged"
    page.locator("[href$='/slip/'], form[action$='/slip/'] button").first.click()
    yield "slip"
    tablet.go("/goods/")
    yield "goods"
    tablet.go("/")
    tablet.identify(people.CAMILLE.phones[0])
    page.locator("form[action$='/unproven/'] button").click()
    yield "unproven"
    tablet.go("/returns/waiting/")
    page.locator("main li a[href^='/returns/']").first.click()
    yield "review"


def begin_return(tablet: Tablet, person: people.Person) -> None:
    tablet.go("/")
    tablet.identify(person.phones[0])
    tablet.page.locator(".receipt .line button[name=line]").first.click()


def locking(tablet: Tablet) -> Iterator[str]:
    """Set the tablet up, and lay it down."""
    tablet.go("/tablet/")
    yield "tablet"
    tablet.page.locator(".rail__me").click()
    yield "locked"
    tablet.press(CLERK.pin)
    expect(tablet.page.locator("#lock")).to_be_hidden()


def managing(tablet: Tablet, language: str) -> Iterator[str]:
    """Look after the team, and come to a page that is not there."""
    page = tablet.page
    tablet.sign_in(MANAGER)
    tablet.speak(language)
    tablet.go("/team/")
    yield "team"
    page.locator("[data-action='dialog#open']").first.click()
    yield "team-dialog"
    page.keyboard.press("Escape")
    page.locator("[id^=team_clerk_] a.button").first.click()
    yield "new-pin"
    tablet.go("/nothing-here/")
    yield "not-found"


def telling(tablet: Tablet) -> Iterator[str]:
    """See what the demo's CRM was told."""
    tablet.go("/demo/crm/")
    yield "crm"


def directing(tablet: Tablet) -> Iterator[str]:
    """Sign in at head office, and look at lists, a row, forms and the design page."""
    page = tablet.page
    tablet.go("/admin/")
    yield "admin-sign-in"
    direct(tablet)
    yield "admin"
    tablet.go("/admin/orders/order/")
    yield "admin-orders"
    page.locator("#result_list tbody th a").first.click()
    page.wait_for_url("**/change/**")
    yield "admin-order"
    yield from systems(tablet)
    tablet.go("/admin/orders/journalentry/")
    page.locator("#result_list tbody th a").first.click()
    page.wait_for_url("**/change/**")
    yield "admin-journal-entry"
    tablet.go("/reviews/")
    page.locator("main a[href^='/reviews/']").first.click()
    yield "decision"
    for name, path in (
        ("deliveries", "admin/outbox/delivery"),
        ("returns", "admin/orders/customerreturn"),
        ("clerks", "admin/stores/clerk"),
        ("new-clerk", "admin/stores/clerk/add"),
        ("policy", "admin/orders/policyversion/add"),
    ):
        tablet.go(f"/{path}/")
        yield f"admin-{name}"
    tablet.go("/design/")
    yield "design"


def direct(tablet: Tablet) -> None:
    """Sign in at head office."""
    page = tablet.page
    tablet.go("/admin/")
    page.fill("input[name=username]", staff.HEAD_OFFICE[0])
    page.fill("input[name=password]", staff.HEAD_OFFICE[1])
    page.locator("[type=submit]").first.click()
    expect(page.locator("#content-main .module").first).to_be_visible()


def systems(tablet: Tablet) -> Iterator[str]:
    """Look at the systems that are told, at one of them, and at the forms of both."""
    page = tablet.page
    tablet.go("/admin/outbox/connection/")
    yield "admin-systems"
    page.locator(".system__name a").first.click()
    yield "admin-system"
    page.locator(".acts a[href$='/events/']").click()
    yield "admin-events"
    tablet.go("/admin/outbox/connection/add/")
    yield "admin-connect"


def being_offline(tablet: Tablet) -> Iterator[str]:
    """See what is kept for when the network is gone; it is gone, or the page would lead back."""
    tablet.go("/offline/")
    tablet.page.context.set_offline(True)
    yield "offline"
    tablet.page.context.set_offline(False)
