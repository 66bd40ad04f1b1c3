"""How fast one connection may be called, by all workers together."""

from datetime import datetime, timedelta

import pytest

from omnistore.outbox import pace
from omnistore.outbox.models import Connection
from omnistore.outbox.pace import Pace
from tests.factories import NOON
from tests.outbox.conftest import Post
from tests.races.together import at_once

TEN_A_SECOND = Pace(calls=10, seconds=1, burst=3)


def take(connection: Connection, at: datetime = NOON) -> timedelta:
    return pace.take(connection_id=connection.pk, pace=TEN_A_SECOND, at=at)


def test_lets_a_burst_through_and_then_one_after_the_other(post: Post) -> None:
    waits = [take(post.connection) for _ in range(4)]

    assert waits[:3] == [timedelta(0)] * 3
    assert waits[3] == pytest.approx(timedelta(seconds=0.1), abs=timedelta(milliseconds=1))
    assert take(post.connection, NOON + timedelta(seconds=0.101)) == timedelta(0)


def test_never_lets_more_through_than_it_says(post: Post) -> None:
    at, through = NOON, 0
    while at < NOON + timedelta(seconds=10):
        wait = take(post.connection, at)
        through += not wait
        at += wait

    assert 100 <= through <= 103


def test_nobody_calls_before_the_time_the_receiver_gave(post: Post) -> None:
    pace.stop(connection_id=post.connection.pk, until=NOON + timedelta(seconds=7))

    wait = take(post.connection)

    assert timedelta(seconds=6.5) < wait < timedelta(seconds=7.5)
    assert take(post.connection, NOON + wait + timedelta(seconds=0.1)) == timedelta(0)


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_workers_at_once_share_one_pace(post: Post) -> None:
    waits = at_once(8, lambda _: [take(post.connection) for _ in range(5)])

    through = [wait for given in waits if isinstance(given, list) for wait in given if not wait]
    assert len(through) == TEN_A_SECOND.burst
