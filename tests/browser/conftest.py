import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    Playwright,
    StorageState,
    expect,
    sync_playwright,
)

from tests.browser.counter import LANDSCAPE, Tablet
from tests.browser.held import Held
from tests.browser.lens import PATIENCE, Lens, MakeLens
from tests.browser.running import demo_shop, launched

# A busy machine is slow, not wrong.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def said(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the demo shop says: mails and text messages among it."""
    return Path(os.environ.get("SHOP_SAID") or tmp_path_factory.mktemp("said") / "said.txt")


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, said: Path) -> Iterator[str]:
    """The address of the running demo shop."""
    if running := os.environ.get("SHOP"):
        yield running
        return
    with demo_shop(tmp_path_factory.mktemp("var"), said=said) as address:
        yield address


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    # The same engine without the windows around it takes a third less time.
    with launched(playwright, program="chromium-headless-shell") as found:
        yield found


@pytest.fixture
def new_tablet(browser: Browser, shop: str) -> Iterator[Callable[..., Tablet]]:
    """
    Make tablets, each with cookies of its own; what goes wrong in a page fails the test.

    What is named is for the browser's context: a device of `counter.DEVICES`, a colour scheme.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(**context_options: Any) -> Tablet:
        options = {"viewport": LANDSCAPE, "locale": "fr-FR"} | context_options
        context = browser.new_context(**options)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", partial(_note, errors))
        contexts.append(context)
        return Tablet(page, shop)

    yield make
    for context in contexts:
        context.close()
    assert not errors


@pytest.fixture
def tablet(new_tablet: Callable[..., Tablet]) -> Tablet:
    return new_tablet()


@pytest.fixture
def touched(new_tablet: Callable[..., Tablet], signed_in: StorageState) -> Tablet:
    """
    A tablet that is touched, with Nadia at the counter; what it asks for can be held.

    Not so what passes a service worker: there is none.
    """
    tablet = new_tablet(
        viewport=LANDSCAPE, has_touch=True, storage_state=signed_in, service_workers="block"
    )
    tablet.go("/")
    tablet.started()
    return tablet


@pytest.fixture
def hold() -> Iterator[Callable[[Page, str], Held]]:
    """Hold answers; what was not let go in the end comes to nothing."""
    made: list[Held] = []

    def holding(page: Page, address: str) -> Held:
        made.append(Held(page, address))
        return made[-1]

    yield holding
    for held in made:
        held.lose()


@pytest.fixture(scope="module")
def signed_in(browser: Browser, shop: str) -> StorageState:
    """The cookies of a tablet in Lyon on which Nadia signed in."""
    with browser.new_context(viewport=LANDSCAPE, locale="fr-FR") as context:
        tablet = Tablet(context.new_page(), shop)
        tablet.open()
        tablet.sign_in()
        return context.storage_state()


@pytest.fixture(scope="session")
def opened(browser: Browser, shop: str) -> StorageState:
    """The cookies of a tablet that was opened for Lyon; who changes its settings opens another."""
    with browser.new_context(locale="fr-FR") as context:
        tablet = Tablet(context.new_page(), shop)
        tablet.open()
        return context.storage_state()


@pytest.fixture
def counter(new_tablet: Callable[..., Tablet], opened: StorageState) -> Tablet:
    """A tablet in Lyon with Nadia signed in."""
    tablet = new_tablet(storage_state=opened)
    tablet.sign_in()
    return tablet


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("camera") / "film.y4m"


@pytest.fixture(scope="session")
def camera_browser(playwright: Playwright, film: Path) -> Iterator[Browser]:
    """Chromium with a camera that plays the film."""
    camera = "--use-fake-device-for-media-stream"
    with launched(playwright, camera, f"--use-file-for-fake-video-capture={film}") as found:
        yield found


@pytest.fixture
def new_lens(
    camera_browser: Browser, shop: str, opened: StorageState, film: Path
) -> Iterator[MakeLens]:
    """Make tablets with a camera; an error in a page fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(*, script: str = "", browser: Browser = camera_browser, **options: Any) -> Lens:
        usual = {"viewport": LANDSCAPE, "locale": "fr-FR", "storage_state": opened}
        context = browser.new_context(**usual | {"permissions": ["camera"]} | options)
        context.add_init_script(script)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", partial(_note, errors))
        contexts.append(context)
        return Lens(page, shop, film)

    yield make
    for context in contexts:
        context.close()
    assert not errors


@pytest.fixture
def lens(new_lens: MakeLens) -> Lens:
    return new_lens()


def _note(errors: list[str], error: Error) -> None:
    # A cross-fade that comes to nothing is Chromium's own affair.
    if not str(error).startswith("Transition was"):
        errors.append(str(error))
