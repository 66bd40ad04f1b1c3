"""
The customer's phone: what its pages weigh, when they are painted, and how soon a tablet knows.

An arrival is the real one: the register's screen gives a code, a phone trades it and joins, and
tablets that ask every 0.9 s, as their page does, are answered 204 until there is somebody new.
"""

import asyncio
import re
import statistics
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, Request

from tests.bench import hints, lighthouse, shop, tablet
from tests.bench.figures import Figure, Scale, percentile
from tests.bench.server import CSRF, HEADERS, PATIENCE, free_port, serving
from tests.services import services

TABLETS, LISTENING = 5, 200
# A phone that has been here never: five of them, as the first one also starts the browser.
LOOKS = 5
# As the arrivals' own page asks.
EVERY = 0.9
# Lighthouse's slow 4G: 150 ms there and back, 1.6 Mbit/s down.
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 0.75e6 / 8,
}
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
SHOWN = re.compile(r'name="shown" value="([^"]*)"')
SEEN = re.compile(r"\?seen=(\w*)")


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield the heaviest page, the slowest paint, the least score, and the arrivals' delay."""
    port = free_port()
    with tablet.opened(scale.small, f"--remote-debugging-port={port}") as counter:
        browser = counter.page.context.browser
        assert browser
        weights, paints = {}, {}
        for name, path in _pages(counter.page, counter.address).items():
            looks = [_look(browser, counter.address + path) for _ in range(LOOKS)]
            weights[name] = looks[0][0]
            paints[name] = statistics.median(painted for _, painted in looks)
            yield Figure(f"phone_kb_{name}", weights[name], "kB")
        yield Figure("phone_page_kb", max(weights.values()), "kB")
        yield Figure("phone_paint_ms", max(paints.values()), "ms")
        if not scale.is_quick:
            yield from _scores(counter.page, counter.address, port)
    yield from _arrivals(scale)
    yield from _arrivals_by_hints(scale)


def _pages(page: Page, address: str) -> dict[str, str]:
    """Return the pages that a phone opens without having been here before."""
    page.goto(f"{address}/screen/1/")
    code = page.locator("input[name=shown]").input_value()
    return {"arrive": f"/c/{code}/", "receipt": "/receipt/", "anonymous": "/c/anonymous/"}


