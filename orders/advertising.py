"""
Advertising: which articles are not to be shown to whom, because he brought them back.

Every system that advertises hears of it within seconds by a fact of its own per article; the rows
stay here for whoever asks before a message is written. All verbs are called inside the transaction
that changes the return or the sale.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from omnistore.outbox import events
from orders.facts import AdvertisingResumed, AdvertisingStopped
from orders.models import CustomerReturn, Order, Product, ProductRefusal, ReturnLine


def refused_by(customer_id: UUID) -> set[int]:
    """Return the ids of the articles that are not to be advertised to the customer now."""
    refusals = ProductRefusal.objects.filter(customer_id=customer_id, end_at=None)
    return set(refusals.values_list("product_id", flat=True))


def stop(*, taken: CustomerReturn, lines: Sequence[ReturnLine], at: datetime) -> None:
    """
    Advertise to the customer none of what he brought back.

    What he took again in exchange, he wants. Safe to call twice: a refusal stands once.
    """
    if taken.customer_id is None:
        return
    is_exchange = any(line.resolution == ReturnLine.Resolution.EXCHANGE for line in lines)
    kept = set(taken.replacements.values_list("product_id", flat=True)) if is_exchange else set()
    if kept:
        again = ProductRefusal.objects.filter(customer_id=taken.customer_id, product_id__in=kept)
        _end(again.filter(end_at=None), order=None, at=at)
    back = {line.product_id: line for line in lines if line.product_id not in kept}
    ProductRefusal.objects.bulk_create(
        (
            ProductRefusal(
                customer_id=taken.customer_id,
                product_id=product_id,
                customer_return=taken,
                reason=line.reason,
                start_at=at,
            )
            for product_id, line in back.items()
        ),
        ignore_conflicts=True,
    )
    store_code = taken.store.code if taken.store else ""
    for line in back.values():
        events.record(
            AdvertisingStopped(
                customer_id=taken.customer_id,
                store_code=store_code,
                sku=line.product.sku,
                model=line.product.model,
                reason=line.reason,
                return_id=taken.pk,
            ),
            at=at,
        )


def resume_bought(*, order: Order, products: Collection[Product]) -> None:
    """Advertise again what the customer has bought since he brought it back."""
    if order.customer_id is None:
        return
    # A sale told late, placed before the return, says nothing about it.
    bought = ProductRefusal.objects.filter(
        customer_id=order.customer_id, product__in=products, start_at__lte=order.placed_at
    )
    _end(bought.filter(end_at=None), order=order, at=order.placed_at)


def resume_kept(*, taken: CustomerReturn, at: datetime) -> None:
    """Advertise again what a cancelled return would have brought back."""
    _end(ProductRefusal.objects.filter(customer_return=taken, end_at=None), order=None, at=at)


def _end(refusals: QuerySet[ProductRefusal], *, order: Order | None, at: datetime) -> None:
    for refusal in refusals.select_related("product").order_by("pk"):
        # Whoever ends it first tells of it.
        if not ProductRefusal.objects.filter(pk=refusal.pk, end_at=None).update(end_at=at):
            continue
        events.record(
            AdvertisingResumed(
                customer_id=refusal.customer_id,
                store_code=order.store.code if order and order.store else "",
                sku=refusal.product.sku,
                model=refusal.product.model,
                order_id=order.pk if order else None,
            ),
            at=at,
        )
