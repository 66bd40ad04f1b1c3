"""Squares: QR codes as shapes, for pages and papers alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import qrcode

# How many dots stay white around it, as its standard asks.
MARGIN = 4


@dataclass(frozen=True)
class Bar:
    """Dark dots beside each other: where they begin, and how many."""

    x: int
    y: int
    width: int


@dataclass(frozen=True)
class Square:
    """A QR code of `size` dots a side, margins included."""

    size: int
    bars: Sequence[Bar]

    @property
    def path(self) -> str:
        """Its dark dots as the path of an SVG of that size."""
        return "".join(f"M{bar.x} {bar.y}h{bar.width}v1h-{bar.width}z" for bar in self.bars)


def of(text: str) -> Square:
    """Return the text as a QR code that bears a quarter of its dots being unreadable."""
    code = qrcode.QRCode(border=MARGIN, error_correction=qrcode.ERROR_CORRECT_Q)
    code.add_data(text)
    rows = code.get_matrix()
    bars = [Bar(x, y, width) for y, row in enumerate(rows) for x, width in _dark(row)]
    return Square(len(rows), bars)


def _dark(row: Sequence[Any]) -> Iterator[tuple[int, int]]:
    start = None
    for x, is_dark in enumerate([*row, False]):
        if is_dark and start is None:
            start = x
        elif not is_dark and start is not None:
            yield start, x - start
            start = None
