"""
Printing: a paper as a PDF, for the roll of a receipt printer (80 mm) or on A4.

The letters and the code are drawn, so that any printer shows the same; the fonts stand in the file.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from django.conf import settings
from django.utils.translation import get_language
from fpdf import FPDF
from fpdf.fonts import CoreFont, TTFFont

from orders.papers import Block, Paper, Row
from orders.squares import Square

FONT = "Hanken Grotesk"
FONTS = settings.BASE_DIR / "omnistore" / "fonts"
POINT = 25.4 / 72
# PDF's own limit is 14,400 points a side.
LONGEST = 5_000.0
# What our font has no letter for.
UNKNOWN = "?"
# Spaces that people's ways of writing amounts ask for, and that our font does not have.
SPACES = str.maketrans("\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}", "\N{NO-BREAK SPACE}" * 2)


class Size(StrEnum):
    """On what it is printed."""

    ROLL = "80mm"
    A4 = "a4"


@dataclass(frozen=True)
class Measures:
    """Of one size, in millimetres; letters in points."""

    width: float
    margin: float
    text: float
    small: float
    large: float
    square: float

    @property
    def room(self) -> float:
        return self.width - 2 * self.margin


MEASURES = {
    Size.ROLL: Measures(width=80, margin=5, text=9.5, small=8, large=14, square=34),
    Size.A4: Measures(width=210, margin=20, text=11, small=9, large=20, square=40),
}


def pdf(paper: Paper, *, size: Size, made_at: datetime, is_packed: bool = True) -> bytes:
    """
    Return the paper as a PDF in the language of the moment; the same each time it is asked for.

    A roll's page is as long as what stands on it. Unpacked, its drawing can be read as text.
    """
    sheet = _Sheet(MEASURES[size], height=_height(paper, size))
    sheet.set_compression(is_packed)
    sheet.set_creation_date(made_at)
    sheet.set_title(paper.title)
    sheet.set_lang(get_language() or "fr")
    sheet.put(paper)
    drawn = bytes(sheet.output())
    sheet.put_away()
    return drawn


def _height(paper: Paper, size: Size) -> float:
    if size == Size.A4:
        return 297.0
    # Drawn once to see how long it is, and a hair more, or its last line would begin a page.
    trial = _Sheet(MEASURES[size], height=LONGEST)
    trial.put(paper)
    trial.put_away()
    is_one = trial.page_no() == 1
    return trial.get_y() + MEASURES[size].margin + POINT if is_one else LONGEST


def _letters_of(font: CoreFont | TTFFont) -> Iterable[int]:
    return font.cmap if isinstance(font, TTFFont) else ()


class _Sheet(FPDF):
    """One document; each `put_…` goes on below the last."""

    def __init__(self, measures: Measures, *, height: float) -> None:
        super().__init__(unit="mm", format=(measures.width, height))
        self.measures = measures
        self.set_margin(measures.margin)
        self.c_margin = 0
        self.set_auto_page_break(True, margin=measures.margin)
        self.add_font(FONT, "", FONTS / "hanken-grotesk-400.ttf")
        self.add_font(FONT, "B", FONTS / "hanken-grotesk-700.ttf")
        self.add_page()

    @cached_property
    def letters(self) -> frozenset[int]:
        return frozenset(letter for font in self.fonts.values() for letter in _letters_of(font))

    def put(self, paper: Paper) -> None:
        for place, line in enumerate(paper.sender):
            self._write(line, is_strong=place == 0)
        self._gap()
        self._write(paper.title, size=self.measures.large, is_strong=True)
        self._write(" · ".join(filter(None, (paper.number, paper.made))))
        for block in paper.blocks:
            self._put_block(block)
        self._rule()
        for note in paper.notes:
            self._write(note, size=self.measures.small)
        self._gap()
        self._put_square(paper.square)
        self._write(paper.code_in_groups, size=self.measures.small, align="C")

    def put_away(self) -> None:
        """Close the fonts' files."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    def _put_block(self, block: Block) -> None:
        self._rule()
        if block.title:
            self._write(block.title, is_strong=True)
        for row in block.rows:
            self._put_row(row)

    def _put_row(self, row: Row) -> None:
        amount = self._known(row.amount)
        self._letters(self.measures.text, is_strong=row.is_strong)
        beside = self.get_string_width(amount) + 3 if amount else 0
        if self.will_page_break(self._height(self.measures.text)):
            self.add_page()
        top = self.get_y()
        self._write(row.name, width=self.measures.room - beside, is_strong=row.is_strong)
        below = self.get_y()
        if amount:
            self.set_xy(self.measures.margin, top)
            self._write(row.amount, align="R", is_strong=row.is_strong)
        self.set_y(below)
        if row.words:
            self._write(row.words, size=self.measures.small, width=self.measures.room - beside)

    def _put_square(self, square: Square) -> None:
        side = self.measures.square
        if self.will_page_break(side):
            self.add_page()
        dot = side / square.size
        left, top = (self.measures.width - side) / 2, self.get_y()
        with self.local_context(fill_color=(0, 0, 0)):
            for bar in square.bars:
                self.rect(left + bar.x * dot, top + bar.y * dot, bar.width * dot, dot, style="F")
        self.set_y(top + side)

    def _rule(self) -> None:
        self._gap()
        margin, y = self.measures.margin, self.get_y()
        self.line(margin, y, self.measures.width - margin, y)
        self._gap()

    def _gap(self) -> None:
        self.ln(2)

    def _write(
        self,
        text: str,
        *,
        size: float = 0,
        width: float = 0,
        align: str = "L",
        is_strong: bool = False,
    ) -> None:
        size = size or self.measures.text
        self._letters(size, is_strong=is_strong)
        self.set_x(self.measures.margin)
        self.multi_cell(
            width or self.measures.room,
            self._height(size),
            self._known(text),
            align=align,
            new_x="LMARGIN",
            new_y="NEXT",
        )

    def _letters(self, size: float, *, is_strong: bool) -> None:
        self.set_font(FONT, "B" if is_strong else "", size)

    def _height(self, size: float) -> float:
        return size * POINT * 1.3

    def _known(self, text: str) -> str:
        plain = text.translate(SPACES)
        return "".join(sign if ord(sign) in self.letters else UNKNOWN for sign in plain)
