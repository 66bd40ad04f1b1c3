"""The goods of an exchange: put aside, handed over here or elsewhere, sent off."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict
from orders import dispositions, stock
from orders.exchanges.offers import NotFromThere
from orders.models import CustomerReturn, Exchange, Order, Reception, Replacement
from stores.models import Store


class NotToHandOver(Conflict):
    code = "not_to_hand_over"
    words = _("This article is not waiting to be handed over here.")


def replacements_of(taken: CustomerReturn) -> list[Replacement]:
    """Return what is taken instead, with what the screens say about it."""
    rows = taken.replacements.select_related(
        "product", "from_store", "reservation__stock", "order_line", "return_line__order_line"
    )
    return list(rows.order_by("position"))


def move_goods(
    taken: CustomerReturn,
    exchange: Exchange | None,
    receptions: Sequence[Reception],
    *,
    at: datetime,
) -> None:
    """
    Move the stock of a return and its exchange: what goes out, is put aside, and goes on a shelf.

    All rows are locked first and in one order: two customers who swap sizes crosswise do not wait
    for each other.

    Raises:
        NotAvailable: somebody else got it a moment ago.
    """
    rows = replacements_of(taken) if exchange and taken.store else []
    shelved = [
        dispositions.onto_shelf(row, taken.number or "") for row in receptions if row.is_on_shelf
    ]
    if rows:
        places = {(row.product_id, store_of(row, taken).pk) for row in rows}
        stock.lock(places | {(move.product_id, move.store.pk) for move in shelved})
    for row in rows:
        if exchange is not None and not row.is_handed_over:
            _move(exchange, taken, row, at)
    stock.move_all(shelved, at=at)


def _move(exchange: Exchange, taken: CustomerReturn, row: Replacement, at: datetime) -> None:
    giver = store_of(row, taken)
    if row.reservation is None:
        if row.is_in_hand and taken.clerk:
            stock.correct(
                product=row.product, store=giver, units=row.units, clerk=taken.clerk, at=at
            )
        row.reservation = stock.reserve(
            product=row.product,
            store=giver,
            units=row.units,
            reference=taken.number or "",
            at=at,
        )
        row.save(update_fields=["reservation"])
    if exchange.is_made and row.is_here:
        stock.hand_over(reservation=row.reservation, at=at)
        row.handed_over_at = at
        row.save(update_fields=["handed_over_at"])


def store_of(row: Replacement, taken: CustomerReturn) -> Store:
    store = row.from_store or taken.store
    if store is None:
        raise NotFromThere()
    return store


def to_give_in(store: Store) -> QuerySet[Replacement]:
    """Return what exchanges made elsewhere have put aside in the store, the oldest first."""
    return (
        Replacement.objects.filter(from_store=store, handed_over_at=None, order_line__isnull=False)
        .select_related("product", "customer_return__customer", "order_line__order")
        .order_by("customer_return__submitted_at", "position")
    )


def deliver(*, replacement: Replacement, store: Store, at: datetime) -> Replacement:
    """
    Hand over, or send off, what was put aside in the store; twice, it is handed over once.

    Raises:
        NotToHandOver: it is not put aside here, or its exchange was not made.
    """
    with transaction.atomic():
        held = (
            Replacement.objects.select_for_update(of=("self",))
            .select_related("order_line__order", "reservation", "customer_return__store")
            .get(pk=replacement.pk)
        )
        line, aside = held.order_line, held.reservation
        if line is None or aside is None or aside.store_id != store.pk:
            raise NotToHandOver()
        if held.is_handed_over:
            return held
        held.handed_over_at = at
        held.save(update_fields=["handed_over_at"])
        line.handed_over = line.quantity
        line.save(update_fields=["handed_over"])
        # The last parcel starts the clocks.
        Order.objects.filter(pk=line.order_id).update(delivered_at=at)
        stock.hand_over(reservation=aside, at=at)
    return held
