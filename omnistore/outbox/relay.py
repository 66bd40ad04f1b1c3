"""The relay: turn events into deliveries, one per connection that wants them."""

from datetime import datetime

from django.db import transaction

from omnistore.outbox.models import Connection, Delivery, Event
from omnistore.outbox.schedule import MAX_AGE

BATCH = 500


def relay(*, at: datetime, limit: int = BATCH) -> int:
    """
    Make the deliveries of up to `limit` waiting events, and return how many events there were.

    Two relays at once are safe: the second waits for the first's rows and finds them done. Paused
    connections get their deliveries too; a connection made later hears of later events only.
    """
    with transaction.atomic():
        events = list(_to_relay(limit))
        wanted = [
            Delivery(
                event=event,
                connection=connection,
                stream_id=event.stream_id,
                sequence=event.sequence,
                created_at=at,
                due_at=at,
                expires_at=at + MAX_AGE,
            )
            for connection in (Connection.objects.all() if events else [])
            for event in events
            if connection.wants_fact(event.name)
        ]
        Delivery.objects.bulk_create(wanted, ignore_conflicts=True, batch_size=BATCH)
        Event.objects.filter(pk__in=[event.pk for event in events]).update(relayed_at=at)
    return len(events)


def _to_relay(limit: int) -> "list[Event]":
    # Without skip_locked: a later number of a stream must not overtake an earlier one that
    # another relay holds. Each stream from its beginning, in one order for all relays.
    waiting = Event.objects.filter(relayed_at=None).order_by("stream_id", "sequence")
    return list(waiting.select_for_update()[:limit])
