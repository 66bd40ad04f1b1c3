"""What waits for what: ledgers in order, of states the newest, erasures for nobody."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import transaction

from customers import privacy
from omnistore.outbox import claims, connections, deliveries, events, relay, replays
from omnistore.outbox.facts import Fact
from omnistore.outbox.models import Connection, Delivery, Event, Lane
from tests.factories import NOON, WEBHOOK_SECRET, make_customer
from tests.outbox.conftest import ALICE, Post, happen
from tests.receiver import Receiver

State = Delivery.State


@dataclass(frozen=True)
class CartFilled(Fact):
    """A state for tests."""

    name: ClassVar[str] = "tests.cart.filled"
    fact_kind: ClassVar[str] = Fact.Kind.STATE

    units: int

    @property
    def topic(self) -> str:
        return "cart"


@dataclass(frozen=True)
class Served(Fact):
    """A state of which none stands for another."""

    name: ClassVar[str] = "tests.visit.served"
    fact_kind: ClassVar[str] = Fact.Kind.STATE

    number: int


def serve(number: int) -> Event:
    with transaction.atomic():
        return events.record(Served(None, "lyo", number), at=NOON)


def fill(units: int, *, at: datetime = NOON, customer_id: Any = ALICE) -> Event:
    with transaction.atomic():
        return events.record(CartFilled(customer_id, "lyo", units), at=at)


def test_sends_only_the_newest_state_of_a_topic(post: Post, crm: Receiver) -> None:
    for units in (1, 2, 3):
        fill(units)

    post.send()

    assert [message.event["data"]["units"] for message in crm.messages] == [3]
    assert list(Delivery.objects.order_by("sequence").values_list("state", flat=True)) == [
        *(State.REPLACED, State.REPLACED),
        State.DELIVERED,
    ]


def test_a_state_is_replaced_only_once_the_newer_one_has_arrived(post: Post, crm: Receiver) -> None:
    crm.answers = [500]
    fill(1)
    fill(2)

    post.send()

    assert not Delivery.objects.exclude(state=State.WAITING).exists()
    # Nobody looks at the older one before that.
    assert Lane.objects.get().due_at == NOON + timedelta(seconds=5)
    post.clock.move(seconds=5)
    post.send()
    assert [message.event["data"]["units"] for message in crm.messages] == [2, 2]


def test_an_older_state_does_not_go_for_a_newer_one_that_was_given_up(
    post: Post, crm: Receiver
) -> None:
    crm.answers = [422]
    fill(1)
    fill(2)

    post.send()
    post.send()

    assert [message.event["data"]["units"] for message in crm.messages] == [2]
    states = Delivery.objects.order_by("sequence").values_list("state", flat=True)
    assert list(states) == [State.REPLACED, State.DEAD]


def test_an_older_state_is_not_sent_again_after_a_newer_one(post: Post, crm: Receiver) -> None:
    fill(1)
    fill(2)
    post.send()
    older, newer = Event.objects.order_by("sequence")
    Event.objects.filter(pk=newer.pk).update(recorded_at=older.recorded_at + timedelta(days=1))

    replays.begin(
        connection=post.connection,
        start=older.recorded_at,
        end=older.recorded_at + timedelta(hours=1),
        asked_by_id=None,
        at=NOON,
    )
    replays.go_on(at=NOON)
    post.send()

    assert [message.event["data"]["units"] for message in crm.messages] == [2]


def test_a_newer_state_does_not_wait_for_an_older_one_that_failed(
    post: Post, crm: Receiver
) -> None:
    crm.answers = [500]
    fill(1)
    post.send()
    fill(2)

    post.send()

    assert [message.event["data"]["units"] for message in crm.messages] == [1, 2]
    assert not Delivery.objects.filter(state=State.WAITING).exists()


def test_what_waits_for_nothing_is_sent_however_many_before_it_failed(
    post: Post, crm: Receiver
) -> None:
    for number in range(claims.EACH):
        serve(number)
    post.relay()
    Delivery.objects.update(due_at=NOON + timedelta(hours=1))
    last = serve(claims.EACH)

    post.send()

    assert [message.event["id"] for message in crm.messages] == [str(last.pk)]
    assert Lane.objects.get().due_at == NOON + timedelta(hours=1)


def test_a_state_does_not_wait_behind_a_held_ledger(post: Post, crm: Receiver) -> None:
    crm.answers = [422]
    happen()
    post.send()
    happen()
    fill(4)

    post.send()

    assert crm.messages[-1].event["data"]["units"] == 4
    assert Delivery.objects.get(sequence=2).state == State.WAITING


def test_a_ledger_does_not_wait_for_states(post: Post, crm: Receiver) -> None:
    crm.answers = [500]
    fill(1)
    happen()

    post.send()

    assert Delivery.objects.get(sequence=2).state == State.DELIVERED


def test_an_erasure_does_not_wait_behind_a_held_ledger(post: Post, crm: Receiver) -> None:
    alice = make_customer(id=ALICE, phone="+33612345678")
    crm.answers = [200, 422]
    happen()
    happen()
    happen()
    post.send()

    privacy.erase(customer=alice, at=post.clock())
    post.send()

    assert crm.messages[-1].event["type"] == "omnistore.customers.customer.erased"
    assert Delivery.objects.get(sequence=3).state == State.WAITING


def test_a_purge_gives_up_no_erasure(post: Post, crm: Receiver) -> None:
    alice = make_customer(id=ALICE, phone="+33612345678")
    happen()
    post.send()
    happen()
    fill(1)
    privacy.erase(customer=alice, at=post.clock())
    post.relay()

    assert deliveries.purge(connection=post.connection, because="too many", at=NOON) == 2
    post.send()

    assert [message.event["type"] for message in crm.messages[1:]] == [
        "omnistore.customers.customer.erased"
    ]
    assert Lane.objects.get().due_at is None


def test_an_erasure_goes_to_whom_was_told_whatever_he_wants_to_hear(
    post: Post, crm: Receiver
) -> None:
    alice = make_customer(id=ALICE)
    post.connection.wants = ["tests.card.*"]
    post.connection.save()
    stranger = connections.ensure(name="Stranger", url=crm.url, secret=WEBHOOK_SECRET, at=NOON)
    stranger.wants = ["orders.*"]
    stranger.save()
    happen()
    post.send()

    privacy.erase(customer=alice, at=post.clock())
    relay.relay(at=post.clock())

    erasures = Delivery.objects.filter(event__name="customers.customer.erased")
    assert [erasure.connection for erasure in erasures] == [post.connection]


def test_an_erasure_waits_for_a_paused_connection_and_is_not_forgotten(
    post: Post, crm: Receiver
) -> None:
    alice = make_customer(id=ALICE)
    happen()
    post.send()
    connections.pause(connection=post.connection, at=post.clock())
    privacy.erase(customer=alice, at=post.clock())
    assert post.send() == 0

    connections.resume(connection=Connection.objects.get(), at=post.clock.move(days=40))
    post.send()

    assert crm.messages[-1].event["type"] == "omnistore.customers.customer.erased"


def test_says_of_each_system_since_when_it_was_told_of_a_customer(post: Post) -> None:
    happen()
    post.relay()
    assert Lane.objects.get().told_at is None

    post.clock.move(seconds=2)
    post.send()

    assert Lane.objects.get().told_at == post.clock()
