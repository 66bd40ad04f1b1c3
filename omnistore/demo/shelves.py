"""What stands on the demo's shelves: a few of everything, and some articles sold out."""

from collections.abc import Mapping
from datetime import datetime

from orders.models import Product, Stock, StockMovement
from stores.models import Store

# By the article's place in the catalogue, so that every demo shop is the same.
ON_SHELF = (2, 3, 0, 4, 1, 6, 2)


def fill(*, stores: Mapping[str, Store], at: datetime) -> None:
    """Count every article in every store, as a stocktaking in the night before would."""
    products = Product.objects.filter(kind=Product.Kind.GOODS).order_by("sku")
    rows = [
        Stock(
            product=product,
            store=store,
            on_hand=ON_SHELF[(place + 3 * number) % len(ON_SHELF)],
            changed_at=at,
        )
        for number, (_code, store) in enumerate(sorted(stores.items()))
        for place, product in enumerate(products)
    ]
    Stock.objects.bulk_create(rows, batch_size=500)
    StockMovement.objects.bulk_create(
        [
            StockMovement(
                stock=row,
                reason=StockMovement.Reason.COUNT,
                units=row.on_hand,
                on_hand_after=row.on_hand,
                event_key=f"demo:{row.pk}",
                at=at,
            )
            for row in rows
        ],
        batch_size=500,
    )
