"""The colours of every display, read from the style sheets that set them, and how they contrast."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from django.conf import settings

SHEETS = ("tokens.css", "displays.css")
BLOCK = re.compile(r'\[data-display="(?P<name>\w+)"\][^{]*\{(?P<body>[^}]*)\}')
MEDIA = re.compile(r"@media (?P<query>[^{]+)\{(?P<body>(?:[^{}]*\{[^}]*\})*[^{}]*)\}")
COLOUR = re.compile(r"--(?P<name>[\w-]+): (?P<value>#[0-9a-f]{3,6});")
# What is written on what; then what need only be told apart from its ground.
TEXTS = (
    *("ink/paper", "ink/card", "ink/sunk", "soft/paper", "soft/card", "soft/sunk"),
    *("brand-ink/brand", "brand-ink/brand-press", "paper/ink", "card/ink", "ink/ok-soft"),
    *("soft/ok-soft", "ok/ok-soft", "look/look-soft", "stop/stop-soft", "web/web-soft"),
    *("ok/card", "stop/card", "stop/paper"),
)
EDGES = ("edge/card", "edge/paper", "focus/card", "focus/paper", "brand/card", "brand/paper")
# Of text by WCAG 2.2, levels AA and AAA; of what only has a shape.
AA, AAA, SHAPE = 4.5, 7.0, 3.0

Palette = Mapping[str, str]


class Contrast(NamedTuple):
    """How clearly one colour stands on another."""

    text: str
    ground: str
    ratio: float
    needed: float
    text_colour: str
    ground_colour: str


def palettes() -> dict[str, dict[str, str]]:
    """
    Return the colours of each display by the query and name under which they stand.

    "light" is the plain sheet's; "(prefers-contrast: more) dark" is what a dark tablet shows when
    its system asks for contrast. What a set leaves out it has from the display it builds on.
    """
    css = "".join((settings.BASE_DIR / "static" / "css" / name).read_text() for name in SHEETS)
    found: dict[str, dict[str, str]] = {}
    for media in MEDIA.finditer(css):
        for block in _blocks(media["body"]):
            found[f"{media['query'].strip()} {block[0]}"] = block[1]
    found |= dict(_blocks(MEDIA.sub("", css)))
    return {name: colours for name, colours in found.items() if colours}


def contrasts(palette: Palette, *, text: float = AA) -> list[Contrast]:
    """Return every pair that meets on a screen, with the ratio that is needed there."""
    wanted = [(pair, text) for pair in TEXTS] + [(pair, SHAPE) for pair in EDGES]
    return [_contrast(palette, pair, needed) for pair, needed in wanted]


def ratio(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21, by the formula of WCAG 2.2."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _contrast(palette: Palette, pair: str, needed: float) -> Contrast:
    text, ground = pair.split("/")
    colours = palette[text], palette[ground]
    return Contrast(text, ground, ratio(*colours), needed, *colours)


def _blocks(css: str) -> list[tuple[str, dict[str, str]]]:
    return [(it["name"], dict(COLOUR.findall(it["body"]))) for it in BLOCK.finditer(css)]


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    pairs = [digit * 2 for digit in digits] if len(digits) == 3 else re.findall("..", digits)
    red, green, blue = (_linear(int(pair, 16) / 255) for pair in pairs)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
