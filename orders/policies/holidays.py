"""
Public holidays of France, and the next day on which one works.

Source: Labour Code L3133-1, the eleven of all France; L3134-13, the two of Alsace-Moselle; L3422-2
and decree 83-1003, the day of the abolition of slavery overseas. A place is known by its postcode.
"""

from datetime import date, timedelta
from functools import lru_cache

# Month and day: New Year, Labour Day, 1945, National Day, Assumption, All Saints, 1918, Christmas.
FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
# Days after Easter Sunday: Easter Monday, Ascension, Whit Monday.
AFTER_EASTER = (1, 39, 50)
SATURDAY = 5
GOOD_FRIDAY, SAINT_STEPHEN = -2, (12, 26)
ALSACE_MOSELLE = ("57", "67", "68")
# By the beginning of the postcode, the longest that fits: Saint-Barthélemy and Saint-Martin have
# postcodes of Guadeloupe.
ABOLITION = {
    "971": (5, 27),
    "97133": (10, 9),
    "97150": (5, 28),
    "972": (5, 22),
    "973": (6, 10),
    "974": (12, 20),
    "976": (4, 27),
}


def easter(year: int) -> date:
    """Return Easter Sunday, by the Gregorian computus of Meeus, Jones and Butcher."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leaps, rest = divmod(century, 4)
    shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - shift + 15) % 30
    quarters, years = divmod(of_century, 4)
    weekday = (32 + 2 * rest + 2 * quarters - epact - years) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=64)
def of_year(year: int) -> frozenset[date]:
    """Return the year's public holidays."""
    sunday = easter(year)
    movable = {sunday + timedelta(days=days) for days in AFTER_EASTER}
    return frozenset({date(year, month, day) for month, day in FIXED} | movable)


@lru_cache(maxsize=256)
def of_place(postcode: str | None, year: int) -> frozenset[date]:
    """Return what the place has beside them; None: what any place has, not knowing which it is."""
    days = set()
    if postcode is None or postcode.startswith(ALSACE_MOSELLE):
        days = {easter(year) + timedelta(days=GOOD_FRIDAY), date(year, *SAINT_STEPHEN)}
    if postcode is None:
        days |= {date(year, *day) for day in ABOLITION.values()}
    elif own := max((start for start in ABOLITION if postcode.startswith(start)), default=""):
        days.add(date(year, *ABOLITION[own]))
    return frozenset(days)


def is_working_day(on: date, postcode: str | None = "") -> bool:
    """Whether it is neither a Saturday, a Sunday nor a public holiday there."""
    is_off = on in of_year(on.year) or on in of_place(postcode, on.year)
    return on.weekday() < SATURDAY and not is_off


def working_day_from(on: date, postcode: str | None = "") -> date:
    """Return the day itself when one works on it there, else the next on which one does."""
    while not is_working_day(on, postcode):
        on += timedelta(days=1)
    return on
