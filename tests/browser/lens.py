"""A tablet whose camera sees what the test draws."""

import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser import scenes
from tests.browser.counter import Tablet

# A busy machine takes its time over frames of two million points.
PATIENCE = 30_000


class Lens(Tablet):
    """A tablet with a camera; from its next opening on it sees what `sees` was told."""

    def __init__(self, page: Page, address: str, film: Path) -> None:
        super().__init__(page, address)
        self.film = film
        # What was scanned, on whatever page.
        self.scans: list[dict[str, str]] = []
        page.expose_function("noteScan", self._note)
        page.add_init_script("document.addEventListener('scanned', (it) => noteScan(it.detail))")

    def sees(self, *frames: Image.Image, rate: int = 30) -> None:
        scenes.video(self.film, frames, rate=rate)

    def sees_nothing(self) -> None:
        self.sees(scenes.shelf())

    def sees_code(self, code: Image.Image) -> None:
        """Let it see one code in the middle of a shelf."""
        self.sees(scenes.shelf((code, (0.5, 0.5))))

    def stand_at(self, path: str = "/") -> None:
        """Go there, with Nadia signed in."""
        self.go(path)
        if "/clerks/" in self.page.url:
            self.sign_in()
            self.go(path)

    def scan(self) -> None:
        """Press the button that opens the camera."""
        self.page.locator(".find__scan").first.click()
        expect(self.box).to_be_visible()

    def wait_until_on(self) -> None:
        """Wait until the camera's picture is there."""
        running = "() => document.querySelector('.scanner__video').videoWidth > 0"
        self.page.wait_for_function(running, timeout=PATIENCE)

    def heard(self) -> dict[str, str]:
        """Return what was scanned first, as soon as something is; a page may be left by then."""
        deadline = time.monotonic() + PATIENCE / 1000
        while not self.scans and time.monotonic() < deadline:
            self.page.wait_for_timeout(50)
        return self.scans[0]

    def _note(self, scan: dict[str, str]) -> None:
        self.scans.append(scan)

    @property
    def box(self) -> Locator:
        return self.page.locator(".scanner")

    @property
    def message(self) -> Locator:
        return self.page.locator(".scanner__message")


MakeLens = Callable[..., Lens]
