"""What a clerk does on a tablet, in the words of the shop floor."""

from typing import Any

from playwright.sync_api import Page, expect

from omnistore.demo import staff

LANDSCAPE = {"width": 1180, "height": 820}
PORTRAIT = {"width": 820, "height": 1180}
PHONE = {"width": 390, "height": 844}
# What the app is used on, for `browser.new_context`; a tablet is turned while it shows a screen.
DEVICES: dict[str, dict[str, Any]] = {
    "tablet": {"viewport": LANDSCAPE, "has_touch": True},
    "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True},
}
# How long a person holds a key, in ms: keys that follow within 50 ms are a hand scanner's.
HELD = 80


class Tablet:
    """A page of the running shop; what it cannot do fails with what the screen showed."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def open(self) -> None:
        """Open it for Lyon with the manager's password."""
        self.go("/tablet/open/")
        self.log_in(*staff.MANAGER_ACCOUNT)
        self.choose_store()

    def log_in(self, name: str, password: str) -> None:
        self.page.fill("input[name=username]", name)
        self.page.fill("input[name=password]", password)
        self.page.locator("form .button--main").click()

    def choose_store(self) -> None:
        """Take the first store, and the name that is proposed for the tablet."""
        store = self.page.locator("input[name=store]").first
        if not store.is_checked():
            store.check(force=True)
        self.page.locator("form .button--main").click()
        expect(self.page.locator(".tile").first).to_be_visible()

    def sign_in(self, clerk: staff.DemoClerk = staff.CLERKS[0]) -> None:
        self.go("/clerks/")
        self.page.locator(".tile", has_text=clerk.name).click()
        self.press(clerk.pin)
        expect(self.page.locator(".find__input").first).to_be_visible()
        self.started()

    def started(self) -> None:
        """Wait until every controller of the page is there; nobody is as quick as a test."""
        expect(self.page.locator("html[data-started]")).to_be_attached()

    def prefer(self, language: str) -> None:
        """Have the language where nobody is signed in."""
        cookie = {"name": "omnistore_language", "value": language, "url": self.address}
        self.page.context.add_cookies([cookie])  # type: ignore[list-item]

    def speak(self, language: str) -> None:
        """Have the counter in the language; the clerk who is signed in keeps it."""
        expect(self.page.locator(".find__input").first).to_be_visible()
        other = self.page.locator(f".rail__language button[value={language}]")
        if other.count():
            other.click()
        expect(self.page.locator(f"html[lang={language}]")).to_be_attached()

    def press(self, pin: str) -> None:
        """Press the digits on the pad that is on the screen."""
        self.page.wait_for_load_state()
        for digit in pin:
            self.page.locator(f"[data-pinpad-digit-param='{digit}']:visible").click()

    def type(self, text: str) -> None:
        """Type into the one field and press Enter."""
        field = self.page.locator(".find__input").first
        field.fill(text)
        field.press("Enter")

    def identify(self, text: str) -> None:
        """Type what leads to one customer, and wait for his page."""
        self.type(text)
        self.page.wait_for_url("**/customers/**")

    def bring_back(self, units: int, reason: str = "TOO_SMALL", condition: str = "AS_NEW") -> None:
        """On the return's page: say how many units of the chosen line, why, and how they are."""
        page = self.page
        more = page.locator("[data-stepper-target=more]").first
        field = page.locator(".stepper__field").first
        while int(field.input_value()) < units:
            before = int(field.input_value())
            more.click()
            expect(page.locator(".stepper__field").first).to_have_value(str(before + 1))
        page.locator(f"label:has(input[id$='-{reason}'])").click()
        expect(page.locator(f"input[id$='-{reason}']")).to_be_checked()
        page.locator(f"label:has(input[id$='-{condition}'])").click()
        expect(page.locator("#return-quote .button--main")).to_be_enabled()

    def settle(self) -> None:
        """Press the main button, and wait until it is done."""
        self.page.locator("#return-quote .button--main").click()
        expect(self.page.locator("#return-progress")).to_be_visible()
