"""The pass on a phone: read as a scanner reads it, with a network and for an hour without."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, StorageState, expect

from omnistore.demo import people
from tests.browser import looking
from tests.browser.counter import DEVICES, Tablet
from tests.browser.test_installed import STORED

pytestmark = pytest.mark.browser

CAMILLE = people.CAMILLE
PHONE = DEVICES["phone"]
HOUR = 3_600_000
SENT = re.compile(r"code est (\d{6})")


@pytest.fixture(scope="module")
def carried(browser: Browser, shop: str, said: Path) -> StorageState:
    """The cookies of Camille's phone, which has her pass by a code that she was mailed."""
    with browser.new_context(locale="fr-FR", **PHONE) as context:
        page = context.new_page()
        page.goto(f"{shop}/pass/")
        before = len(said.read_text())
        page.get_by_role("textbox").fill(CAMILLE.email)
        page.get_by_role("button").click()
        page.wait_for_url("**/pass/code/")
        page.get_by_role("textbox").fill(mailed(page, said, before))
        page.get_by_role("button").click()
        expect(page.locator("#pass")).to_have_attribute("data-state", "shown")
        return context.storage_state()


def mailed(page: Page, said: Path, before: int) -> str:
    """Return the six digits of the mail that the shop says it has sent since."""
    for _ in range(200):
        if found := SENT.findall(said.read_text()[before:]):
            return str(found[-1])
        page.wait_for_timeout(100)
    raise AssertionError("No code was mailed.")


@pytest.fixture
def phone(browser: Browser, carried: StorageState) -> Iterator[BrowserContext]:
    context = browser.new_context(
        locale="fr-FR", device_scale_factor=3, storage_state=carried, **PHONE
    )
    context.clock.install()
    yield context
    context.close()


@pytest.fixture
def pass_page(phone: BrowserContext, shop: str) -> Page:
    """Camille's pass, with the worker that keeps its page at work."""
    page = phone.new_page()
    page.goto(f"{shop}/pass/")
    expect(page.locator("#pass")).to_have_attribute("data-state", "shown")
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller?.state === 'activated'")
    return page


def read(drawn: Locator) -> str:
    """Return what a scanner reads in that part of the screen."""
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(drawn.screenshot())))
    return str(code.text)


def square(page: Page) -> Locator:
    return page.locator(".pass__square")


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_a_scanner_reads_the_square_and_the_bars(pass_page: Page, colours: str) -> None:
    pass_page.emulate_media(color_scheme="dark" if colours == "dark" else "light")

    assert re.fullmatch("P9[A-Z2-7]{24}", read(square(pass_page)))
    assert read(pass_page.locator(".pass__card")) == CAMILLE.card


def test_the_counter_knows_her_by_it_once(pass_page: Page, counter: Tablet) -> None:
    code = read(square(pass_page))

    counter.identify(code)
    expect(counter.page.locator("#who h1")).to_contain_text("Camille Moreau")
    counter.go("/")
    counter.type(code)

    expect(counter.page.locator("#found")).to_have_attribute("data-code", "pass_not_recognised")


def test_the_square_is_another_one_every_thirty_seconds(pass_page: Page) -> None:
    before = read(square(pass_page))

    pass_page.clock.fast_forward(30_000)

    after = read(square(pass_page))
    assert before != after
    assert before[:10] == after[:10]


def test_goes_on_without_a_network_and_says_until_when(pass_page: Page) -> None:
    pass_page.context.set_offline(True)
    pass_page.reload()

    expect(pass_page.locator("[data-pass=offline]")).to_be_visible()
    expect(pass_page.locator("[data-pass=until]")).to_contain_text("jusqu’à")
    assert read(square(pass_page)).startswith("P9")
    assert read(pass_page.locator(".pass__card")) == CAMILLE.card


def test_says_when_the_hour_is_over_and_keeps_nothing_of_it(pass_page: Page) -> None:
    pass_page.context.set_offline(True)

    pass_page.clock.fast_forward(HOUR)

    expect(pass_page.get_by_role("alert")).to_contain_text("L’heure sans réseau est passée")
    expect(square(pass_page)).to_be_hidden()
    pass_page.reload()
    expect(pass_page.get_by_role("alert")).to_be_visible()
    expect(pass_page.locator(".pass__card")).to_be_hidden()
    assert kept(pass_page) == 0


def test_goes_on_by_itself_when_the_network_is_back(pass_page: Page) -> None:
    pass_page.context.set_offline(True)
    pass_page.clock.fast_forward(HOUR)
    expect(pass_page.get_by_role("alert")).to_be_visible()

    pass_page.context.set_offline(False)

    expect(square(pass_page)).to_be_visible()
    assert read(square(pass_page)).startswith("P9")


def test_no_cache_holds_anything_of_hers(pass_page: Page) -> None:
    found = str(pass_page.evaluate(STORED)["caches"])

    assert "/pass/kept/" in found
    for trace in (CAMILLE.card, "900000 176683", "Moreau", CAMILLE.email, 'begins_at":'):
        assert trace not in found


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_is_for_everybody(pass_page: Page, colours: str) -> None:
    pass_page.emulate_media(color_scheme="dark" if colours == "dark" else "light")

    looks = (looking.violations, looking.small_targets, looking.small_text, looking.overflow)
    assert not [problem for look in looks for problem in look(pass_page)]


# The last: from then on her phone is known no more.
def test_a_phone_that_was_told_to_forgets_all_of_it(pass_page: Page) -> None:
    pass_page.get_by_role("link", name="Retirer").click()
    pass_page.get_by_role("button").click()

    expect(pass_page.get_by_role("textbox")).to_be_visible()
    pass_page.wait_for_function(
        "indexedDB.databases().then((all) => !all.some(({ name }) => name === 'pass'))"
    )


def kept(page: Page) -> int:
    """Return how many hours the phone keeps."""
    return int(
        page.evaluate(
            """() => new Promise((resolve) => {
              const opened = indexedDB.open("pass")
              opened.onsuccess = () => {
                const store = opened.result.transaction("hours").objectStore("hours")
                store.count().onsuccess = ({ target }) => resolve(target.result)
              }
            })"""
        )
    )
