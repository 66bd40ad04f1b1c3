"""How amounts, phones, days, ages, lists and names are written, in the language of the moment."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Literal

import phonenumbers
from babel import Locale
from babel.dates import TIMEDELTA_UNITS, format_skeleton, format_timedelta
from babel.lists import format_list
from babel.numbers import (
    NumberPattern,
    format_currency,
    format_decimal,
    format_percent,
    parse_pattern,
)
from babel.units import format_unit
from django.utils.timezone import localdate, localtime, now
from django.utils.translation import get_language, gettext

from omnistore.money import exponent, to_decimal

NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
# English is written as in Britain: 26 Nov, 14:05.
LOCALES = {"fr": Locale("fr", "FR"), "en": Locale("en", "GB")}
# Where no store says which country's phones are its own.
HOME = "FR"
SECONDS = dict(TIMEDELTA_UNITS)
Unit = Literal["year", "month", "day", "hour", "minute"]
LONG: tuple[Unit, ...] = ("year", "month")
# From the largest down; each is used from twice its length on.
SPANS = [(unit, SECONDS[unit]) for unit in ("day", "hour", "minute", "second")]
NUMBERS = re.compile(r"(\d+)")


def money(minor: int, currency: str) -> str:
    """Return the amount as people write it: 1990 and EUR give 19,90 € or €19.90."""
    locale = _locale()
    pattern = _money_pattern(locale, exponent(currency))
    amount = to_decimal(minor, currency)
    written = format_currency(amount, currency, pattern, locale, currency_digits=False)
    return written.replace("-", MINUS)


def amount(number: int) -> str:
    """Return the whole number as people write it: 1 240 or 1,240."""
    return format_decimal(number, locale=_locale()).replace("-", MINUS)


def percent(share: Decimal) -> str:
    """Return a share of one as people write it: 5,5 % or 5.5%."""
    locale = _locale()
    # CLDR's own pattern has no decimals: 5.5 % would be 6 %.
    pattern = str(locale.percent_formats[None].pattern).replace("#,##0", "#,##0.##")
    return format_percent(share, pattern, locale=locale)


def phone(e164: str, country: str = HOME) -> str:
    """Return the number as people of that country write it: their own short, others with +."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    style = phonenumbers.PhoneNumberFormat
    own = phonenumbers.country_code_for_region(country.upper())
    shape = style.NATIONAL if number.country_code == own else style.INTERNATIONAL
    return phonenumbers.format_number(number, shape).replace(" ", NO_BREAK)


def ago(at: datetime | None, seen_at: datetime | None = None) -> str:
    """Return how long ago it was, seen from now, in the largest unit that says enough."""
    if at is None:
        return ""
    seen_at = seen_at or now()
    seconds = int((seen_at - at).total_seconds())
    days = (localdate(seen_at) - localdate(at)).days
    if seconds < SECONDS["minute"]:
        return gettext("just now")
    if seconds < SECONDS["hour"]:
        return _past(seconds, "minute")
    if days == 0:
        return _past(seconds, "hour")
    if days == 1:
        return gettext("yesterday")
    age = days * SECONDS["day"]
    unit: Unit = next((unit for unit in LONG if age >= SECONDS[unit]), "day")
    return _past(age, unit)


def day(on: date | datetime | None) -> str:
    """Return the day as people say it, 26 nov. or 26 Nov, with the year when it is another."""
    if on is None:
        return ""
    on = localtime(on).date() if isinstance(on, datetime) else on
    return _day(on, "MMMd" if on.year == localdate().year else "yMMMd")


def _day(on: date, skeleton: str) -> str:
    locale = _locale()
    words = format_skeleton(skeleton, on, locale=locale).replace(" ", NO_BREAK)
    # CLDR's skeletons know no ordinals: the first of a month is 1er in French.
    return f"1er{words[1:]}" if on.day == 1 and locale.language == "fr" else words


def time(at: datetime | None) -> str:
    """Return the time of day: 14 h 05 or 14:05."""
    if at is None:
        return ""
    here = localtime(at)
    if _locale().language == "fr":
        return f"{here.hour}{NO_BREAK}h{NO_BREAK}{here:%M}"
    return f"{here:%H:%M}"


def moment(at: datetime | None) -> str:
    """Return day and time of day: 26 nov. à 14 h 05 or 26 Nov at 14:05."""
    if at is None:
        return ""
    return gettext("%(day)s at %(time)s") % {"day": day(at), "time": time(at)}


def dated(at: datetime) -> str:
    """Return day with its year and time of day, for papers that prove when it was."""
    on = _day(localtime(at).date(), "yMMMd")
    return gettext("%(day)s at %(time)s") % {"day": on, "time": time(at)}


def span(seconds: float | timedelta) -> str:
    """Return how long it lasts, in the largest unit that says enough: 0,25 s, 12 s, 5 min, 3 h."""
    lasting = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
    unit, size = next((step for step in SPANS if lasting >= 2 * step[1]), SPANS[-1])
    number = lasting / size
    digits = "0.##" if number < 1 else "0.#" if number < 10 and unit == "second" else "0"
    return format_unit(number, f"duration-{unit}", length="short", format=digits, locale=_locale())


def listed(items: Iterable[str]) -> str:
    """Return the items in one breath: A, B et C or A, B and C."""
    return format_list(list(items), locale=_locale())


def in_order(name: str) -> list[str | int]:
    """Return a key that sorts as people look: É beside E, Comptoir 2 before Comptoir 10."""
    loose = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(character for character in loose if not unicodedata.combining(character))
    return [int(part) if at % 2 else part for at, part in enumerate(NUMBERS.split(bare))]


def _locale() -> Locale:
    return LOCALES.get(get_language() or "", LOCALES["fr"])


def _past(seconds: int, unit: Unit) -> str:
    whole = timedelta(seconds=seconds // SECONDS[unit] * SECONDS[unit])
    return format_timedelta(
        -whole, granularity=unit, threshold=10**6, add_direction=True, locale=_locale()
    )


@cache
def _money_pattern(locale: Locale, decimals: int) -> NumberPattern:
    """Return the locale's pattern with as many decimals as ISO 4217 says, not as are in use."""
    pattern = str(locale.currency_formats["standard"].pattern)
    return parse_pattern(pattern.replace(".00", f".{'0' * decimals}" if decimals else ""))
