"""
Claims: who may send which deliveries, for how long.

A claim takes the first waiting delivery of a stream and those behind it; whoever holds the first
holds the stream, so one customer's messages reach a receiver in order, from one sender. The lease
is a token that fences off a sender that slept: marking asks for it, and a later claim has
replaced it.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, takewhile

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from omnistore.outbox.models import Connection, Delivery

WAITING = Delivery.State.WAITING
STREAMS = 20
BATCH = 100


@dataclass(frozen=True)
class Claim:
    """Deliveries held by one sender: a list per stream, each in order."""

    lease: uuid.UUID
    until: datetime
    runs: list[list[Delivery]] = field(default_factory=list)

    def lasts(self, needed: timedelta, at: datetime) -> bool:
        """Whether the lease is good for that long."""
        return at + needed <= self.until


def take(*, connection: Connection, at: datetime, limit: int = BATCH) -> Claim:
    """
    Lease the connection's due deliveries to the caller, up to `limit`; of a held one any.

    A delivery waits while an earlier one of its stream waits for the same connection; what was
    given up (dead) does not stand in the way.
    """
    until = at + timedelta(seconds=settings.OMNISTORE_LEASE_SECONDS)
    claim = Claim(lease=uuid.uuid4(), until=until)
    with transaction.atomic():
        streams = _lock_first_of_streams(connection, at, min(limit, STREAMS))
        claim.runs.extend(_due_runs(connection, streams, at, limit))
        held = [delivery.pk for run in claim.runs for delivery in run]
        Delivery.objects.filter(pk__in=held).update(lease=claim.lease, leased_until=until)
    return claim


def none(*, at: datetime) -> Claim:
    """Return a claim on nothing."""
    return Claim(lease=uuid.uuid4(), until=at)


def mark(*, delivery: Delivery, claim: Claim, **changes: object) -> bool:
    """Write the outcome and end the lease; False, and nothing written, if it is another's now."""
    held = Delivery.objects.filter(pk=delivery.pk, lease=claim.lease, state=WAITING)
    return bool(held.update(lease=None, leased_until=None, **changes))


def release(*, claim: Claim) -> None:
    """Give back what was not sent."""
    held = [delivery.pk for run in claim.runs for delivery in run]
    Delivery.objects.filter(pk__in=held, lease=claim.lease).update(lease=None, leased_until=None)


def _lock_first_of_streams(connection: Connection, at: datetime, limit: int) -> list[int]:
    earlier = Delivery.objects.filter(
        connection=OuterRef("connection"),
        stream=OuterRef("stream"),
        sequence__lt=OuterRef("sequence"),
        state=WAITING,
    )
    first = _free(connection, at).filter(~Exists(earlier))
    locked = first.select_for_update(skip_locked=True)[:limit]
    return [delivery.stream_id for delivery in locked]


def _free(connection: Connection, at: datetime) -> QuerySet[Delivery]:
    is_free = Q(leased_until=None) | Q(leased_until__lte=at)
    free = Delivery.objects.filter(is_free, connection=connection, state=WAITING)
    if connection.is_held:
        # A probe, whatever is due: the least tried, lest it be spent on a message that is
        # itself the trouble.
        return free.order_by("attempts", "due_at", "pk")
    return free.filter(due_at__lte=at).order_by("due_at", "pk")


def _due_runs(
    connection: Connection, streams: list[int], at: datetime, limit: int
) -> list[list[Delivery]]:
    waiting = (
        Delivery.objects.filter(connection=connection, stream__in=streams, state=WAITING)
        .select_related("event")
        .order_by("stream_id", "sequence")[:limit]
    )
    runs = [
        list(takewhile(lambda delivery: connection.is_held or delivery.due_at <= at, run))
        for _, run in groupby(waiting, key=lambda delivery: delivery.stream_id)
    ]
    return [run for run in runs if run]
