"""
Connect a receiver and record facts, in a process of its own.

    python -m tests.chaos.record URL EVENTS CUSTOMERS
"""

import sys
from dataclasses import dataclass
from uuid import UUID

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from omnistore.outbox import connections, events  # noqa: E402
from omnistore.outbox.facts import Fact  # noqa: E402
from tests.factories import WEBHOOK_SECRET  # noqa: E402


@dataclass(frozen=True)
class Happened(Fact):
    name = "tests.happened"


def main(url: str, count: int, customers: int) -> None:
    connections.ensure(name="CRM", url=url, secret=WEBHOOK_SECRET, at=now())
    for number in range(count):
        customer_id = UUID(int=1 + number % customers)
        with transaction.atomic():
            events.record(Happened(customer_id=customer_id, store_code="lyo"), at=now())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
