"""
The clocks of the law: until when the customer may claim, and by when we owe what.

The day of delivery itself is not counted (Regulation 1182/71, article 3).
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.timezone import localtime

from orders.models import Order, OrderLine, ReturnLine
from orders.policies import holidays
from orders.policies.decisions import Evidence

Right = ReturnLine.Right
Condition = ReturnLine.Condition

# Consumer Code L221-18: fourteen days from the last parcel or the pick-up.
WITHDRAWAL = timedelta(days=14)
# L221-24: the refund within fourteen days of hearing of the withdrawal.
REFUND = timedelta(days=14)
# L217-3: two years from delivery, in store too.
CONFORMITY_YEARS = 2
# L217-13: six months more for each repair.
REPAIR_MONTHS = 6
# L217-10: repaired or replaced within thirty days of being asked, else paid back.
REPAIR = timedelta(days=30)


@dataclass(frozen=True)
class Clock:
    """A legal period: `until` is its last day; what is claimed on a day is owed so much later."""

    right: str
    start: date
    until: date
    owed_within: timedelta

    def is_running(self, on: date) -> bool:
        return on <= self.until

    def days_left(self, on: date) -> int:
        """Full days after this one on which it may still be claimed."""
        return max((self.until - on).days, 0)

    def owed_by(self, on: date) -> date:
        """The day by which we owe the refund, or the repair, of what is claimed on `on`."""
        return on + self.owed_within

    def evidence(self, on: date) -> Evidence:
        return {
            "delivered_on": self.start.isoformat(),
            "until": self.until.isoformat(),
            "days_left": self.days_left(on),
            "owed_by": self.owed_by(on).isoformat(),
        }


def origin(line: OrderLine) -> Order:
    """Return the order of the contract: exchanged goods keep the clocks of the first purchase."""
    return line.paid_by or line.order


def handed_over_on(line: OrderLine) -> date | None:
    """Return the day of the last parcel, or of the pick-up or handing over."""
    at = origin(line).delivered_at
    return localtime(at).date() if at else None


def sold_on(line: OrderLine) -> date:
    """Return the day of the contract."""
    return localtime(origin(line).placed_at).date()


def withdrawal(line: OrderLine, *, condition: str = "") -> Clock | None:
    """
    Return the clock of the right of withdrawal; None when the line has no such right.

    Sealed goods (hygiene, software, discs) have it as long as they were not opened, L221-28.
    """
    start = handed_over_on(line)
    product = line.product
    if start is None or not origin(line).is_at_a_distance or product.has_no_withdrawal:
        return None
    if product.withdrawal_ends_opened and condition not in ("", Condition.AS_NEW):
        return None
    # L221-19: a last day on which one does not work moves to the next on which one does.
    until = holidays.working_day_from(start + WITHDRAWAL, _postcode(origin(line)))
    return Clock(Right.WITHDRAWAL, start, until, REFUND)


def _postcode(order: Order) -> str | None:
    """Return that of the store of the contract; None without one: nobody knows where he lives."""
    if order.store is None:
        return None
    return order.store.postcode if order.store.country == "FR" else ""


def conformity(line: OrderLine) -> Clock | None:
    """Return the clock of the legal guarantee, with what repairs added; None before delivery."""
    start = handed_over_on(line)
    if start is None:
        return None
    until = years_after(start, CONFORMITY_YEARS)
    if line.guaranteed_until is not None:
        until = max(until, line.guaranteed_until)
    return Clock(Right.CONFORMITY, start, until, REPAIR)


def years_after(start: date, years: int) -> date:
    """Return the same day so many years later; 28 February for the 29th."""
    return months_after(start, 12 * years)


def months_after(start: date, months: int) -> date:
    """Return the same day so many months later, or that month's last."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))


def day_of(moment: datetime) -> date:
    """Return the shop's day of the moment."""
    return localtime(moment).date()
