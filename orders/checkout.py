"""Checkout: record a sale that was paid elsewhere, once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from omnistore.errors import Conflict, Invalid
from omnistore.money import included_tax, prorate
from omnistore.outbox import events
from omnistore.tokens import fingerprint
from orders import (
    advertising,
    bringers,
    catalogue,
    credit,
    numbers,
    points,
    promotions,
    satisfaction,
    serials,
    stock,
)
from orders.facts import OrderRecorded
from orders.models import CreditEntry, Order, OrderLine, Payment, Product, SoldSerial, StockMovement
from orders.promotions import Given
from stores.models import Clerk, Register, Store

# How far a till's clock may be ahead of ours.
CLOCK_MARGIN = timedelta(minutes=5)


class OrderDiffers(Conflict):
    code = "order_differs"
    words = _("An order with this number is recorded already, with other content.")


class TendersDiffer(Invalid):
    """`total` is what the lines cost, `paid` what the tenders sum to."""

    code = "tenders_differ"
    words = _("The tenders sum to %(paid)s, the order to %(total)s.")


class DiscountTooLarge(Invalid):
    code = "discount_too_large"
    words = _("More was taken off than it cost.")


class NoSuchPromotion(Invalid):
    """`promotion` is its code."""

    code = "no_such_promotion"
    words = _("The promotion %(promotion)s lacks its condition, or names a line that is not there.")


class TaxTooLarge(Invalid):
    code = "tax_too_large"
    words = _("The tax is higher than what was paid.")


class PlacedInFuture(Invalid):
    code = "placed_in_future"
    words = _("An order cannot be placed in the future.")


class NoNumber(Invalid):
    code = "no_number"
    words = _("An order’s number needs letters or digits.")


@dataclass(frozen=True)
class SoldLine:
    """
    An article sold; amounts are of the whole line, in minor units, tax included.

    Without `tax` it is computed from the article's rate; without `handed_over` the customer has
    all of it as soon as the order is delivered, and nothing before.
    """

    sku: str
    quantity: int
    unit_price: int
    discount: int = 0
    tax: int | None = None
    tax_rate: Decimal | None = None
    handed_over: int | None = None
    is_final_sale: bool = False
    is_gift: bool = False
    # One for each unit that has a number; hashed apart, as promotions are.
    serials: Sequence[str] = field(default=(), repr=False)

    @property
    def due(self) -> int:
        """What the line costs before its share of the order's discounts."""
        return self.quantity * self.unit_price - self.discount


@dataclass(frozen=True)
class Tendered:
    """A means of payment (`Tender`) and what was captured by it, in minor units."""

    tender: str
    amount: int
    reference: str = ""
    # Who can refund it by reference, and what that calls the payment; what `credit.use` answered.
    # Not in the words that are hashed, so that what was told before there were any stays the same.
    processor: str = field(default="", repr=False)
    processor_reference: str = field(default="", repr=False)
    credit_use: UUID | None = field(default=None, repr=False)

    @property
    def more(self) -> tuple[object, ...]:
        """What else was told of it, to compare with what was told before."""
        more = (self.processor, self.processor_reference, self.credit_use)
        return more if any(more) else ()


@dataclass(frozen=True)
class Sale:
    """
    A sale as the till or the shop tells it; `discount` is taken off the whole order.

    `promotions` took off more, each on a condition that a return may break.
    """

    source: str
    number: str
    channel: str
    currency: str
    placed_at: datetime
    lines: Sequence[SoldLine]
    tenders: Sequence[Tendered]
    discount: int = 0
    delivered_at: datetime | None = None
    identifiers: Sequence[tuple[str, str]] = field(default=())
    # Not in the words that are hashed, so that what was told before there were any stays the same.
    promotions: Sequence[Given] = field(default=(), repr=False)
    # Where the contract was concluded, when the channel does not say it; see `Order`.
    is_paid_online: bool | None = field(default=None, repr=False)

    @property
    def concluded(self) -> tuple[object, ...]:
        """What was told of it, to compare with what was told before."""
        return () if self.is_paid_online is None else (self.is_paid_online,)

    @property
    def total(self) -> int:
        off = self.discount + sum(given.amount for given in self.promotions)
        return sum(line.due for line in self.lines) - off


