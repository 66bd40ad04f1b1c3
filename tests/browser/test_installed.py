"""The installed app: it opens without a network, and keeps nothing about anybody."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Playwright, Response, expect

from omnistore.demo import people, staff
from tests.browser.counter import LANDSCAPE, Tablet
from tests.browser.running import chromium_path

pytestmark = pytest.mark.browser

JULIEN = people.JULIEN
# Whatever would tell who was here, in the ways it is written.
TRACES = ("Garnier", JULIEN.email, JULIEN.phones[0], "06 39 98 01 03", JULIEN.card)
NUMBER = re.compile(r"LYO-R?\d{6}")

STORED = """async () => {
  const found = { local: { ...localStorage }, session: { ...sessionStorage }, caches: {} }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name)
    for (const request of await cache.keys())
      found.caches[request.url] = await (await cache.match(request)).text()
  }
  found.databases = (await indexedDB.databases()).map((it) => it.name)
  return found
}"""


@pytest.fixture
def profile(playwright: Playwright, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser that keeps what browsers keep, pages to go back to among them."""
    context = playwright.chromium.launch_persistent_context(
        tmp_path / "profile",
        executable_path=chromium_path(),
        args=["--no-sandbox"],
        ignore_default_args=["--disable-back-forward-cache"],
        viewport=LANDSCAPE,
        locale="fr-FR",
    )
    yield context
    context.close()


@pytest.fixture
def installed(profile: BrowserContext, shop: str) -> Tablet:
    """A tablet in Lyon with Nadia signed in, and the service worker at work."""
    tablet = Tablet(profile.pages[0], shop)
    tablet.open()
    tablet.sign_in()
    tablet.page.evaluate("navigator.serviceWorker.ready")
    tablet.page.wait_for_function("navigator.serviceWorker.controller?.state === 'activated'")
    return tablet


def test_chromium_has_nothing_against_installing_it(installed: Tablet) -> None:
    devtools = installed.page.context.new_cdp_session(installed.page)

    manifest = devtools.send("Page.getAppManifest")
    against = devtools.send("Page.getInstallabilityErrors")

    assert manifest["url"].endswith("/manifest.fr.webmanifest")
    assert not manifest["errors"]
    assert not against["installabilityErrors"]


def test_without_a_network_says_so_and_leads_back_by_itself(installed: Tablet) -> None:
    page = installed.page
    installed.identify(JULIEN.phones[0])
    address = page.url

    page.context.set_offline(True)
    page.reload()
    expect(page.locator("body > [lang=fr] h1")).to_be_visible()
    expect(page.locator("body > [lang=en]")).to_be_hidden()
    assert page.url == address
    page.context.set_offline(False)

    expect(page.locator("#who")).to_be_visible()
    assert page.url == address


def test_the_offline_page_speaks_the_tablets_language(installed: Tablet) -> None:
    page = installed.page
    page.context.add_cookies(
        [{"name": "omnistore_language", "value": "en", "url": installed.address}]
    )

    page.context.set_offline(True)
    page.reload()

    expect(page.locator("body > [lang=en] h1")).to_have_text("No connection to omnistore")
    expect(page.locator("body > [lang=fr]")).to_be_hidden()
    page.context.set_offline(False)
    expect(page.locator(".find__input").first).to_be_visible()


def test_keeps_the_shell_and_nothing_about_anybody(installed: Tablet, tmp_path: Path) -> None:
    page, open_answers = installed.page, list[str]()

    def look(answer: Response) -> None:
        if not _may_be_kept(answer):
            open_answers.append(answer.url)

    page.on("response", look)
    number = _whole_job(installed)

    stored = page.evaluate(STORED)

    kept = json.dumps(stored, ensure_ascii=False)
    assert not [trace for trace in (*TRACES, number) if trace in kept]
    assert not NUMBER.search(kept)
    assert (stored["local"], stored["databases"]) == ({}, [])
    # The last path, without a trace of who it was.
    assert set(stored["session"]) <= {"htmx-current-path-for-history"}
    shell = {address.removeprefix(installed.address) for address in stored["caches"]}
    assert "/offline/" in shell
    assert all(path == "/offline/" or path.startswith("/static/") for path in shell)
    assert not open_answers
    page.context.close()
    assert not _on_disk(tmp_path / "profile", (*TRACES, number))


def test_back_shows_no_customer_after_the_lock_nor_without_a_network(installed: Tablet) -> None:
    page = installed.page
    installed.identify(JULIEN.phones[0])
    page.locator(".rail__me").click()
    expect(page.locator("#lock")).to_be_visible()
    page.locator("#lock a").click()
    expect(page.locator(".tile").first).to_be_visible()

    page.go_back()
    expect(page.locator(".tile").first).to_be_visible()
    assert "Garnier" not in page.content()

    page.context.set_offline(True)
    page.go_back()
    expect(page.locator("body > [lang=fr] h1")).to_be_visible()
    assert "Garnier" not in page.content()


def _whole_job(tablet: Tablet) -> str:
    """Identify, look, take back, lock; return the number of the return."""
    page = tablet.page
    tablet.identify(JULIEN.phones[0])
    page.locator(".receipt .line button[name=line]").first.click()
    tablet.bring_back(1)
    tablet.settle()
    number = NUMBER.search(page.locator("main").inner_text())
    assert number
    tablet.go("/")
    tablet.type("Garnier")
    page.locator(".rail__me").click()
    tablet.press(staff.CLERKS[0].pin)
    expect(page.locator("#lock")).to_be_hidden()
    return number[0]


def _may_be_kept(answer: Response) -> bool:
    """Whether it is a file of the shell, or says itself that it is not to be kept."""
    path = "/" + answer.url.split("/", 3)[3]
    return (
        path.startswith("/static/")
        or path == "/service-worker.js"
        or answer.headers.get("cache-control") == "no-store"
    )


def _on_disk(folder: Path, traces: tuple[str, ...]) -> list[str]:
    """Return what was found in which file of the browser's profile."""
    words = [form for trace in traces for form in (trace.encode(), trace.encode("utf-16-le"))]
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [
        f"{path.relative_to(folder)}: {word!r}"
        for path in files
        for word in words
        if word in path.read_bytes()
    ]
