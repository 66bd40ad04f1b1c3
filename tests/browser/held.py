"""An answer that comes when the test says so."""

import re
from collections.abc import Callable
from contextlib import suppress

from playwright.sync_api import ConsoleMessage, Error, Locator, Page, Route

ALIVE = "/alive/"
# Says what the page says of a button.
TELL = """button => setInterval(() => {
    const words = document.querySelector(".waiting__words > p") ? ", words" : ""
    console.log(`busy ${button.ariaBusy}${words}`)
}, 50)"""


class Held:
    """
    Keeps what the page asks of an address until `let_go` or `lose`; afterwards it goes its way.

    `sent` are the bodies in their order, also of what came later. While the browser waits for a
    page, as against a part of one, nothing can be asked of the page that is still there: hold
    `ALIVE` instead, which it asks before it leaves, or let it speak by itself (`Watch`).
    """

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.sent: list[str] = []
        self._waiting: list[Route] = []
        self._is_holding, self._is_losing = True, False
        page.route(re.compile(f"({address})$"), self._take)

    def wait(self, count: int = 1) -> None:
        """Wait until so many are on their way."""
        for _attempt in range(500):
            if len(self._waiting) >= count:
                return
            self.page.wait_for_timeout(20)
        raise AssertionError(f"{len(self._waiting)} of {count} were sent.")

    def let_go(self) -> None:
        """Let the server answer what waits and all that follows."""
        self._is_holding = self._is_losing = False
        self._each("continue_")

    def let_one_go(self) -> None:
        """Let the server answer what has waited longest."""
        self._waiting.pop(0).continue_()

    def lose(self) -> None:
        """Let what waits come to nothing, as when the network goes; what follows goes its way."""
        self._is_holding = False
        self._each("abort")

    def lose_all(self) -> None:
        """Let what waits and all that follows come to nothing, until `let_go`."""
        self.lose()
        self._is_losing = True

    def _take(self, route: Route) -> None:
        self.sent.append(route.request.post_data or "")
        if self._is_losing:
            route.abort()
        elif self._is_holding:
            self._waiting.append(route)
        else:
            route.continue_()

    def _each(self, act: str) -> None:
        waiting, self._waiting = self._waiting, []
        for route in waiting:
            # Who asked may be gone.
            with suppress(Error):
                getattr(route, act)()


Hold = Callable[[Page, str], Held]


class Watch:
    """
    What becomes of a button, told by the page itself while the browser waits for the next.

    `said` is each change: "busy null", "busy true" and "busy true, words".
    """

    def __init__(self, button: Locator) -> None:
        self.said: list[str] = []
        self._page = button.page
        self._page.on("console", self._note)
        button.evaluate(TELL)

    def hears(self, sentence: str) -> None:
        """Wait until the page says so."""
        self._page.wait_for_event("console", lambda it: it.text == sentence)

    def _note(self, message: ConsoleMessage) -> None:
        if message.text.startswith("busy") and message.text not in self.said[-1:]:
            self.said.append(message.text)