@dataclass(frozen=True)
class Place:
    """Where it was sold and by whom; all empty for a sale on the web."""

    store: Store | None = None
    register: Register | None = None
    clerk: Clerk | None = None

    @property
    def ids(self) -> tuple[int | None, ...]:
        rows = (self.store, self.register, self.clerk)
        return tuple(row.pk if row else None for row in rows)


@transaction.atomic
def record(
    *, sale: Sale, place: Place, customer: Customer | None = None, country: str = "", at: datetime
) -> tuple[Order, bool]:
    """
    Return the order of the sale, and whether it is new.

    The source and the number are its key: told again with the same content it is the same order.
    The customer is `customer`, else who the sale's identifiers point to.

    Raises:
        OrderDiffers: the number is taken by other content.
        TendersDiffer, DiscountTooLarge, TaxTooLarge: the amounts do not agree.
        UnknownUse: a tender names a use of credit that is not so, or paid before.
        PlacedInFuture, NoNumber, UnknownProduct, NoSuchIdentifier: as they say.
    """
    more = [tendered.more for tendered in sale.tenders if tendered.more]
    content = fingerprint(
        repr(
            (
                *(sale, place.ids, customer and customer.pk, *sale.promotions),
                *(*_numbered(sale), *more, *sale.concluded),
            )
        )
    )
    if earlier := Order.objects.filter(source=sale.source, number=sale.number).first():
        return _same(earlier, content), False

    _check(sale, at)
    products = catalogue.by_sku(line.sku for line in sale.lines)
    shares = _shares(sale)
    lines = _lines(sale, products, shares)
    bringer = bringers.find(customer=customer, identifiers=sale.identifiers, country=country, at=at)
    order, is_new = Order.objects.get_or_create(
        source=sale.source,
        number=sale.number,
        defaults=_facts_of(sale, place, lines)
        | {"customer": bringer.customer, "via": bringer.via, "content_hash": content},
    )
    if not is_new:
        return _same(order, content), False
    payments = _write(order, lines, sale)
    promotions.write(order, lines, sale.promotions, shares[1:])
    events.record(_fact(order, sale), at=sale.placed_at)
    points.sold(order, payments)
    advertising.resume_bought(order=order, products=products.values())
    _take_out(order, lines, at)
    satisfaction.ask_buyer(order=order, at=at)
    return order, True


def _take_out(order: Order, lines: Sequence[OrderLine], at: datetime) -> None:
    """Move what a store handed over out of its stock; what the web sells, its warehouse counts."""
    if order.store is None:
        return
    sold = [
        stock.Move(
            line.product.pk,
            order.store,
            -line.handed_over,
            StockMovement.Reason.SALE,
            order.number,
            f"sale:{order.pk}:{line.position}",
        )
        for line in lines
    ]
    stock.move_all(sold, at=at)


def _numbered(sale: Sale) -> list[tuple[int, Sequence[str]]]:
    return [(place, line.serials) for place, line in enumerate(sale.lines) if line.serials]


def _same(order: Order, content: str) -> Order:
    if order.content_hash != content:
        raise OrderDiffers()
    return order


def _check(sale: Sale, at: datetime) -> None:
    if not numbers.key(sale.number):
        raise NoNumber()
    if sale.placed_at > at + CLOCK_MARGIN:
        raise PlacedInFuture()
    if min((line.due for line in sale.lines), default=0) < 0 or sale.total < 0:
        raise DiscountTooLarge()
    for given in sale.promotions:
        if not given.is_complete or any(not 1 <= line <= len(sale.lines) for line in given.lines):
            raise NoSuchPromotion(promotion=given.code)
    paid = sum(tendered.amount for tendered in sale.tenders)
    if paid != sale.total:
        raise TendersDiffer(paid=paid, total=sale.total)


