"""
Public holidays of France, and the next day on which one works.

Source: Labour Code L3133-1, the eleven of all France. The two that only Alsace-Moselle has, and
those of overseas, are left out: where they count, a period ends later than is said here.
"""

from datetime import date, timedelta
from functools import lru_cache

# Month and day: New Year, Labour Day, 1945, National Day, Assumption, All Saints, 1918, Christmas.
FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
# Days after Easter Sunday: Easter Monday, Ascension, Whit Monday.
AFTER_EASTER = (1, 39, 50)
SATURDAY = 5


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


def is_working_day(on: date) -> bool:
    """Whether it is neither a Saturday, a Sunday nor a public holiday."""
    return on.weekday() < SATURDAY and on not in of_year(on.year)


def working_day_from(on: date) -> date:
    """Return the day itself when one works on it, else the next on which one does."""
    while not is_working_day(on):
        on += timedelta(days=1)
    return on
