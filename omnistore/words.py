"""How amounts, phones, days and ages are written, in the language of the moment."""

from datetime import date, datetime

import phonenumbers
from babel.dates import format_skeleton
from babel.numbers import format_currency
from django.utils.timezone import localdate, localtime, now
from django.utils.translation import get_language, gettext, ngettext

from omnistore.money import to_decimal

NO_BREAK = "\N{NO-BREAK SPACE}"


def money(minor: int, currency: str) -> str:
    """Return the amount as people write it: 1990 and EUR give 19,90 € or €19.90."""
    return format_currency(to_decimal(minor, currency), currency, locale=get_language() or "fr")


def phone(e164: str) -> str:
    """Return the number as people of its country write it, abroad with its prefix."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    style = phonenumbers.PhoneNumberFormat
    is_french = number.country_code == 33
    return phonenumbers.format_number(number, style.NATIONAL if is_french else style.INTERNATIONAL)


def ago(at: datetime | None) -> str:
    """Return how long ago, in the largest unit that says enough."""
    if at is None:
        return ""
    seconds = int((now() - at).total_seconds())
    if seconds < 60:
        return gettext("just now")
    if seconds < 3600:
        minutes = seconds // 60
        return ngettext("%(count)s minute ago", "%(count)s minutes ago", minutes) % {
            "count": minutes
        }
    days = (localdate() - localtime(at).date()).days
    if days == 0:
        hours = seconds // 3600
        return ngettext("%(count)s hour ago", "%(count)s hours ago", hours) % {"count": hours}
    if days == 1:
        return gettext("yesterday")
    return ngettext("%(count)s day ago", "%(count)s days ago", days) % {"count": days}


def day(on: date | datetime | None) -> str:
    """Return the day as people say it, 26 nov. or Nov 26, with the year when it is another."""
    if on is None:
        return ""
    on = localtime(on).date() if isinstance(on, datetime) else on
    skeleton = "MMMd" if on.year == localdate().year else "yMMMd"
    language = get_language() or "fr"
    words = format_skeleton(skeleton, on, locale=language).replace(" ", NO_BREAK)
    # CLDR's skeletons know no ordinals: the first of a month is 1er in French.
    return f"1er{words[1:]}" if on.day == 1 and language == "fr" else words
