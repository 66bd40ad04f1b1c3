"""Sent again under the same ids: a range of time, one customer, what was never sent."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from omnistore.outbox import connections, deliveries, replays
from omnistore.outbox.models import Delivery, Event, Lane, Replay
from tests.factories import NOON, WEBHOOK_SECRET
from tests.outbox.conftest import ALICE, BOB, Post, happen
from tests.receiver import Receiver

State = Delivery.State


def test_sends_a_customers_events_again_under_the_same_ids(post: Post, crm: Receiver) -> None:
    happen(ALICE)
    happen(ALICE)
    happen(BOB)
    post.send()
    first = [message.id for message in crm.messages if message.event["subject"] == str(ALICE)]
    crm.messages.clear()

    replays.begin(connection=post.connection, customer_id=ALICE, asked_by_id=None, at=now())
    replays.go_on(at=post.clock())
    post.send()

    assert crm.ids == first
    assert Replay.objects.get().done_at is not None


def test_sends_a_range_of_time_again_the_end_exclusive(post: Post, crm: Receiver) -> None:
    happenings = [happen(ALICE) for _ in range(3)]
    for number, event in enumerate(happenings):
        Event.objects.filter(pk=event.pk).update(recorded_at=NOON + timedelta(minutes=number))
    post.send()
    crm.messages.clear()

    replays.begin(
        connection=post.connection,
        start=NOON + timedelta(minutes=1),
        end=NOON + timedelta(minutes=2),
        asked_by_id=None,
        at=now(),
    )
    replays.go_on(at=post.clock())
    post.send()

    assert [message.event["id"] for message in crm.messages] == [str(happenings[1].pk)]


def test_tells_a_younger_connection_what_happened_before_it(post: Post, crm: Receiver) -> None:
    happen()
    post.send()
    crm.messages.clear()
    younger = connections.ensure(name="Younger", url=crm.url, secret=WEBHOOK_SECRET, at=NOON)

    replays.begin(connection=younger, customer_id=ALICE, asked_by_id=None, at=now())
    replays.go_on(at=post.clock())
    Post(younger, post.clock).send()

    assert len(crm.messages) == 1


def test_goes_on_where_it_was(post: Post, crm: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "BATCH", 2)
    for _ in range(5):
        happen()
    post.send()

    replays.begin(connection=post.connection, customer_id=ALICE, asked_by_id=None, at=now())

    assert [replays.go_on(at=post.clock()) for _ in range(4)] == [2, 2, 1, 0]
    assert Replay.objects.get().events == 5
    assert Delivery.objects.filter(state=State.WAITING).count() == 5


@pytest.mark.parametrize(
    ("start", "end"),
    [(None, None), (NOON, None), (None, NOON), (NOON, NOON), (NOON, NOON - timedelta(1))],
)
def test_refuses_a_range_that_is_none(post: Post, start: object, end: object) -> None:
    with pytest.raises(replays.NothingToReplay):
        replays.begin(
            connection=post.connection,
            start=start,  # type: ignore[arg-type]
            end=end,  # type: ignore[arg-type]
            asked_by_id=None,
            at=NOON,
        )


def test_a_replay_frees_a_held_customer(post: Post, crm: Receiver) -> None:
    crm.answers = [422]
    happen()
    happen()
    post.send()
    assert Lane.objects.get().is_held

    replays.begin(connection=post.connection, customer_id=ALICE, asked_by_id=None, at=now())
    replays.go_on(at=post.clock())
    post.send()

    assert set(Delivery.objects.values_list("state", flat=True)) == {State.DELIVERED}
    assert not Lane.objects.get().is_held


def test_purging_skips_what_waits_and_what_was_given_up(post: Post, crm: Receiver) -> None:
    crm.answers = [422]
    happen(ALICE)
    happen(ALICE)
    happen(BOB)
    post.send()

    purged = deliveries.purge(connection=post.connection, because="new CRM", at=post.clock())

    assert purged == 2
    assert not Lane.objects.get(stream__key__endswith=str(ALICE)).is_held
    assert post.send() == 0
    happen(ALICE)
    assert post.send() == 1


def test_skipping_and_purging_want_a_reason(post: Post) -> None:
    happen()
    post.relay()

    with pytest.raises(deliveries.ReasonNeeded):
        deliveries.skip(delivery=post.only(), because=" ", at=NOON)
    with pytest.raises(deliveries.ReasonNeeded):
        deliveries.purge(connection=post.connection, because="", at=NOON)
