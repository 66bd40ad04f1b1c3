"""Phone numbers: read however they are typed, kept as E.164, shown masked."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

import phonenumbers
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

from omnistore import words
from omnistore.errors import Invalid

LABEL = re.compile(r"^\s*t[eé]l\b[.:\s]*", re.IGNORECASE)
SEPARATOR = re.compile(r"[\s().\-/~·•_,:;\[\]'‐‑‒–—−]+")
TYPED = re.compile(r"\+?[0-9]+")
# E.164 allows 15 digits; 00, a trunk 0 and an operator's code may stand before or within them.
LONGEST = 20
# Fewer digits than this are never a number with its country's code.
SHORTEST_INTERNATIONAL = 6


class NotAPhone(Invalid):
    code = "not_a_phone"
    words = _("This is not a phone number.")


class Meaning(NamedTuple):
    """One number that a text can mean: in its country's plan or not, with a guessed + or not."""

    e164: str
    exists: bool
    is_guess: bool


def meanings(text: str, country: str) -> list[Meaning]:
    """
    Return the numbers that the text can mean in a store of that country, best first.

    Without + or 00 the digits are read as a number of the country, and as an international one
    whose + was left out. Numbers that exist by their country's plan come before those that only
    have a right length. Never raises; an empty list means that it is no phone number.
    """
    found: dict[str, Meaning] = {}
    for is_guess, number in _parsed(digits(text) or "", country):
        exists = phonenumbers.is_valid_number(number)
        if exists or _has_right_length(number):
            e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
            found.setdefault(e164, Meaning(e164, exists, is_guess))
    return sorted(found.values(), key=lambda meaning: not meaning.exists)


def readings(text: str, country: str) -> list[str]:
    """Return the E.164 numbers to look for, best first; never raises."""
    return [meaning.e164 for meaning in meanings(text, country)]


def normalise(text: str, country: str) -> str | None:
    """
    Return the one E.164 number to store, None when the text is none that can be dialled.

    No + is guessed: an American number typed without would be kept as an Egyptian's. A range
    that its plan does not know is taken: plans grow faster than libraries.
    """
    typed = (meaning.e164 for meaning in meanings(text, country) if not meaning.is_guess)
    return next(typed, None)


def why_not(text: str, country: str) -> NotAPhone:
    """Return the refusal that says what is wrong with a text that `normalise` does not take."""
    typed = digits(text)
    if typed is None:
        return NotAPhone()
    try:
        number = phonenumbers.parse(typed, region(country))
    except NumberParseException as error:
        return NotAPhone(_UNREADABLE.get(error.error_type, ""))
    return NotAPhone(_WRONG_LENGTH.get(_length(number), _FOREIGN))


def digits(text: str) -> str | None:
    """Return the digits, + in front if it was typed; None when anything else is in the text."""
    plain = LABEL.sub("", unicodedata.normalize("NFKC", text[:200]))
    plain = "".join(_ascii(character) for character in SEPARATOR.sub("", plain))
    if len(text) > 200 or len(plain) > LONGEST or not TYPED.fullmatch(plain):
        return None
    return plain


def masked(number: str, country: str = words.HOME) -> str:
    """Return the number with only its ends left to read: 06 •• •• •• 78."""
    written = words.phone(number, country)
    places = [place for place, character in enumerate(written) if character.isdigit()]
    hidden = set(places[2:-2])
    return "".join("•" if place in hidden else mark for place, mark in enumerate(written))


def _parsed(typed: str, country: str) -> Iterator[tuple[bool, PhoneNumber]]:
    """Yield (is the + a guess?, number) for each way to read the digits, best first."""
    forms = [(False, typed)]
    if typed.startswith("00"):
        forms.append((False, f"+{typed[2:]}"))
    elif typed[:1] not in "+0" and len(typed) >= SHORTEST_INTERNATIONAL:
        forms.append((True, f"+{typed}"))
    for is_guess, form in forms:
        try:
            yield is_guess, phonenumbers.parse(form, region(country))
        except NumberParseException:
            continue


def region(country: str) -> str | None:
    """Return the country's code in capitals, None when no phone has such a country."""
    code = country.upper()
    return code if code in phonenumbers.SUPPORTED_REGIONS else None


def _has_right_length(number: PhoneNumber) -> bool:
    return _length(number) == ValidationResult.IS_POSSIBLE


def _length(number: PhoneNumber) -> int:
    reason = int(phonenumbers.is_possible_number_with_reason(number))
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    trunk = phonenumbers.ndd_prefix_for_region(region, True)
    # A digit is missing: the 0 before the number counts in its place. Italy's belongs to it.
    if reason == ValidationResult.IS_POSSIBLE and number.italian_leading_zero and trunk == "0":
        return int(ValidationResult.TOO_SHORT)
    return reason


def _ascii(character: str) -> str:
    """Return any script's digit as ours; marks that show nothing vanish."""
    if unicodedata.category(character) == "Cf":
        return ""
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


_FOREIGN = _(
    "No phone number here looks like this. Type a foreign one with + and the code of its country."
)
_TOO_SHORT = _("This phone number has too few digits.")
_TOO_LONG = _("This phone number has too many digits.")
_UNREADABLE: dict[int, Promise] = {
    NumberParseException.INVALID_COUNTRY_CODE: _(
        "No country’s code is at the beginning of this phone number."
    ),
    NumberParseException.TOO_SHORT_AFTER_IDD: _TOO_SHORT,
    NumberParseException.TOO_SHORT_NSN: _TOO_SHORT,
    NumberParseException.TOO_LONG: _TOO_LONG,
}
_WRONG_LENGTH: dict[int, Promise] = {
    ValidationResult.TOO_SHORT: _TOO_SHORT,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: _TOO_SHORT,
    ValidationResult.TOO_LONG: _TOO_LONG,
}
