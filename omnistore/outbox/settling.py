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
        _hold(kept)
        told = {outcome.lane_id for outcome in kept if outcome.is_done}
        freed = ours.intersection(finished)
        Lane.objects.filter(pk__in=told - freed, told_at=None).update(told_at=at)
        _free(freed & told, at)
        _free(freed - told, None)
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
        said[answer.status, answer.kept].append(outcome.message.delivery_id)
        replaced += outcome.replaces
    with database.cursor() as cursor:
        for (status, words), delivery_ids in said.items():
            deliveries, ids = sql.one_of(delivery_ids)
            values = [sql.moment(at), status, words, *ids]
            cursor.execute(MARK_DONE.format(deliveries=deliveries), values)
    if replaced:
        Delivery.objects.filter(pk__in=replaced, state=State.WAITING).update(state=State.REPLACED)


MARK_DONE = """
    UPDATE outbox_delivery
    SET state = 'DELIVERED', delivered_at = %s, attempts = attempts + 1,
        last_status = %s, last_words = %s
    WHERE id {deliveries}"""


def _mark(outcome: Outcome, connection: Connection, chance: Chance, at: datetime) -> None:
    changes = _changes(outcome.message, outcome.answer, connection, chance, at)
    # What a person skipped meanwhile stays so.
    waiting = Delivery.objects.filter(pk=outcome.message.delivery_id, state=State.WAITING)
    waiting.update(**changes)
    if outcome.replaces:
        # Were they due before it, the lane would be, with nothing to send. And what it has made
        # untrue is not told because it was refused itself.
        dead = changes.get("state") == State.DEAD
        older = Delivery.objects.filter(pk__in=outcome.replaces, state=State.WAITING)
        older.update(**{"state": State.REPLACED} if dead else {"due_at": changes["due_at"]})


def _changes(
    message: Message, answer: Answer, connection: Connection, chance: Chance, at: datetime
) -> dict[str, Any]:
    if answer.verdict is Verdict.UNSENT:
        return {"due_at": at + (answer.retry_after or timedelta(0))}
    said = {"last_status": answer.status, "last_words": answer.kept}
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


def _hold(kept: Sequence[Outcome]) -> None:
    """Hold the lanes of which a ledger's message was given up."""
    failed = {
        one.message.delivery_id: one.lane_id
        for one in kept
        if one.message.is_ledger and not one.is_done
    }
    if not failed:
        return
    dead = Delivery.objects.filter(pk__in=failed, state=State.DEAD)
    holding = [failed[delivery_id] for delivery_id in dead.values_list("pk", flat=True)]
    Lane.objects.filter(pk__in=holding).update(is_held=True)


def _free(lane_ids: Iterable[int], told_at: datetime | None) -> None:
    """Give lanes back, and say since when their system knows of the customer."""
    lanes, ids = sql.one_of(lane_ids)
    if any(ids):
        with database.cursor() as cursor:
            cursor.execute(FREE.format(lanes=lanes), [told_at and sql.moment(told_at), *ids])


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
FREE = f"""
    UPDATE outbox_lane
    SET lease = NULL, due_at = ({NEXT_DUE}), told_at = coalesce(told_at, %s)
    WHERE id {{lanes}}"""


def wake(lane: Lane, *, at: datetime) -> None:
    """Look at the lane now, unless somebody is sending: he looks when he gives it back."""
    Lane.objects.filter(pk=lane.pk, lease=None).update(due_at=at)
