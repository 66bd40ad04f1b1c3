"""
Reading: everything that a text in the identify field can mean, before anybody is looked up.

The only place that says so, whether it was typed, came from the camera or from a hand scanner.
"""

import re
import unicodedata
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from customers import cards, emails, names, passes, phones
from customers.models import Identifier
from omnistore import typed, words
from omnistore.counter import codes
from omnistore.counter.meanings import Kind, Reading
from omnistore.errors import Invalid
from orders import barcodes, numbers, slips

LONGEST = 512
# A number of an order as `orders.numbers.key` keeps it.
LONGEST_NUMBER = 40
# So many digits are more likely a phone than a number of ours.
LIKE_A_PHONE = 8
# What parts the fields of a stranger's code, and stands in no number.
FOREIGN = re.compile(r"[:;=<>@&?{}\[\]\"]")
# Bars on goods, by the names that browsers give them: never a phone.
ON_GOODS = frozenset(["ean_13", "ean_8", "upc_a", "upc_e", "itf"])


class NothingTyped(Invalid):
    code = "nothing_typed"
    words = _("Type a phone, a card, an e-mail, a name or the number of an order.")


class NotUnderstood(Invalid):
    code = "not_understood"
    words = _("This is no phone, card, e-mail, name or number of an order.")


class TooShort(Invalid):
    code = "too_short"
    words = _("Type at least two letters of the name.")


class UnknownArticle(Invalid):
    code = "unknown_article"
    words = _(
        "This is the barcode of an article, but no article of ours has it. "
        "To recognise somebody, scan a card or a receipt."
    )


def read(text: str, country: str, *, scanned_as: str = "") -> Reading:
    """
    Return all that the text can mean in a store of that country.

    `scanned_as` is the form of the code it was scanned from (`qr_code`, `ean_13`, … or
    `unknown`), empty when it was typed.

    Raises:
        Invalid: too_long, unreadable, nothing_typed, too_short, not_understood, not_an_email.
    """
    if gtin := barcodes.within(text[:LONGEST]):
        return _article(gtin)
    text = barcodes.unmarked(text)
    if code := _pass(text) or _slip(text[:LONGEST]) or codes.recognise(text):
        return code
    if scanned_as and len(text) > LONGEST:
        return codes.plain_text()
    line = typed.line(text, most=LONGEST)
    # Some signs are whole words when written out.
    line = typed.line(unicodedata.normalize("NFKC", line), most=LONGEST)
    if not line:
        raise NothingTyped()
    if phones.digits(line) is not None:
        return _digits(line, country, scanned_as)
    if scanned_as and not (emails.normalise(line) or _is_like_a_number(line)):
        return codes.plain_text()
    return _written(line)


def _pass(text: str) -> Reading | None:
    code = passes.form_of(text[:LONGEST])
    return Reading(Kind.PASS, pass_code=code) if code else None


def _slip(text: str) -> Reading | None:
    code = slips.form_of(text)
    # What is no slip of ours may still be the number of somebody's order.
    doubt = slips.UnknownCode()
    return Reading(Kind.SLIP, number=numbers.key(code), slip=code, doubt=doubt) if code else None


def _written(line: str) -> Reading:
    if "@" in line:
        return _email(line)
    if any(character.isdigit() for character in line):
        return _number(line)
    return _name(line)


def _article(gtin: str) -> Reading:
    return Reading(Kind.ARTICLE, barcodes.shown(gtin), gtin=gtin, doubt=UnknownArticle())


def _email(line: str) -> Reading:
    address = emails.normalise(line)
    if address is None:
        raise emails.NotAnEmail()
    return Reading(Kind.EMAIL, address, identifiers=((Identifier.Kind.EMAIL, address),))


def _digits(line: str, country: str, scanned_as: str) -> Reading:
    digits, card = phones.digits(line) or "", cards.normalise(line)
    gtin = barcodes.normalise(digits) or ""
    meanings = [] if gtin and scanned_as in ON_GOODS else phones.meanings(line, country)
    pairs = [(Identifier.Kind.PHONE, meaning.e164) for meaning in meanings]
    pairs = [(Identifier.Kind.CARD, card), *pairs] if card else pairs
    # No order of ours has a + in its number.
    number = "" if digits.startswith("+") else digits
    phone = meanings[0] if meanings else None
    if gtin and _is_on_goods(gtin, digits, phone, is_scanned=bool(scanned_as)):
        return replace(_article(gtin), identifiers=tuple(pairs), number=number)
    kind, shown, doubt = _likeliest(line, digits, country, card, phone)
    return Reading(kind, shown, tuple(pairs), number, gtin=gtin, doubt=doubt)


def _is_on_goods(gtin: str, digits: str, phone: phones.Meaning | None, *, is_scanned: bool) -> bool:
    """Whether the digits are more likely an article's than a phone, a card or a number of ours."""
    if barcodes.is_restricted(gtin) or (phone and phone.exists and not phone.is_guess):
        return False
    if len(digits) == 8:
        return is_scanned
    # 00 and a country's code; an UPC written as EAN-13 begins so too, but is scanned.
    return is_scanned or not digits.startswith("00")


def _likeliest(
    line: str, digits: str, country: str, card: str | None, phone: phones.Meaning | None
) -> tuple[Kind, str, Invalid | None]:
    """Return what the digits most likely are, how that is written, and what may be wrong."""
    if card and not digits.startswith("00"):
        return Kind.CARD, card, None
    if cards.EAN13.fullmatch(digits) and not (phone and phone.exists and not phone.is_guess):
        return Kind.CARD, line, cards.why_not(digits)
    if phone and (phone.exists or not phone.is_guess):
        return Kind.PHONE, words.phone(phone.e164, country), None
    if len(digits) >= LIKE_A_PHONE or digits.startswith(("+", "0")):
        return Kind.PHONE, line, phones.why_not(line, country)
    return Kind.ORDER, line, None


def _is_like_a_number(line: str) -> bool:
    """Whether a code with letters can be a number of ours: one word or two, digits among them."""
    is_short = len(line) <= LONGEST_NUMBER and len(line.split()) <= 3
    is_plain = line.isascii() and not FOREIGN.search(line)
    return is_short and is_plain and any(character.isdigit() for character in line)


def _number(line: str) -> Reading:
    number = numbers.key(line)
    if not number or len(number) == LONGEST_NUMBER or len(line) > 2 * LONGEST_NUMBER:
        raise NotUnderstood()
    return Reading(Kind.ORDER, line, number=number)


def _name(line: str) -> Reading:
    asked = names.asked(line)
    if not asked or "://" in line:
        raise NotUnderstood()
    if len(asked[0]) == 1 and asked[0].isascii():
        raise TooShort()
    return Reading(Kind.NAME, line, words=tuple(asked))
