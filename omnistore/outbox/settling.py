"""
Settling: write down what became of a claim's messages, and give its lanes back.

One transaction for many messages. The lanes are locked first and only those whose lease is still
ours are written: a sender that slept past its lease marks nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection as database
from django.db import transaction
from django.db.models import F

from omnistore.outbox import schedule, sql, tallies
from omnistore.outbox.answers import Answer, Verdict
from omnistore.outbox.claims import Claim
from omnistore.outbox.messages import Message, Outcome
from omnistore.outbox.models import Connection, Delivery, Lane
from omnistore.outbox.schedule import Chance

State = Delivery.State


def settle(
    claim: Claim,
    outcomes: Sequence[Outcome],
    *,
    connection: Connection,
    finished: Collection[int] = (),
    chance: Chance,
    at: datetime,
) -> list[Outcome]:
    """
    Write the outcomes, free the `finished` lanes, and return the outcomes that were still ours.

    A lane that is freed is due again when the next of its messages is; what the relay added
    meanwhile counts.
    """
    lane_ids = {outcome.lane_id for outcome in outcomes} | set(finished)
    with transaction.atomic():
        ours = _lock(claim, lane_ids)
        kept = [outcome for outcome in outcomes if outcome.lane_id in ours]
        _mark_done([outcome for outcome in kept if outcome.is_done], at)
        for outcome in kept:
            if not outcome.is_done:
                _mark(outcome, connection, chance, at)
        _mark_lanes(kept, at)
        _free([lane_id for lane_id in finished if lane_id in ours])
        tallies.count(connection.pk, kept, at=at)
    return kept


def _lock(claim: Claim, lane_ids: Collection[int]) -> set[int]:
    # In the order in which the relay takes them.
    locked = Lane.objects.filter(pk__in=lane_ids, lease=claim.lease).order_by("stream_id")
    return set(locked.select_for_update().values_list("pk", flat=True))


def _mark_done(outcomes: Iterable[Outcome], at: datetime) -> None:
    said = defaultdict(list)
    replaced: list[int] = []
    for outcome in outcomes:
        answer = outcome.answer
        said[answer.status, answer.words[:500]].append(outcome.message.delivery_id)
        replaced += outcome.replaces
    for (status, words), ids in said.items():
        Delivery.objects.filter(pk__in=ids).update(
            state=State.DELIVERED,
            delivered_at=at,
            attempts=F("attempts") + 1,
            last_status=status,
            last_words=words,
        )
    if replaced:
        Delivery.objects.filter(pk__in=replaced, state=State.WAITING).update(state=State.REPLACED)


def _mark(outcome: Outcome, connection: Connection, chance: Chance, at: datetime) -> None:
    changes = _changes(outcome.message, outcome.answer, connection, chance, at)
    Delivery.objects.filter(pk=outcome.message.delivery_id).update(**changes)


def _changes(
    message: Message, answer: Answer, connection: Connection, chance: Chance, at: datetime
) -> dict[str, Any]:
    if answer.verdict is Verdict.UNSENT:
        return {"due_at": at + (answer.retry_after or timedelta(0))}
    said = {"last_status": answer.status, "last_words": answer.words[:500]}
    if answer.verdict is Verdict.PAUSE:
        return said | {"due_at": at}
    if connection.is_held:
        # A little behind the others: the next probe is spent on another message.
        return said | {"due_at": at + schedule.LEAST_ASKED}
    counted = said | {"attempts": message.attempts + 1}
    if answer.verdict is Verdict.DEAD or _age(message, connection, at) >= schedule.MAX_AGE:
        return counted | {"state": State.DEAD}
    wait = schedule.delay(attempts=message.attempts + 1, chance=chance, asked=answer.retry_after)
    left = schedule.MAX_AGE - _age(message, connection, at)
    return counted | {"due_at": at + min(wait, left)}


def _age(message: Message, connection: Connection, at: datetime) -> timedelta:
    """Return how old the message is, without what the connection was held or paused meanwhile."""
    paused = timedelta(seconds=connection.paused_seconds - message.paused_before)
    return at - (message.fresh_at or message.recorded_at) - paused


def _mark_lanes(kept: Sequence[Outcome], at: datetime) -> None:
    told = {outcome.lane_id for outcome in kept if outcome.is_done}
    Lane.objects.filter(pk__in=told, told_at=None).update(told_at=at)
    tried = [outcome for outcome in kept if outcome.message.is_ledger and not outcome.is_done]
    dead = Delivery.objects.filter(
        pk__in=[outcome.message.delivery_id for outcome in tried], state=State.DEAD
    ).values_list("pk", flat=True)
    held = set(dead) if tried else set()
    holding = {one.lane_id for one in tried if one.message.delivery_id in held}
    if holding:
        Lane.objects.filter(pk__in=holding).update(is_held=True)


def _free(lane_ids: Sequence[int]) -> None:
    if lane_ids:
        with database.cursor() as cursor:
            cursor.execute(FREE.format(lanes=sql.marks(lane_ids)), lane_ids)


# When a lane is due: its ledger when the first of it is, unless that is held; states by themselves.
# The orders lead PostgreSQL to the one index that knows them, whatever its statistics say.
NEXT_DUE = """
    SELECT min(due_at) FROM (
        SELECT due_at FROM (
            SELECT due_at FROM outbox_delivery
            WHERE connection_id = outbox_lane.connection_id AND stream_id = outbox_lane.stream_id
                AND is_ledger AND state = 'WAITING' AND NOT outbox_lane.is_held
            ORDER BY sequence LIMIT 1
        ) AS first
        UNION ALL
        SELECT due_at FROM (
            SELECT due_at FROM outbox_delivery
            WHERE connection_id = outbox_lane.connection_id AND stream_id = outbox_lane.stream_id
                AND NOT is_ledger AND state = 'WAITING'
            ORDER BY sequence
        ) AS states
    ) AS next"""
FREE = f"UPDATE outbox_lane SET lease = NULL, due_at = ({NEXT_DUE}) WHERE id IN ({{lanes}})"


def wake(lane: Lane, *, at: datetime) -> None:
    """Look at the lane now, unless somebody is sending: he looks when he gives it back."""
    Lane.objects.filter(pk=lane.pk, lease=None).update(due_at=at)
