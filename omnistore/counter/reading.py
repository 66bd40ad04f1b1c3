"""Reading: everything that a text in the identify field can mean, before anybody is looked up."""

import unicodedata
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers import cards, emails, names, phones
from customers.models import Identifier
from omnistore import typed, words
from omnistore.errors import Invalid
from orders import numbers

LONGEST = 512
# A number of an order as `orders.numbers.key` keeps it.
LONGEST_NUMBER = 40
# So many digits are more likely a phone than a number of ours.
LIKE_A_PHONE = 8


class Kind(models.TextChoices):
    """What a text was understood as."""

    PHONE = "PHONE", _("phone")
    CARD = "CARD", _("loyalty card")
    EMAIL = "EMAIL", _("e-mail")
    NAME = "NAME", _("name")
    ORDER = "ORDER", _("order or receipt")
    NOTHING = "NOTHING", _("not understood")


class NothingTyped(Invalid):
    code = "nothing_typed"
    words = _("Type a phone, a card, an e-mail, a name or the number of an order.")


class NotUnderstood(Invalid):
    code = "not_understood"
    words = _("This is no phone, card, e-mail, name or number of an order.")


class TooShort(Invalid):
    code = "too_short"
    words = _("Type at least two letters of the name.")


@dataclass(frozen=True)
class Reading:
    """
    What a text can mean.

    `kind` and `shown` are the likeliest meaning, `doubt` is what to say when nothing is found.
    """

    kind: Kind
    shown: str
    identifiers: tuple[tuple[str, str], ...] = ()
    number: str = ""
    words: tuple[str, ...] = ()
    doubt: Invalid | None = None


def read(text: str, country: str) -> Reading:
    """
    Return all that the text can mean in a store of that country.

    Raises:
        Invalid: too_long, unreadable, nothing_typed, too_short, not_understood, not_an_email.
    """
    line = unicodedata.normalize("NFKC", typed.line(text, most=LONGEST)).strip()
    if not line:
        raise NothingTyped()
    if "@" in line:
        return _email(line)
    if phones.digits(line) is not None:
        return _digits(line, country)
    if any(character.isdigit() for character in line):
        return _number(line)
    return _name(line)


def _email(line: str) -> Reading:
    address = emails.normalise(line)
    if address is None:
        raise emails.NotAnEmail()
    return Reading(Kind.EMAIL, address, identifiers=((Identifier.Kind.EMAIL, address),))


def _digits(line: str, country: str) -> Reading:
    digits, card = phones.digits(line) or "", cards.normalise(line)
    meanings = phones.meanings(line, country)
    pairs = [(Identifier.Kind.PHONE, meaning.e164) for meaning in meanings]
    pairs = [(Identifier.Kind.CARD, card), *pairs] if card else pairs
    # No order of ours has a + in its number.
    number = "" if digits.startswith("+") else digits
    kind, shown, doubt = _likeliest(line, digits, country, card, meanings)
    return Reading(kind, shown, tuple(pairs), number, doubt=doubt)


def _likeliest(
    line: str, digits: str, country: str, card: str | None, meanings: list[phones.Meaning]
) -> tuple[Kind, str, Invalid | None]:
    """Return what the digits most likely are, how that is written, and what may be wrong."""
    phone = meanings[0] if meanings else None
    if card and not digits.startswith("00"):
        return Kind.CARD, card, None
    if cards.EAN13.fullmatch(digits) and not (phone and phone.exists and not phone.is_guess):
        return Kind.CARD, line, cards.why_not(digits)
    if phone and (phone.exists or not phone.is_guess):
        return Kind.PHONE, words.phone(phone.e164), None
    if len(digits) >= LIKE_A_PHONE or digits.startswith(("+", "0")):
        return Kind.PHONE, line, phones.why_not(line, country)
    return Kind.ORDER, line, None


def _number(line: str) -> Reading:
    number = numbers.key(line)
    if not number or len(number) == LONGEST_NUMBER:
        raise NotUnderstood()
    return Reading(Kind.ORDER, line, number=number)


def _name(line: str) -> Reading:
    asked = names.asked(line)
    if not asked or "://" in line:
        raise NotUnderstood()
    if len(asked[0]) == 1 and asked[0].isascii():
        raise TooShort()
    return Reading(Kind.NAME, line, words=tuple(asked))
