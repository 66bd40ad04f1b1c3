from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.counter import LANDSCAPE, Tablet
from tests.browser.running import chromium, demo_shop


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the running demo shop."""
    with demo_shop(tmp_path_factory.mktemp("var")) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def new_tablet(browser: Browser, shop: str) -> Iterator[Callable[[], Tablet]]:
    """Make tablets, each with cookies of its own; what goes wrong in a page fails the test."""
    contexts, errors = [], []

    def make() -> Tablet:
        context = browser.new_context(viewport=LANDSCAPE, locale="fr-FR")
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        contexts.append(context)
        return Tablet(page, shop)

    yield make
    for context in contexts:
        context.close()
    assert not errors


@pytest.fixture
def tablet(new_tablet: Callable[[], Tablet]) -> Tablet:
    return new_tablet()
