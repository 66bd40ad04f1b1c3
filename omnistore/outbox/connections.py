"""
Connections: the systems we tell, how they are doing, pause and resume.

A connection that keeps failing is held and probed: one delivery is let through at `probe_at`, and
the first that succeeds sets it running again. One that refuses us is paused until a person
resumes it. Time spent held or paused does not age a delivery.
"""

import base64
import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Least

from omnistore.outbox import schedule
from omnistore.outbox.answers import Answer
from omnistore.outbox.models import Connection, Delivery

State = Connection.State


def new_secret() -> str:
    """Return a fresh Standard Webhooks secret."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def ensure(*, name: str, url: str, secret: str, kind: str = "webhook", at: datetime) -> Connection:
    """Return the connection of that name, made or moved to this address. Safe to call twice."""
    with transaction.atomic():
        found, is_new = Connection.objects.select_for_update().get_or_create(
            name=name, defaults={"url": url, "secret": secret, "kind": kind, "state_at": at}
        )
        if not is_new and (found.url, found.secret, found.kind) != (url, secret, kind):
            found.url, found.secret, found.kind = url, secret, kind
            found.save(update_fields=["url", "secret", "kind"])
    return found


def pause(*, connection: Connection, reason: str = "", at: datetime) -> Connection:
    """Stop sending to the connection until a person resumes it; nothing is lost meanwhile."""
    return _stop(connection.pk, State.PAUSED, reason, at)


def refuse(*, connection: Connection, reason: str, at: datetime) -> Connection:
    """Stop sending because the receiver refuses us; a person has to look."""
    return _stop(connection.pk, State.REFUSED, reason, at)


def resume(*, connection: Connection, at: datetime) -> Connection:
    """Let deliveries flow again, those that waited at once. Safe to call twice."""
    with transaction.atomic():
        found = Connection.objects.select_for_update().get(pk=connection.pk)
        if found.state != State.RUNNING:
            _give_time_back(found, at)
            found.state, found.state_reason, found.state_at = State.RUNNING, "", at
        found.failures, found.probe_at = 0, None
        found.save(update_fields=["state", "state_reason", "state_at", "failures", "probe_at"])
    return found


def due(*, at: datetime) -> QuerySet[Connection]:
    """Return the connections to which something can be sent now."""
    waiting = Delivery.objects.filter(connection=OuterRef("pk"), state=Delivery.State.WAITING)
    return Connection.objects.filter(
        Q(Exists(waiting.filter(due_at__lte=at)), state=State.RUNNING)
        | Q(Exists(waiting), state=State.HELD, probe_at__lte=at)
    ).order_by("last_success_at", "pk")


def may_probe(*, connection: Connection, until: datetime, at: datetime) -> bool:
    """Take the held connection's probe, for one caller only; the next one is at `until`."""
    return bool(
        Connection.objects.filter(pk=connection.pk, state=State.HELD, probe_at__lte=at).update(
            probe_at=until
        )
    )


def probe(*, connection_id: int, at: datetime) -> None:
    """Ask a held connection again now instead of at the end of its wait."""
    Connection.objects.filter(pk=connection_id, state=State.HELD).update(probe_at=at)


def renew_secret(*, connection: Connection) -> str:
    """Give the connection a new secret and return it; the next message is signed with it."""
    secret = new_secret()
    Connection.objects.filter(pk=connection.pk).update(secret=secret)
    return secret


def succeeded(*, connection: Connection, at: datetime) -> None:
    """Note that the receiver takes messages; a held connection runs again."""
    Connection.objects.filter(pk=connection.pk).update(last_success_at=at, failures=0)
    if connection.is_held:
        resume(connection=connection, at=at)


def failed(*, connection: Connection, answer: Answer, at: datetime) -> bool:
    """
    Note that a message was not taken, and return whether the connection is held now.

    It is held after `schedule.FAILURES_TO_HOLD` failures in a row that speak of the receiver as a
    whole; each probe that fails too doubles the wait.
    """
    with transaction.atomic():
        found = Connection.objects.select_for_update().get(pk=connection.pk)
        found.last_failure_at = at
        found.failures += answer.is_away
        if found.is_running and found.failures >= schedule.FAILURES_TO_HOLD:
            found.state, found.state_reason, found.state_at = State.HELD, answer.words[:300], at
        if found.is_held:
            wait = schedule.hold(failures=found.failures, asked=answer.retry_after)
            found.probe_at = at + wait
        found.save()
    return found.is_held


def at_a_glance() -> QuerySet[Connection]:
    """
    Return the connections with how they are doing.

    Each has `waiting` and `dead`, numbers of deliveries, and `oldest_at`, when the oldest that
    waits was made. Only these are counted, never the many that arrived.
    """
    return Connection.objects.annotate(
        waiting=_number_of(Delivery.State.WAITING),
        dead=_number_of(Delivery.State.DEAD),
        oldest_at=Subquery(
            _deliveries(Delivery.State.WAITING).order_by("created_at").values("created_at")[:1]
        ),
    )


def _deliveries(state: str) -> QuerySet[Delivery]:
    return Delivery.objects.filter(connection=OuterRef("pk"), state=state)


def _number_of(state: str) -> Coalesce:
    counted = _deliveries(state).order_by().values("connection").annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0)


def _stop(connection_id: int, state: str, reason: str, at: datetime) -> Connection:
    with transaction.atomic():
        found = Connection.objects.select_for_update().get(pk=connection_id)
        if found.state == State.HELD:
            _give_time_back(found, at)
        if found.state in (State.RUNNING, State.HELD):
            found.state_at = at
        found.state, found.state_reason, found.probe_at = state, reason[:300], None
        found.save(update_fields=["state", "state_reason", "state_at", "probe_at"])
    return found


def _give_time_back(connection: Connection, at: datetime) -> None:
    paused_for = at - (connection.state_at or at)
    connection.deliveries.filter(state=Delivery.State.WAITING).update(
        expires_at=F("expires_at") + paused_for, due_at=Least(F("due_at"), at)
    )
