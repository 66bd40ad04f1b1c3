"""
Real orders of customers, and the facts of them, recorded or published as told.

    python -m tests.bench.happenings fill CUSTOMERS
    python -m tests.bench.happenings record EVENTS CUSTOMERS     a hundred to a transaction, no bell
    python -m tests.bench.happenings trickle EVENTS PER_SECOND   one to a transaction, with the bell
    python -m tests.bench.happenings noop TASKS
    python -m tests.bench.happenings ring
"""

import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from customers import consent  # noqa: E402
from customers.models import Consent, Customer, Evidence, Identifier  # noqa: E402
from omnistore.outbox import events, tasks  # noqa: E402
from orders.facts import OrderRecorded  # noqa: E402
from orders.models import Order, OrderLine, Product  # noqa: E402
from tests.bench import noop  # noqa: E402

TOGETHER = 100


def fill(customers: int) -> None:
    """Make customers who said yes to offers by e-mail, with an e-mail and an order of two lines."""
    at = now()
    wordings = consent.default_wordings(at=at)
    yes = next(one for one in wordings if (one.purpose, one.channel) == ("MARKETING", "EMAIL"))
    product = Product.objects.create(
        sku="85099B", model="85099", name="Sac", price=1990, currency="EUR", tax_rate=Decimal("0.2")
    )
    numbers = range(1, customers + 1)
    Customer.objects.bulk_create(
        Customer(id=UUID(int=n), first_name="Camille", last_name=f"Moreau {n}", created_at=at)
        for n in numbers
    )
    emails = Identifier.objects.bulk_create(
        Identifier(kind="EMAIL", value=f"c{n}@example.fr", first_seen_at=at) for n in numbers
    )
    Evidence.objects.bulk_create(
        Evidence(identifier=email, customer_id=UUID(int=n), source="BENCH", started_at=at)
        for n, email in zip(numbers, emails, strict=True)
    )
    Consent.objects.bulk_create(
        Consent(customer_id=UUID(int=n), wording=yes, is_given=True, source="BENCH", at=at)
        for n in numbers
    )
    Order.objects.bulk_create(_order(n) for n in numbers)
    OrderLine.objects.bulk_create(_line(n, place, product) for n in numbers for place in (1, 2))


def _order(number: int) -> Order:
    return Order(
        id=UUID(int=number),
        customer_id=UUID(int=number),
        number=f"W-{number}",
        number_key=f"W{number}",
        channel=Order.Channel.WEB,
        source="bench",
        currency="EUR",
        total=3980,
        tax=663,
        placed_at=now() - timedelta(days=1),
        delivered_at=now(),
    )


def _line(number: int, place: int, product: Product) -> OrderLine:
    return OrderLine(
        order_id=UUID(int=number),
        product=product,
        position=place,
        quantity=1,
        handed_over=1,
        unit_price=1990,
        total=1990,
        tax=331,
        tax_rate=product.tax_rate,
    )


def _facts(count: int, customers: int) -> Iterator[OrderRecorded]:
    for turn in range(count):
        number = 1 + turn % customers
        yield OrderRecorded(
            customer_id=UUID(int=number),
            store_code="",
            order_id=UUID(int=number),
            number=f"W-{number}",
            channel="WEB",
            units=2,
            total=3980,
            currency="EUR",
        )


def record(count: int, customers: int) -> None:
    facts = _facts(count, customers)
    for start in range(0, count, TOGETHER):
        with transaction.atomic():
            for _ in range(min(TOGETHER, count - start)):
                events.record(next(facts), at=now())


def trickle(count: int, per_second: int) -> None:
    began = time.monotonic()
    for turn, fact in enumerate(_facts(count, 1000)):
        with transaction.atomic():
            events.record(fact, at=now())
        time.sleep(max(0, began + (turn + 1) / per_second - time.monotonic()))


def publish(count: int) -> None:
    noop.stamp.delay(name="noop_began")
    for _ in range(count):
        noop.nothing.delay()
    noop.stamp.delay(name="noop_ended")


def ring() -> None:
    tasks.relay.delay()


ACTS = {"fill": fill, "record": record, "trickle": trickle, "noop": publish, "ring": ring}

if __name__ == "__main__":
    ACTS[sys.argv[1]](*(int(argument) for argument in sys.argv[2:]))
