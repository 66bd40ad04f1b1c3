"""Barcodes of articles: GTINs, bare or within a GS1 element string or a GS1 Digital Link."""

import re
from contextlib import suppress

from biip import ParseError
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_messages import GS1Message

# What ends a field of variable length in an element string.
GROUP_SEPARATOR = "\x1d"
# EAN-8, UPC-A, EAN-13, and the GTIN-14 of a box.
BARE = re.compile(r"[0-9]{8}|[0-9]{12,14}")
# Some scanners say which symbol they read: ]C1 is GS1-128, ]d2 a GS1 DataMatrix, ]Q1 a QR code.
SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9A-Fa-f]")
MESSAGE = re.compile(r"(?:0[12][0-9]{14}|\([0-9]{2,4}\))")
LINK = re.compile(r"https?://", re.IGNORECASE)
# GS1 keeps EAN-13 that begin with 2 for what a shop numbers itself.
RESTRICTED = re.compile(r"02[0-9]{12}")


def normalise(text: str) -> str | None:
    """Return a bare code as the 14 digits of its GTIN, None when its check digit is wrong."""
    if not BARE.fullmatch(text):
        return None
    gtin = text.zfill(14)
    return gtin if int(gtin) and check_digit(gtin[:13]) == gtin[13] else None


def within(text: str) -> str | None:
    """Return the GTIN in an element string or a Digital Link of any domain. Never raises."""
    line = text.strip(" \t\r\n")
    is_marked = bool(SYMBOLOGY.match(line)) or GROUP_SEPARATOR in line
    plain = unmarked(line).strip(GROUP_SEPARATOR)
    # biip says what is wrong by its own error, and lets urllib's ValueError through.
    with suppress(ParseError, ValueError):
        if LINK.match(plain):
            return _gtin_of(GS1DigitalLinkURI.parse(plain.rstrip("/")))
        if plain.startswith("("):
            return _gtin_of(GS1Message.parse_hri(plain))
        if is_marked or MESSAGE.match(plain):
            return _gtin_of(GS1Message.parse(plain))
    return None


def unmarked(text: str) -> str:
    """Return the text without what a scanner writes before it to say which symbol it read."""
    return SYMBOLOGY.sub("", text)


def shown(gtin: str) -> str:
    """Return the digits as they stand under the bars: without the zeros that fill them up."""
    significant = gtin.lstrip("0")
    return significant.zfill(8 if len(significant) <= 8 else 13)


def spellings(gtin: str) -> list[str]:
    """Return how the 14 digits may be written down in a catalogue."""
    lengths = (length for length in (8, 12, 13) if gtin[: 14 - length].strip("0") == "")
    return [gtin, *(gtin[14 - length :] for length in lengths)]


def is_restricted(gtin: str) -> bool:
    """Whether the number is one that a shop gives out itself, as our loyalty cards are."""
    return bool(RESTRICTED.fullmatch(gtin))


def ean13(first_twelve: str) -> str:
    """Return the digits with their check digit."""
    return first_twelve + check_digit(f"0{first_twelve}")


def check_digit(first_thirteen: str) -> str:
    """Return the last digit of a GTIN-14: weights 3 and 1 in turn, up to the next ten."""
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(first_thirteen))
    return str(-total % 10)


def _gtin_of(read: GS1Message | GS1DigitalLinkURI) -> str | None:
    found = read.element_strings.get(ai="01") or read.element_strings.get(ai="02")
    return normalise(found.value) if found else None
