"""
Record facts, in a process of its own.

    python -m tests.chaos.record EVENTS CUSTOMERS FIRST [PER_SECOND]

Every seventh is a state of the customer's cart, every eleventh transaction fails on purpose: its
fact must never be heard of. A transaction that the database breaks is tried again.
"""

import sys
import time
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

import django

django.setup()

from django.db import Error, connection, transaction  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from omnistore.outbox import events  # noqa: E402
from omnistore.outbox.facts import Fact  # noqa: E402

PATIENCE = 120


@dataclass(frozen=True)
class Happened(Fact):
    name = "tests.happened"


@dataclass(frozen=True)
class CartFilled(Fact):
    """The newest of a customer counts."""

    name = "tests.cart.filled"
    fact_kind: ClassVar[str] = Fact.Kind.STATE

    units: int

    @property
    def topic(self) -> str:
        return "cart"


class OnPurpose(Exception):
    """The change did not come about."""


def main(count: int, customers: int, first: int, per_second: float) -> None:
    began = time.monotonic()
    for number in range(count):
        customer_id = UUID(int=1 + (first + number) % customers)
        record(customer_id, number)
        ahead = began + (number + 1) / per_second - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)


def record(customer_id: UUID, number: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return _record(customer_id, number)
        except Error as error:
            # Its connection was cut, or the disk is full: whether it was committed, nobody knows.
            print(error, file=sys.stderr, flush=True)
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _record(customer_id: UUID, number: int) -> None:
    try:
        with transaction.atomic():
            kind = CartFilled(customer_id, "lyo", number) if number % 7 == 0 else None
            events.record(kind or Happened(customer_id, "lyo"), at=now())
            if number % 11 == 10:
                raise OnPurpose
    except OnPurpose:
        pass


if __name__ == "__main__":
    count, customers, first = (int(argument) for argument in sys.argv[1:4])
    main(count, customers, first, float(sys.argv[4]) if len(sys.argv) > 4 else 1e9)
