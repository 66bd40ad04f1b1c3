"""Moving the clock of the legal guarantee: a repair prolongs it, a replacement may renew it."""

from datetime import date, datetime

from django.db import transaction

from orders.models import OrderLine, Repair
from orders.policies import clocks


def prolong(*, order_line_id: int) -> date | None:
    """
    Return the line's new last day of conformity: six months more for each of its repairs.

    Counted from the rows of `Repair` each time, so calling it twice changes nothing. The units of
    a line share the clock, in the customer's favour. Consumer Code L217-13.
    """
    with transaction.atomic():
        line = _locked(order_line_id)
        start = clocks.handed_over_on(line)
        repairs = Repair.objects.filter(order_line=line).count()
        if start is None or not repairs:
            return line.guaranteed_until
        first = clocks.years_after(start, clocks.CONFORMITY_YEARS)
        until = clocks.months_after(first, clocks.REPAIR_MONTHS * repairs)
        return _write(line, until)


def renew(*, order_line_id: int, at: datetime) -> date | None:
    """
    Return the line's new last day: two years from the day it replaced what was to be repaired.

    Only where the customer had asked for a repair and the shop replaced instead, L217-13.
    """
    with transaction.atomic():
        line = _locked(order_line_id)
        return _write(line, clocks.years_after(clocks.day_of(at), clocks.CONFORMITY_YEARS))


def _locked(order_line_id: int) -> OrderLine:
    OrderLine.objects.select_for_update(no_key=True).filter(pk=order_line_id).values("pk").get()
    return OrderLine.objects.select_related("order", "paid_by").get(pk=order_line_id)


def _write(line: OrderLine, until: date) -> date:
    if line.guaranteed_until is None or until > line.guaranteed_until:
        line.guaranteed_until = until
        line.save(update_fields=["guaranteed_until"])
    return line.guaranteed_until
