"""Chromium as a tablet at the counter of a bench shop, with its clerk signed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.bench import shop
from tests.bench.server import COOKIES, serving
from tests.browser.counter import LANDSCAPE, Tablet
from tests.browser.running import chromium_path

FLAGS = ("--no-sandbox", "--disable-quic", "--disable-background-networking")
# The tablet does not lock while it is measured.
ALL_DAY = {"OMNISTORE_AUTO_LOCK_SECONDS": "86400"}


@contextmanager
def opened(customers: int, *flags: str, **options: Any) -> Iterator[Tablet]:
    """Serve a shop of so many customers; yield a tablet in it whose browser has seen nothing."""
    name = shop.made(customers)
    shop.wake(name)
    with (
        serving(name, **ALL_DAY) as port,
        TemporaryDirectory() as profile,
        _chromium(Path(profile), *flags, **options) as context,
    ):
        address = f"http://localhost:{port}"
        sign_in(context, address)
        yield Tablet(context.pages[0], address)


@contextmanager
def _chromium(profile: Path, *flags: str, **options: Any) -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=chromium_path(),
            viewport=LANDSCAPE,
            locale="fr-FR",
            args=[*FLAGS, *flags],
            **options,
        )
        yield context
        context.close()


def sign_in(context: BrowserContext, address: str) -> None:
    context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in COOKIES.items()]
    )


def screens(tablet: Tablet) -> dict[str, str]:
    """Do the whole job once; return the path of every screen on its way."""
    page, paths = tablet.page, {"home": "/"}
    tablet.go("/clerks/")
    page.locator(".tile").first.click()
    page.wait_for_url("**/clerks/*/**")
    paths["sign_in"] = _path(page)
    tablet.go("/")
    tablet.identify(shop.typed(0))
    paths["customer"] = _path(page)
    _begin_return(page)
    tablet.bring_back(1, reason="DEFECTIVE")
    tablet.settle()
    paths["taken"] = _path(page)
    tablet.go(paths["customer"])
    _begin_return(page)
    paths["return"] = _path(page)
    return paths


def _begin_return(page: Page) -> None:
    page.locator("#next .button--main").click()
    page.wait_for_url("**/returns/**")


def _path(page: Page) -> str:
    return urlsplit(page.url).path
