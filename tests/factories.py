"""
Rows for tests, made by saying only what matters.

Every factory has plain defaults and no chance in it; times are passed in or `NOON`.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from customers import names
from customers.models import Customer, Evidence, Identifier
from omnistore.money import included_tax
from omnistore.tokens import fingerprint
from omnistore.words import NO_BREAK
from orders import numbers, opinions
from orders.models import (
    Cart,
    CartLine,
    Opinion,
    Order,
    OrderLine,
    Payment,
    PolicyVersion,
    Product,
    Tender,
)
from stores import staff
from stores.models import Clerk, Register, Store, Tablet, User

NARROW_NO_BREAK = "\N{NARROW NO-BREAK SPACE}"
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SIGN_IN = "sign-in-secret"
_serial = count(1)


def spaced(text: str) -> str:
    """Return the text with plain spaces, as one types it: phones and figures have no-break ones."""
    return text.replace(NO_BREAK, " ").replace(NARROW_NO_BREAK, " ")


def make_store(code: str = "lyo", **fields: Any) -> Store:
    return Store.objects.create(
        code=code, **{"name": "Lyon Bellecour", "city": "Lyon", "country": "FR"} | fields
    )


def make_register(store: Store, name: str = "Caisse 1", **fields: Any) -> Register:
    return Register.objects.create(store=store, name=name, secret=WEBHOOK_SECRET, **fields)


def make_user(username: str = "anne", **fields: Any) -> User:
    return User.objects.create_user(username=username, password="counter-2026", **fields)


def make_clerk(
    store: Store, name: str = "Nadia Benali", pin: str = "135790", **fields: Any
) -> Clerk:
    clerk = Clerk.objects.create(name=name, **fields)
    clerk.stores.add(store)
    staff.set_pin(clerk, pin)
    return clerk


def make_tablet(
    store: Store, clerk: Clerk | None = None, secret: str = "tablet-secret", **fields: Any
) -> Tablet:
    """Return a tablet whose cookie is `secret`, with `clerk` signed in on it by `SIGN_IN`."""
    opened_by = User.objects.filter(username="opener").first() or make_user("opener")
    register = Register.objects.filter(store=store).first()
    return Tablet.objects.create(
        store=store,
        clerk=clerk,
        token_hash=fingerprint(secret),
        sign_in_hash=fingerprint(SIGN_IN),
        **{
            "register": register,
            "opened_by": opened_by,
            "name": "Comptoir 1",
            "opened_at": NOON,
            "active_at": datetime.now(UTC),
        }
        | fields,
    )


def make_customer(
    first_name: str = "Camille",
    last_name: str = "Moreau",
    *,
    phone: str = "",
    email: str = "",
    card: str = "",
    **fields: Any,
) -> Customer:
    """Return a customer holding the identifiers, given in their normalised form."""
    customer = Customer.objects.create(
        first_name=first_name, last_name=last_name, **{"created_at": LONG_AGO} | fields
    )
    names.index(customer)
    for kind, value in (("PHONE", phone), ("EMAIL", email), ("CARD", card)):
        if value:
            make_evidence(customer, kind, value)
    return customer


def make_evidence(
    customer: Customer, kind: str, value: str, *, is_shared: bool = False
) -> Evidence:
    identifier, _ = Identifier.objects.get_or_create(
        kind=kind, value=value, defaults={"first_seen_at": LONG_AGO, "is_shared": is_shared}
    )
    return Evidence.objects.create(
        identifier=identifier,
        customer=customer,
        is_shared=is_shared,
        source="TEST",
        started_at=LONG_AGO,
    )


def make_product(sku: str = "85099B", price: int = 1990, **fields: Any) -> Product:
    return Product.objects.create(
        sku=sku,
        price=price,
        **{
            "name": f"Sac {sku}",
            "model": sku.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
            "currency": "EUR",
            "tax_rate": Decimal("0.20"),
        }
        | fields,
    )


def make_order(
    customer: Customer | None = None,
    lines: Iterable[tuple[Product, int, int]] = (),
    *,
    tenders: dict[str, int] | None = None,
    placed_at: datetime = NOON - timedelta(days=5),
    discount: int = 0,
    **fields: Any,
) -> Order:
    """
    Return a delivered order; `lines` are (product, quantity, unit price), paid by card unless
    `tenders` (tender → amount) says otherwise; `discount` is taken off the first line.
    """
    lines = list(lines)
    serial = next(_serial)
    total = sum(quantity * price for _, quantity, price in lines) - discount
    number = fields.pop("number", f"W-{serial:06d}")
    order = Order.objects.create(
        customer=customer,
        number=number,
        number_key=numbers.key(number),
        total=total,
        tax=included_tax(total, Decimal("0.20")),
        placed_at=placed_at,
        **{
            "channel": Order.Channel.WEB,
            "source": "shop",
            "currency": "EUR",
            "delivered_at": placed_at,
        }
        | fields,
    )
    for position, (product, quantity, price) in enumerate(lines, 1):
        off = discount if position == 1 else 0
        paid = quantity * price - off
        OrderLine.objects.create(
            order=order,
            product=product,
            position=position,
            quantity=quantity,
            handed_over=quantity,
            unit_price=price,
            line_discount=off,
            total=paid,
            tax=included_tax(paid, product.tax_rate),
            tax_rate=product.tax_rate,
        )
    for tender, amount in (tenders or {Tender.CARD: total}).items():
        Payment.objects.create(order=order, tender=tender, amount=amount, captured_at=placed_at)
    return order


def make_cart(
    customer: Customer | None, lines: Iterable[tuple[Product, int, int]], **fields: Any
) -> Cart:
    cart = Cart.objects.create(
        customer=customer,
        **{
            "source": "shop",
            "source_key": f"cart-{next(_serial)}",
            "currency": "EUR",
            "created_at": NOON - timedelta(days=2),
            "changed_at": NOON - timedelta(days=2),
        }
        | fields,
    )
    for position, (product, quantity, unit_price) in enumerate(lines, 1):
        CartLine.objects.create(
            cart=cart, product=product, position=position, quantity=quantity, unit_price=unit_price
        )
    return cart


def make_policy(days: int = 30, start_at: datetime = LONG_AGO, version: int = 1) -> PolicyVersion:
    return PolicyVersion.objects.create(
        version=version,
        rules=[{"rule": "window", "days": days}, {"rule": "final_sale"}],
        start_at=start_at,
    )


def make_opinion(
    customer: Customer,
    store: Store,
    scale: str = "CSAT",
    *,
    asked_at: datetime,
    number: str = "",
    **fields: Any,
) -> Opinion:
    """Return what the customer is asked about a purchase of his, of that number; not answered."""
    about = {"number": number} if number else {}
    asked, _code = opinions.put(
        customer=customer,
        order=make_order(customer, store=store, placed_at=asked_at, **about),
        store=store,
        occasion="SALE",
        scale=scale,
        channel="EMAIL",
        asked_at=asked_at,
        **{"expires_at": asked_at + opinions.LIFE} | fields,
    )
    return asked
