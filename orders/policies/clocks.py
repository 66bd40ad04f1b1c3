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
# L221-23: the goods are sent back or handed over within fourteen days of declaring it.
SENDING_BACK = timedelta(days=14)
# L217-3: two years from delivery, in store too.
CONFORMITY_YEARS = 2
# L217-13: six months more for each repair.
REPAIR_MONTHS = 6
# L217-10: repaired or replaced within thirty days of being asked, else paid back.
REPAIR = timedelta(days=30)


@dataclass(frozen=True)
class Clock:
    """
    A legal period: `until` is its last day; what is claimed on a day is owed so much later.

    What was withdrawn from in time may come back until then, and was claimed on `withdrawn_on`.
    """

    right: str
    start: date
    until: date
    owed_within: timedelta
    withdrawn_on: date | None = None

    @property
    def rule(self) -> str:
        """What `words` call it."""
        return "withdrawn" if self.withdrawn_on else self.right.lower()

    def is_running(self, on: date) -> bool:
        return on <= self.until

    def days_left(self, on: date) -> int:
        """Full days after this one on which it may still be claimed."""
        return max((self.until - on).days, 0)

    def owed_by(self, on: date) -> date:
        """The day by which we owe the refund, or the repair, of what is claimed on `on`."""
        # L221-24: the refund may wait for the goods, and no longer.
        return max((self.withdrawn_on or on) + self.owed_within, on)

    def evidence(self, on: date) -> Evidence:
        withdrawn = {"withdrawn_on": self.withdrawn_on.isoformat()} if self.withdrawn_on else {}
        return {
            "delivered_on": self.start.isoformat(),
            **withdrawn,
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


def withdrawal(line: OrderLine, *, condition: str = "", units: int = 1) -> Clock | None:
    """
    Return the clock of the right of withdrawal; None when the line has no such right.

    Sealed goods (hygiene, software, discs) have it as long as they were not opened, L221-28. Of
    units that were withdrawn from it runs as long as they may be sent back.
    """
    start = handed_over_on(line)
    if start is None or not _has_withdrawal(line):
        return None
    if line.product.withdrawal_ends_opened and condition not in ("", Condition.AS_NEW):
        return None
    until = _declared_by(line, start)
    if line.withdrawn_at is None or not line.is_withdrawn(units):
        return Clock(Right.WITHDRAWAL, start, until, REFUND)
    on = day_of(line.withdrawn_at)
    until = max(until, sent_back_by(line, on))
    return Clock(Right.WITHDRAWAL, start, until, REFUND, withdrawn_on=on)


def may_withdraw(line: OrderLine, on: date) -> bool:
    """Whether its customer may declare a withdrawal on that day; before delivery too, L221-18."""
    if line.order.is_historical or not line.product.is_goods or not _has_withdrawal(line):
        return False
    start = handed_over_on(line)
    return start is None or on <= _declared_by(line, start)


def sent_back_by(line: OrderLine, on: date) -> date:
    """Return the last day for goods that were withdrawn from on that day, or before they came."""
    start = max(handed_over_on(line) or on, on)
    return holidays.working_day_from(start + SENDING_BACK, _postcode(origin(line)))


def _has_withdrawal(line: OrderLine) -> bool:
    return origin(line).is_at_a_distance and not line.product.has_no_withdrawal


def _declared_by(line: OrderLine, start: date) -> date:
    # L221-19: a last day on which one does not work moves to the next on which one does.
    return holidays.working_day_from(start + WITHDRAWAL, _postcode(origin(line)))


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
