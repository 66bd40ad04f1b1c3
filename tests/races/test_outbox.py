"""Two workers at once: one delivery each, sent by one of them, in order."""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

import pytest

from omnistore.outbox import connections, relay, sending
from omnistore.outbox.models import Connection, Delivery, Event
from tests.factories import NOON, WEBHOOK_SECRET
from tests.outbox.conftest import Clock, happen
from tests.races.together import at_once
from tests.receiver import Receiver, listening

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

CUSTOMERS = 10
EVENTS = 60


@pytest.fixture
def crm() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@pytest.fixture
def connection(db: None, crm: Receiver) -> Connection:
    made = connections.ensure(name="CRM", url=crm.url, secret=WEBHOOK_SECRET, at=NOON)
    for number in range(EVENTS):
        happen(UUID(int=1 + number % CUSTOMERS))
    return made


def test_two_relays_make_one_delivery_of_each_event(connection: Connection) -> None:
    def drain(number: int) -> int:
        return sum(iter(lambda: relay.relay(at=NOON, limit=5), 0))

    relayed = at_once(4, drain)

    assert sum(count for count in relayed if isinstance(count, int)) == EVENTS
    assert Delivery.objects.count() == EVENTS
    assert not Event.objects.filter(relayed_at=None).exists()


def test_two_senders_send_each_delivery_once_and_in_order(
    connection: Connection, crm: Receiver
) -> None:
    relay.relay(at=NOON)

    def drain(number: int) -> int:
        return sum(iter(lambda: send_some(connection), 0))

    sent = at_once(4, drain)

    assert sum(count for count in sent if isinstance(count, int)) == EVENTS
    assert set(Counter(crm.ids).values()) == {1}
    for customer in range(1, CUSTOMERS + 1):
        subject = str(UUID(int=customer))
        heard = [m.event["sequence"] for m in crm.messages if m.event["subject"] == subject]
        assert heard == sorted(heard)
    assert not Delivery.objects.exclude(state=Delivery.State.DELIVERED).exists()


def test_only_one_of_many_probes_a_connection_that_is_held(
    connection: Connection, crm: Receiver
) -> None:
    relay.relay(at=NOON)
    Connection.objects.update(state=Connection.State.HELD, state_at=NOON, probe_at=NOON)
    connection.refresh_from_db()

    tried = at_once(4, lambda number: send_some(connection))

    assert sorted(count for count in tried if isinstance(count, int)) == [0, 0, 0, 1]


def send_some(connection: Connection) -> int:
    return sending.send_due(connection=connection, clock=Clock(), chance=lambda: 1.0)
