"""A receiver, a connection to it, and people it hears of."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import translation

from omnistore.outbox import connections, events, relay, sending
from omnistore.outbox.facts import Fact
from omnistore.outbox.models import Connection, Delivery, Event
from tests.factories import NOON, WEBHOOK_SECRET
from tests.receiver import Receiver, listening

ALICE = UUID("a11ce000-0000-4000-8000-000000000001")
BOB = UUID("b0b00000-0000-4000-8000-000000000002")


@dataclass(frozen=True)
class CardShown(Fact):
    """A fact for tests."""

    name = "tests.card.shown"

    times: int = 1


def happen(customer_id: UUID | None = ALICE, *, at: datetime = NOON, times: int = 1) -> Event:
    """Record a fact about the customer in a transaction of its own."""
    with transaction.atomic():
        return events.record(
            CardShown(customer_id=customer_id, store_code="lyo", times=times), at=at
        )


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


@dataclass
class Post:
    """The way out with a clock of its own and without chance: waits are the schedule's steps."""

    connection: Connection
    clock: Clock = field(default_factory=Clock)

    def relay(self) -> None:
        while relay.relay(at=self.clock()):
            pass

    def send(self) -> int:
        """Relay, then send what is due now; return how many were tried."""
        self.relay()
        self.connection.refresh_from_db()
        return sending.send_due(connection=self.connection, clock=self.clock, chance=lambda: 1.0)

    def only(self) -> Delivery:
        return Delivery.objects.get()


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def crm() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@pytest.fixture
def post(db: None, crm: Receiver) -> Post:
    return Post(connections.ensure(name="CRM", url=crm.url, secret=WEBHOOK_SECRET, at=NOON))
