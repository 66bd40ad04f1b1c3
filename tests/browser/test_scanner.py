"""A code before the camera: whose it is comes up, and whatever goes wrong is said."""

import re

import pytest
from PIL import Image
from playwright.sync_api import Playwright, expect

from omnistore.demo import people
from tests.browser import scenes
from tests.browser.counter import PORTRAIT
from tests.browser.lens import PATIENCE, Lens, MakeLens
from tests.browser.running import launched

pytestmark = pytest.mark.browser

CARD = "2900000176683"
WIFI = "WIFI:T:WPA;S:Chez Paul;P:motdepasse;;"
TRACK = "document.querySelector('.scanner__video').srcObject.getVideoTracks()[0]"


@pytest.mark.parametrize("code", [scenes.qr(CARD), scenes.bars(CARD)], ids=["qr", "ean13"])
def test_a_card_before_the_camera_opens_its_customers_page(lens: Lens, code: Image.Image) -> None:
    lens.sees_code(code)
    lens.stand_at("/")

    lens.scan()

    lens.page.wait_for_url("**/customers/**")
    expect(lens.page.get_by_text(str(people.CAMILLE.last_name)).first).to_be_visible()


@pytest.mark.parametrize("text", [WIFI, "https://evil.example/pay?now=1"], ids=["wifi", "web"])
def test_somebody_elses_code_stays_on_the_page_with_a_sentence(lens: Lens, text: str) -> None:
    lens.sees_code(scenes.qr(text, module=7))
    lens.stand_at("/")

    lens.scan()

    expect(lens.page.locator("#found .notice")).to_be_visible(timeout=PATIENCE)
    expect(lens.box).to_be_hidden()
    assert lens.page.url == f"{lens.address}/"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (scenes.blurred(scenes.qr(CARD), 3), ("qr_code", CARD)),
        (scenes.blurred(scenes.bars(CARD), 1.5), ("ean_13", CARD)),
        (scenes.rotated(scenes.qr(CARD), 35), ("qr_code", CARD)),
        (scenes.rotated(scenes.bars(CARD), 12), ("ean_13", CARD)),
        (scenes.rotated(scenes.bars(CARD), 90), ("ean_13", CARD)),
        (scenes.bars("9638507", kind="ean8"), ("ean_8", "96385074")),
        (scenes.bars("LYO-000123", kind="code128", module=3), ("code_128", "LYO-000123")),
        (scenes.qr("https://id.gs1.org/01/04006381333931"), ("qr_code", "https://id.gs1.org/01/04006381333931")),
    ],
    ids=["blurred qr", "blurred", "turned qr", "tilted", "upright", "ean8", "code128", "gs1"],
)  # fmt: skip
def test_reads(lens: Lens, code: Image.Image, expected: tuple[str, str]) -> None:
    lens.sees_code(code)
    lens.stand_at("/")

    lens.scan()

    heard = lens.heard()
    assert (heard["format"], heard["text"], heard["by"]) == (*expected, "camera")


def test_says_how_to_hold_a_code_that_cannot_be_read(lens: Lens) -> None:
    lens.sees_code(scenes.covered(scenes.bars(CARD), 0.5))
    lens.stand_at("/")

    lens.scan()

    expect(lens.page.locator(".scanner__hint > span")).to_be_visible(timeout=PATIENCE)
    assert lens.scans == []


def test_of_several_codes_it_reads_the_one_in_the_middle(lens: Lens) -> None:
    aside, middle = scenes.qr("A" * 20, module=6), scenes.qr("B" * 20, module=6)
    lens.sees(scenes.shelf((aside, (0.25, 0.3)), (middle, (0.52, 0.5)), (aside, (0.75, 0.5))))
    lens.stand_at("/")

    lens.scan()

    assert lens.heard()["text"] == "B" * 20


def test_goes_on_scanning_when_the_tablet_is_turned(lens: Lens) -> None:
    blank, code = scenes.shelf(), scenes.shelf((scenes.qr(CARD), (0.5, 0.5)))
    lens.sees(*[blank] * 6, *[code] * 6, rate=2)
    lens.stand_at("/")
    lens.scan()
    lens.wait_until_on()

    lens.page.set_viewport_size(PORTRAIT)  # type: ignore[arg-type]

    assert lens.box.bounding_box() == {"x": 0, "y": 0, **PORTRAIT}
    lens.page.wait_for_url("**/customers/**")


def test_closing_it_and_locking_the_tablet_free_the_camera(lens: Lens) -> None:
    lens.sees_nothing()
    lens.stand_at("/")
    ways = (
        "document.querySelector('.scanner__head button').click()",
        "document.dispatchEvent(new CustomEvent('locked'))",
    )

    for way in ways:
        lens.scan()
        lens.wait_until_on()
        track = lens.page.evaluate_handle(TRACK)
        lens.page.evaluate(way)
        expect(lens.box).to_be_hidden()
        lens.page.wait_for_function("(track) => track.readyState === 'ended'", arg=track)


def test_starts_anew_when_the_tablet_wakes_up(lens: Lens) -> None:
    lens.sees_nothing()
    lens.stand_at("/")
    lens.scan()
    lens.wait_until_on()
    asleep = lens.page.evaluate_handle(TRACK)
    hidden = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true});"
    changed = "document.dispatchEvent(new Event('visibilitychange'))"

    lens.page.evaluate(hidden % "true" + changed)

    lens.page.wait_for_function("(track) => track.readyState === 'ended'", arg=asleep)
    lens.page.evaluate(hidden % "false" + changed)
    lens.wait_until_on()
    assert lens.page.evaluate(f"{TRACK}.readyState") == "live"


def test_keeps_the_camera_that_was_chosen_and_the_silence(
    new_lens: MakeLens, playwright: Playwright
) -> None:
    video = "document.querySelector('.scanner__video')"
    device = f"{video}.srcObject?.getVideoTracks()[0].getSettings().deviceId"
    with launched(playwright, "--use-fake-device-for-media-stream=device-count=2") as browser:
        lens = new_lens(browser=browser)
        lens.stand_at("/")
        lens.scan()
        lens.wait_until_on()
        first = lens.page.evaluate(device)

        lens.page.locator("[data-camera-target=change]").click()
        other = f"first => {device} && {device} !== first"
        lens.page.wait_for_function(other, arg=first)
        sound = lens.page.locator("[data-camera-target=sound]")
        sound.click()

        lens.stand_at("/")
        lens.scan()
        lens.wait_until_on()
        assert lens.page.evaluate(device) != first
        expect(sound).to_have_attribute("aria-pressed", "false")


def test_works_by_keyboard_and_gives_the_focus_back(lens: Lens) -> None:
    lens.sees_nothing()
    lens.stand_at("/")
    button = lens.page.locator(".find__scan")
    button.focus()

    lens.page.keyboard.press("Enter")
    lens.wait_until_on()
    lens.page.keyboard.press("Escape")

    expect(lens.box).to_be_hidden()
    expect(button).to_be_focused()


def test_leaves_nothing_of_a_scan_in_the_browser(lens: Lens) -> None:
    lens.sees_code(scenes.qr(WIFI, module=7))
    lens.stand_at("/")

    lens.scan()
    lens.heard()

    kept = lens.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert not re.search("Chez Paul|motdepasse", kept)


def test_the_camera_that_is_gone_is_replaced_by_another(new_lens: MakeLens) -> None:
    lens = new_lens(script="localStorage.setItem('omnistore.scan.camera', 'unplugged')")
    lens.sees_nothing()
    lens.stand_at("/")

    lens.scan()

    lens.wait_until_on()
