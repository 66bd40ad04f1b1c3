"""Replays: send a range of events, or a customer's, once more, under the same ids."""

from datetime import datetime
from uuid import UUID

from django.db import connection as database
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Invalid
from omnistore.outbox import relay, sql
from omnistore.outbox.models import Connection, Delivery, Event, Lane, Replay

BATCH = 1000


class NothingToReplay(Invalid):
    code = "nothing_to_replay"
    words = _("Give a beginning and an end, or a customer.")


def begin(
    *,
    connection: Connection,
    start: datetime | None = None,
    end: datetime | None = None,
    customer_id: UUID | None = None,
    asked_by_id: int | None,
    at: datetime,
) -> Replay:
    """
    Ask for the events of a time, the end exclusive, or of a customer, or both; workers do it.

    The receiver gets them under the ids they had, so that what it has already changes nothing;
    what it never got, because the connection is younger, it gets now.

    Raises:
        NothingToReplay: neither a range nor a customer, or a range that ends before it begins.
    """
    replay = _asked(connection, start, end, customer_id, at)
    replay.asked_by_id = asked_by_id
    replay.save()
    return replay


def count(
    *,
    connection: Connection,
    start: datetime | None = None,
    end: datetime | None = None,
    customer_id: UUID | None = None,
    at: datetime,
) -> int:
    """
    Return how many events `begin` would send, without beginning.

    Raises:
        NothingToReplay: as `begin` does.
    """
    events = _of(_asked(connection, start, end, customer_id, at))
    names = events.order_by().values("name").annotate(number=Count("pk"))
    return sum(
        number
        for name, number in names.values_list("name", "number")
        if connection.wants_fact(name)
    )


def go_on(*, at: datetime) -> int:
    """Make the next events of a replay ready, and return how many that were; 0 when none is."""
    with transaction.atomic():
        open_ones = Replay.objects.filter(done_at=None).order_by("pk")
        replay = open_ones.select_for_update(skip_locked=True, of=("self",)).first()
        if replay is None:
            return 0
        events = list(_next(replay)[:BATCH])
        ids = [event.pk for event in events if replay.connection.wants_fact(event.name)]
        _make_ready(replay.connection, ids, at)
        replay.events += len(ids)
        if events:
            replay.reached_at, replay.reached_id = events[-1].recorded_at, events[-1].pk
        replay.done_at = at if len(events) < BATCH else None
        replay.save()
    return len(events)


def _asked(
    connection: Connection,
    start: datetime | None,
    end: datetime | None,
    customer_id: UUID | None,
    at: datetime,
) -> Replay:
    is_range = start is not None and end is not None and start < end
    if not is_range and (customer_id is None or start or end):
        raise NothingToReplay
    return Replay(
        connection=connection, customer_id=customer_id, start_at=start, end_at=end, asked_at=at
    )


def _next(replay: Replay) -> QuerySet[Event]:
    events = _of(replay)
    if replay.reached_at:
        events = events.filter(
            Q(recorded_at__gt=replay.reached_at)
            | Q(recorded_at=replay.reached_at, pk__gt=replay.reached_id)
        )
    return events.order_by("recorded_at", "pk").only("pk", "name", "recorded_at")


def _of(replay: Replay) -> QuerySet[Event]:
    events = Event.objects.exclude(relayed_at=None)
    if replay.customer_id:
        events = events.filter(customer_id=replay.customer_id)
    if replay.start_at and replay.end_at:
        events = events.filter(recorded_at__gte=replay.start_at, recorded_at__lt=replay.end_at)
    else:
        events = events.filter(recorded_at__lt=replay.asked_at)
    return events


def _make_ready(connection: Connection, event_ids: list[UUID], at: datetime) -> None:
    if not event_ids:
        return
    events, ids = sql.one_of(sql.uid(event_id) for event_id in event_ids)
    _lock_lanes(connection, event_ids)
    moment = sql.moment(at)
    values = [moment, moment, connection.paused_by(at), connection.pk]
    with database.cursor() as cursor:
        cursor.execute(AGAIN.format(events=events), [*values, *ids])
    _let_go(connection, event_ids)
    relay.deliver(connection, event_ids, at=at)


def _lock_lanes(connection: Connection, event_ids: list[UUID]) -> None:
    """Lock lanes before deliveries, in their order, as everybody does."""
    streams = Event.objects.filter(pk__in=event_ids).values("stream")
    lanes = Lane.objects.filter(connection=connection, stream__in=streams).order_by("stream_id")
    len(lanes.select_for_update().values_list("pk"))


def _let_go(connection: Connection, event_ids: list[UUID]) -> None:
    """Hold no longer the lanes of which nothing is given up any more."""
    dead = Delivery.objects.filter(
        connection=connection, stream=OuterRef("stream"), is_ledger=True, state=Delivery.State.DEAD
    )
    streams = Event.objects.filter(pk__in=event_ids).values("stream")
    held = Lane.objects.filter(~Exists(dead), connection=connection, is_held=True)
    held.filter(stream__in=streams).update(is_held=False)


# A replaced state was never sent: now it would come after the newer one that stands for it.
AGAIN = """
    UPDATE outbox_delivery
    SET state = 'WAITING', attempts = 0, delivered_at = NULL, skipped_because = '',
        due_at = %s, fresh_at = %s, paused_before = %s
    WHERE connection_id = %s AND state NOT IN ('WAITING', 'REPLACED')
        AND event_id {events}"""
