"""A hand scanner that types: recognised anywhere, and whoever types fast is left alone."""

import pytest
from playwright.sync_api import Locator, Page, expect

from omnistore.demo import people, staff
from tests.browser.counter import Tablet
from tests.browser.hand_scanner import CTRL_BRACKET, ENTER, F8, TAB, HandScanner, Key

pytestmark = pytest.mark.browser

CARD = people.CAMILLE.card
WIFI = "WIFI:S:salon de the;T:WPA;P:Ne le dis pas!;;"
HALF_TYPED = "#id_first_name"


def sign_up(tablet: Tablet) -> Locator:
    """Open a sign-up whose first name is half typed, the caret in its middle."""
    tablet.go("/sign-up/")
    tablet.page.locator("#id_last_name").fill("Li")
    field = tablet.page.locator(HALF_TYPED)
    field.press_sequentially("Camxy")
    field.evaluate("field => field.setSelectionRange(1, 3, 'backward')")
    return field


def returning(tablet: Tablet, number: str = "06 39 98 01 09") -> Locator:
    """Open a return, the finger on the stepper's number."""
    tablet.identify(number)
    tablet.page.locator(".receipt .line button[name=line]").first.click()
    tablet.bring_back(1)
    field = tablet.page.locator(".stepper__field").first
    field.focus()
    return field


def selection(field: Locator) -> list[object]:
    return field.evaluate(
        "field => [field.value, field.selectionStart, field.selectionEnd,"
        " field.selectionDirection, document.activeElement === field]"
    )


def hears(page: Page, field: Locator) -> None:
    """Note in the page what listeners of the field are told."""
    field.evaluate(
        "field => { window.heard = []; for (const name of ['input', 'change', 'click', 'submit'])"
        " document.addEventListener(name, event => window.heard.push("
        "[name, event.target.value ?? '']), true) }"
    )


def answered(page: Page) -> Locator:
    """Wait for the answer below the field."""
    panel = page.locator(".find__panel")
    expect(panel).to_be_visible()
    return panel


# --- a card, wherever the focus is ---------------------------------------------------------------
@pytest.mark.parametrize("pause", [2, 45])
@pytest.mark.parametrize("place", ["half typed name", "stepper", "button", "radio", "nowhere"])
def test_leads_to_the_customer_wherever_the_focus_is(
    counter: Tablet, place: str, pause: float
) -> None:
    page = counter.page
    if place == "stepper":
        returning(counter)
    elif place == "radio":
        returning(counter)
        page.locator("input[type=radio]:checked").first.focus()
    else:
        field = sign_up(counter)
        if place == "button":
            page.locator(".rail__me").focus()
        elif place == "nowhere":
            field.evaluate("field => field.blur()")

    HandScanner(page, pause).scan(CARD)

    page.wait_for_url("**/customers/**")
    expect(page.get_by_text("Moreau").first).to_be_visible()


def test_leads_to_the_customer_from_the_first_screen(counter: Tablet) -> None:
    HandScanner(counter.page, 45).scan(CARD)

    counter.page.wait_for_url("**/customers/**")


@pytest.mark.parametrize("ends", [[TAB], [ENTER, ENTER], [Key("m", "KeyM", 2, number=77)]])
def test_knows_every_end_of_a_scan(counter: Tablet, ends: list[Key]) -> None:
    sign_up(counter)
    scanner = HandScanner(counter.page)

    scanner.scan(CARD, end=None)
    for end in ends:
        scanner.press(end)

    counter.page.wait_for_url("**/customers/**")


# --- what leads nowhere costs nothing ------------------------------------------------------------
@pytest.mark.parametrize("pause", [2, 45])
def test_a_wifi_code_in_the_middle_of_a_sign_up_costs_nothing(
    counter: Tablet, pause: float
) -> None:
    field = sign_up(counter)
    address = counter.page.url
    hears(counter.page, field)

    HandScanner(counter.page, pause).scan(WIFI)

    panel = answered(counter.page)
    expect(panel.locator("#found")).to_have_attribute("data-code", "wifi_code")
    expect(panel).to_be_focused()
    assert "Ne le dis pas" not in counter.page.content()
    counter.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert selection(field) == ["Camxy", 1, 3, "backward", True]
    assert counter.page.url == address
    heard = counter.page.evaluate("window.heard")
    # Nobody hears of the scan; on a machine so slow that he did, he hears last how it ended.
    assert [value for name, value in heard if name == "input"][-1:] in ([], ["Camxy"])
    # The browser still knows what a person changed, and of nothing else.
    assert [it for it in heard if it[0] != "input"] == [["change", "Camxy"]]


