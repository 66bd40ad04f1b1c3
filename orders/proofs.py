"""Proofs: the orders whose lines a return may take, each shown by a receipt or its customer."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict, Invalid
from orders.models import CustomerReturn, JoinedOrder, Order, OrderLine

# One visit; more is a clearance.
MOST_ORDERS = 20


class NoDraft(Conflict):
    code = "draft_gone"
    words = _("This return is no longer a draft.")


class OfAnotherCustomer(Invalid):
    code = "order_of_another_customer"
    words = _("This purchase belongs to somebody else: take a return of its own for it.")


class OtherCurrency(Invalid):
    code = "currencies_differ"
    words = _("This purchase was paid in another currency: take a return of its own for it.")


class TooManyOrders(Invalid):
    code = "too_many_orders"
    words = _("A return takes no more purchases than it has: settle it, and begin the next.")


def of(draft: CustomerReturn) -> frozenset[UUID]:
    """Return the ids of the orders that the return began with or that joined it."""
    joined = [row.order_id for row in draft.joined.all()]
    return frozenset([*filter(None, [draft.order_id]), *joined])


def lines_of(draft: CustomerReturn) -> QuerySet[OrderLine]:
    """Return the lines of those orders."""
    return OrderLine.objects.filter(order_id__in=of(draft))


def line_ids(draft: CustomerReturn) -> list[int]:
    """Return the ids of those lines, in their order."""
    return list(lines_of(draft).order_by("order_id", "position").values_list("pk", flat=True))


def are_together(
    orders: Iterable[Order], customer_id: UUID | None, proven: frozenset[UUID]
) -> bool:
    """
    Whether one return may take from all these orders.

    A named one takes what is its customer's; one without a name takes from one order, or from
    those that were shown one by one.
    """
    rows = list(orders)
    if all(order.pk in proven for order in rows):
        return True
    if customer_id is None:
        # With a receipt shown it is that receipt's or nobody's.
        return not proven and len(rows) == 1 and rows[0].customer_id is None
    return all(order.customer_id == customer_id or order.pk in proven for order in rows)


def join(*, draft: CustomerReturn, order: Order, at: datetime) -> None:
    """
    Let the order's lines come back on this return too; joined twice, it joined once.

    Raises:
        NoDraft: it was taken meanwhile.
        OfAnotherCustomer: it is not of the same customer, or only one of them has a name.
        OtherCurrency, TooManyOrders: as they say.
    """
    with transaction.atomic():
        held = CustomerReturn.objects.select_for_update(of=("self",)).get(pk=draft.pk)
        if not held.is_draft:
            raise NoDraft()
        known = of(held)
        if order.pk in known:
            return
        if order.customer_id != held.customer_id or held.proof != CustomerReturn.Proof.PURCHASE:
            raise OfAnotherCustomer()
        if order.currency != held.currency:
            raise OtherCurrency()
        if len(known) >= MOST_ORDERS:
            raise TooManyOrders()
        JoinedOrder.objects.create(customer_return=held, order=order, joined_at=at)
