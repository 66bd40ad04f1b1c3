"""A connection that fails is held, probed, and runs again by itself."""

from datetime import timedelta
from uuid import UUID

from omnistore.outbox import breaker, connections, schedule
from omnistore.outbox.answers import Answer, Verdict, done, heard, silence
from omnistore.outbox.models import Connection, Delivery, Lane
from tests.factories import NOON
from tests.outbox.conftest import ALICE, Post, happen
from tests.receiver import Receiver

LATER = heard(500)
AWAY = silence("no answer")


def say(connection: Connection, *said: Answer, seconds: float = 0) -> Connection:
    at = NOON + timedelta(seconds=seconds)
    return breaker.heard(connection=connection, said=said, at=at)


def test_half_of_twenty_failing_within_a_minute_is_enough(post: Post) -> None:
    connection = post.connection
    for turn in range(9):
        connection = say(connection, LATER, done(), seconds=turn)
    assert connection.is_running

    connection = say(connection, LATER, done(), LATER, seconds=10)

    assert connection.is_held
    assert connection.probe_at == NOON + timedelta(seconds=40)


def test_the_same_over_a_longer_time_is_not(post: Post) -> None:
    connection = post.connection
    for turn in range(40):
        connection = say(connection, LATER, done(), seconds=turn * 10)

    assert connection.is_running


def test_a_few_bad_messages_among_many_good_ones_hold_nobody(post: Post) -> None:
    connection = post.connection
    for turn in range(30):
        connection = say(connection, LATER, done(), done(), seconds=turn)

    assert connection.is_running


def test_what_was_on_its_way_when_it_became_held_makes_the_wait_no_longer(post: Post) -> None:
    connection = say(post.connection, *[AWAY] * 5)
    assert connection.is_held

    connection = say(connection, *[AWAY] * 60)

    assert connection.probe_at == NOON + schedule.FIRST_HOLD


def test_a_probe_that_is_refused_as_a_message_shows_that_the_receiver_is_there(
    post: Post, crm: Receiver
) -> None:
    crm.answers = [503] * 5 + [422]
    for number in range(6):
        happen(UUID(int=number))
    post.send()
    assert Connection.objects.get().is_held

    post.clock.move(seconds=30)
    post.send()

    assert Connection.objects.get().is_running


def test_each_probe_is_spent_on_another_message(post: Post, crm: Receiver) -> None:
    crm.status = 503
    for number in range(3):
        happen(UUID(int=number))
    for _ in range(5):
        post.send()
        post.clock.move(minutes=11)

    assert Connection.objects.get().is_held
    assert len({message.event["subject"] for message in crm.messages[-3:]}) == 3


def test_no_probe_is_spent_on_a_lane_with_nothing_to_send(post: Post, crm: Receiver) -> None:
    for number in range(3):
        happen(UUID(int=number))
    post.relay()
    Lane.objects.update(is_held=True)
    happen(ALICE)
    post.relay()
    Lane.objects.filter(is_held=False).update(due_at=NOON + timedelta(seconds=1))
    Connection.objects.update(state=Connection.State.HELD, state_at=NOON, probe_at=NOON)

    for _ in range(4):
        post.send()

    assert [message.event["subject"] for message in crm.messages] == [str(ALICE)]
    post.connection.refresh_from_db()
    assert post.connection.is_running


def test_counts_no_attempt_while_it_is_held(post: Post, crm: Receiver) -> None:
    crm.status = 503
    happen()
    for _ in range(30):
        post.send()
        post.clock.move(minutes=11)

    assert post.only().attempts <= schedule.FAILURES_TO_HOLD


def test_says_nothing_to_the_database_while_all_is_well(
    post: Post, django_assert_num_queries: object
) -> None:
    connection = say(post.connection, done())

    with django_assert_num_queries(0):  # type: ignore[operator]
        say(connection, *[done()] * 100, seconds=0.5)


def test_our_own_pace_is_nobodys_failure(post: Post) -> None:
    unsent = Answer(Verdict.UNSENT, retry_after=timedelta(seconds=3))

    connection = say(post.connection, *[unsent] * 50)

    assert (connection.is_running, connection.failures) == (True, 0)


def test_what_was_to_be_tried_much_later_is_tried_when_the_receiver_is_back(
    post: Post, crm: Receiver
) -> None:
    crm.status = 500
    happen()
    for _ in range(4):
        post.send()
        post.clock.at = post.only().due_at
    assert Delivery.objects.get().due_at > NOON + timedelta(minutes=2)
    crm.status = 200
    at = NOON + timedelta(minutes=3)
    connections.pause(connection=post.connection, at=at)

    connections.resume(connection=post.connection, at=at)
    post.clock.at = at
    post.send()

    assert post.only().state == Delivery.State.DELIVERED
