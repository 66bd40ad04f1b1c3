"""Gives the demo's customers what passed between them and the shop: consents, contacts, carts."""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta

from customers import consent
from customers.models import Consent, ConsentWording, Customer, Identifier, Touch
from omnistore.demo.people import CAMILLE, DATA, Person
from orders.models import Cart, CartLine, Order, Product
from stores.models import Store

WEB_SHOP = "web-shop"
# One customer in so many has a web cart, this many of them at most.
CART_EVERY = 14
# (article, quantity, price when it was put in the cart; None: today's).
CAMILLES_CART = (("22423", 1, None), ("84879", 6, 159), ("22720", 2, None), ("47566", 1, None))


def fill(*, persons: dict[str, Person], stores: dict[str, Store], at: datetime) -> None:
    """Write all of it."""
    customers = list(Customer.objects.filter(pk__in=persons).order_by("pk"))
    Consent.objects.bulk_create(_consents(customers, persons, stores, at))
    Touch.objects.bulk_create(_touches(customers, persons, stores, at))
    _carts(customers, persons, at)


def _consents(
    customers: list[Customer], persons: dict[str, Person], stores: dict[str, Store], at: datetime
) -> Iterator[Consent]:
    asked = {language: consent.asked(language, at=at) for language in ("fr", "en")}
    for place, customer in enumerate(customers):
        person = persons[customer.pk.hex]
        if place % 4 == 3 and not person.why:
            continue
        for turn, wording in enumerate(asked[customer.language]):
            yield Consent(
                customer=customer,
                wording=wording,
                store=stores[person.store],
                is_given=_says_yes(person, wording, place + turn),
                source="COUNTER",
                at=customer.created_at,
            )


def _says_yes(person: Person, wording: ConsentWording, chance: int) -> bool:
    needs = {"EMAIL": bool(person.email), "SMS": bool(person.phones), "PHONE": bool(person.phones)}
    return needs.get(wording.channel, True) and chance % 3 != 0


def _touches(
    customers: list[Customer], persons: dict[str, Person], stores: dict[str, Store], at: datetime
) -> Iterator[Touch]:
    with (DATA / "contacts.csv").open(newline="") as file:
        said = list(csv.DictReader(file))
    for place, customer in enumerate(customers):
        person = persons[customer.pk.hex]
        count = 3 if person.why else place % 3
        for turn in range(count):
            words = said[(place * 5 + turn * 4) % len(said)]
            ago = timedelta(days=1 + turn * 9 + place % 8, hours=place % 9, minutes=place % 60)
            yield Touch(
                customer=customer,
                store=stores[person.store] if words["channel"] == "STORE" else None,
                channel=words["channel"],
                is_from_customer=words["is_from_customer"] == "1",
                summary=words["summary"],
                at=at - ago,
            )


def _carts(customers: list[Customer], persons: dict[str, Person], at: datetime) -> None:
    products = {product.sku: product for product in Product.objects.filter(kind="GOODS")}
    bought = list(products)
    for place, customer in enumerate(customers):
        if persons[customer.pk.hex] == CAMILLE:
            _cart(customer, place, at - timedelta(hours=5), CAMILLES_CART, products)
        elif place % CART_EVERY == 0:
            entries = [
                (bought[(place * 31 + turn * 97) % len(bought)], 1 + turn % 2, None)
                for turn in range(1 + place % 3)
            ]
            age = timedelta(hours=3 + place % 11 * 7, minutes=place % 60)
            _cart(customer, place, at - age, entries, products)


def _cart(
    customer: Customer,
    place: int,
    at: datetime,
    entries: "tuple[tuple[str, int, int | None], ...] | list[tuple[str, int, None]]",
    products: dict[str, Product],
) -> None:
    email = Identifier.objects.filter(kind="EMAIL", evidence__customer=customer).first()
    cart = Cart.objects.create(
        customer=customer,
        via=email,
        source=WEB_SHOP,
        source_key=f"cart-{place:04d}",
        currency="EUR",
        created_at=at - timedelta(hours=2),
        changed_at=at,
    )
    CartLine.objects.bulk_create(
        CartLine(
            cart=cart,
            product=products[sku],
            position=position,
            quantity=quantity,
            unit_price=products[sku].price if price is None else price,
        )
        for position, (sku, quantity, price) in enumerate(entries, 1)
    )


def spent_by(source: str) -> dict[str, int]:
    """Return what each customer spent, in cents, by id in hex."""
    spent: dict[str, int] = {}
    sales = Order.objects.filter(source=source, customer__isnull=False)
    for customer_id, total in sales.values_list("customer_id", "total"):
        if customer_id:
            spent[customer_id.hex] = spent.get(customer_id.hex, 0) + total
    return spent
