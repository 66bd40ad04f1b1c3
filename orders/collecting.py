"""
Collecting: what the customer pays in an exchange, asked of the register by a signed instruction.

The register takes the money as it takes any, and says by which means; from then on it can be
refunded to these. Refused, nothing has happened: it is asked again by the same key, or the
exchange is cancelled.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict, Invalid
from omnistore.outbox import events
from orders import exchanges, goods, journal, points, satisfaction
from orders.checkout import Tendered, TendersDiffer
from orders.facts import PaymentCollected, PaymentRefused, ReturnSettled
from orders.models import (
    Collection,
    Contribution,
    CustomerReturn,
    Exchange,
    Instruction,
    OrderLine,
    Payment,
    Reception,
    Tender,
)
from stores.models import Register

State = Collection.State


class NothingToCollect(Conflict):
    code = "nothing_to_collect"
    words = _("The register is asked already, or the customer owes nothing.")


class UnknownTender(Invalid):
    code = "unknown_tender"
    words = _("Money is not taken this way.")


def ask(
    exchange: Exchange, *, purpose: str, amount: int, register: Register, at: datetime
) -> Collection:
    """Leave the instruction for the register, in the caller's transaction."""
    asked = Collection.objects.create(
        exchange=exchange,
        purpose=purpose,
        amount=amount,
        currency=exchange.currency,
        created_at=at,
    )
    Instruction.objects.create(collection=asked, register=register, issued_at=at)
    return asked


def retry(*, collection: Collection, at: datetime) -> None:
    """
    Ask the register again for money it did not get, by the same key.

    Raises:
        NothingToCollect: it was paid, asked again already, or the exchange ended.
    """
    with transaction.atomic():
        _hold(collection.exchange.customer_return_id)
        held = locked(collection.pk)
        exchange = held.exchange
        is_over = bool(exchange.ending) or exchange.state == Exchange.State.CANCELLED
        if held.purpose == Collection.Purpose.MISSING:
            # What came back meanwhile is not missing.
            is_over = is_over or exchange.customer_return.goods != CustomerReturn.Goods.AWAITED
        if held.state != State.REFUSED or is_over:
            raise NothingToCollect()
        held.state, held.settled_at = State.ASKED, None
        held.save(update_fields=["state", "settled_at"])
        if held.purpose == Collection.Purpose.DIFFERENCE:
            _set(exchange, Exchange.State.WAITING)
        Instruction.objects.filter(collection=held).update(
            state=Instruction.State.WAITING, issued_at=at, answered_at=None
        )


def locked(collection_id: UUID) -> Collection:
    """Return the collection, locked, with its exchange and return."""
    rows = Collection.objects.select_for_update(of=("self",)).select_related(
        "exchange__customer_return__store",
        "exchange__customer_return__clerk",
        "exchange__order",
    )
    return rows.get(pk=collection_id)


def check(held: Collection, tenders: Sequence[Tendered]) -> None:
    """
    Check by which means the register says that it took the money.

    Raises:
        TendersDiffer: they do not sum to what was asked.
        UnknownTender: a means that no register takes.
    """
    paid = sum(tendered.amount for tendered in tenders)
    if paid != held.amount or any(tendered.amount <= 0 for tendered in tenders):
        raise TendersDiffer(paid=paid, total=held.amount)
    if any(tendered.tender not in Tender.values for tendered in tenders):
        raise UnknownTender()


def paid(held: Collection, *, tenders: Sequence[Tendered], at: datetime) -> None:
    """Take the money and hand over, or end the exchange; the caller holds the lock."""
    held.state, held.settled_at, held.failure = State.PAID, at, ""
    held.save(update_fields=["state", "settled_at", "failure"])
    exchange = held.exchange
    events.record(_told(PaymentCollected, held), at=at)
    if held.purpose == Collection.Purpose.DIFFERENCE:
        receptions = _hand_over(exchange, at)
        _write(exchange, tenders, at)
        exchanges.move_goods(exchange.customer_return, exchange, receptions, at=at)
        journal.exchange_made(exchange, at=at)
        if exchange.customer_return.is_done:
            journal.return_settled(exchange.customer_return, at=at)
    else:
        _write(exchange, tenders, at)
        _sell(exchange, at)


def refused(held: Collection, *, reason: str, at: datetime) -> None:
    """Note that the customer did not pay: the article stays put aside until a clerk decides."""
    held.state, held.settled_at, held.failure = State.REFUSED, at, reason
    held.save(update_fields=["state", "settled_at", "failure"])
    if held.purpose == Collection.Purpose.DIFFERENCE:
        _set(held.exchange, Exchange.State.UNPAID)
    events.record(_told(PaymentRefused, held), at=at)


def hold(collection_id: UUID) -> Collection:
    """Lock the return and then the collection, in the order in which every verb locks them."""
    return_id = Collection.objects.values_list("exchange__customer_return", flat=True).get(
        pk=collection_id
    )
    _hold(return_id)
    return locked(collection_id)


def _hold(return_id: UUID) -> None:
    list(CustomerReturn.objects.select_for_update().filter(pk=return_id).values_list("pk"))


def _hand_over(exchange: Exchange, at: datetime) -> list[Reception]:
    """Make the exchange that was paid; the goods that come back are on the counter."""
    taken = exchange.customer_return
    exchanges.make(exchange, at=at)
    points.returned(taken, exchange=exchange, at=at)
    if exchange.is_first or taken.store is None:
        return []
    rows = goods.take_in(taken, store=taken.store, clerk=taken.clerk, at=at)
    taken.state, taken.settled_at = CustomerReturn.State.SETTLED, at
    taken.save(update_fields=["state", "settled_at"])
    events.record(
        ReturnSettled(
            customer_id=taken.customer_id,
            store_code=taken.store.code,
            return_id=taken.pk,
            number=taken.number or "",
        ),
        at=at,
    )
    satisfaction.ask(taken=taken, at=at)
    return rows


def _write(exchange: Exchange, tenders: Sequence[Tendered], at: datetime) -> None:
    Payment.objects.bulk_create(
        Payment(
            order=exchange.order,
            tender=tendered.tender,
            amount=tendered.amount,
            reference=tendered.reference,
            captured_at=at,
        )
        for tendered in tenders
    )


def _sell(exchange: Exchange, at: datetime) -> None:
    """
    End an exchange whose first article stays with the customer: he has bought both.

    The new ones are a purchase paid by themselves; the return is cancelled, so that the first
    article may still come back on its own terms.
    """
    taken = exchange.customer_return
    exchange.ending, exchange.ended_at = Exchange.Ending.CHARGED, at
    exchange.save(update_fields=["ending", "ended_at"])
    lines = OrderLine.objects.filter(order=exchange.order)
    Contribution.objects.filter(order_line__in=lines).delete()
    lines.update(paid_by=None)
    taken.state = CustomerReturn.State.CANCELLED
    taken.save(update_fields=["state"])
    points.returned(taken, exchange=exchange, at=at)


def _set(exchange: Exchange, state: str) -> None:
    exchange.state = state
    exchange.save(update_fields=["state"])


def _told(
    fact: type[PaymentCollected] | type[PaymentRefused], held: Collection
) -> PaymentCollected | PaymentRefused:
    taken = held.exchange.customer_return
    return fact(
        customer_id=taken.customer_id,
        store_code=taken.store.code if taken.store else "",
        return_id=taken.pk,
        collection_id=held.pk,
        purpose=held.purpose,
        amount=held.amount,
        currency=held.currency,
    )
