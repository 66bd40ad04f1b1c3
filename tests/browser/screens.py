"""
Take a picture of every screen of the demo shop into docs/screens.

    python -m tests.browser.screens
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
django.setup()

from playwright.sync_api import Browser, Page  # noqa: E402

from omnistore.demo import people, staff  # noqa: E402
from tests.browser.counter import LANDSCAPE, PORTRAIT, Tablet  # noqa: E402
from tests.browser.running import ROOT, chromium, demo_shop  # noqa: E402

FOLDER = ROOT / "docs" / "screens"
# These also in the dark.
DARK = ("home", "customer", "return", "taken")

Shoot = Callable[[str], None]


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as var,
        demo_shop(Path(var)) as address,
        chromium() as browser,
    ):
        _take_all(browser, address, LANDSCAPE, "light", "")
        _take_all(browser, address, PORTRAIT, "light", "-portrait")
        _take_all(browser, address, LANDSCAPE, "dark", "-dark")
    _make_small()


def _take_all(browser: Browser, address: str, size: Any, scheme: Any, suffix: str) -> None:
    context = browser.new_context(viewport=size, color_scheme=scheme, locale="fr-FR")
    tablet = Tablet(context.new_page(), address)

    def shoot(name: str) -> None:
        if scheme == "light" or name in DARK:
            _settle_down(tablet.page)
            tablet.page.screenshot(path=FOLDER / f"{name}{suffix}.png")

    _opening(tablet, shoot)
    _recognising(tablet, shoot)
    _taking_back(tablet, shoot)
    _head_office(tablet, shoot)
    context.close()


def _make_small() -> None:
    """Give the pictures a palette: with pngquant, where it is installed, they weigh a third."""
    if pngquant := shutil.which("pngquant"):
        pictures = [str(path) for path in FOLDER.glob("*.png")]
        subprocess.run([pngquant, "--force", "--ext", ".png", *pictures], check=True)


def _settle_down(page: Page) -> None:
    page.wait_for_load_state("networkidle") if "crm" not in page.url else page.wait_for_timeout(500)
    page.evaluate("document.fonts.ready")
    # The pages cross-fade.
    page.wait_for_timeout(700)


def _opening(tablet: Tablet, shoot: Shoot) -> None:
    tablet.go("/tablet/open/")
    shoot("open")
    tablet.log_in(*staff.MANAGER_ACCOUNT)
    shoot("store")
    tablet.choose_store()
    shoot("clerks")
    tablet.page.locator(".tile").first.click()
    shoot("pin")
    tablet.sign_in()
    shoot("home")


def _recognising(tablet: Tablet, shoot: Shoot) -> None:
    for name, text in (
        ("household", "01 99 00 02 02"),
        ("namesakes", "marie martin"),
        ("nobody", "06 39 98 77 77"),
        ("check-digit", "4006381333932"),
    ):
        tablet.go("/")
        tablet.type(text)
        shoot(name)
    tablet.go("/sign-up/")
    shoot("sign-up")
    tablet.go("/")
    tablet.type(people.ANONYMOUS_RECEIPT)
    shoot("receipt")
    for name, phone in (("vip", "06 39 98 01 02"), ("customer", "06 39 98 01 01")):
        tablet.go("/")
        tablet.identify(phone)
        shoot(name)


def _taking_back(tablet: Tablet, shoot: Shoot) -> None:
    tablet.page.locator(".receipt .line button[name=line]").first.click()
    tablet.bring_back(1)
    shoot("return")
    tablet.settle()
    tablet.page.locator("#return-progress .state .tag--ok").wait_for()
    shoot("taken")
    tablet.go("/demo/crm/")
    shoot("crm")


def _head_office(tablet: Tablet, shoot: Shoot) -> None:
    manager = next(clerk for clerk in staff.CLERKS if clerk.account)
    tablet.sign_in(manager)
    tablet.go("/team/")
    shoot("team")
    tablet.go("/nothing-here/")
    shoot("not-found")
    tablet.go("/admin/")
    tablet.page.fill("input[name=username]", staff.HEAD_OFFICE[0])
    tablet.page.fill("input[name=password]", staff.HEAD_OFFICE[1])
    tablet.page.locator("[type=submit]").first.click()
    shoot("admin")
    for name, path in (("deliveries", "outbox/delivery"), ("returns", "orders/customerreturn")):
        tablet.go(f"/admin/{path}/")
        shoot(f"admin-{name}")


if __name__ == "__main__":
    main()
