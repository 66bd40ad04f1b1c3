"""The scanner without a camera, without leave, without its decoder: a sentence, and the field."""

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser import scenes
from tests.browser.lens import Lens, MakeLens
from tests.browser.running import launched

pytestmark = pytest.mark.browser

CARD = "2900000176683"
VIDEO = "document.querySelector('.scanner__video')"


def failing(name: str) -> str:
    """A browser whose camera answers with that error."""
    return (
        "navigator.mediaDevices.getUserMedia = () => "
        f"Promise.reject(new DOMException('', '{name}'))"
    )


def detector(formats: str, detect: str) -> str:
    """A browser with a detector of its own."""
    return f"""window.BarcodeDetector = class {{
        static async getSupportedFormats() {{ return {formats} }}
        async detect() {{ window.asked = (window.asked ?? 0) + 1; {detect} }}
    }}"""


EVERYTHING = "['qr_code', 'ean_13', 'ean_8', 'code_128', 'upc_a']"


def found(text: str, format_: str) -> str:
    corners = "[{x: 900, y: 500}, {x: 1000, y: 500}, {x: 1000, y: 600}, {x: 900, y: 600}]"
    return f"return [{{rawValue: {text}, format: '{format_}', cornerPoints: {corners}}}]"


def expect_reason(lens: Lens, reason: str) -> None:
    """Expect the words for it, and that the field is one touch away."""
    said = lens.page.evaluate(
        "reason => document.querySelector(`template[data-reason=${reason}]`)"
        ".content.querySelector('strong').textContent",
        reason,
    )
    expect(lens.message).to_contain_text(said)
    lens.page.locator("[data-action='scanner#type']").click()
    expect(lens.box).to_be_hidden()
    expect(lens.page.locator(".find__input").first).to_be_focused()


def test_says_how_to_allow_the_camera(new_lens: MakeLens) -> None:
    lens = new_lens(permissions=[])
    lens.sees_nothing()
    lens.stand_at("/")

    lens.scan()

    expect_reason(lens, "refused")


def test_says_that_there_is_no_camera(new_lens: MakeLens, playwright: Playwright) -> None:
    with launched(playwright, "--use-fake-device-for-media-stream=device-count=0") as browser:
        lens = new_lens(browser=browser)
        lens.stand_at("/")

        lens.scan()

        expect_reason(lens, "none")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (failing("NotReadableError"), "taken"),
        (failing("TypeError"), "broken"),
        ("Object.defineProperty(navigator, 'mediaDevices', {value: undefined})", "insecure"),
    ],
    ids=["taken", "broken", "insecure"],
)
def test_says_what_is_wrong_with_the_camera(new_lens: MakeLens, script: str, reason: str) -> None:
    lens = new_lens(script=script)
    lens.stand_at("/")

    lens.scan()

    expect_reason(lens, reason)


def test_says_that_the_camera_went_away_and_takes_it_again(lens: Lens) -> None:
    lens.sees_nothing()
    lens.stand_at("/")
    lens.scan()
    lens.wait_until_on()

    lens.page.evaluate(f"{VIDEO}.srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended'))")
    expect(lens.message.locator("strong")).to_be_visible()
    lens.message.locator("button").click()

    lens.wait_until_on()
    expect(lens.message).to_be_empty()


def test_says_that_leave_was_taken_back_in_mid_scan(lens: Lens) -> None:
    lens.sees_nothing()
    lens.stand_at("/")
    lens.scan()
    lens.wait_until_on()

    lens.page.context.clear_permissions()

    expect_reason(lens, "revoked")


def test_a_decoder_that_does_not_load_is_said_and_loaded_again(new_lens: MakeLens) -> None:
    lens = new_lens(service_workers="block")
    lens.sees_code(scenes.qr(CARD))
    lens.page.context.route("**/*.wasm", lambda route: route.abort())
    lens.stand_at("/")

    lens.scan()
    expect(lens.message.locator("strong")).to_be_visible()
    lens.page.context.unroute("**/*.wasm")
    lens.message.locator("button").click()

    assert lens.heard()["text"] == CARD


def test_takes_the_browsers_own_decoder_when_it_reads_what_we_need(new_lens: MakeLens) -> None:
    lens = new_lens(script=detector(EVERYTHING, found("'OWN'", "qr_code")))
    lens.sees_nothing()
    lens.stand_at("/")

    lens.scan()

    assert lens.heard()["text"] == "OWN"
    assert lens.page.workers == []


@pytest.mark.parametrize(
    "script",
    [
        detector("['qr_code', 'ean_13']", found("'OWN'", "qr_code")),
        detector(EVERYTHING, "throw new DOMException('Service unavailable', 'NotSupportedError')"),
    ],
    ids=["reads too little", "breaks"],
)
def test_takes_the_vendored_decoder_otherwise(new_lens: MakeLens, script: str) -> None:
    lens = new_lens(script=script)
    lens.sees_code(scenes.qr(CARD))
    lens.stand_at("/")

    lens.scan()

    assert lens.heard()["text"] == CARD


@pytest.mark.parametrize(
    "text",
    ["'2900000176684'", "asked % 2 ? '2900000176683' : '4006381333931'"],
    ids=["wrong check digit", "never twice the same"],
)
def test_believes_no_bar_code_that_may_be_misread(new_lens: MakeLens, text: str) -> None:
    lens = new_lens(script=detector(EVERYTHING, found(text, "ean_13")))
    lens.sees_nothing()
    lens.stand_at("/")

    lens.scan()

    lens.page.wait_for_function("() => window.asked > 8")
    assert lens.scans == []
