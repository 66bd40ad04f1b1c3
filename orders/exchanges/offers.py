"""What may be taken instead, whether it is there, and what the customer wants of it so far."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Invalid, Refused
from orders import stock
from orders.bills import Wanted
from orders.models import CustomerReturn, OrderLine, Product, Replacement, ReturnLine
from stores.models import Store

Fulfilment = Replacement.Fulfilment
# More articles than these are a sale of their own.
MOST_WANTED = 50


class ReplacementMissing(Invalid):
    code = "replacement_missing"
    words = _("Choose what the customer takes instead.")


class NotOffered(Invalid):
    code = "not_offered"
    words = _("This article is not offered: choose another one.")


class NotFromThere(Invalid):
    code = "not_from_there"
    words = _("Choose another store, or let it be shipped.")


class TooManyWanted(Invalid):
    code = "too_many_wanted"
    words = _("That is too much for one exchange: sell it on its own.")


def variants_of(product: Product) -> QuerySet[Product]:
    """Return the article itself and its sizes and colours that are offered."""
    return Product.objects.filter(
        model=product.model,
        kind=Product.Kind.GOODS,
        is_offered=True,
        currency=product.currency,
    ).order_by("sku")


def problem(
    line: OrderLine,
    wanted: Sequence[Wanted],
    products: Mapping[int, Product],
    stores: Mapping[int, Store],
) -> Refused | None:
    """Return what speaks against these articles in the place of the line's, None when nothing."""
    if sum(max(one.units, 0) for one in wanted) > MOST_WANTED * 20 or len(wanted) > MOST_WANTED:
        return TooManyWanted(order_line_id=line.pk)
    for one in wanted:
        product = products.get(one.product_id)
        if product is None or one.units < 1 or not is_offered(product, line):
            return NotOffered(order_line_id=line.pk)
        if one.fulfilment not in Fulfilment.values:
            return NotFromThere(order_line_id=line.pk)
        is_named = one.from_store_id in stores
        if is_named != (one.from_store_id is not None):
            return NotFromThere(order_line_id=line.pk)
        if one.fulfilment == Fulfilment.STORE and not is_named:
            return NotFromThere(order_line_id=line.pk)
    return None


def is_offered(product: Product, line: OrderLine) -> bool:
    """Whether the article may be taken in the place of the line's."""
    is_there = product.is_offered or product.pk == line.product_id
    return product.is_goods and is_there and product.currency == line.order.currency


def shortage(
    wanted: Iterable[Wanted],
    products: Mapping[int, Product],
    store: Store,
    stores: Mapping[int, Store],
) -> Refused | None:
    """Return what is not there by the count, None when everything is; nothing is put aside."""
    asked: dict[tuple[int, int], int] = {}
    for one in wanted:
        if not one.is_in_hand and one.product_id in products:
            place = (one.product_id, _giver_id(one, store))
            asked[place] = asked.get(place, 0) + one.units
    if not asked:
        return None
    left = stock.everywhere({product_id for product_id, _ in asked})
    for (product_id, store_id), units in sorted(asked.items()):
        there = left.get(product_id, {}).get(store_id)
        if there is not None and there < units:
            giver = store if store_id == store.pk else stores[store_id]
            return stock.not_available(products[product_id], giver, there)
    return None


def _giver_id(one: Wanted, store: Store) -> int:
    return one.from_store_id or store.pk


def wish(
    draft: CustomerReturn, lines: Mapping[int, ReturnLine], wanted: Mapping[int, Sequence[Wanted]]
) -> None:
    """Keep in the draft what the customer wants instead; all by the id of the order line."""
    pairs = [(lines[line_id], one) for line_id, ones in wanted.items() for one in ones]
    known = Product.objects.in_bulk([one.product_id for _, one in pairs]) if pairs else {}
    Replacement.objects.bulk_create(
        Replacement(
            customer_return=draft,
            return_line=line,
            product_id=one.product_id,
            from_store_id=one.from_store_id,
            position=position,
            units=one.units,
            fulfilment=one.fulfilment,
            is_in_hand=one.is_in_hand,
        )
        for position, (line, one) in enumerate(pairs, 1)
        if one.product_id in known and one.units > 0
    )


def wishes_of(draft: CustomerReturn) -> dict[int, tuple[Wanted, ...]]:
    """Return what is wanted in the draft, by the id of the return line."""
    found: dict[int, tuple[Wanted, ...]] = {}
    for row in draft.replacements.order_by("position"):
        if row.return_line_id is not None:
            one = Wanted(
                row.product_id, row.units, row.fulfilment, row.from_store_id, row.is_in_hand
            )
            found[row.return_line_id] = (*found.get(row.return_line_id, ()), one)
    return found
