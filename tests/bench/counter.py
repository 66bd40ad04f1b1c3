"""
Identify by phone and the customer's page, over bare views that commit as many rows.

The small and the large shop are served at the same time, and every round asks both for all of it,
so that whatever else the machine does falls on all alike.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.client import HTTPResponse
from itertools import cycle

from tests.bench import shop
from tests.bench.figures import Figure, Scale, percentile
from tests.bench.server import Browser, serving

KINDS = ("identify", "page")
NAMES = ("bare_identify", "identify", "bare_page", "page")
BROWSERS = 4


class Place:
    """A shop being measured: who is asked for, and how long each answer took, in seconds."""

    def __init__(self, size: str, customers: int, port: int) -> None:
        self.size, self.port = size, port
        self.browser = Browser(port)
        self.asked = cycle(shop.regulars(customers))
        self.took: dict[str, list[float]] = defaultdict(list)

    def timed(self, name: str, ask: Callable[[], HTTPResponse]) -> HTTPResponse:
        began = time.perf_counter()
        answer = ask()
        self.took[name].append(time.perf_counter() - began)
        return answer

    def p(self, share: float, name: str) -> float:
        """Return the percentile of the answers with that name, in milliseconds."""
        return 1000 * percentile(self.took[name], share)


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield queries and rows, p50, p95 and requests per second of each, then the ratios."""
    names = [shop.made(customers) for customers in (scale.small, scale.large)]
    for name in names:
        shop.wake(name)
    with serving(names[0]) as small_port, serving(names[1]) as large_port:
        small = Place("small", scale.small, small_port)
        large = Place("large", scale.large, large_port)
        costs = _costs(large)
        yield from costs
        rows = {figure.name: figure.value for figure in costs if figure.unit == "rows"}
        _rounds((small, large), rows, scale.rounds)
        rates = list(_rates(large, rows, scale.rounds))
    yield from _times(small)
    yield from _times(large)
    yield from rates
    yield from _ratios(small, large)


def _costs(place: Place) -> list[Figure]:
    """Return how many queries identify and the page make, and how many rows they commit."""
    number, counting = next(place.asked), {"X-Bench-Count": "1"}
    # Being touched is written every ten seconds only: not in these two.
    place.browser.identify(number)
    found = place.browser.identify(number, **counting)
    shown = place.browser.get(found.headers["Location"], **counting)
    return [
        Figure(f"{kind}_{unit}", float(answer.headers[f"X-Bench-{unit}"]), unit)
        for kind, answer in zip(KINDS, (found, shown), strict=True)
        for unit in ("queries", "rows")
    ]


def _rounds(places: tuple[Place, Place], rows: dict[str, float], rounds: int) -> None:
    """Ask every shop for everything, round by round; the first tenth only warms up."""
    for turn in range(rounds + rounds // 10):
        for place in places:
            if turn == rounds // 10:
                place.took.clear()
            _round(place, rows)


def _round(place: Place, rows: dict[str, float]) -> None:
    number = next(place.asked)
    for kind in KINDS:
        place.timed(f"bare_{kind}", partial(place.browser.bare, rows[f"{kind}_rows"]))
    found = place.timed("identify", partial(place.browser.identify, number))
    place.timed("page", partial(place.browser.get, found.headers["Location"]))


def _times(place: Place) -> Iterator[Figure]:
    for name in NAMES:
        yield Figure(f"{name}_p50_{place.size}", place.p(0.5, name), "ms")
        yield Figure(f"{name}_p95_{place.size}", place.p(0.95, name), "ms")


def _rates(place: Place, rows: dict[str, float], requests: int) -> Iterator[Figure]:
    """Yield answers per second while several browsers ask at once."""
    number = next(place.asked)
    page = place.browser.identify(number).headers["Location"]
    browsers = [Browser(place.port) for _ in range(BROWSERS)]
    asking: dict[str, Callable[[Browser], HTTPResponse]] = {
        "bare_identify": lambda browser: browser.bare(rows["identify_rows"]),
        "identify": lambda browser: browser.identify(next(place.asked)),
        "page": lambda browser: browser.get(page),
    }
    for name, ask in asking.items():
        yield Figure(f"{name}_rate_{place.size}", _rate(browsers, ask, requests), "requests/s")


def _rate(browsers: list[Browser], ask: Callable[[Browser], HTTPResponse], requests: int) -> float:
    each = max(1, requests // len(browsers))

    def work(browser: Browser) -> None:
        for _ in range(each):
            ask(browser)

    began = time.perf_counter()
    with ThreadPoolExecutor(len(browsers)) as pool:
        list(pool.map(work, browsers))
    return each * len(browsers) / (time.perf_counter() - began)


def _ratios(small: Place, large: Place) -> Iterator[Figure]:
    """Yield what the issue asks for, in the large shop."""
    for kind in KINDS:
        ratio = large.p(0.5, kind) / large.p(0.5, f"bare_{kind}")
        yield Figure(f"{kind}_p50_over_bare", ratio, "x")
    yield Figure("identify_p95_growth", large.p(0.95, "identify") / small.p(0.95, "identify"), "x")
