"""What a camera sees: codes on a shelf full of other things, drawn, and written as a video."""

import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import barcode
import qrcode
from barcode.writer import ImageWriter
from PIL import Image, ImageDraw, ImageFilter

SIZE = (1920, 1080)
Change = Callable[[Image.Image], Image.Image]


def qr(text: str, *, module: int = 9) -> Image.Image:
    """Draw a QR code, `module` pixels to its smallest square."""
    drawn: Any = qrcode.make(text, box_size=module)
    return drawn.get_image().convert("RGB")


def bars(text: str, *, kind: str = "ean13", module: int = 4) -> Image.Image:
    """Draw a bar code, `module` pixels to its thinnest bar, with the number written below."""
    options = {"module_width": module * 25.4 / 300, "module_height": 14, "quiet_zone": 5}
    drawn = barcode.get(kind, text, writer=ImageWriter()).render(options)
    return drawn.convert("RGB")


def shelf(*codes: tuple[Image.Image, tuple[float, float]], seed: int = 7) -> Image.Image:
    """Draw a frame with every code at its place, given as shares of the frame's sides."""
    frame = _things(random.Random(seed))
    for code, (across, down) in codes:
        at = (round(SIZE[0] * across - code.width / 2), round(SIZE[1] * down - code.height / 2))
        frame.paste(code, at, code.split()[3] if code.mode == "RGBA" else None)
    return frame


def blurred(code: Image.Image, radius: float) -> Image.Image:
    return code.filter(ImageFilter.GaussianBlur(radius))


def rotated(code: Image.Image, degrees: float) -> Image.Image:
    return code.convert("RGBA").rotate(degrees, Image.Resampling.BICUBIC, expand=True)


def covered(code: Image.Image, share: float) -> Image.Image:
    """Lay a thumb over the right part of it."""
    hidden = code.copy()
    left = round(code.width * (1 - share))
    ImageDraw.Draw(hidden).rectangle((left, 0, code.width, code.height), fill=(196, 150, 122))
    return hidden


def video(path: Path, frames: Iterable[Image.Image], *, rate: int = 30) -> Path:
    """Write the frames, `rate` a second, as a video that Chromium's fake camera plays in a loop."""
    width, height = SIZE
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F{rate}:1 Ip A1:1 C420mpeg2\n".encode())
        for frame in frames:
            bright, blue, red = frame.convert("YCbCr").split()
            half = (width // 2, height // 2)
            file.write(b"FRAME\n" + bright.tobytes())
            file.write(blue.resize(half).tobytes() + red.resize(half).tobytes())
    return path


def _things(dice: random.Random) -> Image.Image:
    """Draw boxes, labels and grain: what surrounds a code in a shop."""
    frame = Image.effect_noise(SIZE, 30).convert("RGB")
    pen = ImageDraw.Draw(frame)
    for _ in range(60):
        left, top = dice.randrange(SIZE[0]), dice.randrange(SIZE[1])
        box = (left, top, left + dice.randrange(30, 300), top + dice.randrange(20, 200))
        pen.rectangle(box, fill=tuple(dice.randrange(256) for _ in range(3)))
    for _ in range(40):
        at = (dice.randrange(SIZE[0]), dice.randrange(SIZE[1]))
        pen.text(at, "Stoneware bowl 12,99 EUR " * 2, fill=(0, 0, 0), font_size=24)
    return frame
