"""
Awaited: exchanges whose new article went out first, and how they end.

The first article comes back and is received, or its day passes: then a person charges it or writes
it off, with a reason. Nothing ends by itself, and nothing is forgotten.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from omnistore.errors import Conflict, Invalid
from omnistore.outbox import events
from orders import collecting, journal
from orders.facts import ExchangeOverdue, ExchangeWrittenOff
from orders.models import Collection, CustomerReturn, Exchange, Payment, ReturnLine
from stores.models import Clerk, Register, User

Goods = CustomerReturn.Goods


class NotAwaited(Conflict):
    code = "exchange_not_awaited"
    words = _("Nothing is awaited for this exchange any more.")


class PartlyBack(Conflict):
    code = "partly_back"
    words = _("A part came back already: write off what is missing.")


class NoEndingReason(Invalid):
    code = "reason_missing"
    words = _("Say why it is written off.")


def open_ones() -> QuerySet[Exchange]:
    """Return the exchanges whose first article is still awaited, the oldest first."""
    return (
        Exchange.objects.filter(state=Exchange.State.MADE, due_on__isnull=False, ending="")
        .exclude(customer_return__goods=Goods.FULLY)
        .exclude(customer_return__state=CustomerReturn.State.CANCELLED)
        .select_related("customer_return__customer", "customer_return__store", "order")
        .order_by("due_on", "pk")
    )


def late_ones(*, at: datetime) -> QuerySet[Exchange]:
    """Return those whose day has passed."""
    return open_ones().filter(due_on__lt=localdate(at))


def of(customer: Customer) -> list[Exchange]:
    """Return what is awaited from the customer."""
    return list(open_ones().filter(customer_return__customer=customer))


def find_overdue(*, at: datetime) -> int:
    """Open the ending of every exchange whose day has passed; return how many there were."""
    found = list(late_ones(at=at).filter(overdue_at=None).values_list("pk", flat=True)[:500])
    return sum(_open_ending(pk, at) for pk in found)


@transaction.atomic
def _open_ending(exchange_id: int, at: datetime) -> bool:
    claimed = open_ones().filter(pk=exchange_id, overdue_at=None)
    if not Exchange.objects.filter(pk__in=claimed.values("pk")).update(overdue_at=at):
        return False
    exchange = open_ones().get(pk=exchange_id)
    taken = exchange.customer_return
    events.record(
        ExchangeOverdue(
            customer_id=taken.customer_id,
            store_code=taken.store.code if taken.store else "",
            return_id=taken.pk,
            number=taken.number or "",
            due_on=exchange.due_on or localdate(at),
            amount=owed(exchange),
            currency=exchange.currency,
        ),
        at=at,
    )
    return True


def owed(exchange: Exchange) -> int:
    """Return what the customer would owe if nothing came back: what he did not pay himself."""
    paid = Payment.objects.filter(order=exchange.order).aggregate(all=Sum("amount"))["all"] or 0
    return max(exchange.charges - paid, 0)


def charge(
    *, exchange: Exchange, register: Register, clerk: Clerk | None = None, at: datetime
) -> Collection:
    """
    Ask the register to take what the missing article is worth; paid, both are the customer's.

    Raises:
        NotAwaited: it came, ended already, or the register is asked already.
        PartlyBack: some of it came back.
    """
    with transaction.atomic():
        held = _held(exchange)
        if held.customer_return.goods != Goods.AWAITED:
            raise PartlyBack()
        if not owed(held) or held.collections.filter(purpose=Collection.Purpose.MISSING).exists():
            raise NotAwaited()
        Exchange.objects.filter(pk=held.pk).update(ended_by=clerk)
        return collecting.ask(
            held,
            purpose=Collection.Purpose.MISSING,
            amount=owed(held),
            register=register,
            at=at,
        )


def write_off(
    *,
    exchange: Exchange,
    reason: str,
    at: datetime,
    clerk: Clerk | None = None,
    author: User | None = None,
) -> Exchange:
    """
    Give up what is missing: the shop bears it, and a person says why.

    Raises:
        NoEndingReason: without a reason.
        NotAwaited: it came, ended already, or the register is about to take the money.
    """
    if not (reason := reason.strip()[:200]):
        raise NoEndingReason()
    with transaction.atomic():
        held = _held(exchange)
        if held.collections.filter(state=Collection.State.ASKED).exists():
            raise NotAwaited()
        held.ending, held.ending_reason, held.ended_at = Exchange.Ending.WRITTEN_OFF, reason, at
        held.ended_by, held.ended_by_user = clerk, author
        held.save(
            update_fields=["ending", "ending_reason", "ended_at", "ended_by", "ended_by_user"]
        )
        taken = held.customer_return
        taken.lines.filter(disposition="").update(disposition=ReturnLine.Disposition.MISSING)
        taken.state, taken.settled_at = CustomerReturn.State.SETTLED, at
        taken.save(update_fields=["state", "settled_at"])
        events.record(
            ExchangeWrittenOff(
                customer_id=taken.customer_id,
                store_code=taken.store.code if taken.store else "",
                return_id=taken.pk,
                number=taken.number or "",
                amount=owed(held),
                currency=held.currency,
            ),
            at=at,
        )
        journal.return_settled(taken, at=at)
    return held


def _held(exchange: Exchange) -> Exchange:
    """Return the exchange with its return locked; raises `NotAwaited` when it ended."""
    list(
        CustomerReturn.objects.select_for_update()
        .filter(pk=exchange.customer_return_id)
        .values_list("pk")
    )
    held = open_ones().filter(pk=exchange.pk).first()
    if held is None:
        raise NotAwaited()
    return held
