"""
Take a picture of every screen of the demo shop into docs/screens.

    python -m tests.browser.screens

The pictures are docs/screens/LANGUAGE-COLOURS/SCREEN.webp, with `-portrait` for the upright
tablet: docs/screens/fr-light/customer.webp, docs/screens/en-dark/return-portrait.webp. In
`fr-bright` are the screens that a bright hall is about.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
django.setup()

from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, Page, expect  # noqa: E402

from tests.browser.counter import LANDSCAPE, PORTRAIT, Tablet  # noqa: E402
from tests.browser.running import ROOT, chromium, demo_shop  # noqa: E402
from tests.browser.tour import direct, every_screen  # noqa: E402

FOLDER = ROOT / "docs" / "screens"
LANGUAGES = ("fr", "en")
SIZES = (("", LANDSCAPE), ("-portrait", PORTRAIT))
# These also in a bright hall.
BRIGHT = ("home", "customer", "return", "sign-up")
# Sharp letters in about 25 kB.
QUALITY = 82
PATIENCE = 60_000


def main() -> None:
    expect.set_options(timeout=PATIENCE)
    with (
        tempfile.TemporaryDirectory() as var,
        demo_shop(Path(var)) as address,
        chromium() as browser,
    ):
        shutil.rmtree(FOLDER, ignore_errors=True)
        for language in LANGUAGES:
            _take_all(browser, address, language)
        take_busy(browser, address, Path(var))


def _take_all(browser: Browser, address: str, language: str) -> None:
    # Without motion nothing needs to be waited for.
    context = browser.new_context(
        viewport=LANDSCAPE,  # type: ignore[arg-type]
        locale=language,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    for name in every_screen(Tablet(page, address), language):
        _take(page, language, name)
    context.close()


def take_busy(browser: Browser, address: str, var: Path) -> None:
    """Take head office's view of systems under load, and of one of them."""
    env = os.environ | {"OMNISTORE_ENV": "demo", "OMNISTORE_VAR": str(var)}
    subprocess.run([sys.executable, "-m", "tests.browser.busy"], cwd=ROOT, env=env, check=True)
    for language in LANGUAGES:
        page = browser.new_context(viewport=LANDSCAPE, reduced_motion="reduce").new_page()  # type: ignore[arg-type]
        tablet = Tablet(page, address)
        tablet.prefer(language)
        direct(tablet)
        tablet.go("/admin/outbox/connection/")
        _take(page, language, "admin-systems-busy")
        page.locator(".system__name a", has_text="Loyalty").click()
        expect(page.locator("#figures")).to_be_visible()
        _take(page, language, "admin-system-busy")
        page.context.close()


def _take(page: Page, language: str, name: str) -> None:
    """Take the screen that is shown in both colours and both ways round."""
    for colours in ("light", "dark"):
        page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
        _take_both_ways(page, FOLDER / f"{language}-{colours}", name)
    if language == LANGUAGES[0] and name in BRIGHT:
        page.emulate_media(color_scheme="light", contrast="more")
        _take_both_ways(page, FOLDER / f"{language}-bright", name)
    page.emulate_media(color_scheme="light", contrast="no-preference")


def _take_both_ways(page: Page, folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for suffix, size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.evaluate("document.fonts.ready")
        picture = Image.open(BytesIO(page.screenshot(animations="disabled", caret="hide")))
        picture.save(folder / f"{name}{suffix}.webp", quality=QUALITY, method=6)
    page.set_viewport_size(LANDSCAPE)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
