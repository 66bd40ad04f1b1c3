"""
Quote and take a return, over bare views that commit as many rows, and flat in what was bought.

Quote and take are a request each, and so is what they are compared with: a bare view that commits
the quote's rows, then one that commits the take's. Every round brings back a unit of a newcomer's
only order and one of a customer's order after a thousand, and asks the bare views, one after the
other, so that all share what the machine does.
"""

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator

from tests.bench import databases, shop
from tests.bench.figures import Figure, Scale, percentile
from tests.bench.server import Browser, serving

# Half a line of two units at 7,50 €.
AMOUNT = "750"


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield queries, rows and times of quote and take, then the ratios."""
    rounds = max(3, scale.rounds // 4)
    name = shop.made(scale.small)
    bought = _purchases(name, rounds + rounds // 10 + 1)
    took: dict[str, list[float]] = defaultdict(list)
    with serving(name) as port:
        # A server takes its time to start, and a tablet left alone locks itself.
        shop.wake(name)
        browser = Browser(port)
        costs = _costs(browser, bought)
        yield from costs
        rows = [figure.value for figure in costs if figure.unit == "rows"]
        for turn in range(rounds + rounds // 10):
            if turn == rounds // 10:
                took.clear()
            for kind, purchases in bought.items():
                took[kind].append(_taken(browser, *purchases.pop()))
            began = time.perf_counter()
            for count in rows:
                browser.bare(count)
            took["bare"].append(time.perf_counter() - began)
    p50 = {kind: 1000 * percentile(times, 0.5) for kind, times in took.items()}
    yield Figure("return_take_p50", p50["newcomer"], "ms")
    yield Figure("return_take_bare_p50", p50["bare"], "ms")
    yield Figure("return_take_p50_over_bare", p50["newcomer"] / p50["bare"], "x")
    yield Figure("return_take_growth", p50["regular"] / p50["newcomer"], "x")


def _purchases(name: str, rounds: int) -> dict[str, list[tuple[str, int]]]:
    command = [sys.executable, "-m", "tests.bench.purchases", str(rounds)]
    env = databases.environment(name, DJANGO_SETTINGS_MODULE="omnistore.settings")
    made = subprocess.run(
        command, cwd=databases.ROOT, env=env, check=True, capture_output=True, text=True
    )
    bought: dict[str, list[tuple[str, int]]] = json.loads(made.stdout)
    return bought


def _costs(browser: Browser, bought: dict[str, list[tuple[str, int]]]) -> list[Figure]:
    """Return how many queries quote and take make each, and how many rows they write."""
    draft, line = _begun(browser, *bought["newcomer"].pop())
    counting = {"X-Bench-Count": "1"}
    quoted = browser.post(f"{draft}choices/", _wanted(line), **counting, **{"HX-Request": "true"})
    taken = browser.post(f"{draft}settle/", _wanted(line), **counting)
    return [
        Figure(f"return_{kind}_{unit}", float(answer.headers[f"X-Bench-{unit}"]), unit)
        for kind, answer in (("quote", quoted), ("take", taken))
        for unit in ("queries", "rows")
    ]


def _taken(browser: Browser, order: str, line: int) -> float:
    """Return how many seconds quote and take took together."""
    draft, line = _begun(browser, order, line)
    began = time.perf_counter()
    browser.post(f"{draft}choices/", _wanted(line), **{"HX-Request": "true"})
    answer = browser.post(f"{draft}settle/", _wanted(line))
    took = time.perf_counter() - began
    if answer.headers["Location"] != draft:
        raise RuntimeError(f"{draft} was not taken: {answer.status}")
    return took


def _begun(browser: Browser, order: str, line: int) -> tuple[str, int]:
    answer = browser.post(f"/orders/{order}/return/", {"line": str(line)})
    draft = answer.headers["Location"]
    if not draft.startswith("/returns/"):
        raise RuntimeError(f"nothing begun, but sent to {draft}")
    return draft, line


def _wanted(line: int) -> dict[str, str]:
    said = {"units": "1", "reason": "STYLE", "condition": "AS_NEW", "resolution": "REFUND"}
    return {f"l{line}-{name}": value for name, value in said.items()} | {"agreed": AMOUNT}
