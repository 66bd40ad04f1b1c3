"""Web carts: take over what the shop tells, show what a customer has put aside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from omnistore.errors import Invalid
from omnistore.outbox import events
from orders import bringers, catalogue
from orders.facts import CartChanged
from orders.models import Cart, CartLine, Product

# How far a shop's clock may be ahead of ours.
CLOCK_MARGIN = timedelta(minutes=5)


class ChangedInFuture(Invalid):
    code = "changed_in_future"
    words = _("A cart cannot have changed in the future.")


@dataclass(frozen=True)
class CartEntry:
    """An article the shop has in a cart, at the price it showed, in minor units."""

    sku: str
    quantity: int
    unit_price: int


@dataclass(frozen=True)
class News:
    """What a shop tells of a cart."""

    lines: Sequence[CartEntry]
    currency: str
    state: str
    changed_at: datetime


@dataclass(frozen=True)
class OpenLine:
    """A cart's line with today's price beside the price online."""

    line: CartLine

    @property
    def product(self) -> Product:
        return self.line.product

    @property
    def quantity(self) -> int:
        return self.line.quantity

    @property
    def price_online(self) -> int:
        return self.line.unit_price

    @property
    def price_now(self) -> int:
        return self.line.product.price

    @property
    def total_online(self) -> int:
        return self.quantity * self.price_online

    @property
    def total_now(self) -> int:
        return self.quantity * self.price_now

    @property
    def has_price_changed(self) -> bool:
        return self.price_now != self.price_online


@dataclass(frozen=True)
class OpenCart:
    """An open cart as the counter shows it; amounts in the cart's currency."""

    cart: Cart
    lines: list[OpenLine]
    age: timedelta

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def total_online(self) -> int:
        return sum(line.total_online for line in self.lines)

    @property
    def total_now(self) -> int:
        return sum(line.total_now for line in self.lines)

    @property
    def has_price_changed(self) -> bool:
        return self.total_now != self.total_online


def open_of(customer: Customer, now: datetime) -> list[OpenCart]:
    """Return the customer's open carts that hold something, last changed first, in two queries."""
    lines = CartLine.objects.select_related("product").order_by("position")
    carts = (
        Cart.objects.filter(customer=customer, state=Cart.State.OPEN)
        .prefetch_related(Prefetch("lines", queryset=lines))
        .order_by("-changed_at")
    )
    return [
        OpenCart(cart, [OpenLine(line) for line in cart.lines.all()], now - cart.changed_at)
        for cart in carts
        if cart.lines.all()
    ]


@transaction.atomic
def put(
    *,
    source: str,
    source_key: str,
    lines: Sequence[CartEntry],
    currency: str,
    changed_at: datetime,
    at: datetime,
    customer: Customer | None = None,
    identifiers: Sequence[tuple[str, str]] = (),
    country: str = "",
    state: str = Cart.State.OPEN,
) -> Cart:
    """
    Return the shop's cart as it told it; what is older than we know changes nothing.

    `identifiers` are (kind, value) as the shop knows its visitor; without any, and without
    `customer`, the cart keeps who brought it before; `country` reads their phones. Calling twice
    is safe.

    Raises:
        ChangedInFuture: `changed_at` lies further ahead than clocks differ.
        UnknownProduct: a line's article number is not ours.
        NoSuchIdentifier: an identifier cannot be one of its kind.
    """
    if changed_at > at + CLOCK_MARGIN:
        raise ChangedInFuture()
    news = News(lines, currency, state, changed_at)
    products = catalogue.by_sku(entry.sku for entry in lines)
    bringer = bringers.find(customer=customer, identifiers=identifiers, country=country, at=at)
    cart = _locked(source, source_key, news)
    if news.changed_at >= cart.changed_at:
        _take_over(cart, news, bringer, products)
    return cart


def _take_over(
    cart: Cart, news: News, bringer: bringers.Bringer, products: dict[str, Product]
) -> None:
    """Make the cart what the news say; what it says already is not told again."""
    is_told = _is_told(cart, news, bringer)
    cart.customer = bringer.customer or cart.customer
    cart.via = bringer.via or cart.via
    cart.currency, cart.state = news.currency, news.state
    # Moved on in any case: what was told in between and arrives late is old.
    cart.changed_at = news.changed_at
    cart.save()
    if not is_told:
        _write_lines(cart, news.lines, products)
        events.record(_fact(cart, news.lines), at=news.changed_at)


def _locked(source: str, source_key: str, news: News) -> Cart:
    begun = {"created_at": news.changed_at, "changed_at": news.changed_at}
    Cart.objects.get_or_create(
        source=source, source_key=source_key, defaults={"currency": news.currency, **begun}
    )
    return Cart.objects.select_for_update().get(source=source, source_key=source_key)


def _is_told(cart: Cart, news: News, bringer: bringers.Bringer) -> bool:
    """Whether the cart says all this already: nobody needs to hear it again."""
    known = cart.lines.order_by("position").values_list("product__sku", "quantity", "unit_price")
    told = [(entry.sku, entry.quantity, entry.unit_price) for entry in news.lines]
    return (
        list(known) == told
        and (cart.currency, cart.state) == (news.currency, news.state)
        and bringer.customer in (None, cart.customer)
        and bringer.via in (None, cart.via)
    )


def _write_lines(cart: Cart, lines: Sequence[CartEntry], products: dict[str, Product]) -> None:
    cart.lines.all().delete()
    CartLine.objects.bulk_create(
        CartLine(
            cart=cart,
            product=products[entry.sku],
            position=position,
            quantity=entry.quantity,
            unit_price=entry.unit_price,
        )
        for position, entry in enumerate(lines, 1)
    )


def _fact(cart: Cart, lines: Sequence[CartEntry]) -> CartChanged:
    return CartChanged(
        customer_id=cart.customer_id,
        store_code="",
        cart_id=cart.id,
        source=cart.source,
        state=cart.state,
        units=sum(entry.quantity for entry in lines),
        total=sum(entry.quantity * entry.unit_price for entry in lines),
        currency=cart.currency,
    )
