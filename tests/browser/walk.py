"""Through every screen of the shop, as a clerk, a manager and head office come by them."""

from collections.abc import Callable

from omnistore.demo import people, staff
from tests.browser.counter import Tablet

# Called at every screen with its name.
Look = Callable[[str], None]
MANAGER = next(clerk for clerk in staff.CLERKS if clerk.account)


def through_all(tablet: Tablet, look: Look, *, language: str = "fr") -> None:
    """Go through every screen, and stop at each."""
    domain = tablet.address.removeprefix("http://").partition(":")[0]
    cookie = {"name": "omnistore_language", "value": language, "domain": domain, "path": "/"}
    tablet.page.context.add_cookies([cookie])  # type: ignore[list-item]
    _opening(tablet, look, language)
    _recognising(tablet, look)
    _taking_back(tablet, look)
    _managing(tablet, look, language)
    _at_head_office(tablet, look)


def _opening(tablet: Tablet, look: Look, language: str) -> None:
    tablet.go("/tablet/open/")
    look("open")
    tablet.log_in(*staff.MANAGER_ACCOUNT)
    look("store")
    tablet.choose_store()
    look("clerks")
    tablet.page.locator(".tile").first.click()
    tablet.page.locator(".pinpad").first.wait_for()
    look("pin")
    _sign_in(tablet, staff.CLERKS[0], language)
    look("home")


def _sign_in(tablet: Tablet, clerk: staff.DemoClerk, language: str) -> None:
    """Sign in, and speak the language; the clerk keeps it."""
    tablet.sign_in(clerk)
    other = tablet.page.locator(f".rail__language button[value={language}]")
    if other.count():
        other.click()
        tablet.page.locator(f"html[lang={language}]").wait_for(state="attached")


def _recognising(tablet: Tablet, look: Look) -> None:
    for name, text in (
        ("household", "01 99 00 02 02"),
        ("namesakes", "marie martin"),
        ("nobody", "06 39 98 77 77"),
        ("check-digit", "4006381333932"),
    ):
        tablet.go("/")
        tablet.type(text)
        tablet.page.locator("#found > :nth-child(2)").wait_for()
        look(name)
    tablet.go("/sign-up/")
    look("sign-up")
    tablet.page.locator(".columns__next .button--main").click()
    tablet.page.locator(".field__error").first.wait_for()
    look("sign-up-refused")
    tablet.go("/")
    tablet.type(people.ANONYMOUS_RECEIPT)
    tablet.page.wait_for_url("**/orders/**")
    look("receipt")
    for name, phone in (("vip", "06 39 98 01 02"), ("customer", "06 39 98 01 01")):
        tablet.go("/")
        tablet.identify(phone)
        tablet.page.locator("#crm_state .tag").wait_for()
        look(name)


def _taking_back(tablet: Tablet, look: Look) -> None:
    tablet.page.locator(".receipt .line button[name=line]").first.click()
    tablet.page.locator("#return-quote").wait_for()
    look("return-begun")
    tablet.bring_back(1)
    look("return")
    tablet.settle()
    tablet.page.locator("#return-progress .state .tag--ok").wait_for()
    look("taken")
    tablet.go("/tablet/")
    look("tablet")
    tablet.page.locator(".rail__me").click()
    tablet.page.locator("#lock").wait_for()
    look("locked")
    tablet.press(staff.CLERKS[0].pin)
    tablet.page.locator("#lock").wait_for(state="hidden")
    tablet.go("/demo/crm/")
    look("crm")


def _managing(tablet: Tablet, look: Look, language: str) -> None:
    _sign_in(tablet, MANAGER, language)
    tablet.go("/team/")
    look("team")
    tablet.page.locator("[id^=team_clerk_] a.button").first.click()
    tablet.page.locator(".pinpad").first.wait_for()
    look("new-pin")
    tablet.go("/nothing-here/")
    look("not-found")


def _at_head_office(tablet: Tablet, look: Look) -> None:
    tablet.go("/admin/")
    look("admin-sign-in")
    tablet.page.fill("input[name=username]", staff.HEAD_OFFICE[0])
    tablet.page.fill("input[name=password]", staff.HEAD_OFFICE[1])
    tablet.page.locator("[type=submit]").first.click()
    tablet.page.locator("#content-main").wait_for()
    look("admin")
    for name, path in (
        ("deliveries", "outbox/delivery"),
        ("returns", "orders/customerreturn"),
        ("clerks", "stores/clerk"),
        ("policy", "orders/policyversion/add"),
    ):
        tablet.go(f"/admin/{path}/")
        look(f"admin-{name}")
    tablet.go("/design/")
    look("design")
    # It looks for the network and leaves by itself: the last stop.
    tablet.go("/offline/")
    look("offline")