def test_leaves_the_stepper_of_a_return_as_it_was(counter: Tablet) -> None:
    field = returning(counter)
    hears(counter.page, field)

    HandScanner(counter.page, 2).scan("4006381333931")

    panel = answered(counter.page)
    expect(panel.locator("#found")).to_have_attribute("data-code", "unknown_article")
    panel.locator(".find__close").click()
    expect(panel).to_be_hidden()
    expect(field).to_have_value("1")
    expect(field).to_be_focused()
    expect(counter.page.locator("#return-quote .button--main")).to_be_enabled()
    assert not [name for name, _value in counter.page.evaluate("window.heard") if name == "change"]


def test_presses_no_button_and_moves_no_radio(counter: Tablet) -> None:
    returning(counter)
    radio = counter.page.locator("input[id$='-TOO_SMALL']")
    scanner = HandScanner(counter.page)
    for place in (radio, counter.page.locator("[data-stepper-target=less]").first):
        place.focus()
        hears(counter.page, place)

        scanner.scan(WIFI)

        expect(answered(counter.page).locator("#found")).to_have_attribute("data-code", "wifi_code")
        counter.page.keyboard.press("Escape")
        expect(place).to_be_focused()
        expect(radio).to_be_checked()
        expect(counter.page.locator(".stepper__field").first).to_have_value("1")
        assert not [name for name, _value in counter.page.evaluate("window.heard")]


def test_a_tap_beside_closes_the_answer_and_goes_where_it_went(counter: Tablet) -> None:
    sign_up(counter)
    HandScanner(counter.page).scan(WIFI)
    panel = answered(counter.page)

    counter.page.locator("#id_email").click()

    expect(panel).to_be_hidden()
    expect(counter.page.locator("#id_email")).to_be_focused()


def test_shows_below_the_field_what_is_typed_there_too(counter: Tablet) -> None:
    field = sign_up(counter)

    counter.type("nguyen")

    expect(answered(counter.page).locator(".pick").first).to_be_visible()
    expect(field).to_have_value("Camxy")


# --- people --------------------------------------------------------------------------------------
def test_takes_nothing_from_somebody_who_types_fast(counter: Tablet) -> None:
    counter.go("/sign-up/")
    field = counter.page.locator(HALF_TYPED)
    field.focus()
    hears(counter.page, field)

    HandScanner(counter.page, 80).scan("maximilienne", end=TAB)

    expect(field).to_have_value("maximilienne")
    expect(counter.page.locator("#id_last_name")).to_be_focused()
    heard = counter.page.evaluate("window.heard")
    assert ["input", "maximilienne"] in heard
    assert heard[-1] == ["change", "maximilienne"]
    assert counter.page.locator(".find__panel").is_hidden()


def test_takes_nothing_from_bursts_and_rolling_fingers(counter: Tablet) -> None:
    counter.go("/sign-up/")
    field = counter.page.locator(HALF_TYPED)
    field.focus()
    hears(counter.page, field)
    hands = HandScanner(counter.page, 20)

    for burst in ("maxim", "ilien", "ne"):
        hands.scan(burst, end=None)
    hands.rest()
    hands.press(TAB)

    expect(field).to_have_value("maximilienne")
    expect(counter.page.locator("#id_last_name")).to_be_focused()
    assert ["input", "maximilienne"] in counter.page.evaluate("window.heard")


def test_takes_nothing_from_a_key_held_down(counter: Tablet) -> None:
    counter.go("/sign-up/")
    field = counter.page.locator(HALF_TYPED)
    field.focus()
    hands = HandScanner(counter.page, 30)
    hands.rest()

    for _time in range(9):
        hands.press(Key("a", "KeyA", 0, "a", 65), is_held=True)
    hands.press(TAB)

    expect(field).to_have_value("a" * 9)
    expect(counter.page.locator("#id_last_name")).to_be_focused()


def test_takes_nothing_of_what_is_pasted(counter: Tablet) -> None:
    counter.go("/sign-up/")
    field = counter.page.locator(HALF_TYPED)
    field.focus()

    counter.page.keyboard.insert_text(CARD)
    HandScanner(counter.page).press(TAB)

    expect(field).to_have_value(CARD)
    expect(counter.page.locator("#id_last_name")).to_be_focused()


