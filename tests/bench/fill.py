"""Fill an empty database with a shop: `python -m tests.bench.fill CUSTOMERS`."""

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import django

django.setup()

from django.core.management.color import no_style  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import AutoField, Model  # noqa: E402

from customers import models as people  # noqa: E402
from omnistore.tokens import fingerprint  # noqa: E402
from orders import models as sales  # noqa: E402
from orders import numbers  # noqa: E402
from stores.models import Clerk, Register, Store, Tablet, User  # noqa: E402
from tests.bench import shop  # noqa: E402

NOW = datetime.now(UTC)
PRODUCTS = 500
KINDS = ("PHONE", "EMAIL", "CARD")


def main(customers: int) -> None:
    _hurry()
    with transaction.atomic():
        store = _counter()
        _wordings()
        _products()
        _customers(customers, store)
        _purchases(customers, store)
        _carts(customers)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _hurry() -> None:
    """Let SQLite write once: a half made database is thrown away."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=OFF")
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("PRAGMA cache_size=-200000")


def _counter() -> Store:
    """Make the store, its register, and the tablet on which its clerk is signed in."""
    store = Store.objects.create(code="lyo", name="Lyon", city="Lyon")
    Register.objects.create(store=store, name="1", secret="whsec_YmVuY2g=")
    clerk = Clerk.objects.create(name="Nadia Benali")
    clerk.stores.add(store)
    Tablet.objects.create(
        store=store,
        clerk=clerk,
        opened_by=User.objects.create(username="bench"),
        name="Bench",
        token_hash=fingerprint(shop.TABLET_SECRET),
        sign_in_hash=fingerprint(shop.SIGN_IN_SECRET),
        opened_at=NOW,
        active_at=NOW,
    )
    return store


def _wordings() -> None:
    for channel in ("EMAIL", "SMS"):
        people.ConsentWording.objects.create(
            purpose="MARKETING",
            channel=channel,
            language="fr",
            version=1,
            text=f"Offres par {channel}",
            in_force_at=NOW,
        )


def _products() -> None:
    sales.Product.objects.bulk_create(
        sales.Product(
            sku=f"{85000 + number}",
            model=f"{85000 + number}",
            name=f"Article {number}",
            currency="EUR",
            price=500 + number * 10,
            tax_rate=Decimal("0.2"),
        )
        for number in range(PRODUCTS)
    )


def _customers(customers: int, store: Store) -> None:
    everybody = [shop.customer_id(number) for number in range(customers)]
    since = NOW - timedelta(days=400)
    insert(
        people.Customer,
        ("id", "first_name", "last_name"),
        ((key, *_name(number)) for number, key in enumerate(everybody)),
        {"created_at": since, "home_store_id": store.pk, "city": "Lyon", "level": "MEMBER"},
    )
    insert(
        people.NameKey,
        ("customer_id", "word"),
        ((key, word) for number, key in enumerate(everybody) for word in _words(number)),
    )
    insert(
        people.Identifier,
        ("id", "kind", "value"),
        (
            (3 * number + place + 1, kind, _value(kind, number))
            for number in range(customers)
            for place, kind in enumerate(KINDS)
        ),
        {"first_seen_at": since},
    )
    insert(
        people.Evidence,
        ("identifier_id", "customer_id"),
        (
            (3 * number + place + 1, key)
            for number, key in enumerate(everybody)
            for place in range(3)
        ),
        {"source": "BENCH", "started_at": since},
    )
    wordings = _pks(people.ConsentWording)
    insert(
        people.Consent,
        ("customer_id", "wording_id", "is_given"),
        ((key, wording, wording == 1) for key in everybody for wording in wordings),
        {"source": "BENCH", "at": since},
    )
    insert(
        people.LoyaltyEntry,
        ("customer_id", "points"),
        ((key, 10 + number % 900) for number, key in enumerate(everybody)),
        {"kind": "IMPORTED", "at": since},
    )
    insert(
        people.Touch,
        ("customer_id",),
        ((key,) for key in everybody),
        {"channel": "STORE", "summary": "Conseil", "at": NOW - timedelta(days=20)},
    )


def _purchases(customers: int, store: Store) -> None:
    orders = list(_orders(customers))
    insert(
        sales.Order,
        ("id", "customer_id", "number", "number_key", "placed_at", "delivered_at"),
        (
            (key, owner, number, numbers.key(number), at, at)
            for key, owner, number, at, _first in orders
        ),
        {
            "store_id": store.pk,
            "channel": "STORE",
            "source": "bench",
            "currency": "EUR",
            "total": 3000,
            "tax": 500,
        },
    )
    products = _pks(sales.Product)
    insert(
        sales.OrderLine,
        ("order_id", "product_id", "position"),
        (
            (key, products[(first + position) % PRODUCTS], position)
            for key, *_, first in orders
            for position in (1, 2)
        ),
        {
            "quantity": 2,
            "handed_over": 2,
            "unit_price": 750,
            "total": 1500,
            "tax": 250,
            "tax_rate": Decimal("0.2"),
        },
    )
    insert(
        sales.Payment,
        ("order_id", "captured_at"),
        ((key, at) for key, _owner, _number, at, _first in orders),
        {"tender": "CARD", "amount": 3000},
    )


def _orders(customers: int) -> Iterator[tuple[Any, Any, str, datetime, int]]:
    """Yield id, customer, number, time and first product: one each, eight of a regular."""
    regulars = set(shop.regulars(customers))
    serial = 10_000_000
    for owner in range(customers):
        for turn in range(8 if owner in regulars else 1):
            serial += 1
            at = NOW - timedelta(days=1 + (owner + 40 * turn) % 300)
            yield shop.customer_id(serial), shop.customer_id(owner), f"LYO-T{serial}", at, owner


def _carts(customers: int) -> None:
    owners = [(owner, shop.customer_id(-1 - owner)) for owner in shop.regulars(customers)]
    insert(
        sales.Cart,
        ("id", "customer_id", "source_key"),
        ((key, shop.customer_id(owner), f"cart-{owner}") for owner, key in owners),
        {
            "source": "bench",
            "currency": "EUR",
            "created_at": NOW - timedelta(days=2),
            "changed_at": NOW - timedelta(days=1),
        },
    )
    products = _pks(sales.Product)[:3]
    insert(
        sales.CartLine,
        ("cart_id", "product_id", "position"),
        ((key, product, place) for _, key in owners for place, product in enumerate(products)),
        {"quantity": 1, "unit_price": 1990},
    )


def _name(number: int) -> tuple[str, str]:
    first, last = shop.FIRST_NAMES, shop.LAST_NAMES
    return first[number % len(first)], last[number // len(first) % len(last)]


def _words(number: int) -> set[str]:
    return {word.casefold()[:60] for word in _name(number)}


def _value(kind: str, number: int) -> str:
    if kind == "PHONE":
        return shop.phone(number)
    return f"client{number}@exemple.fr" if kind == "EMAIL" else f"29{number:011d}"


def _pks(model: Any) -> list[int]:
    return list(model.objects.order_by("pk").values_list("pk", flat=True))


def insert(
    model: type[Model],
    names: tuple[str, ...],
    rows: Iterable[tuple[Any, ...]],
    constants: dict[str, Any] | None = None,
) -> None:
    """Write the rows as fast as the database takes them; what is not said is the default."""
    sample = model(**(constants or {}))
    fields = {field.attname: field for field in model._meta.concrete_fields}
    fixed = {
        name: field.get_db_prep_save(getattr(sample, name), connection)
        for name, field in fields.items()
        if name not in names and not isinstance(field, AutoField)
    }
    preparing = [fields[name].get_db_prep_save for name in names]
    columns = [fields[name].column for name in (*names, *fixed)]
    tail = tuple(fixed.values())
    prepared = (
        (
            *(prepare(value, connection) for prepare, value in zip(preparing, row, strict=True)),
            *tail,
        )
        for row in rows
    )
    _write(model._meta.db_table, columns, prepared)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)


def _write(table: str, columns: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    listed = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({listed}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * len(columns))
            connection.connection.executemany(
                f'INSERT INTO "{table}" ({listed}) VALUES ({marks})', rows
            )


if __name__ == "__main__":
    main(int(sys.argv[1]))
