"""
Pace: how fast one connection may be called, by all workers together.

The generic cell rate algorithm in one statement on the connection's row: `next_call_at` is when
the next call would go out if all came evenly; it may run ahead of the clock by `burst` calls.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection as database

from omnistore.outbox.models import Connection

TAKE = """
    UPDATE outbox_connection
    SET next_call_at = CASE WHEN next_call_at > %(at)s THEN next_call_at ELSE %(at)s END + %(cost)s
    WHERE id = %(id)s AND next_call_at + %(cost)s <= %(at)s + %(ahead)s
"""


@dataclass(frozen=True)
class Pace:
    """So many calls within so many seconds, that many at once."""

    calls: int
    seconds: float
    burst: int

    @property
    def apart(self) -> float:
        """Seconds between two calls that come evenly."""
        return self.seconds / self.calls


def take(*, connection_id: int, pace: Pace, at: datetime) -> timedelta:
    """Take the right to one call; zero, or how long to wait before asking again."""
    now = at.timestamp()
    values = {
        "id": connection_id,
        "at": now,
        "cost": pace.apart,
        "ahead": pace.apart * pace.burst,
    }
    with database.cursor() as cursor:
        cursor.execute(TAKE, values)
        if cursor.rowcount:
            return timedelta(0)
    next_call_at = Connection.objects.values_list("next_call_at", flat=True).get(pk=connection_id)
    wait = next_call_at + pace.apart - now - values["ahead"]
    return timedelta(seconds=max(wait, pace.apart / 10))


def stop(*, connection_id: int, until: datetime) -> None:
    """Let nobody call before then: the receiver asked for it."""
    Connection.objects.filter(pk=connection_id, next_call_at__lt=until.timestamp()).update(
        next_call_at=until.timestamp()
    )
