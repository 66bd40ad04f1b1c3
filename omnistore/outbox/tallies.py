"""
Tallies: how many deliveries of each minute took how long, without reading any delivery.

A step is a quarter longer than the one before, from 10 ms on: a percentile read from them is off by
an eighth at most. Kept for `KEPT`.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import connection as database
from django.db.models import F, Sum
from django.db.models.functions import TruncHour

from omnistore.outbox import sql
from omnistore.outbox.answers import Verdict
from omnistore.outbox.messages import Outcome
from omnistore.outbox.models import Tally

SHORTEST = 0.01
GROWTH = 1.25
LAST = 80
FAILED = -1
GIVEN_UP = -2
KEPT = timedelta(days=8)

ADD = """
    INSERT INTO outbox_tally (connection_id, minute, bucket, count) VALUES {rows}
    ON CONFLICT (connection_id, minute, bucket)
    DO UPDATE SET count = outbox_tally.count + excluded.count"""


@dataclass(frozen=True)
class Pulse:
    """How a connection did in some minutes."""

    minutes: int
    delivered: int = 0
    failed: int = 0
    given_up: int = 0
    # Seconds from the fact to its acceptance; None: nothing was delivered.
    p50: float | None = None
    p95: float | None = None

    @property
    def per_minute(self) -> float:
        return self.delivered / self.minutes if self.minutes else 0


@dataclass
class Minute:
    """One bar of the chart: a minute, or an hour."""

    at: datetime
    counts: Counter[int] = field(default_factory=Counter)

    @property
    def pulse(self) -> Pulse:
        return _pulse(self.counts, 1)


def count(connection_id: int, outcomes: Iterable[Outcome], *, at: datetime) -> None:
    """Add the outcomes to the minute of `at`; within the transaction that writes them."""
    seen: Counter[int] = Counter()
    for outcome in outcomes:
        verdict = outcome.answer.verdict
        if verdict is Verdict.DONE:
            seen[step((at - outcome.message.recorded_at).total_seconds())] += 1
        elif verdict is not Verdict.UNSENT:
            seen[GIVEN_UP if verdict is Verdict.DEAD else FAILED] += 1
    if not seen:
        return
    minute = at.replace(second=0, microsecond=0)
    # In one order for all: two that add to the same rows do not wait for each other in a circle.
    rows = [
        (connection_id, sql.moment(minute), bucket, number)
        for bucket, number in sorted(seen.items())
    ]
    statement = ADD.format(rows=", ".join(["(%s, %s, %s, %s)"] * len(rows)))
    with database.cursor() as cursor:
        cursor.execute(statement, [value for row in rows for value in row])


def step(seconds: float) -> int:
    """Return the step in which a delay lies."""
    if seconds <= SHORTEST:
        return 0
    return min(math.ceil(math.log(seconds / SHORTEST, GROWTH)), LAST)


def seconds_of(bucket: int) -> float:
    """Return the middle of a step, in seconds."""
    return SHORTEST * GROWTH**bucket * (1 + 1 / GROWTH) / 2 if bucket else SHORTEST


def pulses(*, since: datetime, at: datetime) -> dict[int, Pulse]:
    """Return how each connection did since then, by its id; one query."""
    counts: dict[int, Counter[int]] = {}
    rows = Tally.objects.filter(minute__gte=since.replace(second=0, microsecond=0))
    for connection_id, bucket, number in rows.values_list("connection_id", "bucket", "count"):
        counts.setdefault(connection_id, Counter())[bucket] += number
    minutes = max(round((at - since).total_seconds() / 60), 1)
    return {connection_id: _pulse(seen, minutes) for connection_id, seen in counts.items()}


def by_minute(connection_id: int, *, minutes: int, at: datetime) -> Sequence[Minute]:
    """Return the last minutes one by one, the present one last, empty ones too; one query."""
    last = at.replace(second=0, microsecond=0)
    times = [last - timedelta(minutes=ago) for ago in reversed(range(minutes))]
    found = {time: Minute(time) for time in times}
    rows = Tally.objects.filter(connection_id=connection_id, minute__gte=times[0])
    for minute, bucket, number in rows.values_list("minute", "bucket", "count"):
        if minute in found:
            found[minute].counts[bucket] += number
    return list(found.values())


def minutes_of_all(*, minutes: int, at: datetime) -> dict[int, Sequence[Minute]]:
    """Return the same of every connection that said anything, by its id; one query."""
    last = at.replace(second=0, microsecond=0)
    times = [last - timedelta(minutes=ago) for ago in reversed(range(minutes))]
    found: dict[int, dict[datetime, Minute]] = {}
    rows = Tally.objects.filter(minute__gte=times[0], minute__lte=last)
    columns = ("connection_id", "minute", "bucket", "count")
    for connection_id, minute, bucket, number in rows.values_list(*columns):
        line = found.setdefault(connection_id, {time: Minute(time) for time in times})
        line[minute].counts[bucket] += number
    return {connection_id: list(line.values()) for connection_id, line in found.items()}


def by_hour(connection_id: int, *, hours: int, at: datetime) -> Sequence[Minute]:
    """Return the last hours one by one, as `by_minute` does minutes; one query."""
    last = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    times = [last - timedelta(hours=ago) for ago in reversed(range(hours))]
    found = {time: Minute(time) for time in times}
    rows = Tally.objects.filter(connection_id=connection_id, minute__gte=times[0], minute__lte=at)
    summed = rows.values(hour=TruncHour("minute", tzinfo=UTC), step=F("bucket"))
    counts = summed.annotate(number=Sum("count")).values_list("hour", "step", "number")
    for hour, bucket, number in counts:
        found[hour].counts[bucket] += number
    return list(found.values())


def together(spans: Iterable[Minute], *, minutes: int) -> Pulse:
    """Return how the connection did in all of them, which are so many minutes."""
    counts: Counter[int] = Counter()
    for span in spans:
        counts.update(span.counts)
    return _pulse(counts, minutes)


def clear(*, at: datetime) -> int:
    """Drop what is older than `KEPT`, and return how many rows that were."""
    return Tally.objects.filter(minute__lt=at - KEPT).delete()[0]


def _pulse(counts: Mapping[int, int], minutes: int) -> Pulse:
    delays = {bucket: number for bucket, number in counts.items() if bucket >= 0}
    return Pulse(
        minutes=minutes,
        delivered=sum(delays.values()),
        failed=counts.get(FAILED, 0),
        given_up=counts.get(GIVEN_UP, 0),
        p50=_percentile(delays, 0.5),
        p95=_percentile(delays, 0.95),
    )


def _percentile(delays: Mapping[int, int], share: float) -> float | None:
    wanted = share * sum(delays.values())
    reached = 0
    for bucket, number in sorted(delays.items()):
        reached += number
        if reached >= wanted and number:
            return seconds_of(bucket)
    return None
