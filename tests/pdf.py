"""Reads PDFs that our own printing drew unpacked: their words, and the code that stands on them."""

import re

import zxingcpp
from PIL import Image, ImageDraw

DRAWN = re.compile(rb"/F(\d+) [\d.]+ Tf|\(((?:\\.|[^\\)])*)\) Tj", re.DOTALL)
BARS = re.compile(rb"([\d.]+) ([\d.]+) ([\d.]+) (-?[\d.]+) re f")
LETTERS = re.compile(rb"beginbfchar\n(.*?)endbfchar", re.DOTALL)
PAIR = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
ESCAPED = {b"\\r": b"\r", b"\\n": b"\n", b"\\t": b"\t"}


def words_of(pdf: bytes) -> str:
    """Return all that stands on it, a line for each piece, with plain spaces."""
    fonts = _fonts(pdf)
    pieces, font = [], fonts[0]
    for number, piece in DRAWN.findall(pdf):
        if number:
            font = fonts[int(number) - 1]
        else:
            pieces.append(_text(piece, font))
    return "\n".join(pieces).replace("\N{NO-BREAK SPACE}", " ")


def code_on(pdf: bytes) -> str:
    """Return what a scanner reads on its first page."""
    bars = [tuple(map(float, bar)) for bar in BARS.findall(pdf)]
    dot = min(abs(height) for *_, height in bars)
    left, top = min(x for x, *_ in bars), max(y for _, y, *_ in bars)
    picture = Image.new("L", (400, 400), 255)
    draw = ImageDraw.Draw(picture)
    for x, y, width, _height in bars:
        at = (round((x - left) / dot), round((top - y) / dot), round(width / dot))
        corner = (40 + at[0] * 8, 40 + at[1] * 8)
        draw.rectangle([corner, (corner[0] + at[2] * 8 - 1, corner[1] + 7)], fill=0)
    return "".join(read.text for read in zxingcpp.read_barcodes(picture))


def _fonts(pdf: bytes) -> list[dict[bytes, str]]:
    return [
        {
            bytes.fromhex(glyph.decode()): bytes.fromhex(letter.decode()).decode("utf-16-be")
            for glyph, letter in PAIR.findall(table)
        }
        for table in LETTERS.findall(pdf)
    ]


def _text(piece: bytes, font: dict[bytes, str]) -> str:
    plain = re.sub(rb"\\.", lambda sign: ESCAPED.get(sign[0], sign[0][1:]), piece, flags=re.DOTALL)
    glyphs = (plain[at : at + 2] for at in range(0, len(plain), 2))
    return "".join(font.get(glyph, "?") for glyph in glyphs)
