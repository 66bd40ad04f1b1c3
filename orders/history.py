"""What a customer bought on every channel, and what of it may still come back."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from customers.models import Customer
from omnistore.outbox.models import Event
from orders import promotions
from orders.facts import ReturnAccepted
from orders.models import CustomerReturn, Order, OrderLine, Product, ReturnLine
from orders.policies import Decision, PolicyBook, outlook
from orders.units import with_returned

# More than a clerk reads at the counter; the rest is found by number.
LATEST = 20
MOST_LINES = 400


@dataclass(frozen=True)
class PurchaseLine:
    """A line of a purchase with what may still come back and under which right."""

    line: OrderLine
    decision: Decision

    @property
    def left_units(self) -> int:
        return self.line.left_units

    @property
    def returned_units(self) -> int:
        return self.line.returned_units

    @property
    def may_return(self) -> bool:
        return self.left_units > 0 and self.decision.may_return


@dataclass(frozen=True)
class Purchase:
    """An order with its lines."""

    order: Order
    lines: list[PurchaseLine]

    @property
    def may_return(self) -> bool:
        return any(line.may_return for line in self.lines)

    def may_return_line(self, line_id: int) -> bool:
        """Whether that line of it may come back."""
        return any(line.may_return and line.line.pk == line_id for line in self.lines)


def of(
    customer: Customer, *, now: datetime, channel: str = "", limit: int = LATEST
) -> list[Purchase]:
    """
    Return the customer's latest purchases, newest first, in two queries.

    `channel` narrows to one of `Order.Channel`; empty is all of them.
    """
    latest = Order.objects.filter(customer=customer)
    if channel:
        latest = latest.filter(channel=channel)
    ids = latest.order_by("-placed_at", "-pk").values("pk")[:limit]
    lines = with_returned(OrderLine.objects.filter(order_id__in=ids)).order_by(
        "-order__placed_at", "-order_id", "position"
    )[:MOST_LINES]
    return _purchases(lines, now)


def of_orders(
    ids: Collection[UUID], *, now: datetime, book: PolicyBook | None = None
) -> list[Purchase]:
    """Return these orders as purchases, newest first, in two queries; their lines suit a quote."""
    lines = promotions.known_on(with_returned(OrderLine.objects.filter(order_id__in=ids)))
    return _purchases(lines.order_by("-order__placed_at", "-order_id", "position"), now, book)


def of_product(product: Product, *, orders: QuerySet[Order], now: datetime) -> list[PurchaseLine]:
    """Return the lines of these orders that the article was bought on, newest first."""
    lines = with_returned(OrderLine.objects.filter(product=product, order__in=orders))
    newest = lines.order_by("-order__placed_at", "-order_id", "position")[:MOST_LINES]
    return [line for purchase in _purchases(newest, now) for line in purchase.lines]


def of_order(order: Order, *, now: datetime) -> Purchase:
    """Return one order as a purchase, in two queries."""
    lines = with_returned(OrderLine.objects.filter(order=order)).order_by("position")
    found = _purchases(lines, now)
    return found[0] if found else Purchase(order=order, lines=[])


def given(purchase: Purchase) -> list[PurchaseLine]:
    """Return its goods that were sold as gifts; all of them when the till did not say."""
    goods = [line for line in purchase.lines if line.line.product.is_goods]
    return [line for line in goods if line.line.is_gift] or goods


def returns_of(customer: Customer, *, limit: int = LATEST) -> list[CustomerReturn]:
    """Return the customer's latest returns that are no drafts, with their lines."""
    return list(
        CustomerReturn.objects.filter(customer=customer)
        .exclude(state=CustomerReturn.State.DRAFT)
        .select_related("store", "refund_plan")
        .prefetch_related("lines__product")
        .order_by("-submitted_at", "-created_at")[:limit]
    )


def by_number(number_key: str) -> QuerySet[Order]:
    """Return the orders and receipts of that number (see `numbers.key`), newest first."""
    return (
        Order.objects.filter(number_key=number_key)
        .select_related("customer", "store")
        .order_by("-placed_at")
    )


def lines_of(taken: CustomerReturn) -> QuerySet[ReturnLine]:
    """Return the lines of a return with what the screen says about them."""
    return (
        taken.lines.select_related("product", "order_line__order", "sold_in", "restocked_in")
        .prefetch_related("replacements__product")
        .order_by("position")
    )


def event_of(taken: CustomerReturn) -> UUID | None:
    """Return the id of the event that told of the return, None for imported ones."""
    told = Event.objects.filter(
        customer_id=taken.customer_id,
        name=ReturnAccepted.name,
        # Recorded when it was submitted: years of others' events are not read.
        recorded_at__gte=taken.submitted_at or taken.created_at,
        payload__return_id=str(taken.pk),
    )
    return told.values_list("pk", flat=True).first()


def _purchases(
    lines: QuerySet[OrderLine], now: datetime, book: PolicyBook | None = None
) -> list[Purchase]:
    book = book or PolicyBook.read()
    purchases: dict[object, Purchase] = {}
    for line in _joined(lines):
        purchase = purchases.setdefault(line.order_id, Purchase(order=line.order, lines=[]))
        purchase.lines.append(PurchaseLine(line, outlook(line, book=book, now=now)))
    return list(purchases.values())


def _joined(lines: QuerySet[OrderLine]) -> Iterable[OrderLine]:
    return lines.select_related("order__store", "product").prefetch_related("paid_by__store")
