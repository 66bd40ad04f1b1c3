"""Loyalty cards: EAN-13 numbers with their check digit."""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from omnistore.errors import Invalid

EAN13 = re.compile(r"[0-9]{13}")
GAPS = re.compile(r"[\s\-]+")


class NotACard(Invalid):
    code = "not_a_card"
    words = _("A card number has 13 digits.")


class CardCheckDigit(Invalid):
    code = "card_check_digit"
    words = _("The check digit of this card number is wrong: scan it again, or retype it.")


def normalise(text: str) -> str | None:
    """Return the 13 digits, None when there are others or their check digit is wrong."""
    typed = _typed(text)
    return typed if EAN13.fullmatch(typed) and check_digit(typed[:12]) == typed[12] else None


def why_not(text: str) -> NotACard | CardCheckDigit:
    """Return the refusal that says what is wrong with a text that `normalise` does not take."""
    return CardCheckDigit() if EAN13.fullmatch(_typed(text)) else NotACard()


def check_digit(first_twelve: str) -> str:
    """Return the thirteenth digit of an EAN-13: weights 1 and 3 in turn, up to the next ten."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(first_twelve))
    return str(-total % 10)


def masked(number: str) -> str:
    """Return the card number with only its end left to read."""
    return f"•••{number[-4:]}"


def _typed(text: str) -> str:
    return GAPS.sub("", unicodedata.normalize("NFKC", text[:100]))
