"""
Claims: who may send what of which lane, for how long.

A lane is what one connection hears of one stream; a claim leases lanes as a whole, so that one
customer's messages reach a receiver in order and from one sender. While it is leased, a lane is due
when the lease ends: a sender that dies costs one lease and nothing else. The lease is a token that
fences off a sender that slept: settling asks for it, and a later claim has replaced it.

How long a claim takes does not depend on how much waits: it reads the first entries of an index.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.db import connection as database

from omnistore.outbox import messages, sql
from omnistore.outbox.messages import Message
from omnistore.outbox.models import Connection, Delivery

LANES = 200
# How many of one lane: what a killed sender may repeat for one customer.
EACH = 20


@dataclass
class Run:
    """What is to be sent of one lane now, in order."""

    lane_id: int
    stream_id: int
    messages: list[Message] = field(default_factory=list)
    # What a newer state of the same topic stands for: delivery ids by that of the newer one.
    replaced: dict[int, list[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Claim:
    """Lanes held by one sender."""

    connection_id: int
    lease: uuid.UUID
    until: datetime
    runs: list[Run] = field(default_factory=list)

    def lasts(self, needed: timedelta, at: datetime) -> bool:
        """Whether the lease is good for that long."""
        return at + needed <= self.until


def take(
    *,
    connection: Connection,
    at: datetime,
    limit: int = LANES,
    each: int = EACH,
    is_probe: bool = False,
) -> Claim:
    """
    Lease up to `limit` of the connection's lanes in which something is due to the caller.

    A probe takes one message of one lane, due or not: the one that was tried longest ago.
    """
    until = at + timedelta(seconds=settings.OMNISTORE_LEASE_SECONDS)
    claim = Claim(connection.pk, uuid.uuid4(), until)
    limit, each = (1, 1) if is_probe else (limit, each)
    lanes = _lease(claim, at, limit, is_probe=is_probe)
    claim.runs.extend(Run(lane_id, stream_id) for stream_id, lane_id, _ in lanes)
    if lanes:
        _fill(claim, lanes, at, each, is_probe=is_probe)
    return claim


def _lease(
    claim: Claim, at: datetime, limit: int, *, is_probe: bool
) -> list[tuple[int, int, bool]]:
    """Lease lanes in one statement; return (stream, lane, whether it is held) of each."""
    # A probe may come early, but never into another's lease.
    ready = "(due_at <= %s OR lease IS NULL)" if is_probe else "due_at <= %s"
    statement = LEASE.format(ready=ready, skip_locked=SKIP_LOCKED[database.vendor])
    due = [claim.connection_id, sql.moment(at), limit]
    with database.cursor() as cursor:
        cursor.execute(statement, [*due, sql.uid(claim.lease), sql.moment(claim.until)])
        return [(stream, lane, bool(is_held)) for stream, lane, is_held in cursor.fetchall()]


LEASE = """
    WITH ready AS MATERIALIZED (
        SELECT id FROM outbox_lane
        WHERE connection_id = %s AND due_at IS NOT NULL AND {ready}
        ORDER BY due_at LIMIT %s {skip_locked}
    )
    UPDATE outbox_lane SET lease = %s, due_at = %s WHERE id IN (SELECT id FROM ready)
    RETURNING stream_id, id, is_held"""
# SQLite has one writer at a time, and would not say that it does not know the words.
SKIP_LOCKED = {"postgresql": "FOR UPDATE SKIP LOCKED", "sqlite": ""}


def _fill(
    claim: Claim, lanes: list[tuple[int, int, bool]], at: datetime, each: int, *, is_probe: bool
) -> None:
    wanted = [(stream_id, False) for stream_id, _, _ in lanes]
    wanted += [(stream_id, True) for stream_id, _, is_held in lanes if not is_held]
    ids = _first(claim.connection_id, wanted, each, at)
    runs = {run.stream_id: run for run in claim.runs}
    for stream_id, waiting in groupby(_read(ids, claim.connection_id), key=_stream_of):
        _choose(runs[stream_id], list(waiting), at, is_probe=is_probe)
        del runs[stream_id].messages[each:]


def _first(
    connection_id: int, wanted: list[tuple[int, bool]], each: int, at: datetime
) -> list[int]:
    """
    Return the ids of the first waiting deliveries of each (stream, whether it is ledger).

    Of states the first that are due too: however many before them failed, they wait for none.
    """
    moment = sql.moment(at)
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            streams, are_ledger = zip(*wanted, strict=True)
            look = [connection_id, each]
            values = [list(streams), list(are_ledger), *look, connection_id, moment, each]
            cursor.execute(FIRST_OF_EACH, values)
        else:
            pairs = ", ".join(["(%s, %s)"] * len(wanted))
            values = [value for pair in wanted for value in pair]
            values = [moment, moment, connection_id, *values, each, each]
            cursor.execute(FIRST_BY_RANK.format(pairs=pairs), values)
        return [delivery_id for (delivery_id,) in cursor.fetchall()]


# One look into the index for each, however much waits behind it.
FIRST_OF_EACH = """
    SELECT first.id
    FROM unnest(%s::bigint[], %s::boolean[]) AS wanted(stream_id, is_ledger)
    CROSS JOIN LATERAL (
        (
            SELECT id FROM outbox_delivery
            WHERE connection_id = %s AND stream_id = wanted.stream_id
                AND is_ledger = wanted.is_ledger AND state = 'WAITING'
            ORDER BY sequence LIMIT %s
        ) UNION (
            SELECT id FROM outbox_delivery
            WHERE connection_id = %s AND stream_id = wanted.stream_id
                AND NOT wanted.is_ledger AND NOT is_ledger AND state = 'WAITING' AND due_at <= %s
            ORDER BY sequence LIMIT %s
        )
    ) AS first"""
# SQLite knows no LATERAL.
FIRST_BY_RANK = """
    SELECT id FROM (
        SELECT id, NOT is_ledger AND due_at <= %s AS is_due,
            row_number() OVER (PARTITION BY stream_id, is_ledger ORDER BY sequence) AS place,
            row_number() OVER (
                PARTITION BY stream_id, is_ledger, due_at <= %s ORDER BY sequence
            ) AS place_of_due
        FROM outbox_delivery
        WHERE connection_id = %s AND (stream_id, is_ledger) IN (VALUES {pairs})
            AND state = 'WAITING'
    ) WHERE place <= %s OR (is_due AND place_of_due <= %s)"""


def _read(ids: list[int], connection_id: int) -> Iterator[tuple[Message, datetime]]:
    """Yield the messages with when each is due, stream by stream, in order."""
    rows = Delivery.objects.filter(pk__in=ids).order_by("stream_id", "sequence")
    for pk, event_id, stream_id, *facts, due_at in rows.values_list(*COLUMNS):
        key = messages.key(event_id, connection_id)
        yield Message(pk, event_id, stream_id, key, *facts), due_at


def _stream_of(waiting: tuple[Message, datetime]) -> int:
    return waiting[0].stream_id


# In the order of `Message`'s fields, but for its key.
COLUMNS = (
    *("pk", "event_id", "stream_id", "sequence", "event__kind", "event__topic", "event__name"),
    *("event__customer_id", "event__payload", "event__happened_at", "event__recorded_at"),
    *("attempts", "fresh_at", "paused_before", "due_at"),
)


def _choose(
    run: Run, waiting: list[tuple[Message, datetime]], at: datetime, *, is_probe: bool
) -> None:
    """Put into the run what may go now: the ledger from its beginning, of a topic the newest."""
    newest = {message.topic: message for message, _ in waiting if message.topic}
    for message, _ in waiting:
        newer = newest.get(message.topic)
        if newer is not None and newer is not message:
            run.replaced.setdefault(newer.delivery_id, []).append(message.delivery_id)
    is_blocked = False
    for message, due_at in waiting:
        is_due = due_at <= at or is_probe
        if message.is_ledger:
            is_blocked = is_blocked or not is_due
            may_go = not is_blocked
        else:
            may_go = is_due and newest.get(message.topic, message) is message
        if may_go:
            run.messages.append(message)
