"""
Exchanges of the same article: one document, difference zero.

The replacement is handed over as an order of its own, at the price first paid, so that it can come
back like any other; its `paid_by` points to the order whose tenders paid.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Invalid
from omnistore.outbox import events
from orders import numbers
from orders.facts import ExchangeMade
from orders.models import (
    CustomerReturn,
    Exchange,
    ExchangeLine,
    Order,
    OrderLine,
    Product,
    ReturnLine,
)
from stores.models import Store


class NotTheSameArticle(Invalid):
    code = "not_the_same_article"
    words = _("Choose the same article, in this or another size or colour.")


class DearerVariant(Invalid):
    code = "dearer_variant"
    words = _("This one costs more. Refund the first and sell the other.")


def variants_of(product: Product) -> QuerySet[Product]:
    """Return the article itself and its sizes and colours that are offered and cost no more."""
    return Product.objects.filter(
        model=product.model,
        kind=Product.Kind.GOODS,
        is_offered=True,
        currency=product.currency,
        price__lte=product.price,
    ).order_by("sku")


def problem(line: OrderLine, replacement: Product | None) -> Invalid | None:
    """
    Return what speaks against the exchange, None when nothing does.

    Both prices are today's: what an article costs more since it was bought is on the shop.
    """
    if replacement is None or replacement.model != line.product.model:
        return NotTheSameArticle(order_line_id=line.pk)
    if replacement.price > line.product.price:
        return DearerVariant(order_line_id=line.pk)
    is_offered = replacement.is_offered or replacement.pk == line.product_id
    return None if is_offered else NotTheSameArticle(order_line_id=line.pk)


def hand_over(
    taken: CustomerReturn, exchanged: Sequence[ReturnLine], *, store: Store, at: datetime
) -> Exchange:
    """Write the exchange of these return lines, which are worth exactly what replaces them."""
    worth = sum(line.amount for line in exchanged)
    order = _order_of(taken, exchanged, store, worth, at)
    exchange = Exchange.objects.create(
        customer_return=taken,
        order=order,
        credit=worth,
        charges=worth,
        currency=taken.currency,
        made_at=at,
    )
    handed_over = OrderLine.objects.bulk_create(
        _replacing(order, position, line) for position, line in enumerate(exchanged, 1)
    )
    ExchangeLine.objects.bulk_create(
        ExchangeLine(exchange=exchange, return_line=back, order_line=out)
        for back, out in zip(exchanged, handed_over, strict=True)
    )
    events.record(_made(exchange, store), at=at)
    return exchange


def _order_of(
    taken: CustomerReturn, exchanged: Sequence[ReturnLine], store: Store, worth: int, at: datetime
) -> Order:
    number = numbers.following(store, "E")
    return Order.objects.create(
        customer_id=taken.customer_id,
        via_id=taken.via_id,
        store=store,
        clerk=taken.clerk,
        kind=Order.Kind.EXCHANGE,
        channel=Order.Channel.STORE,
        source=Order.COUNTER,
        number=number,
        number_key=numbers.key(number),
        currency=taken.currency,
        total=worth,
        tax=sum(line.tax for line in exchanged),
        placed_at=at,
        delivered_at=at,
    )


def _replacing(order: Order, position: int, back: ReturnLine) -> OrderLine:
    first = back.order_line
    if first is None or back.replacement is None:
        raise NotTheSameArticle()
    return OrderLine(
        order=order,
        product=back.replacement,
        paid_by_id=first.payer_id,
        position=position,
        quantity=back.units,
        handed_over=back.units,
        unit_price=first.unit_price,
        line_discount=max(first.unit_price * back.units - back.amount, 0),
        total=back.amount,
        tax=back.tax,
        tax_rate=first.tax_rate,
        is_final_sale=first.is_final_sale,
    )


def _made(exchange: Exchange, store: Store) -> ExchangeMade:
    taken = exchange.customer_return
    return ExchangeMade(
        customer_id=taken.customer_id,
        store_code=store.code,
        return_id=taken.pk,
        number=exchange.order.number,
        order_id=exchange.order_id,
        credit=exchange.credit,
        charges=exchange.charges,
        currency=exchange.currency,
    )
