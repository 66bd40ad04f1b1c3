"""Figures: how each connection is doing, for the pages of head office."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from omnistore import words
from omnistore.outbox import charts, connections, connectors, tallies
from omnistore.outbox.charts import Chart
from omnistore.outbox.connectors import Sort
from omnistore.outbox.models import Connection, Lane
from omnistore.outbox.tallies import Minute, Pulse

State = Connection.State
MINUTES = 60
HOURS = 24
# The pace of the moment is that of the last full minutes, and of what has passed of this one.
LATELY = 5


@dataclass(frozen=True)
class Figures:
    """
    How one connection is doing.

    `waiting` and `dead` are numbers of deliveries, `held` of customers whose ledger waits for a
    person. `minutes` are the last hour's, the present one last.
    """

    connection: Connection
    at: datetime
    waiting: int = 0
    dead: int = 0
    oldest_at: datetime | None = None
    held: int = 0
    minutes: Sequence[Minute] = field(default_factory=tuple)

    @property
    def sort(self) -> Sort:
        return connectors.sort_of(self.connection.kind)

    @property
    def tone(self) -> str:
        """Return the colour of its state: ok, look or stop."""
        tones = {State.RUNNING: "ok", State.REFUSED: "stop"}
        return tones.get(State(self.connection.state), "look")

    @property
    def state(self) -> str:
        """Return how it is, in a sentence."""
        reason = self.connection.state_reason
        if self.connection.state == State.PAUSED:
            return _("paused by %(reason)s") % {"reason": reason} if reason else _("paused")
        if self.connection.state == State.REFUSED:
            return _("refuses us: %(words)s") % {"words": reason or _("without a word")}
        if not self.connection.is_held:
            return _("running")
        if not self.next_probe:
            return _("does not answer, being asked again")
        wait = words.span(self.next_probe)
        return _("does not answer, asked again in %(span)s") % {"span": wait}

    @property
    def last_error_at(self) -> datetime | None:
        return self.connection.last_failure_at if self.connection.last_error else None

    @property
    def chart(self) -> Chart:
        return charts.draw(self.minutes, title=_("The last 60 minutes"))

    @property
    def hour(self) -> Pulse:
        return tallies.together(self.minutes, minutes=MINUTES)

    @property
    def per_minute(self) -> float:
        """Return deliveries a minute, of the last five minutes and the present one so far."""
        lately = tallies.together(self.minutes[-LATELY - 1 :], minutes=LATELY)
        return lately.delivered / (LATELY + self.at.second / 60)

    @property
    def oldest_age(self) -> timedelta | None:
        """Return how long the oldest that waits has been waiting."""
        return self.at - self.oldest_at if self.oldest_at else None

    @property
    def next_probe(self) -> timedelta:
        """Return in how much time a held connection is asked again."""
        probe_at = self.connection.probe_at
        return max(probe_at - self.at, timedelta(0)) if probe_at else timedelta(0)


def of_all(*, at: datetime) -> list[Figures]:
    """Return the figures of every connection, by name; 3 queries."""
    minutes = tallies.minutes_of_all(minutes=MINUTES, at=at)
    return _figures(connections.at_a_glance().order_by("name"), minutes, at)


def of(connection_id: int, *, at: datetime) -> Figures:
    """
    Return the figures of one connection; 3 queries.

    Raises:
        Connection.DoesNotExist: there is no such connection.
    """
    minutes = {connection_id: tallies.by_minute(connection_id, minutes=MINUTES, at=at)}
    found = _figures(connections.at_a_glance().filter(pk=connection_id), minutes, at)
    if not found:
        raise Connection.DoesNotExist
    return found[0]


def of_day(connection_id: int, *, at: datetime) -> tuple[Chart, Pulse]:
    """Return the last 24 hours as a chart and in sum; 1 query."""
    hours = tallies.by_hour(connection_id, hours=HOURS, at=at)
    chart = charts.draw(hours, title=_("The last 24 hours"))
    return chart, tallies.together(hours, minutes=HOURS * 60)


def _figures(
    rows: QuerySet[Connection], minutes: Mapping[int, Sequence[Minute]], at: datetime
) -> list[Figures]:
    held = _held()
    return [
        Figures(
            connection=row,
            at=at,
            waiting=row.waiting,  # type: ignore[attr-defined]
            dead=row.dead,  # type: ignore[attr-defined]
            oldest_at=row.oldest_at,  # type: ignore[attr-defined]
            held=held.get(row.pk, 0),
            minutes=minutes.get(row.pk, ()),
        )
        for row in connections.without_secrets(rows)
    ]


def _held() -> Mapping[int, int]:
    lanes = Lane.objects.filter(is_held=True).values("connection")
    return dict(lanes.annotate(number=Count("pk")).values_list("connection", "number"))
