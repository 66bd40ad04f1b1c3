"""Events become deliveries, one per connection that wants them."""

from datetime import timedelta

import pytest
from django.db import transaction

from omnistore.outbox import connections, events, relay
from omnistore.outbox.models import Delivery, Event
from tests.factories import NOON, WEBHOOK_SECRET
from tests.outbox.conftest import ALICE, BOB, CardShown, Post, happen

LATER = NOON + timedelta(seconds=1)


def test_gives_each_connection_the_events_it_wants(post: Post) -> None:
    for name, wants in (("Cards", ["tests.card.*"]), ("Refunds", ["orders.refund.paid"])):
        other = connections.ensure(name=name, url=post.connection.url, secret="whsec_b2s=", at=NOON)
        other.wants = wants
        other.save()
    happen()

    relayed = relay.relay(at=LATER)

    assert relayed == 1
    assert set(Delivery.objects.values_list("connection__name", flat=True)) == {"CRM", "Cards"}
    assert Event.objects.get().relayed_at == LATER


def test_makes_no_second_delivery_when_it_runs_again(post: Post) -> None:
    event = happen()
    relay.relay(at=LATER)
    Event.objects.filter(pk=event.pk).update(relayed_at=None)

    relay.relay(at=LATER)

    assert Delivery.objects.count() == 1


def test_keeps_deliveries_for_a_paused_connection(post: Post) -> None:
    connections.pause(connection=post.connection, at=NOON)
    happen()

    relay.relay(at=LATER)

    assert Delivery.objects.get().connection == post.connection


def test_takes_each_stream_from_its_beginning(post: Post) -> None:
    for _ in range(3):
        happen(ALICE)
        happen(BOB)

    relay.relay(at=LATER, limit=4)

    told = list(Delivery.objects.order_by("pk").values_list("event__customer_id", "sequence"))
    assert told == [(ALICE, 1), (ALICE, 2), (ALICE, 3), (BOB, 1)]


def test_refuses_to_record_outside_a_transaction(transactional_db: None) -> None:
    with pytest.raises(events.OutsideTransaction):
        events.record(CardShown(customer_id=ALICE, store_code="lyo"), at=NOON)


def test_numbers_events_of_a_store_without_customer_in_its_own_stream(post: Post) -> None:
    happen(None)
    event = happen(None)

    assert event.stream.key == "store:lyo"
    assert event.sequence == 2


def test_an_event_of_a_transaction_that_fails_never_was(post: Post) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        happen()
        1 / 0  # noqa: B018

    assert not Event.objects.exists()


def test_connecting_twice_is_one_connection(post: Post) -> None:
    moved = connections.ensure(
        name="CRM", url="http://localhost/elsewhere", secret=WEBHOOK_SECRET, at=LATER
    )

    assert moved == post.connection
    assert moved.url == "http://localhost/elsewhere"
