"""Photographs of codes, in bad light and at odd angles, before the scanner's own decoder."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.counter import Tablet

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).parents[1] / "data" / "codes"
PICTURES = (".webp", ".png", ".jpg")
# A second and a half before the camera, in frames.
LOOKS = 18
READ = """async ([address, looks]) => {
  const { openDecoder } = await import("scanning/decoder")
  const { Reader } = await import("scanning/reader")
  window.decoder ??= openDecoder({ ...document.querySelector(".scanner").dataset })
  const reader = new Reader(await window.decoder)
  const picture = new Image()
  picture.src = address
  await picture.decode()
  for (let look = 0; look < looks; look++) {
    const code = await reader.look(picture)
    if (code) return code.text
  }
  return null
}"""


def pictures(folder: str) -> list[Path]:
    found = sorted(path for path in (FOLDER / folder).iterdir() if path.suffix in PICTURES)
    assert found
    return found


def text_of(picture: Path) -> str:
    """Return what is written in its code."""
    return picture.with_suffix(".txt").read_bytes().decode()


def read(tablet: Tablet, picture: Path) -> str | None:
    """Hold the picture before the scanner; return what it is sure of."""
    kind = picture.suffix[1:].replace("jpg", "jpeg")
    address = f"data:image/{kind};base64,{base64.b64encode(picture.read_bytes()).decode()}"
    text: str | None = tablet.page.evaluate(READ, [address, LOOKS])
    return text


def test_reads_photographs_of_codes(
    counter: Tablet, record_property: Callable[[str, object], None]
) -> None:
    rates = {}
    for folder in ("qrcode-1", "qrcode-3", "ean13-1", "code128-1"):
        found = pictures(folder)
        rates[folder] = (sum(read(counter, path) == text_of(path) for path in found), len(found))

    of_all = [sum(counts) for counts in zip(*rates.values(), strict=True)]
    told = ", ".join(f"{folder} {right} of {all_}" for folder, (right, all_) in rates.items())
    record_property("photographs read", f"{of_all[0] / of_all[1]:.1%} ({told})")
    assert of_all[0] >= 0.95 * of_all[1]
    assert all(right >= 0.85 * all_ for right, all_ in rates.values())


def test_reads_nothing_where_there_is_no_code(counter: Tablet) -> None:
    read_anyhow = {path.name: read(counter, path) for path in pictures("falsepositives-1")}

    assert set(read_anyhow.values()) == {None}