def test_five_characters_are_no_scan(counter: Tablet) -> None:
    counter.go("/sign-up/")
    field = counter.page.locator(HALF_TYPED)
    field.focus()

    HandScanner(counter.page).scan("12345", end=TAB)

    expect(field).to_have_value("12345")


# --- where the text is wanted, and where it never is ---------------------------------------------
def test_the_card_field_keeps_the_scan_and_sends_nothing(counter: Tablet) -> None:
    field = sign_up(counter)
    card = counter.page.locator("#id_card")
    card.focus()

    HandScanner(counter.page).scan("2900000099999")

    expect(card).to_have_value("2900000099999")
    expect(card).to_be_focused()
    expect(field).to_have_value("Camxy")
    assert counter.page.url.endswith("/sign-up/")
    assert counter.page.locator(".find__panel").is_hidden()


def test_no_code_signs_a_clerk_in_or_uses_up_his_tries(counter: Tablet) -> None:
    page = counter.page
    field = sign_up(counter)
    page.locator(".rail__me").click()
    expect(page.locator("#lock")).to_be_visible()
    listen(page)
    scanner = HandScanner(page)

    scanner.scan(staff.CLERKS[0].pin)
    scanner.scan(CARD)

    assert page.evaluate("window.scans") == []
    expect(page.locator("#lock")).to_be_visible()
    expect(page.locator(".pinpad__dot--full")).to_have_count(0)
    expect(page.locator(".pinpad__words--wrong")).to_have_count(0)
    counter.press(staff.CLERKS[0].pin)
    expect(page.locator("#lock")).to_be_hidden()
    expect(field).to_have_value("Camxy")
    assert page.url.endswith("/sign-up/")


# --- keyboards -----------------------------------------------------------------------------------
@pytest.mark.parametrize("pause", [2, 45])
def test_reads_a_qwerty_scanner_on_an_azerty_tablet(counter: Tablet, pause: float) -> None:
    field = sign_up(counter)

    HandScanner(counter.page, pause, is_azerty=True).scan(CARD)

    counter.page.wait_for_url("**/customers/**")
    expect(counter.page.get_by_text("Moreau").first).to_be_visible()
    assert field


def test_reads_letters_among_the_digits_too(counter: Tablet) -> None:
    HandScanner(counter.page, is_azerty=True).scan(people.ANONYMOUS_RECEIPT)

    counter.page.wait_for_url("**/orders/**")
    expect(counter.page.locator("h1, .who, .counter__main").first).to_be_visible()


def scanned(page: Page) -> str:
    """Return the text of the latest scan, from the page's own event."""
    page.wait_for_function("window.scans?.length")
    return page.evaluate("window.scans.pop()")


def listen(page: Page) -> None:
    page.evaluate(
        "() => { window.scans = []; document.addEventListener('scanned',"
        " event => window.scans.push(event.detail.text)) }"
    )


def test_keeps_capitals_and_separators(counter: Tablet) -> None:
    page = counter.page
    counter.go("/tablet/")
    listen(page)
    scanner = HandScanner(page)

    scanner.scan("aB-cD_9:xY")
    assert scanned(page) == "aB-cD_9:xY"

    for separator in (F8, CTRL_BRACKET):
        scanner.rest()
        scanner.type("10LOT7")
        scanner.press(separator)
        scanner.type("0103017620422003")
        scanner.press(ENTER)
        assert scanned(page) == "10LOT7\x1d0103017620422003"


def test_reads_the_scanner_as_the_tablet_is_set(tablet: Tablet) -> None:
    tablet.open()
    tablet.sign_in()
    page = tablet.page
    tablet.go("/tablet/")
    page.locator("#tablet_scanner summary").click()
    page.locator("label:has(input[value=QWERTY])").click()
    page.locator("#id_scan_prefix").fill("~")
    page.locator("#id_scan_suffix").fill("#")
    page.locator("#tablet_scanner form .button").click()
    expect(page.locator(".toasts .toast")).to_be_visible()
    listen(page)
    scanner = HandScanner(page, is_azerty=True)

    scanner.scan("~maq-wz:12#", end=None)
    assert scanned(page) == "maq-wz:12"

    page.locator("#trial").focus()
    scanner.scan("~2900000176683#")
    expect(page.locator("#trial")).to_have_value("2900000176683")
    expect(page.locator("#trial_understood")).to_contain_text("2900000176683")
    scanner.scan("2900000176683")
    expect(page.locator("#tablet_scanner [role=status] b").first).to_have_text("13")