def _look(browser: Browser, address: str) -> tuple[float, float]:
    """Return the kB of the page with all that it loads, and its first paint in ms on slow 4G."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True)
    page = context.new_page()
    slow = context.new_cdp_session(page)
    slow.send("Network.enable")
    slow.send("Network.emulateNetworkConditions", SLOW_4G)
    asked: list[Request] = []

    def note(request: Request) -> None:
        asked.append(request)

    page.on("requestfinished", note)
    page.goto(address, wait_until="networkidle")
    size = sum(request.sizes()["responseBodySize"] for request in asked)
    painted = float(page.evaluate(PAINTED))
    context.close()
    return size / 1000, painted


def _scores(page: Page, address: str, port: int) -> Iterator[Figure]:
    lighthouse.install()
    least = 100.0
    for name, path in _pages(page, address).items():
        for category, score in lighthouse.scores(address + path, port).items():
            least = min(least, score)
            yield Figure(f"phone_{name}_{category.replace('-', '_')}", score, "points")
    yield Figure("phone_lighthouse_min", least, "points")


def _arrivals(scale: Scale) -> Iterator[Figure]:
    name = shop.made(scale.small)
    shop.wake(name)
    with serving(name, **tablet.ALL_DAY) as port:
        tablets = [_Tablet(port, number) for number in range(TABLETS)]
        waited = []
        for turn in range(3 if scale.is_quick else 30):
            at = _arrive(port, turn)
            waited += [one.noticed(after=at) for one in tablets]
        for one in tablets:
            one.stop()
    yield Figure("arrival_p50_seconds", percentile(waited, 0.5), "s")
    yield Figure("arrival_p95_seconds", percentile(waited, 0.95), "s")


def _arrive(port: int, turn: int) -> float:
    """Let a phone scan, join and be announced; return when it sent its name."""
    screen = _ask(port, "POST", "/screen/1/code/", {"shown": ""}, HEADERS)
    found = SHOWN.search(screen[1])
    if found is None:
        raise RuntimeError("The register's screen shows no code.")
    own = HEADERS | {"Cookie": f"csrftoken={CSRF}"}
    traded, _ = _ask(port, "POST", "/c/", {"code": found[1], "way": "join"}, own)
    own["Cookie"] += "; " + traded.partition(";")[0]
    run = int(time.time()) % 10_000_000
    fields = {"first_name": f"N{turn}", "email": f"n{run}-{turn}@example.com"}
    at = time.monotonic()
    _ask(port, "POST", "/c/join/", fields, own)
    return at


def _arrivals_by_hints(scale: Scale) -> Iterator[Figure]:
    """Two hundred tablets of one store listen, and ask when they are told to."""
    name, count = shop.made(scale.small), 20 if scale.is_quick else LISTENING
    shop.wake(name)
    with services() as (_, broker), hints.process(broker.url) as (listen_at, _):
        told = {"REDIS_URL": broker.url, "OMNISTORE_HINTS": "1"}
        with serving(name, **tablet.ALL_DAY, **told) as port:
            waited = asyncio.run(_crowd(port, listen_at, count, 3 if scale.is_quick else 20))
    yield Figure("arrival_by_hint_p50_seconds", percentile(waited, 0.5), "s")
    yield Figure("arrival_by_hint_p95_seconds", percentile(waited, 0.95), "s")


async def _crowd(port: int, listen_at: int, count: int, turns: int) -> list[float]:
    crowd = [hints.Listener(listen_at, 1) for _ in range(count)]
    gate = asyncio.Semaphore(hints.AT_ONCE)
    await asyncio.gather(*(one.connect(gate) for one in crowd))
    waited: list[float] = []
    for turn in range(turns):
        hearing = [asyncio.ensure_future(_hear_and_ask(one, port)) for one in crowd]
        at = await asyncio.to_thread(_arrive, port, turn)
        waited += [seen - at for seen in await asyncio.gather(*hearing)]
    return waited


async def _hear_and_ask(one: hints.Listener, port: int) -> float:
    """Return when the tablet had its answer."""
    await asyncio.wait_for(one.hear(), PATIENCE)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    asked = "GET /arrivals/?seen= HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    writer.write(f"{asked}Cookie: {HEADERS['Cookie']}\r\n\r\n".encode())
    page = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()
    if b" 200 " not in page.partition(b"\r\n")[0]:
        raise RuntimeError(f"A tablet was not answered: {page[:80]!r}")
    return time.monotonic()


class _Tablet(threading.Thread):
    """Asks who waits, as a tablet's page does, and notes when the answer changed."""

    def __init__(self, port: int, number: int) -> None:
        super().__init__(daemon=True)
        self.port, self.number = port, number
        self.changes: list[float] = []
        self.is_over = threading.Event()
        self.changed = threading.Condition()
        self.start()

    def run(self) -> None:
        # They were not all switched on in the same moment.
        self.is_over.wait(EVERY * self.number / TABLETS)
        seen = ""
        while not self.is_over.is_set():
            _, page = _ask(self.port, "GET", f"/arrivals/?seen={seen}", {}, HEADERS)
            if found := SEEN.search(page):
                seen = found[1]
                with self.changed:
                    self.changes.append(time.monotonic())
                    self.changed.notify_all()
            self.is_over.wait(EVERY)

    def noticed(self, *, after: float) -> float:
        """Return how many seconds after that moment its list changed."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.changes[-1:] > [after], PATIENCE):
                raise RuntimeError("A tablet did not hear of an arrival.")
            return next(at for at in self.changes if at > after) - after

    def stop(self) -> None:
        self.is_over.set()


def _ask(
    port: int, method: str, path: str, fields: dict[str, str], headers: dict[str, str]
) -> tuple[str, str]:
    """Return the cookie that was set, and the page."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    own = {name: value for name, value in headers.items() if name != "Accept-Encoding"}
    connection.request(method, path, urlencode(fields), own)
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    if answer.status >= 400:
        raise RuntimeError(f"{method} {path}: {answer.status}")
    return answer.headers.get("Set-Cookie", ""), page
