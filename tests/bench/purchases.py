"""
Add purchases to bring back to a bench shop, and print their orders and lines as JSON.

    python -m tests.bench.purchases ROUNDS

Each round brings back an order of one line of a customer who bought nothing else, and one of a
customer who has bought a thousand times before.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import django

django.setup()

from django.db import transaction  # noqa: E402

from customers.models import Customer  # noqa: E402
from orders import numbers  # noqa: E402
from orders.models import Order, OrderLine, Payment, PolicyVersion, Product  # noqa: E402
from stores.models import Store  # noqa: E402

NOW = datetime.now(UTC)
BEFORE = 1_000
PRICE: dict[str, Any] = {"unit_price": 750, "total": 1500, "tax": 250, "tax_rate": "0.2"}
LONG_AGO = NOW - timedelta(days=3650)


@transaction.atomic
def main(rounds: int) -> dict[str, list[tuple[str, int]]]:
    if not PolicyVersion.objects.exists():
        rules = [{"rule": "window", "days": 400}]
        PolicyVersion.objects.create(version=1, rules=rules, start_at=LONG_AGO)
    newcomers = Customer.objects.bulk_create(
        Customer(first_name="Bo", last_name="Li", created_at=NOW) for _ in range(rounds)
    )
    regular = Customer.objects.create(first_name="Ada", last_name="Li", created_at=LONG_AGO)
    return {
        "newcomer": _bought(newcomers, "N"),
        "regular": _bought([regular] * (BEFORE + rounds), "R")[BEFORE:],
    }


def _bought(customers: list[Customer], letter: str) -> list[tuple[str, int]]:
    store, product = Store.objects.get(), Product.objects.order_by("pk")[0]
    run = f"{NOW:%d%H%M%S}"
    orders = Order.objects.bulk_create(
        (
            _order(customer, store, f"B{letter}{run}-{serial}", len(customers) - serial)
            for serial, customer in enumerate(customers)
        ),
        batch_size=500,
    )
    lines = OrderLine.objects.bulk_create(
        (
            OrderLine(order=order, product=product, position=1, quantity=2, handed_over=2, **PRICE)
            for order in orders
        ),
        batch_size=500,
    )
    Payment.objects.bulk_create(
        (
            Payment(order=order, tender="CARD", amount=1500, captured_at=order.placed_at)
            for order in orders
        ),
        batch_size=500,
    )
    return [(str(line.order_id), line.pk) for line in lines]


def _order(customer: Customer, store: Store, number: str, minutes: int) -> Order:
    at = NOW - timedelta(days=1, minutes=minutes)
    return Order(
        customer=customer,
        store=store,
        channel=Order.Channel.STORE,
        source="bench",
        number=number,
        number_key=numbers.key(number),
        currency="EUR",
        total=1500,
        tax=250,
        placed_at=at,
        delivered_at=at,
    )


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
