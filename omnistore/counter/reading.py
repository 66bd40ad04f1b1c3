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
    phone, card = phones.normalise(line, country), cards.normalise(line)
    readings = [(Identifier.Kind.PHONE, number) for number in phones.readings(line, country)]
    pairs = [(Identifier.Kind.CARD, card), *readings] if card else readings
    digits = phones.digits(line) or ""
    number = "" if digits.startswith("+") else digits
    if card and not line.startswith(("+", "00")):
        return Reading(Kind.CARD, card, tuple(pairs), number)
    if phone:
        return Reading(Kind.PHONE, words.phone(phone), tuple(pairs), number)
    doubt: Invalid | None = None
    if cards.EAN13.fullmatch(digits):
        doubt = cards.why_not(digits)
    elif len(digits) >= LIKE_A_PHONE or digits.startswith(("+", "0")):
        doubt = phones.why_not(line, country)
    return Reading(Kind.PHONE if doubt else Kind.ORDER, line, tuple(pairs), number, doubt=doubt)


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
