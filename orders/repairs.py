"""Repairs: a repaired article went back to its customer, and the law gives it longer."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict
from orders import policies
from orders.models import OrderLine, Repair
from orders.units import with_returned
from stores.models import Clerk, Store


class NotWithTheCustomer(Conflict):
    code = "not_with_the_customer"
    words = _("The customer has not that many of these.")


def finish(
    *,
    order_line: OrderLine,
    units: int,
    store: Store,
    at: datetime,
    clerk: Clerk | None = None,
    serial: str = "",
) -> Repair:
    """
    Write down that units were repaired and given back: conformity runs six months longer.

    Consumer Code L217-13, rules.md 1.6.

    Raises:
        NotWithTheCustomer: less than so many units are his.
    """
    with transaction.atomic():
        OrderLine.objects.select_for_update(no_key=True).get(pk=order_line.pk)
        held = with_returned(OrderLine.objects.filter(pk=order_line.pk)).get()
        if not 1 <= units <= held.left_units:
            raise NotWithTheCustomer()
        repair = Repair.objects.create(
            order_line=order_line,
            store=store,
            clerk=clerk,
            units=units,
            serial=serial,
            finished_on=localdate(at),
            recorded_at=at,
        )
        policies.prolong(order_line_id=order_line.pk)
    return repair
