"""How far the CRM has followed, as the clerk is told."""

from datetime import timedelta

from pytest_django import DjangoAssertNumQueries

from omnistore.outbox import connections, deliveries
from omnistore.outbox.models import Connection
from tests.factories import NOON
from tests.outbox.conftest import ALICE, BOB, Post, happen
from tests.receiver import Receiver


def test_is_up_to_date_since_the_last_message_arrived(post: Post) -> None:
    happen()
    post.clock.move(seconds=2)
    post.send()

    state = deliveries.state_of(ALICE)

    assert state.is_up_to_date
    assert state.told_at == NOON + timedelta(seconds=2)


def test_is_waiting_until_everything_arrived(post: Post) -> None:
    happen()
    post.send()
    event = happen()

    assert deliveries.state_of(ALICE).is_waiting
    post.relay()
    assert deliveries.state_of(ALICE).waiting == 1
    assert deliveries.state_of_event(event.pk).is_waiting
    post.send()
    assert deliveries.state_of_event(event.pk).is_up_to_date


def test_one_customer_says_nothing_of_another(post: Post) -> None:
    happen(ALICE)
    post.send()
    happen(BOB)

    assert deliveries.state_of(ALICE).is_up_to_date
    assert deliveries.state_of(BOB).is_waiting


def test_says_that_the_receiver_does_not_answer(post: Post, crm: Receiver) -> None:
    crm.answers = [503]
    happen()
    post.send()

    assert deliveries.state_of(ALICE).reason == (
        "The CRM did not take it yet; it is tried again by itself."
    )
    Connection.objects.update(state=Connection.State.HELD)
    assert deliveries.state_of(ALICE).reason == (
        "CRM does not answer; what happened is kept and sent later."
    )


def test_says_that_the_connection_is_paused(post: Post) -> None:
    happen()
    post.relay()
    connections.pause(connection=post.connection, at=NOON)

    state = deliveries.state_of(ALICE)

    assert state.is_trouble
    assert state.reason == "Head office has paused CRM; what happened is kept."


def test_says_what_was_given_up(post: Post, crm: Receiver) -> None:
    crm.answers = [422]
    happen()
    post.send()

    state = deliveries.state_of(ALICE)

    assert state.reason == "The CRM did not accept 1 message; head office can see why."


def test_tells_nobody_without_a_connection(db: None) -> None:
    happen()

    assert deliveries.state_of(ALICE).standing is deliveries.Standing.NOBODY


def test_has_nothing_to_say_of_a_customer_to_whom_nothing_happened(post: Post) -> None:
    assert deliveries.state_of(BOB).standing is deliveries.Standing.NOBODY


def test_asks_the_database_twice(
    post: Post, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        happen()
    post.send()

    with django_assert_num_queries(2):
        deliveries.state_of(ALICE)