def _facts_of(sale: Sale, place: Place, lines: list[OrderLine]) -> dict[str, object]:
    return {
        "store": place.store,
        "register": place.register,
        "clerk": place.clerk,
        "channel": sale.channel,
        "is_paid_online": sale.is_paid_online,
        "number_key": numbers.key(sale.number),
        "currency": sale.currency,
        "total": sale.total,
        "tax": sum(line.tax for line in lines),
        "placed_at": sale.placed_at,
        "delivered_at": sale.delivered_at,
    }


def _shares(sale: Sale) -> list[list[int]]:
    """Return what the order's discount, then each of its promotions takes off each line."""
    dues = [line.due for line in sale.lines]
    shares = prorate(sale.discount, dues)
    left = [due - share for due, share in zip(dues, shares, strict=True)]
    try:
        return [shares, *promotions.shares_of(sale.promotions, left)]
    except promotions.MoreThanItCosts:
        raise DiscountTooLarge() from None


def _lines(
    sale: Sale, products: dict[str, Product], shares: Sequence[Sequence[int]]
) -> list[OrderLine]:
    """Return the order's lines, unsaved, each with its share of what was taken off the order."""
    return [
        _line(sale, position, line, products[line.sku], sum(share))
        for position, (line, *share) in enumerate(zip(sale.lines, *shares, strict=True), 1)
    ]


def _line(sale: Sale, position: int, line: SoldLine, product: Product, share: int) -> OrderLine:
    total = line.due - share
    rate = product.tax_rate if line.tax_rate is None else line.tax_rate
    tax = included_tax(total, rate) if line.tax is None else line.tax
    if tax > total:
        raise TaxTooLarge()
    return OrderLine(
        product=product,
        position=position,
        quantity=line.quantity,
        handed_over=_handed_over(sale, line),
        unit_price=line.unit_price,
        line_discount=line.discount,
        order_discount=share,
        total=total,
        tax=tax,
        tax_rate=rate,
        is_final_sale=line.is_final_sale,
        is_gift=line.is_gift,
    )


def _handed_over(sale: Sale, line: SoldLine) -> int:
    if line.handed_over is None:
        return line.quantity if sale.delivered_at else 0
    return min(line.handed_over, line.quantity)


def _write(order: Order, lines: list[OrderLine], sale: Sale) -> list[Payment]:
    for line in lines:
        line.order = order
    OrderLine.objects.bulk_create(lines)
    _write_serials(lines, sale)
    return Payment.objects.bulk_create(
        Payment(
            order=order,
            tender=tendered.tender,
            amount=tendered.amount,
            reference=tendered.reference,
            processor=tendered.processor,
            processor_reference=tendered.processor_reference,
            credit_use=_credit_use(tendered, sale.currency),
            captured_at=sale.placed_at,
        )
        for tendered in sale.tenders
    )


def _credit_use(tendered: Tendered, currency: str) -> CreditEntry | None:
    if tendered.credit_use is None:
        return None
    return credit.claim(
        use_id=tendered.credit_use,
        kind=tendered.tender,
        amount=tendered.amount,
        currency=currency,
    )


def _write_serials(lines: Sequence[OrderLine], sale: Sale) -> None:
    rows = []
    for line, told in zip(lines, sale.lines, strict=True):
        if told.serials and line.product.is_tracked:
            numbered = serials.sold(line.product, line.quantity, told.serials)
            rows += [SoldSerial(order_line=line, serial=n.serial, units=n.units) for n in numbered]
    SoldSerial.objects.bulk_create(rows)


def _fact(order: Order, sale: Sale) -> OrderRecorded:
    return OrderRecorded(
        customer_id=order.customer_id,
        store_code=order.store.code if order.store else "",
        order_id=order.id,
        number=order.number,
        channel=order.channel,
        units=sum(line.quantity for line in sale.lines),
        total=order.total,
        currency=order.currency,
    )
