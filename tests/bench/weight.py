"""All CSS and JS of each screen, as they come compressed to a browser that has seen nothing yet."""

from collections.abc import Iterator

from playwright.sync_api import Browser, Request, Response

from tests.bench import tablet
from tests.bench.figures import Figure, Scale

COUNTED = ("text/css", "text/javascript", "application/javascript")


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield each screen's kB, and the heaviest as `page_kb`."""
    with tablet.opened(scale.small) as counter:
        paths = tablet.screens(counter)
        browser = counter.page.context.browser
        assert browser
        heaviest = 0.0
        for name, path in paths.items():
            weight = _weight(browser, counter.address, path)
            heaviest = max(heaviest, weight)
            yield Figure(f"page_kb_{name}", weight, "kB")
    yield Figure("page_kb", heaviest, "kB")


def _weight(browser: Browser, address: str, path: str) -> float:
    """Return the kB of style sheets and scripts; the decoder comes only when a camera opens."""
    context = browser.new_context(service_workers="block")
    tablet.sign_in(context, address)
    page = context.new_page()
    asked: list[Request] = []

    def note(answer: Response) -> None:
        if answer.headers.get("content-type", "").partition(";")[0] in COUNTED:
            asked.append(answer.request)

    page.on("response", note)
    page.goto(address + path, wait_until="networkidle")
    size = sum(request.sizes()["responseBodySize"] for request in asked)
    context.close()
    return size / 1000
