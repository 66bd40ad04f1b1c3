"""Prices: what an article costs since when, and the least it cost in a time."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from orders.models import PricePoint, Product

# Before the first change that was written down an article cost what it did then.
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


def changed(*, product: Product, was: int, at: datetime) -> None:
    """Write down that the article costs `product.price` from `at` on, and cost `was` before."""
    changed_all({product.pk: (was, product.price, product.currency)}, at=at)


def changed_all(changes: Mapping[int, tuple[int, int, str]], *, at: datetime) -> None:
    """Write down many changes: product id → (price before, price from `at` on, currency)."""
    real = {pk: change for pk, change in changes.items() if change[0] != change[1]}
    known = set(PricePoint.objects.filter(product_id__in=real).values_list("product_id", flat=True))
    points = [
        PricePoint(product_id=pk, price=was, currency=currency, start_at=ALWAYS)
        for pk, (was, _now, currency) in real.items()
        if pk not in known
    ]
    points += [
        PricePoint(product_id=pk, price=price, currency=currency, start_at=at)
        for pk, (_was, price, currency) in real.items()
    ]
    PricePoint.objects.bulk_create(
        points,
        update_conflicts=True,
        unique_fields=["product", "start_at"],
        update_fields=["price", "currency"],
    )


def lowest(products: Iterable[Product], *, now: datetime, days: int) -> dict[int, int]:
    """
    Return the least each article cost in the last so many days, by its id, in minor units.

    A price counts that began earlier and was still in force when they began (rules.md 1.7).
    """
    products = list(products)
    points: dict[int, list[PricePoint]] = {product.pk: [] for product in products}
    for point in PricePoint.objects.filter(product__in=products).order_by("start_at"):
        points[point.product_id].append(point)
    since = now - timedelta(days=days)
    return {
        product.pk: min([product.price, *_in_force(points[product.pk], product, since, now)])
        for product in products
    }


def _in_force(
    points: Iterable[PricePoint], product: Product, since: datetime, now: datetime
) -> list[int]:
    own = [p for p in points if p.currency == product.currency and p.start_at <= now]
    before = [point.price for point in own if point.start_at <= since][-1:]
    return before + [point.price for point in own if point.start_at > since]
