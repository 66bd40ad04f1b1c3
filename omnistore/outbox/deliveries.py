"""
Deliveries: how far the systems we tell have followed, and trying one again.

How they are claimed and sent stands in `claims` and `sending`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from omnistore.errors import Conflict, Invalid
from omnistore.outbox import connections
from omnistore.outbox.models import Connection, Delivery, Event, Kind, Lane

State = Delivery.State
_RUNNING = Q(deliveries__connection__state=Connection.State.RUNNING)


class AlreadyDelivered(Conflict):
    code = "already_delivered"
    words = _("The receiver has this message already.")


class ReasonNeeded(Invalid):
    code = "reason_needed"
    words = _("Say why: it is kept with the message.")


class Standing(Enum):
    """Where the systems we tell stand, compared with what happened."""

    # No system is connected, or none wants to hear of this.
    NOBODY = "nobody"
    WAITING = "waiting"
    TROUBLE = "trouble"
    UP_TO_DATE = "up to date"


@dataclass(frozen=True)
class CrmState:
    """How far the systems we tell have followed a customer or an event."""

    standing: Standing
    # When the last message arrived.
    told_at: datetime | None = None
    # Messages on their way, and messages given up.
    waiting: int = 0
    dead: int = 0
    # Of the connection that is in trouble.
    connection: Connection | None = None

    @property
    def is_up_to_date(self) -> bool:
        return self.standing is Standing.UP_TO_DATE

    @property
    def is_settled(self) -> bool:
        """Whether looking again would show the same."""
        return self.standing in (Standing.UP_TO_DATE, Standing.NOBODY)

    @property
    def is_waiting(self) -> bool:
        return self.standing is Standing.WAITING

    @property
    def is_trouble(self) -> bool:
        return self.standing is Standing.TROUBLE

    @property
    def reason(self) -> str:
        """Return what is wrong, in words for the clerk; empty when nothing is."""
        if not self.is_trouble:
            return ""
        if self.connection and not self.connection.is_running:
            return self.connection.trouble
        if self.dead:
            return ngettext(
                "The CRM did not accept %(count)s message; head office can see why.",
                "The CRM did not accept %(count)s messages; head office can see why.",
                self.dead,
            ) % {"count": self.dead}
        return str(_("The CRM did not take it yet; it is tried again by itself."))


def state_of(customer_id: UUID) -> CrmState:
    """Return how far the systems we tell know this customer; 2 queries."""
    return _state(Event.objects.filter(customer_id=customer_id))


def state_of_event(event_id: UUID) -> CrmState:
    """Return whether the systems we tell know of this event; 2 queries."""
    return _state(Event.objects.filter(pk=event_id))


def try_again(*, delivery: Delivery, at: datetime) -> Delivery:
    """
    Make the delivery due now; one that was given up starts its schedule afresh.

    A message that was given up may arrive after later ones of its customer: it carries its number.
    A connection that is held is asked again too; one that is paused stays so.

    Raises:
        AlreadyDelivered: there is nothing left to try.
    """
    with transaction.atomic():
        # The connection before its lanes, as who takes it into service does.
        connections.probe(connection_id=delivery.connection_id, at=at)
        lane, found = _locked(delivery)
        if found.state == State.DELIVERED:
            raise AlreadyDelivered
        if found.state != State.WAITING:
            found.state, found.attempts, found.fresh_at = State.WAITING, 0, at
            found.paused_before = found.connection.paused_by(at)
        found.due_at = at
        found.save(update_fields=["state", "attempts", "fresh_at", "paused_before", "due_at"])
        _let_go(lane, at)
    return found


def skip(*, delivery: Delivery, because: str, at: datetime) -> Delivery:
    """
    Give the message up for good, for a reason; what waited behind it goes out.

    Raises:
        AlreadyDelivered: it has arrived.
        ReasonNeeded: `because` is empty.
    """
    if not because.strip():
        raise ReasonNeeded
    with transaction.atomic():
        lane, found = _locked(delivery)
        if found.state == State.DELIVERED:
            raise AlreadyDelivered
        found.state, found.skipped_because = State.SKIPPED, because.strip()[:200]
        found.save(update_fields=["state", "skipped_because"])
        _let_go(lane, at)
    return found


def purge(*, connection: Connection, because: str, at: datetime) -> int:
    """
    Skip all that waits for the connection and all it did not take; return how many that were.

    Nothing is deleted: a replay brings it back. Erasures stay: whoever was told of a person has to
    hear that he is forgotten.

    Raises:
        ReasonNeeded: `because` is empty.
    """
    if not because.strip():
        raise ReasonNeeded
    with transaction.atomic():
        _hold_lanes(connection)
        unsent = connection.deliveries.filter(state__in=[State.WAITING, State.DEAD])
        unsent = unsent.exclude(event__kind=Kind.ERASURE)
        skipped = unsent.update(state=State.SKIPPED, skipped_because=because.strip()[:200])
        Lane.objects.filter(connection=connection, is_held=True).update(is_held=False)
        left = Delivery.objects.filter(
            connection=connection, stream=OuterRef("stream"), state=State.WAITING
        )
        empty = Lane.objects.filter(~Exists(left), connection=connection, lease=None)
        empty.update(due_at=None)
    return skipped


def _locked(delivery: Delivery) -> tuple[Lane, Delivery]:
    """Return the delivery as it is now and its lane, locked in the order of the senders."""
    lanes = Lane.objects.select_for_update(no_key=True)
    lane = lanes.get(connection=delivery.connection_id, stream=delivery.stream_id)
    rows = Delivery.objects.select_related("connection").select_for_update(of=("self",))
    return lane, rows.get(pk=delivery.pk)


def _hold_lanes(connection: Connection) -> None:
    """Lock what the relay and the senders lock, in their order."""
    lanes = Lane.objects.filter(connection=connection).order_by("stream_id")
    len(lanes.select_for_update().values_list("pk"))


def _let_go(lane: Lane, at: datetime) -> None:
    """Hold the lane only while a message of its ledger is given up, and look at it now."""
    dead = Delivery.objects.filter(
        connection=lane.connection_id, stream=lane.stream_id, is_ledger=True, state=State.DEAD
    )
    lane.is_held = dead.exists()
    if lane.lease is None:
        lane.due_at = at
    lane.save(update_fields=["is_held", "due_at"])


def _state(events: QuerySet[Event]) -> CrmState:
    rows = connections.without_secrets(Connection.objects.all())
    known = {connection.pk: connection for connection in rows}
    waiting = Q(deliveries__state=State.WAITING)
    found = events.aggregate(
        unrelayed=Count("pk", filter=Q(relayed_at=None), distinct=True),
        waiting=Count("deliveries", filter=waiting),
        tried=Count("deliveries", filter=waiting & Q(deliveries__attempts__gt=0)),
        stuck_in=Min("deliveries__connection", filter=waiting & ~_RUNNING),
        dead=Count("deliveries", filter=Q(deliveries__state=State.DEAD)),
        told_at=Max("deliveries__delivered_at"),
    )
    return CrmState(
        standing=_standing(found, has_connections=bool(known)),
        told_at=found["told_at"],
        waiting=found["unrelayed"] + found["waiting"],
        dead=found["dead"],
        connection=known.get(found["stuck_in"]),
    )


def _standing(found: dict[str, int], *, has_connections: bool) -> Standing:
    if not has_connections:
        return Standing.NOBODY
    if found["stuck_in"] or found["tried"] or found["dead"]:
        return Standing.TROUBLE
    if found["unrelayed"] or found["waiting"]:
        return Standing.WAITING
    return Standing.UP_TO_DATE if found["told_at"] else Standing.NOBODY
