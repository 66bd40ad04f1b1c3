"""Events: record a fact in the transaction that makes it true."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from django.utils.timezone import now

from omnistore.outbox.facts import Fact
from omnistore.outbox.models import Event, Stream


class OutsideTransaction(RuntimeError):
    """A fact was recorded outside the transaction that changes the state: a bug."""


def record(fact: Fact, *, at: datetime) -> Event:
    """
    Write the fact into its stream; after the commit a bell wakes the relay.

    The bell is the callable that `settings.OMNISTORE_BELL` names, rung once per transaction:
    the domain knows neither Celery nor whether anybody listens, and the sweep comes anyway.

    Raises:
        OutsideTransaction: there is no transaction, so the fact could outlive the change or
            be lost with it.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(fact.name)
    stream_id, sequence = _next_in(fact.stream_key)
    _ring_after_commit()
    return Event.objects.create(
        id=uuid.uuid4(),
        stream_id=stream_id,
        sequence=sequence,
        name=fact.name,
        kind=fact.fact_kind,
        topic=fact.topic,
        customer_id=fact.customer_id,
        payload=fact.payload(),
        happened_at=at,
        recorded_at=now(),
    )


def hold(stream_key: str) -> None:
    """
    Lock the stream until the commit, as `record` does, before anything is recorded.

    What is counted for a customer is counted by one at a time: who holds his stream sees all that
    others have committed to it. It is the same lock that `record` takes, so that nobody who
    records first and counts afterwards waits for one who does it the other way round.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(stream_key)
    held = Stream.objects.select_for_update(no_key=True).filter(key=stream_key).values_list("pk")
    if not held.first():
        Stream.objects.bulk_create([Stream(key=stream_key)], ignore_conflicts=True)
        held.first()


def _ring_after_commit() -> None:
    # A savepoint that is rolled back takes its bell out of the list with it.
    if all(waiting is not _ring for _, waiting, *_ in connection.run_on_commit):
        transaction.on_commit(_ring, robust=True)


def _ring() -> None:
    if settings.OMNISTORE_BELL:
        import_string(settings.OMNISTORE_BELL)()


def _next_in(stream_key: str) -> tuple[int, int]:
    # The upsert holds the stream's row until the commit: numbers are given out in commit order.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox_stream (key, last_sequence) VALUES (%s, 1) "
            "ON CONFLICT (key) DO UPDATE SET last_sequence = outbox_stream.last_sequence + 1 "
            "RETURNING id, last_sequence",
            [stream_key],
        )
        stream_id, sequence = cursor.fetchone()
    return stream_id, sequence
