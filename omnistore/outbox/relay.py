"""
The relay: turn events into deliveries, one per connection that wants them.

The rows never pass through Python: one statement per connection makes the deliveries of a batch,
one opens or wakes their lanes.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection as database
from django.db import transaction

from omnistore.outbox import connections, sql
from omnistore.outbox.models import Connection, Event, Kind

BATCH = 1000


def relay(*, at: datetime, limit: int = BATCH) -> int:
    """
    Make the deliveries of up to `limit` waiting events, and return how many events there were.

    Two relays at once are safe: the second waits for the first's rows and finds them done. Paused
    connections get their deliveries too; a connection made later hears of later events only. An
    erasure goes to whoever was ever told of the person, whatever else he wants to hear.
    """
    with transaction.atomic():
        events = _to_relay(limit)
        if not events:
            return 0
        for connection in connections.without_secrets(Connection.objects.order_by("pk")):
            wanted = [event.pk for event in events if connection.wants_fact(event.name)]
            deliver(connection, wanted, at=at)
            erasures = [event.pk for event in events if event.kind == Kind.ERASURE]
            _deliver_to_whom_was_told(connection, set(erasures) - set(wanted), at=at)
        _mark([event.pk for event in events], at)
    return len(events)


def deliver(connection: Connection, event_ids: Sequence[UUID], *, at: datetime) -> None:
    """Make the events' deliveries to the connection where there are none, and wake their lanes."""
    if not event_ids:
        return
    events, ids = sql.one_of(sql.uid(event_id) for event_id in event_ids)
    moment = sql.moment(at)
    head = [connection.pk, moment, moment, moment, connection.paused_by(at)]
    with database.cursor() as cursor:
        cursor.execute(DELIVER.format(events=events), [*head, *ids])
        cursor.execute(WAKE.format(events=events), [connection.pk, moment, *ids])


DELIVER = """
    INSERT INTO outbox_delivery (
        event_id, stream_id, sequence, is_ledger, connection_id, state, attempts,
        last_words, skipped_because, due_at, created_at, fresh_at, paused_before
    )
    SELECT id, stream_id, sequence, kind = 'LEDGER', %s, 'WAITING', 0, '', '', %s, %s, %s, %s
    FROM outbox_event WHERE id {events}
    ORDER BY stream_id, sequence
    ON CONFLICT (event_id, connection_id) DO NOTHING"""
# Lanes in one order for all who lock several. A lane that is leased is looked at by its sender.
WAKE = """
    INSERT INTO outbox_lane (connection_id, stream_id, due_at, is_held)
    SELECT DISTINCT %s, stream_id, %s, FALSE FROM outbox_event WHERE id {events}
    ORDER BY stream_id
    ON CONFLICT (connection_id, stream_id) DO UPDATE
    SET due_at = excluded.due_at WHERE outbox_lane.lease IS NULL"""


def _mark(event_ids: Sequence[UUID], at: datetime) -> None:
    events, ids = sql.one_of(sql.uid(event_id) for event_id in event_ids)
    with database.cursor() as cursor:
        statement = f"UPDATE outbox_event SET relayed_at = %s WHERE id {events}"
        cursor.execute(statement, [sql.moment(at), *ids])


def _deliver_to_whom_was_told(connection: Connection, erasures: set[UUID], *, at: datetime) -> None:
    told = Event.objects.filter(pk__in=erasures, stream__lanes__connection=connection)
    deliver(connection, list(told.values_list("pk", flat=True)) if erasures else [], at=at)


def _to_relay(limit: int) -> list[Event]:
    # Without skip_locked: a later number of a stream must not overtake an earlier one that
    # another relay holds. Each stream from its beginning, in one order for all relays.
    waiting = Event.objects.filter(relayed_at=None).order_by("stream_id", "sequence")
    return list(waiting.select_for_update().only("pk", "name", "kind")[:limit])
