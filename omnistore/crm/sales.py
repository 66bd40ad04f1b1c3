"""
Orders and returns as they stand now, for connectors: read at delivery, in a few queries.

Articles are not prefetched: of a batch of long orders they are more than SQLite takes in one query.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Prefetch

from omnistore.outbox.messages import Message
from orders.models import Cart, CartLine, CustomerReturn, Order, Product, ReturnLine


def order_ids(messages: Iterable[Message]) -> set[UUID]:
    """Return which orders the messages speak of, each once."""
    found: set[UUID] = set()
    for message in messages:
        if message.payload.get("order_id"):
            found.add(UUID(message.payload["order_id"]))
        found |= {UUID(order_id) for order_id in message.payload.get("order_ids", ())}
    return found


def return_ids(messages: Iterable[Message]) -> set[UUID]:
    """Return which returns the messages speak of, each once."""
    return _ids(messages, "return_id")


def orders(ids: Iterable[UUID]) -> dict[UUID, Order]:
    """Return the orders with store, lines and products, in three queries; an article once."""
    found = Order.objects.filter(pk__in=set(ids)).select_related("store")
    orders = {order.pk: order for order in found.prefetch_related("lines")}
    lines = [line for order in orders.values() for line in order.lines.all()]
    products = Product.objects.in_bulk({line.product_id for line in lines})
    for line in lines:
        line.product = products[line.product_id]
    return orders


def returns(ids: Iterable[UUID]) -> dict[UUID, CustomerReturn]:
    """Return the returns with store, order, lines, products, refunds, exchange: three queries."""
    found = CustomerReturn.objects.filter(pk__in=set(ids)).select_related(
        "store", "order", "refund_plan", "exchange__order"
    )
    lines = Prefetch("lines", ReturnLine.objects.select_related("product", "order_line__order"))
    found = found.prefetch_related(lines, "refund_plan__refunds")
    return {taken.pk: taken for taken in found}


def carts(messages: Iterable[Message]) -> dict[UUID, Cart]:
    """Return the carts the messages speak of with lines and products, in two queries."""
    found = Cart.objects.filter(pk__in=_ids(messages, "cart_id"))
    lines = Prefetch("lines", CartLine.objects.select_related("product"))
    return {cart.pk: cart for cart in found.prefetch_related(lines)}


def _ids(messages: Iterable[Message], name: str) -> set[UUID]:
    given: Iterable[Any] = (message.payload.get(name) for message in messages)
    return {UUID(one) for one in given if one}
