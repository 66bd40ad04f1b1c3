"""
Draw the icons of the installed app from `static/icons/mark.svg`.

    python -m tests.browser.icons
"""

import io

from PIL import Image
from playwright.sync_api import Page

from tests.browser.running import ROOT, chromium

FOLDER = ROOT / "static" / "icons"
# Where the system cuts the corners itself, the ground fills the square.
FILLED = "rect { rx: 0 }"
ICONS = (
    ("icon-192.png", 192, ""),
    ("icon-512.png", 512, ""),
    ("icon-maskable-512.png", 512, FILLED),
    ("apple-touch-icon.png", 180, FILLED),
    # Of a card in a wallet, for screens of three sharpnesses.
    ("wallet-29.png", 29, FILLED),
    ("wallet-58.png", 58, FILLED),
    ("wallet-87.png", 87, FILLED),
)


def main() -> None:
    with chromium() as browser:
        page = browser.new_page()
        for name, size, style in ICONS:
            _save(_draw(page, size, style), name)


def _draw(page: Page, size: int, style: str) -> bytes:
    page.set_viewport_size({"width": size, "height": size})
    mark = (FOLDER / "mark.svg").read_text()
    looks = f"body {{ margin: 0 }} svg {{ display: block; inline-size: {size}px }} {style}"
    page.set_content(f"<style>{looks}</style>{mark}")
    return page.screenshot(omit_background=True)


def _save(drawn: bytes, name: str) -> None:
    # Few colours: the files stay small.
    picture = Image.open(io.BytesIO(drawn)).quantize(64, method=Image.Quantize.FASTOCTREE)
    picture.save(FOLDER / name, optimize=True)


if __name__ == "__main__":
    main()
