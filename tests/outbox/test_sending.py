"""What is due goes out in order, and every answer has its consequence."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from omnistore.crm import webhook
from omnistore.outbox import answers, claims, connections, deliveries, schedule, settling
from omnistore.outbox.answers import Answer
from omnistore.outbox.claims import Claim
from omnistore.outbox.messages import Outcome
from omnistore.outbox.models import Connection, Delivery, Lane
from tests.factories import NOON, WEBHOOK_SECRET
from tests.outbox.conftest import ALICE, BOB, Post, happen
from tests.receiver import Receiver

State = Delivery.State


def test_delivers_what_happened(post: Post, crm: Receiver) -> None:
    event = happen(times=3)

    post.send()

    assert crm.messages[0].event["id"] == str(event.pk)
    assert crm.messages[0].event["data"]["times"] == 3
    assert post.only().state == State.DELIVERED
    post.connection.refresh_from_db()
    assert post.connection.last_success_at == NOON


def test_sends_nothing_twice(post: Post, crm: Receiver) -> None:
    happen()

    assert [post.send(), post.send()] == [1, 0]
    assert len(crm.messages) == 1


def test_keeps_the_order_of_each_customer(post: Post, crm: Receiver) -> None:
    for _ in range(5):
        happen(ALICE)
        happen(BOB)

    post.send()

    for customer in (ALICE, BOB):
        heard = [m.event["sequence"] for m in crm.messages if m.event["subject"] == str(customer)]
        assert heard == [f"{number:012d}" for number in range(1, 6)]


def test_a_message_waits_behind_an_earlier_one_of_its_customer_only(
    post: Post, crm: Receiver
) -> None:
    crm.answers = [500]
    happen(ALICE)
    happen(ALICE)
    happen(BOB)

    post.send()

    assert [m.event["subject"] for m in crm.messages] == [str(ALICE), str(BOB)]
    post.clock.move(seconds=5)
    post.send()
    assert [m.event["sequence"][-1] for m in crm.messages[2:]] == ["1", "2"]


def test_a_dead_letter_holds_its_customer_until_a_person_decides(post: Post, crm: Receiver) -> None:
    crm.answers = [(422, {}, b'{"error": "no such field"}')]
    happen(ALICE)
    happen(ALICE)
    happen(BOB)

    post.send()

    dead, behind = Delivery.objects.filter(event__customer_id=ALICE).order_by("sequence")
    assert dead.state == State.DEAD
    assert dead.last_words == '{"error": "no such field"}'
    assert (behind.state, behind.attempts) == (State.WAITING, 0)
    assert Delivery.objects.get(event__customer_id=BOB).state == State.DELIVERED
    assert post.send() == 0

    deliveries.skip(delivery=dead, because="known to them already", at=post.clock())
    post.send()

    behind.refresh_from_db()
    assert behind.state == State.DELIVERED
    assert Delivery.objects.get(pk=dead.pk).skipped_because == "known to them already"


@pytest.mark.parametrize("status", [200, 202, 204, 409])
def test_is_done_when_the_receiver_has_it(post: Post, crm: Receiver, status: int) -> None:
    crm.status = status
    happen()

    post.send()

    assert post.only().state == State.DELIVERED


@pytest.mark.parametrize("status", [301, 302, 408, 425, 429, 500, 502, 503, 504])
def test_comes_back_later(post: Post, crm: Receiver, status: int) -> None:
    crm.answers = [(status, {"Location": crm.url}, b"")]
    happen()

    post.send()

    delivery = post.only()
    assert (delivery.state, delivery.attempts, delivery.last_status) == (State.WAITING, 1, status)
    assert delivery.due_at == NOON + timedelta(seconds=5)
    assert len(crm.messages) == 1


@pytest.mark.parametrize("status", [400, 404, 405, 413, 422])
def test_gives_up_what_the_receiver_will_never_take(post: Post, crm: Receiver, status: int) -> None:
    crm.status = status
    happen()

    post.send()

    assert post.only().state == State.DEAD


@pytest.mark.parametrize("status", [401, 403, 410])
def test_pauses_the_connection_that_refuses_us(post: Post, crm: Receiver, status: int) -> None:
    crm.answers = [(status, {}, b"key expired")]
    happen(ALICE)
    happen(BOB)

    post.send()

    connection = Connection.objects.get()
    assert (connection.state, connection.state_reason) == (Connection.State.REFUSED, "key expired")
    assert list(Delivery.objects.values_list("attempts", "state").distinct()) == [(0, "WAITING")]
    assert post.send() == 0
    connections.resume(connection=connection, at=post.clock())
    assert post.send() == 2


def test_tries_by_the_schedule_and_gives_up_after_three_days(post: Post, crm: Receiver) -> None:
    crm.status = 500
    happen()
    waits = []

    post.send()
    while (delivery := post.only()).state == State.WAITING:
        waits.append(delivery.due_at - post.clock())
        post.clock.at = delivery.due_at
        post.send()

    assert waits[:8] == list(schedule.DELAYS)
    assert set(waits[8:-1]) == {schedule.THEN_EVERY}
    assert post.clock() == NOON + timedelta(hours=72)
    assert delivery.attempts == len(crm.messages) == len(waits) + 1


def test_chance_spreads_the_attempts() -> None:
    assert schedule.delay(attempts=1, chance=lambda: 0.5) == timedelta(seconds=2.5)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("60", 60), ("3", 5), ("864000", 3600), ("soon", 5), ("Sat, 21 Nov 2026 12:01:00 GMT", 60)],
)
def test_honours_retry_after_within_bounds(
    post: Post, crm: Receiver, header: str, seconds: int
) -> None:
    crm.answers = [(429, {"Retry-After": header}, b"")]
    happen()

    post.send()

    assert post.only().due_at == NOON + timedelta(seconds=seconds)


def test_holds_a_connection_that_does_not_answer_and_probes_it(post: Post, crm: Receiver) -> None:
    crm.answers = [503] * 6
    for number in range(10):
        happen(customer_number(number))

    assert post.send() == 5
    connection = Connection.objects.get()
    assert connection.is_held
    assert connection.probe_at == NOON + timedelta(seconds=30)
    assert post.send() == 0
    post.clock.move(seconds=30)
    assert post.send() == 1
    assert Connection.objects.get().probe_at == post.clock() + timedelta(seconds=60)
    post.clock.move(seconds=60)
    assert post.send() == 1
    assert Connection.objects.get().is_running
    assert post.send() == 9


def test_an_outage_fills_no_dead_letters(post: Post, crm: Receiver) -> None:
    crm.status = 503
    happen()
    while post.clock() < NOON + timedelta(days=10):
        post.send()
        post.clock.move(hours=6)

    crm.status = 200
    post.send()

    assert post.only().state == State.DELIVERED
    assert post.only().attempts <= schedule.FAILURES_TO_HOLD + 1


def test_time_spent_paused_does_not_age_a_delivery(post: Post, crm: Receiver) -> None:
    happen()
    post.relay()
    connections.pause(connection=post.connection, reason="move", at=post.clock())
    connections.resume(connection=post.connection, at=post.clock.move(days=30))
    crm.answers = [500]

    post.send()

    assert post.only().state == State.WAITING


def test_time_spent_paused_before_it_happened_counts_for_nothing(post: Post, crm: Receiver) -> None:
    crm.status = 500
    connections.pause(connection=post.connection, at=NOON)
    post.clock.move(hours=80)
    happen()
    post.relay()
    connections.resume(connection=post.connection, at=post.clock())
    post.send()

    post.clock.move(hours=73)
    post.send()

    assert post.only().state == State.DEAD


def test_other_connections_do_not_notice(post: Post, crm: Receiver) -> None:
    away = connections.ensure(
        name="Away", url="http://127.0.0.1:9/", secret=WEBHOOK_SECRET, at=NOON
    )
    happen()

    Post(away, post.clock).send()
    post.send()

    states = dict(Delivery.objects.values_list("connection__name", "state"))
    assert states == {"Away": State.WAITING, "CRM": State.DELIVERED}


def test_a_sender_that_slept_past_its_lease_cannot_mark(post: Post) -> None:
    happen()
    post.relay()
    slept = claims.take(connection=post.connection, at=post.clock())
    awake = claims.take(connection=post.connection, at=post.clock.move(minutes=5))

    kept = settle(post, slept, answers.done())

    assert kept == []
    assert post.only().state == State.WAITING
    assert Lane.objects.get().lease == awake.lease
    assert len(settle(post, awake, answers.done())) == 1
    assert post.only().state == State.DELIVERED


def test_nobody_takes_what_another_holds_nor_what_comes_after_it(post: Post) -> None:
    happen()
    post.relay()
    claims.take(connection=post.connection, at=post.clock())
    happen()
    post.relay()

    assert claims.take(connection=post.connection, at=post.clock.move(seconds=1)).runs == []


def test_what_comes_while_a_lane_is_leased_is_sent_when_it_is_free(
    post: Post, crm: Receiver
) -> None:
    happen()
    post.relay()
    claim = claims.take(connection=post.connection, at=post.clock())
    happen()
    post.relay()
    settle(post, claim, answers.done())

    assert post.send() == 1
    assert crm.messages[0].event["sequence"].endswith("2")


def test_a_lease_that_is_too_short_for_a_call_is_given_back(
    post: Post, crm: Receiver, settings: Any
) -> None:
    settings.OMNISTORE_LEASE_SECONDS = 9
    happen()
    happen()

    assert post.send() == 0
    assert crm.messages == []
    settings.OMNISTORE_LEASE_SECONDS = 30
    assert post.send() == 2


def test_keeps_nothing_personal_of_what_the_receiver_says(post: Post, crm: Receiver) -> None:
    said = b"E-mail camille.roy+1@example.fr of +33 6 12 34 56 78 (camille%40example.fr) is no 422"
    crm.answers = [(422, {}, said), (401, {}, said)]
    happen(ALICE)
    happen(BOB)

    post.send()

    post.connection.refresh_from_db()
    words = "E-mail … of … (…) is no 422"
    kept = set(Delivery.objects.values_list("last_words", flat=True))
    assert kept == {words}
    assert (post.connection.last_error, post.connection.state_reason) == (words, words)


def test_settles_words_that_no_database_keeps(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    # JSON may say what no text is: a zero, half a character.
    said = answers.dead("no\0thing \ud83d", 422)
    monkeypatch.setattr(webhook.Connector, "send", lambda *_: [said])
    happen()

    post.send()

    delivery = post.only()
    assert (delivery.state, delivery.last_words) == (State.DEAD, "nothing ?")


def test_tries_a_dead_letter_again(post: Post, crm: Receiver) -> None:
    crm.answers = [400]
    happen()
    post.send()

    deliveries.try_again(delivery=post.only(), at=post.clock.move(days=10))
    post.send()

    assert post.only().state == State.DELIVERED
    assert len(set(crm.ids)) == 1


def test_what_a_person_skips_while_it_is_refused_stays_skipped(
    post: Post, crm: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen()
    happen()
    post.relay()

    def skip_and_refuse(_: webhook.Connector, messages: Any, at: Any) -> list[Answer]:
        delivery = Delivery.objects.get(pk=messages[0].delivery_id)
        deliveries.skip(delivery=delivery, because="known there", at=at)
        return [answers.dead("no", 422)]

    with monkeypatch.context() as patched:
        patched.setattr(webhook.Connector, "send", skip_and_refuse)
        post.send()

    assert not Lane.objects.get().is_held
    post.send()
    states = Delivery.objects.order_by("sequence").values_list("state", flat=True)
    assert list(states) == [State.SKIPPED, State.DELIVERED]


def test_refuses_to_try_again_what_arrived(post: Post) -> None:
    happen()
    post.send()

    with pytest.raises(deliveries.AlreadyDelivered):
        deliveries.try_again(delivery=post.only(), at=post.clock())


def settle(post: Post, claim: Claim, answer: Answer) -> list[Outcome]:
    """Settle everything in the claim with one answer, and give its lanes back."""
    return settling.settle(
        claim,
        [Outcome(run.lane_id, message, answer) for run in claim.runs for message in run.messages],
        connection=post.connection,
        finished=[run.lane_id for run in claim.runs],
        chance=lambda: 1.0,
        at=post.clock(),
    )


def customer_number(number: int) -> UUID:
    return UUID(int=number)
